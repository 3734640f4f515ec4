// What the page knows of people: me, circles, conversations, contacts, devices nearby, what was sent, wishes. Each is asked for while
// somebody looks at it, and again when the daemon says that it is another one.

import type { Conversation } from '../../../src/api/schemas/conversations.ts'
import type { Person, SendOffer } from '../../../src/api/schemas/people.ts'
import { call } from './api.ts'
import { connection, onPeople, type PeopleChange } from './connection.ts'
import { Kept } from './kept.ts'

export const me = new Kept(() => call('me', {}))
export const circles = new Kept(() => call('circles', {}))
export const conversations = new Kept(async () => (await call('conversations', {})).conversations)
export const people = new Kept(async () => (await call('people', {})).people)
export const nearby = new Kept(async () => (await call('nearby', {})).devices)
export const sendOffers = new Kept(async () => (await call('sendOffers', {})).offers)
export const wishes = new Kept(async () => (await call('wishes', {})).wishes)

const ALL = [me, circles, conversations, people, nearby, sendOffers, wishes]

const OF_KIND: Readonly<Record<PeopleChange['kind'], readonly { changed(): void }[]>> = {
  message: [conversations],
  typing: [conversations],
  conversation: [conversations, circles],
  circle: [circles, conversations, people],
  joining: [circles],
  person: [people, conversations],
  nearby: [nearby],
  offer: [sendOffers],
  wish: [wishes],
  network: [me],
  me: [me],
}

onPeople((changes) => {
  for (const { kind } of changes) for (const kept of OF_KIND[kind]) kept.changed()
})
connection.subscribe(() => {
  if (connection.value.kind === 'live') for (const kept of ALL) kept.changed()
})

export function replaceConversation(changed: Conversation): void {
  const { value } = conversations
  if (value !== undefined) conversations.put(value.map((one) => (one.id === changed.id ? changed : one)))
}

export function replacePerson(changed: Person): void {
  const { value } = people
  if (value === undefined) return
  const known = value.some(({ id }) => id === changed.id)
  people.put(known ? value.map((one) => (one.id === changed.id ? changed : one)) : [...value, changed])
}

/** What waits to be seen: messages, but of quiet conversations only those that name me; and what was sent and not answered. */
export function unreadCount(
  all: readonly Pick<Conversation, 'quiet' | 'unread' | 'mentions'>[],
  offers: readonly Pick<SendOffer, 'direction' | 'state'>[],
): number {
  const messages = all.reduce((sum, { quiet, unread, mentions }) => sum + (quiet ? mentions : unread), 0)
  return messages + offers.filter(({ direction, state }) => direction === 'in' && state === 'waiting').length
}
