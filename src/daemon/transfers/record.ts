// What is kept of one transfer between runs: what it is, every choice a person made, and what was counted. Pure.
// Invariant: a record says enough to go on without its torrent file: the link in it finds the list of files again.

import type { Licence } from '../../api/schemas/library.ts'
import type { Audience, StopRule } from '../../api/schemas/primitives.ts'
import type { ShareRequest } from '../../api/schemas/share.ts'
import type { CheckState } from '../../api/schemas/transfer.ts'
import { seal, unseal } from '../checked-file.ts'
import type { LockedEntry } from '../checks/file-state.ts'

/** Which files to get, said before they are known; null where it was not said. */
export interface Selection {
  readonly files: readonly number[] | null
  readonly globs: readonly string[] | null
}

export interface Summary {
  readonly totalBytes: number
  readonly wantedBytes: number
  readonly doneBytes: number
  readonly fileCount: number
  readonly private: boolean
  /** It had everything that was wanted. */
  readonly finished: boolean
}

/** What is asked to be shared, with what the person left out of it by its path: looked at again, it stays left out. */
export interface HashingWish extends ShareRequest {
  readonly leavesOut?: readonly (readonly string[])[]
}

/** One content is one transfer, however often it is got: each other place has a copy of its own. */
export interface AlsoWanted {
  /** As in the record. */
  readonly message: string | null
  /** The file: copied there when it has come. */
  readonly at: string
  readonly there: boolean
  /** Why it could not be copied: a code of a DiskError. */
  readonly problem: string | null
}

export interface TransferRecord {
  readonly id: string
  readonly role: 'get' | 'share'
  readonly audience: Audience
  /** `circle:<id>`, `person:<id>` or `offer:<id>`: got and given there alone; null for what strangers may be asked for. */
  readonly realm: string | null
  /** The conversation and message that offered it, with a space between, or `offer:<id>` that was sent; null for all others. */
  readonly message: string | null
  /** The same content was asked for again: by whom, and where it lies for them. */
  readonly also: readonly AlsoWanted[]
  readonly infohashV1: string | null
  readonly infohashV2: string | null
  /** As a link; empty while a share is being hashed. */
  readonly magnet: string
  /** CRC-32C of the torrent file beside it; null when there is none. */
  readonly torrentCrc: number | null
  readonly name: string
  /** Given by the person, instead. */
  readonly shownName: string | null
  /** Where it was saved first: its journal is named by it. */
  readonly journalFolder: string
  /** Where it is now. */
  readonly saveFolder: string
  /** It is on its way there; null when it is not. */
  readonly movingTo: string | null
  /** By file index; null for all alike. */
  readonly priorities: readonly number[] | null
  readonly selection: Selection | null
  readonly category: string | null
  readonly tags: readonly string[]
  readonly upLimit: number | null
  readonly downLimit: number | null
  /** What is absent follows the settings. */
  readonly stopRule: Partial<StopRule>
  readonly paused: boolean
  /** Stopped giving by its rule. */
  readonly stopped: boolean
  readonly forced: boolean
  readonly sequential: boolean
  readonly superSeed: boolean
  readonly maxPeers: number | null
  readonly pex: boolean
  readonly agreed: boolean
  readonly addedTrackers: readonly string[]
  readonly removedTrackers: readonly string[]
  readonly exceptHosts: readonly string[]
  readonly webSeeds: readonly string[]
  readonly peers: readonly string[]
  /** Shares whose names on disk are not the torrent's: by file index. */
  readonly diskPaths: readonly (string | null)[] | null
  /** Names given to files: components by file index. */
  readonly renamed: Readonly<Record<string, readonly string[]>>
  /** What is being hashed; null once it is. */
  readonly hashing: HashingWish | null
  /** The look before it was shared, and whom it was answered for; null for what was got, or shared before there were looks. */
  readonly looked: { readonly review: string; readonly audience: Audience; readonly at: number } | null
  /** What gives the right to offer it to everyone. */
  readonly licence: Licence | null
  readonly publisher: string | null
  /** The folder of its copies without place, by its name below those of all; null where there are none. */
  readonly copies: string | null
  /** The library folder whose people with the link get it. */
  readonly libraryFolder: string | null
  /** The page for phones was open. */
  readonly webPage: boolean
  readonly takenBytes: number
  readonly givenBytes: number
  readonly fetchedBy: number
  /** Milliseconds since 1970. */
  readonly addedAt: number
  readonly finishedAt: number | null
  readonly lastActiveAt: number | null
  readonly lastSeenAt: number | null
  readonly summary: Summary
  readonly check: CheckState | null
  /** Files that are given to nobody, by index: something was found in them, or they are on a list. */
  readonly locked: Readonly<Record<string, LockedEntry>>
}

/** What a record has whose file does not say it: written by a Shoal that did not know of it. */
export const BLANK: Omit<TransferRecord, 'id' | 'role' | 'journalFolder' | 'saveFolder' | 'addedAt'> = {
  audience: 'everyone',
  realm: null,
  message: null,
  also: [],
  infohashV1: null,
  infohashV2: null,
  magnet: '',
  torrentCrc: null,
  name: '',
  shownName: null,
  movingTo: null,
  priorities: null,
  selection: null,
  category: null,
  tags: [],
  upLimit: null,
  downLimit: null,
  stopRule: {},
  paused: false,
  stopped: false,
  forced: false,
  sequential: false,
  superSeed: false,
  maxPeers: null,
  pex: true,
  agreed: false,
  addedTrackers: [],
  removedTrackers: [],
  exceptHosts: [],
  webSeeds: [],
  peers: [],
  diskPaths: null,
  renamed: {},
  hashing: null,
  looked: null,
  licence: null,
  publisher: null,
  copies: null,
  libraryFolder: null,
  webPage: false,
  takenBytes: 0,
  givenBytes: 0,
  fetchedBy: 0,
  finishedAt: null,
  lastActiveAt: null,
  lastSeenAt: null,
  summary: { totalBytes: 0, wantedBytes: 0, doneBytes: 0, fileCount: 0, private: false, finished: false },
  check: null,
  locked: {},
}

/** Of a rule what somebody said. */
export function saidOf(
  rule: { readonly [Key in keyof StopRule]?: StopRule[Key] | undefined } = {},
): Partial<StopRule> {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined))
}

/** Raised when a record of the older shape would be read wrongly. */
export const RECORD_VERSION = 1

export function encodeRecord(record: TransferRecord): Uint8Array {
  return seal(RECORD_VERSION, record)
}

export function decodeRecord(bytes: Uint8Array): TransferRecord | 'corrupt' | 'newer' {
  const sealed = unseal(bytes, RECORD_VERSION)
  if (typeof sealed === 'string') return sealed
  return { ...BLANK, ...(sealed.body as TransferRecord) }
}
