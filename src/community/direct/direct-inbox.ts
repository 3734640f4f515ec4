// Where direct messages end up: the view of conversations, which chat keeps.

import type { DeviceId, PersonId, RecordId } from '../ids.ts'
import type { Where } from './outbox.ts'

/** A direct message that was proven to be its author's. */
export interface DirectMessage {
  /** The same in every copy. */
  readonly id: RecordId
  /** The other one: the conversation is `direct:<person>`. */
  readonly person: PersonId
  readonly author: PersonId
  readonly device: DeviceId
  /** Seconds since 1970 by the author's clock: for showing. */
  readonly at: number
  readonly lamport: number
  /** Last messages that the author had seen, at most eight. */
  readonly after: readonly RecordId[]
  /** Of the kinds that rooms have; chat decodes it, and refuses what is none. */
  readonly content: Uint8Array
}

/** Synchronous, within the transaction of whatever brought it. */
export interface DirectInbox {
  /** False where it is there already, or its content is none. */
  add(message: DirectMessage): boolean
  /** Of one of mine: where it is. */
  where(id: RecordId, person: PersonId, where: Where, heldBy: number): void
  /** Everything, oldest first, in pages: for a new device of mine. */
  page(after: RecordId | undefined, limit: number): readonly DirectMessage[]
}
