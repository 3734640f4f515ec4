// What a message is after everything that was said about it: a function of the entries alone, whatever the order in which they
// came. Later wins, by (lamport, hash); an edit counts from its own author, a deletion from its author or a moderator.

import type { PersonId } from '../ids.ts'
import type { Opened, StateRow } from './chat-store.ts'
import { MAX_EMOJIS } from './limits.ts'

export interface Reaction {
  readonly emoji: string
  readonly people: readonly PersonId[]
}

export interface FoldedMessage {
  readonly text: string
  readonly mentions: readonly PersonId[]
  readonly edited: boolean
  readonly deleted: 'no' | 'author' | 'moderator'
  /** In the order in which they were given first. */
  readonly reactions: readonly Reaction[]
}

/** Causal, then by clock and hash: what was written after something has a higher clock than it. */
export function inOrder(
  a: { readonly lamport: number; readonly id: string },
  b: { readonly lamport: number; readonly id: string },
): number {
  return a.lamport - b.lamport || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** @param moderates whether a person may take away what others wrote, now; who could when it was read may for good */
export function foldMessage(
  base: Opened,
  about: readonly Opened[],
  moderates: (person: PersonId) => boolean,
): FoldedMessage {
  const { content } = base
  let text = content.kind === 'text' || content.kind === 'file' ? content.text : ''
  let mentions = content.kind === 'text' ? content.mentions : []
  let edited = false
  let deleted: FoldedMessage['deleted'] = 'no'
  const reactions = new Map<string, Set<PersonId>>()
  for (const { content: said, person, moderator } of [...about].sort(inOrder)) {
    if (said.kind === 'edit' && person === base.person) {
      text = said.text
      // One that names nobody leaves it at those who were named.
      if (said.mentions.length > 0) mentions = said.mentions
      edited = true
    } else if (said.kind === 'delete' && person === base.person) deleted = 'author'
    else if (said.kind === 'delete' && (moderator || moderates(person)) && deleted === 'no')
      deleted = 'moderator'
    else if (said.kind === 'react') react(reactions, said.emoji, person, said.on)
  }
  if (deleted !== 'no') return { text: '', mentions: [], edited, deleted, reactions: [] }
  return {
    text,
    mentions,
    edited,
    deleted,
    reactions: [...reactions]
      .filter(([, people]) => people.size > 0)
      .slice(0, MAX_EMOJIS)
      .map(([emoji, people]) => ({ emoji, people: [...people] })),
  }
}

function react(reactions: Map<string, Set<PersonId>>, emoji: string, person: PersonId, on: boolean): void {
  let people = reactions.get(emoji)
  if (people === undefined) {
    if (!on) return
    people = new Set()
    reactions.set(emoji, people)
  }
  if (on) people.add(person)
  else people.delete(person)
}

/** What a circle or room is called: whoever said it first made it; later it is for the maker (of a room) and moderators. */
export function foldState(
  key: string,
  said: readonly Opened[],
  moderates: (person: PersonId) => boolean,
): StateRow | undefined {
  let state: StateRow | undefined
  for (const opened of [...said].sort(inOrder)) {
    const { content, person, circle } = opened
    if (circle === undefined) continue
    if (content.kind !== 'room' && content.kind !== 'circle' && content.kind !== 'profile') continue
    const maker = state?.maker ?? person
    const mine = content.kind !== 'circle' && maker === person
    if (state !== undefined && !mine && !opened.moderator && !moderates(person)) continue
    state = {
      circle,
      key,
      name: content.name,
      archived: content.kind === 'room' && content.archived,
      maker,
      device: opened.device,
      id: opened.id,
      lamport: opened.lamport,
      at: opened.at,
    }
  }
  return state
}
