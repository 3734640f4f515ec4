// The messages of a conversation that the page holds: one stretch without gaps, in the order of showing, of bounded length.
// Promise: a message is there once, whatever arrives how often and in which order; where the stretch ends, `older` and `newer` say
// that there is more.

import type { OutputOf } from '../../../../src/api/routes.ts'
import type { Message } from '../../../../src/api/schemas/conversations.ts'

type MessagesAnswer = OutputOf<'messages'>

export interface Talk {
  /** The first written first. */
  readonly messages: readonly Message[]
  readonly older: boolean
  readonly newer: boolean
  /** As it was when the conversation was opened: the line stays where it was while it is read. */
  readonly firstUnread: string | null
}

/** More than anybody sees at once; what is farthest from where one reads is let go of, and asked for again. */
export const MOST_MESSAGES = 300

export function begun({ messages, older, newer, firstUnread }: MessagesAnswer): Talk {
  return { messages: inOrder(messages), older, newer, firstUnread }
}

export function withOlder(talk: Talk, { messages, older }: MessagesAnswer): Talk {
  const all = joined(talk.messages, messages)
  const kept = all.slice(0, MOST_MESSAGES)
  return { ...talk, messages: kept, older, newer: talk.newer || kept.length < all.length }
}

export function withNewer(talk: Talk, { messages, newer }: MessagesAnswer): Talk {
  const all = joined(talk.messages, messages)
  const kept = all.slice(-MOST_MESSAGES)
  return { ...talk, messages: kept, newer, older: talk.older || kept.length < all.length }
}

/**
 * One that was written or is another one now.
 * @returns `stale`: it belongs among those that are held, so that their places may be others now too; ask anew
 */
export function withMessage(talk: Talk, message: Message): { readonly talk: Talk; readonly stale: boolean } {
  const [first, last] = [talk.messages[0], talk.messages.at(-1)]
  const known = talk.messages.some(({ id }) => id === message.id)
  if (known || first === undefined || last === undefined || message.place > last.place) {
    // Beyond the end of what is held are others that are not here.
    if (!known && talk.newer) return { talk, stale: false }
    return { talk: trimmed({ ...talk, messages: joined(talk.messages, [message]) }), stale: false }
  }
  if (message.place < first.place && talk.older) return { talk, stale: false }
  return { talk: trimmed({ ...talk, messages: joined(talk.messages, [message]) }), stale: true }
}

function trimmed(talk: Talk): Talk {
  if (talk.messages.length <= MOST_MESSAGES) return talk
  return { ...talk, messages: talk.messages.slice(-MOST_MESSAGES), older: true }
}

/** Later answers win. */
function joined(before: readonly Message[], more: readonly Message[]): readonly Message[] {
  const byId = new Map(before.map((message) => [message.id, message]))
  for (const message of more) byId.set(message.id, message)
  return inOrder([...byId.values()])
}

function inOrder(messages: readonly Message[]): readonly Message[] {
  return messages.toSorted((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1))
}

export interface Shown {
  readonly message: Message
  /** Begins another day, by the clock of whoever looks. */
  readonly day: string | undefined
  readonly unreadLine: boolean
  /** By the same as the one above and soon after it: whose it is need not be said again. */
  readonly follows: boolean
}

/** What is said within this time by the same person is one turn. */
const TURN_MS = 5 * 60_000

export function shownOf({ messages, firstUnread }: Talk): readonly Shown[] {
  let before: Message | undefined
  return messages.map((message) => {
    const day = dayOf(message.receivedAt)
    const newDay = before === undefined || dayOf(before.receivedAt) !== day
    const unreadLine = message.id === firstUnread
    const follows =
      !newDay &&
      !unreadLine &&
      before !== undefined &&
      before.author === message.author &&
      before.kind !== 'notice' &&
      message.replyTo === null &&
      Date.parse(message.receivedAt) - Date.parse(before.receivedAt) < TURN_MS
    before = message
    return { message, day: newDay ? message.receivedAt : undefined, unreadLine, follows }
  })
}

function dayOf(at: string): string {
  return new Date(at).toDateString()
}
