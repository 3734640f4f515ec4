// What a log is made of, and what the one who owns it decides: per-author chains of signed records, for operations of circles
// as for entries of chat. The log knows order, chains and forks; what a record says is its owner's business.

import type { CircleId, DeviceId, RecordId } from '../ids.ts'

/** A record as the owner read it: shape and signature are right, and the author is the device whose key signed. */
export interface LogRecord {
  readonly circle: CircleId
  readonly author: DeviceId
  /** From 1, without holes. */
  readonly seq: number
  /** Of seq − 1; undefined for the first. */
  readonly prev: RecordId | undefined
  /** Hash of `bytes`. */
  readonly id: RecordId
  /** The whole record as it was signed and travels. */
  readonly bytes: Uint8Array
}

/** One author's chain as it stands here. Records from `begin` to `seq` are here, if any; those before are pruned or skipped. */
export interface Chain {
  readonly author: DeviceId
  /** First one that is here; seq + 1 where only the end is known (pruned whole, or its author was blocked). */
  readonly begin: number
  /** 0 where nothing ever came. */
  readonly seq: number
  /** Of `seq`; undefined exactly for 0. */
  readonly head: RecordId | undefined
  /** Its next record broke a rule that everybody applies: nothing more is taken of it. */
  readonly stopped: boolean
  /** The first place with two records; the chain ends before it for good. */
  readonly forkedAt: number | undefined
}

/** Two records that one author should never have signed: of one place, or the second one not following the first. */
export interface ForkProof {
  readonly author: DeviceId
  /** No later than the first place where they part; as low as is known. */
  readonly at: number
  readonly first: Uint8Array
  readonly second: Uint8Array
}

/** How much of an author counts: everything, what stands up to a place, or nothing (unknown, or blocked). */
export type Bound = number

export const UNBOUNDED: Bound = Number.MAX_SAFE_INTEGER
export const NOTHING: Bound = 0

export type Verdict =
  /** Stored at once. */
  | 'take'
  /** Rests on what is not known yet, or its time has not come: it and what follows is asked for again after `recheck`. */
  | 'later'
  /** Signed, but against a rule that everybody applies alike: the chain ends before it. */
  | 'stop'

/** Whoever owns the records. Called synchronously within the inputs of the log. */
export interface LogOwner {
  /** Reads one record and checks shape and signature, before anything is kept of it. @throws RecordError */
  read(circle: CircleId, bytes: Uint8Array): LogRecord
  /** How far this author's records are asked for, stored, told of and served. */
  bound(circle: CircleId, author: DeviceId): Bound
  /** A record that is next in its chain and within its bound. */
  judge(record: LogRecord): Verdict
  /** It is in the store. `from` undefined: written here. */
  stored(record: LogRecord, from: DeviceId | undefined): void
  /** An author signed two things for one place: what it wrote from `at` on is gone from the store. */
  forked(circle: CircleId, author: DeviceId, at: number): void
  /** What a device says it holds of an author: seq `from` to `to`. Told only when it changed. */
  holds(circle: CircleId, device: DeviceId, author: DeviceId, from: number, to: number): void
  /** Everything that linked devices told of is here, or nobody can give it. */
  caughtUp(circle: CircleId): void
}

export interface StoredRecord {
  /** Order of arrival: never before what it rests on, if it came so. */
  readonly order: number
  readonly seq: number
  readonly bytes: Uint8Array
}

/** What the log keeps, synchronously; the host puts one transaction around each input. */
export interface LogStore {
  /** All chains of a circle; asked for once. */
  chains(circle: CircleId): Iterable<Chain>
  /** Stores a record and what its chain is then. */
  append(record: LogRecord, chain: Chain): void
  /** Those after `after`, in order of seq, at most `limit`. */
  records(circle: CircleId, author: DeviceId, after: number, limit: number): readonly StoredRecord[]
  /** Of a record that is here. */
  idAt(circle: CircleId, author: DeviceId, seq: number): RecordId | undefined
  /** A chain that is other than its records say; its records outside begin … seq go. */
  putChain(circle: CircleId, chain: Chain): void
  putFork(circle: CircleId, proof: ForkProof): void
  fork(circle: CircleId, author: DeviceId): ForkProof | undefined
}
