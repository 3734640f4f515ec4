// The book of what was read: entries and direct messages as opened, and the messages and names made of them. Promise: what is
// shown is a function of what was opened (fold.ts), so it is the same whatever came first, and goes when its entries go.

import type { CircleId, DeviceId, PersonId, RecordId } from '../ids.ts'
import {
  type BookStore,
  type ConversationKey,
  directKey,
  type Opened,
  roomKey,
  type StateRow,
} from './chat-store.ts'
import { foldMessage, foldState } from './fold.ts'

export interface BookGround {
  readonly store: BookStore
  readonly me: PersonId
  /** Whether somebody may take away what others wrote there, now. */
  moderates(circle: CircleId, person: PersonId): boolean
  readonly events: BookEvents
}

export interface BookEvents {
  /** It is new, or another than before. */
  message(id: RecordId, conversation: ConversationKey, fresh: boolean): void
  /** A name of a circle, room or person. */
  state(circle: CircleId, key: string): void
}

export class Book {
  readonly #ground: BookGround

  constructor(ground: BookGround) {
    this.#ground = ground
  }

  /** @returns false where it is there already, or says nothing that is shown */
  take(opened: Opened): boolean {
    const key = keyOf(opened)
    if (key === undefined || !this.#ground.store.putOpened(opened, key)) return false
    this.#refresh(opened.circle, key)
    return true
  }

  /** What one author wrote from … to counts no more. */
  withdraw(circle: CircleId, device: DeviceId, from: number, to: number): void {
    for (const key of new Set(this.#ground.store.removeOpened(circle, device, from, to)))
      this.#refresh(circle, key)
  }

  /** What one author wrote is not wanted; but rooms that they made, and what they took away as a moderator, stays so. */
  drop(circle: CircleId, device: DeviceId): void {
    for (const key of new Set(this.#ground.store.removeContent(circle, device))) this.#refresh(circle, key)
  }

  /** What one author wrote up to `to` is kept no longer; names are. */
  prune(circle: CircleId, device: DeviceId, to: number): void {
    for (const key of new Set(this.#ground.store.pruneOpened(circle, device, to))) this.#refresh(circle, key)
  }

  /** Who may take away what others wrote has changed. */
  rolesChanged(circle: CircleId): void {
    for (const id of this.#ground.store.deletedTargets(circle)) this.#refresh(circle, `of:${id}`)
    for (const { key } of this.#ground.store.states(circle, '')) this.#refresh(circle, key)
  }

  circle(circle: CircleId): StateRow | undefined {
    return this.#ground.store.state(circle, 'circle')
  }

  rooms(circle: CircleId): readonly StateRow[] {
    return this.#ground.store.states(circle, 'room:')
  }

  /**
   * Where somebody says something, and whose names are not here: whoever made them is blocked. A room is the circle's, not its
   * maker's.
   */
  namelessRooms(circle: CircleId): readonly string[] {
    return this.#ground.store.namelessRooms(circle)
  }

  person(circle: CircleId, person: PersonId): StateRow | undefined {
    return this.#ground.store.state(circle, `profile:${person}`)
  }

  #refresh(circle: CircleId | undefined, key: string): void {
    if (key.startsWith('of:')) this.#message(circle, key.slice(3) as RecordId)
    else if (circle !== undefined) this.#state(circle, key)
  }

  #message(circle: CircleId | undefined, id: RecordId): void {
    const { store, me, events } = this.#ground
    const about = store.openedWith(circle, `of:${id}`)
    const base = about.find((opened) => opened.id === id)
    const conversation = base && conversationOf(base)
    const known = store.hasMessage(id)
    if (base === undefined || conversation === undefined) {
      if (known) store.removeMessage(id)
      return
    }
    const folded = foldMessage(base, about, (person) => this.#moderates(circle, person))
    const replied = 'replyTo' in base.content ? base.content.replyTo : undefined
    const mentionsMe =
      base.person !== me &&
      (folded.mentions.includes(me) || (replied !== undefined && store.openedBy(replied)?.person === me))
    store.putMessage(base, conversation, folded, mentionsMe)
    events.message(id, conversation, !known)
    const { content } = base
    const room = content.kind === 'text' || content.kind === 'file' ? content.room : undefined
    // The first in it may be what shows it.
    if (!known && circle !== undefined && room !== undefined) {
      const key = `room:${room}`
      if (store.state(circle, key) === undefined) events.state(circle, key)
    }
  }

  #state(circle: CircleId, key: string): void {
    const { store, events } = this.#ground
    const said = store.openedWith(circle, key)
    const state = foldState(key, said, (person) => this.#moderates(circle, person))
    const before = store.state(circle, key)
    if (state === undefined) store.removeState(circle, key)
    else store.putState(state)
    if (state?.name !== before?.name || state?.archived !== before?.archived) events.state(circle, key)
  }

  #moderates(circle: CircleId | undefined, person: PersonId): boolean {
    return circle !== undefined && this.#ground.moderates(circle, person)
  }
}

/** What it belongs to: messages with everything about them, and each name with all who said it. */
function keyOf({ id, person, content }: Opened): string | undefined {
  switch (content.kind) {
    case 'text':
    case 'file':
      return `of:${id}`
    case 'edit':
    case 'delete':
    case 'react':
      return `of:${content.target}`
    case 'room':
      return `room:${content.room}`
    case 'circle':
      return 'circle'
    case 'profile':
      return `profile:${person}`
    case 'unknown':
      return undefined
  }
}

function conversationOf({ circle, other, content }: Opened): ConversationKey | undefined {
  if (content.kind !== 'text' && content.kind !== 'file') return undefined
  if (circle === undefined) return other && directKey(other)
  return content.room === undefined ? undefined : roomKey(circle, content.room)
}
