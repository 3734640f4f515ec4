// What chat keeps, declared here and filled by a database (daemon/community/store) or by maps: entries as they came, for others;
// and what was read in them, for the person. A keeper has only the first.

import type { CircleId, DeviceId, PersonId, RecordId } from '../ids.ts'
import type { LogStore } from '../log/log-record.ts'
import type { Content, RoomId } from './content.ts'
import type { Entry } from './entry.ts'
import type { FoldedMessage } from './fold.ts'
import type { Pace } from './pace.ts'

/** `room:<circle>:<room>` or `direct:<person>`. */
export type ConversationKey = string

export function roomKey(circle: CircleId, room: RoomId): ConversationKey {
  return `room:${circle}:${room}`
}

export function directKey(person: PersonId): ConversationKey {
  return `direct:${person}`
}

/** An entry, or a direct message, that was opened. */
export interface Opened {
  readonly id: RecordId
  /** Undefined for direct ones. */
  readonly circle: CircleId | undefined
  /** The other person of a direct one. */
  readonly other: PersonId | undefined
  readonly person: PersonId
  readonly device: DeviceId
  /** 0 for direct ones. */
  readonly seq: number
  readonly lamport: number
  /** Seconds since 1970: by its author's clock, and by ours when it came. */
  readonly at: number
  readonly receivedAt: number
  /** Its person was owner or moderator when it was opened here. */
  readonly moderator: boolean
  readonly content: Content
}

/** Synchronous; the records of a log with what chat knows of each. `append` is always given an Entry. */
export interface EntryStore extends LogStore {
  pace(circle: CircleId, author: DeviceId): Pace | undefined
  putPace(circle: CircleId, author: DeviceId, pace: Pace): void
  lamportOf(circle: CircleId, id: RecordId): number | undefined
  /** The highest that was ever stored; 0 for none. */
  clock(circle: CircleId): number
  /** Of the newest entries of different authors, newest first. */
  newestHeads(circle: CircleId, limit: number): readonly { readonly id: RecordId; readonly lamport: number }[]
  /** Entries within a chain, in order. */
  entries(circle: CircleId, author: DeviceId, from: number, to: number, limit: number): readonly Entry[]
  /** Those that could not be opened, by epoch; and some of them, oldest first. */
  sealedEpochs(circle: CircleId): readonly RecordId[]
  sealedEntries(circle: CircleId, epoch: RecordId, limit: number): readonly Entry[]
  /** `unknown`: of a kind that a later version knows. */
  opened(circle: CircleId, id: RecordId, how: 'read' | 'unknown' | 'never'): void
  bytes(circle: CircleId): number
  /** The lowest clock such that the entries above it have at most so many bytes. */
  clockWithin(circle: CircleId, bytes: number): number
  /** The first seq of a chain that is neither as old as `time` nor at or below `lamport`; seq + 1 of the last for none. */
  firstKept(circle: CircleId, author: DeviceId, time: number, lamport: number): number
  /** How far a device said that it holds a chain of mine. @returns how far it said before */
  putHolder(circle: CircleId, author: DeviceId, device: DeviceId, seq: number): number
  holders(circle: CircleId, author: DeviceId): ReadonlyMap<DeviceId, number>
}

/** What is shown of a circle, a room or a person, and by which entry. */
export interface StateRow {
  readonly circle: CircleId
  /** `circle`, `room:<room>` or `profile:<person>`. */
  readonly key: string
  readonly name: string
  readonly archived: boolean
  /** Who made it, and who said so last. */
  readonly maker: PersonId
  readonly device: DeviceId
  readonly id: RecordId
  readonly lamport: number
  readonly at: number
}

/** Synchronous. What was opened, and the messages that are shown. */
export interface BookStore {
  /** `key` as keyOf() in book.ts says: by it what belongs together is found. False where it is there already. */
  putOpened(opened: Opened, key: string): boolean
  openedBy(id: RecordId): Opened | undefined
  openedWith(scope: CircleId | undefined, key: string): readonly Opened[]
  /** Of one author, from … to. @returns the keys of what went */
  removeOpened(circle: CircleId, device: DeviceId, from: number, to: number): readonly string[]
  /** All of one author, but for the names of the circle and its rooms, and what they took away. @returns the keys of what went */
  removeContent(circle: CircleId, device: DeviceId): readonly string[]
  /**
   * Of one author up to `to`: messages with everything about them, and what is about messages that are not here. What is about
   * others stays (a deletion must not end before what it deletes), and names do. @returns the keys of what went
   */
  pruneOpened(circle: CircleId, device: DeviceId, to: number): readonly string[]
  /** Targets of deletions in a circle. */
  deletedTargets(circle: CircleId): readonly RecordId[]
  putMessage(opened: Opened, conversation: ConversationKey, folded: FoldedMessage, mentionsMe: boolean): void
  removeMessage(id: RecordId): void
  hasMessage(id: RecordId): boolean
  putState(row: StateRow): void
  removeState(circle: CircleId, key: string): void
  state(circle: CircleId, key: string): StateRow | undefined
  /** Those whose key begins so. */
  states(circle: CircleId, prefix: string): readonly StateRow[]
  /** Rooms where something is shown that somebody said, and whose name is not here. */
  namelessRooms(circle: CircleId): readonly string[]
  /** A line of ours in a conversation: that somebody came, went, or has forked. */
  putNotice(conversation: ConversationKey, notice: Notice): void
}

export interface Notice {
  readonly id: RecordId
  readonly circle: CircleId
  readonly lamport: number
  readonly at: number
  readonly person: PersonId
  readonly device: DeviceId | undefined
  readonly code: 'JOINED' | 'LEFT' | 'REMOVED' | 'FORKED' | 'RENAMED'
  readonly name: string
}
