// What scanning asks of the database, and nothing more. All of it is synchronous: walk and database share a thread, so
// that an unchanged tree costs no messages.

import type { ContentId } from '../../metainfo/content-id.ts'
import type { FileIdentity, MediaFacts, WalkedFile } from '../file-record.ts'

/** A file that the library knows, as it was when it was last looked at. */
export interface KnownFile extends FileIdentity {
  readonly id: number
  /** The last component of its path. */
  readonly name: string
}

/** A file that waits to be read. */
export interface WaitingFile extends WalkedFile {
  readonly id: number
  readonly folder: string
}

/** Where to go on in a queue of waiting files: after this one. */
export interface WaitingPlace {
  readonly lengthBytes: number
  readonly id: number
}

export interface AddedFile extends WalkedFile {
  /**
   * A known file of the same identity: this is the same file under another name (renamed, or a second hard link). It
   * takes over content id, type, facts and a half-done hash, as they were before this batch.
   */
  readonly like?: number
}

export interface ChangedFile extends FileIdentity {
  readonly id: number
  /** As for an added file; without it everything that was learned of the file is forgotten and it waits again. */
  readonly like?: number
}

/** One batch of what a walk found. Within it, what goes makes room before what comes. */
export interface ScanChanges {
  readonly added: readonly AddedFile[]
  readonly changed: readonly ChangedFile[]
  readonly gone: readonly number[]
  /** Everything below these. */
  readonly goneDirectories: readonly string[]
}

/** A place where a file system begins, as it was when it was last walked. */
export interface KnownRoot {
  /** Below the folder; empty for the folder itself. */
  readonly path: string
  /** `device:inode` of the directory. */
  readonly identity: string
}

/** What a scan must remember of a folder to tell an unmounted volume from an emptied folder. */
export interface ScanMemory {
  readonly roots: readonly KnownRoot[]
  /** When all of it was last walked to the end; null before that. */
  readonly scannedAtMs: number | null
}

/** How far the hash of a large file has come. */
export interface HashCheckpoint {
  readonly identity: FileIdentity
  /** The piece layer of its content torrent from the front, 32 bytes a piece. */
  readonly layer: Uint8Array
}

export interface ScanStore {
  /** Files directly in a directory of a folder (`''` is its top). */
  filesIn(folder: string, directory: string): readonly KnownFile[]
  /** Names of the directories directly below it that hold known files at any depth. */
  directoriesIn(folder: string, directory: string): readonly string[]
  /** A file of this folder with exactly this identity, the one with a content id first. */
  withIdentity(
    folder: string,
    identity: FileIdentity,
  ): { readonly id: number; readonly path: string } | undefined
  /** One transaction. */
  apply(folder: string, changes: ScanChanges): void
  memory(folder: string): ScanMemory | undefined
  keepMemory(folder: string, memory: ScanMemory): void
}

export interface HashStore {
  /** Files without a content id, but for empty ones and those in trouble: shortest first, then by id. */
  unhashed(after: WaitingPlace | undefined, limit: number, folder?: string): readonly WaitingFile[]
  /**
   * Keeps the content id if the file is still of this identity; else answers false and keeps nothing.
   * @param layer the piece layer of its content torrent, where it is worth keeping
   */
  recordContent(id: number, identity: FileIdentity, content: ContentId, layer?: Uint8Array): boolean
  /** What a file of this folder with exactly this identity holds, where one is known: a second hard link. */
  contentOf(folder: string, identity: FileIdentity): ContentId | undefined
  /** It cannot be read: left out of unhashed() until it changes or its folder's troubles are forgotten. */
  recordTrouble(id: number, identity: FileIdentity, code: string): boolean
  forgetTroubles(folder: string): void
  checkpoint(id: number): HashCheckpoint | undefined
  /** Undefined drops it. It goes with the file, too. */
  keepCheckpoint(id: number, checkpoint: HashCheckpoint | undefined): void
}

export interface FactStore {
  /** Files whose type and facts were not looked for since they changed, in the order of unhashed(). */
  unread(after: WaitingPlace | undefined, limit: number): readonly WaitingFile[]
  /** False, and nothing is kept, when the file is no longer of this identity. `trouble` says why nothing was learned. */
  recordFacts(
    id: number,
    identity: FileIdentity,
    mediaType: string | undefined,
    facts: MediaFacts,
    trouble?: string,
  ): boolean
}
