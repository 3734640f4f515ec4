// Direct messages in the book of conversations: the direct service delivers them, here they are read, folded and shown like those
// of rooms. What is none of chat's kinds is refused.

import { concatBytes } from '../../base/bytes.ts'
import type { Book } from '../../community/chat/book.ts'
import { directKey } from '../../community/chat/chat-store.ts'
import { decodeContent } from '../../community/chat/content.ts'
import { MAX_DEPENDENCIES } from '../../community/chat/limits.ts'
import { CommunityError } from '../../community/community-error.ts'
import { type DeviceId, keyBytes, keyText, type PersonId, type RecordId } from '../../community/ids.ts'
import type { Wall } from '../../community/service.ts'
import type { SqliteBook } from './store/book-store.ts'
import type { DirectRows } from './store/direct-rows.ts'
import type { MessageRows } from './store/message-rows.ts'

/** A direct message that was proven to be its author's (as community/direct/direct-inbox.ts has it). */
export interface DirectMessage {
  readonly id: RecordId
  /** The other one. */
  readonly person: PersonId
  readonly author: PersonId
  readonly device: DeviceId
  readonly at: number
  readonly lamport: number
  readonly after: readonly RecordId[]
  readonly content: Uint8Array
}

export interface DirectInbox {
  add(message: DirectMessage): boolean
  where(id: RecordId, person: PersonId, where: 'here' | 'held' | 'delivered', heldBy: number): void
  page(after: RecordId | undefined, limit: number): readonly DirectMessage[]
}

export interface DirectWriter {
  /** @throws CommunityError */
  write(
    person: PersonId,
    content: Uint8Array,
    moment: { readonly lamport: number; readonly after: readonly RecordId[]; readonly at: number },
  ): DirectMessage
}

export interface DirectBookGround {
  readonly me: PersonId
  readonly book: Book
  readonly store: SqliteBook
  readonly rows: MessageRows
  readonly direct: DirectRows
  readonly wall: Wall
  told(id: RecordId, person: PersonId): void
}

export class DirectBook implements DirectInbox {
  readonly #ground: DirectBookGround
  #writer: DirectWriter | undefined

  constructor(ground: DirectBookGround) {
    this.#ground = ground
  }

  connect(writer: DirectWriter): void {
    this.#writer = writer
  }

  /** @throws CommunityError */
  write(person: PersonId, content: Uint8Array): RecordId {
    if (this.#writer === undefined) throw new CommunityError('PERSON_UNKNOWN', { person })
    const { rows, store, wall } = this.#ground
    const newest = rows.newest(store.conversation(directKey(person), undefined), MAX_DEPENDENCIES)
    const message = this.#writer.write(person, content, {
      lamport: this.#ground.direct.clock(person) + 1,
      after: newest.map(({ id }) => keyText<RecordId>(id)),
      at: wall.seconds(),
    })
    this.add(message)
    return message.id
  }

  add(message: DirectMessage): boolean {
    const content = decodeContent(message.content)
    // Names of rooms and circles have no place between two people.
    if (content.kind === 'unknown' || content.kind === 'room' || content.kind === 'circle') return false
    const added = this.#ground.book.take({
      id: message.id,
      circle: undefined,
      other: message.person,
      person: message.author,
      device: message.device,
      seq: 0,
      lamport: message.lamport,
      at: message.at,
      receivedAt: this.#ground.wall.seconds(),
      moderator: false,
      content,
    })
    if (added) this.#ground.direct.setHeads(message.id, concatBytes(message.after.map(keyBytes)))
    return added
  }

  where(id: RecordId, person: PersonId, where: 'here' | 'held' | 'delivered', heldBy: number): void {
    // A receipt speaks of the conversation with whoever sent it, and of nothing else.
    if (this.#ground.rows.one(id)?.conversation_id !== directKey(person)) return
    this.#ground.rows.setPlace(id, where, heldBy)
    this.#ground.told(id, person)
  }

  page(after: RecordId | undefined, limit: number): DirectMessage[] {
    return this.#ground.direct.page(after, limit)
  }
}
