// What the library keeps of one file on disk, and how it knows a file again without reading it.

import type { ContentId } from '../metainfo/content-id.ts'

/** Enough to tell whether a file is still the one that was hashed. */
export interface FileIdentity {
  readonly lengthBytes: number
  /** Milliseconds since 1970, with the fraction the file system gives. */
  readonly modifiedMs: number
  /** As text: inodes pass 2^53. Empty where a file system has none. */
  readonly inode: string
}

/** As the walk of a folder sees a file. */
export interface WalkedFile extends FileIdentity {
  /** Below the library folder, with `/`; names on disk that are no text are not in the library. */
  readonly path: string
}

/** What media files say of themselves; absent where unknown. Never where a photo was taken. */
export interface MediaFacts {
  readonly durationSeconds?: number
  /** Bits per second. */
  readonly bitrate?: number
  readonly width?: number
  readonly height?: number
  readonly artist?: string
  readonly album?: string
  readonly title?: string
  readonly track?: number
  readonly year?: number
  readonly codec?: string
  readonly camera?: string
  readonly takenAt?: string
}

export interface FileRecord extends WalkedFile {
  readonly id: number
  readonly folder: string
  /** Undefined while it waits to be hashed; empty files have none. */
  readonly content: ContentId | undefined
}

/** What a file turned out to be, when it was read. */
export interface ReadFile {
  readonly id: number
  /** It is recorded only while the file is still this one. */
  readonly identity: FileIdentity
  readonly content: ContentId | undefined
  /** By content, `video/mp4`; undefined when nothing recognises it. */
  readonly mediaType: string | undefined
  readonly facts: MediaFacts
  /** Why nothing could be learned of it: a code. */
  readonly trouble?: string
}
