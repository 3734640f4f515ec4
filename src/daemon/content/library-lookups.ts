// What content torrents and what is got ask of the library; answered over its database, which lives in a thread of its own.

import type { ContentId } from '../../metainfo/content-id.ts'

/** A file of a library folder as it was when its content id was computed. */
export interface LibraryPlace {
  /** Of its content id; the length is the file's. */
  readonly root: Uint8Array
  /** Absolute. */
  readonly path: string
  readonly lengthBytes: number
  /** Milliseconds since 1970, as the file system gives it. */
  readonly modifiedMs: number
  /** As text; empty where a file system has none. */
  readonly inode: string
  /** The piece layer of its content torrent, where it was kept. */
  readonly layer?: Uint8Array | undefined
}

export interface LibraryLookups {
  /**
   * Of files that are offered to everyone and of no others: by the first 20 bytes of the infohash of their content torrent, or by
   * its tag (SHA-1 over `req2` and those 20 bytes).
   */
  offered(
    key: { readonly hash: Uint8Array } | { readonly tag: Uint8Array },
  ): Promise<LibraryPlace | undefined>
  /** Up to `count` such hashes in their order, those behind `hash`; fewer are the last ones. */
  offeredAfter(hash: Uint8Array | undefined, count: number): Promise<readonly Uint8Array[]>
  /** All files of this content, whomever they are offered to. */
  byContent(content: ContentId): Promise<readonly LibraryPlace[]>
}
