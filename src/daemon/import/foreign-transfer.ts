// A transfer of another client, as its own files describe it, in the words that ours is asked for. Read only: that client's
// folder is never written to.

import { type BDict, BList, decode } from '../../base/bencode.ts'
import { fromUtf8Lenient } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'

export class ImportError extends CodedError<
  /** The folder is not one of that client. */
  | 'IMPORT_NOTHING_THERE'
  /** Why one transfer stays where it is. */
  | 'IMPORT_NO_TORRENT'
  | 'IMPORT_UNREADABLE'
  | 'IMPORT_NO_FOLDER'
  | 'IMPORT_RENAMED'
  | 'IMPORT_PARTS_FAILED'
> {}

export interface ForeignTransfer {
  /** For people: as that client shows it. */
  readonly name: string
  readonly torrent: Uint8Array
  /** Absolute; holds the file or folder. */
  readonly saveFolder: string
  readonly paused: boolean
  readonly category: string | null
  readonly tags: readonly string[]
  /** Wanted ones by index among the torrent's own files; undefined for all. */
  readonly files: readonly number[] | undefined
  /** Bytes a second. */
  readonly upLimit: number | undefined
  readonly downLimit: number | undefined
  /** Gives until this many times its size; null for ever; undefined as usual. */
  readonly ratio: number | null | undefined
}

export interface ForeignFiles {
  /** What the two files are called, without their endings. */
  readonly name: string
  readonly torrent: Uint8Array | undefined
  readonly resume: Uint8Array
}

/** As our own limits are taken (api/schemas/primitives.ts). */
export const LEAST_LIMIT_BYTES_PER_SECOND = 1_000

/** @throws ImportError IMPORT_UNREADABLE */
export function dictOf(bytes: Uint8Array, name: string): BDict {
  try {
    const { value } = decode(bytes, 'torrent')
    if (
      typeof value === 'object' &&
      'entries' in value &&
      !(value instanceof BList) &&
      !(value instanceof Uint8Array)
    )
      return value
  } catch (error) {
    throw new ImportError('IMPORT_UNREADABLE', { name }, error)
  }
  throw new ImportError('IMPORT_UNREADABLE', { name })
}

export function textsOf(list: BList | undefined): string[] {
  return [...(list ?? [])].flatMap((item) => (item instanceof Uint8Array ? [fromUtf8Lenient(item)] : []))
}

/** Names of categories and tags as ours may be: cut, without signs that divide lists. */
export function labelOf(text: string): string | undefined {
  const label = text
    .replace(/[\p{Cc}\p{Cf},]/gu, ' ')
    .trim()
    .slice(0, MAX_LABEL_CHARACTERS)
  return label === '' ? undefined : label
}

const MAX_LABEL_CHARACTERS = 100

/** Undefined where every one is wanted. */
export function wantedOf(flags: readonly boolean[]): number[] | undefined {
  if (flags.length === 0 || flags.every((wanted) => wanted)) return undefined
  return flags.flatMap((wanted, index) => (wanted ? [index] : []))
}

export function limitOf(bytesPerSecond: number | undefined): number | undefined {
  return bytesPerSecond !== undefined && bytesPerSecond > 0
    ? Math.max(LEAST_LIMIT_BYTES_PER_SECOND, bytesPerSecond)
    : undefined
}
