// What the engine asks when somebody names a torrent that it does not have: whether a file that is offered to everyone makes
// that content torrent (TRANSFER.md; docs/content-ids.md). Implemented over the library, joined in the daemon.

import type { ContentId } from '../../metainfo/content-id.ts'
import type { FileIdentity } from '../storage/layout.ts'

export interface OfferedContent {
  readonly content: ContentId
  /** Absolute; its name need not be the torrent's. */
  readonly path: string
  /** What the file was like when its content id was computed: if it is not so any more, it is not served. */
  readonly identity: FileIdentity
  /** 32 bytes for each piece of the content torrent; computed from the file where it is absent. */
  readonly layer?: Uint8Array
}

/**
 * Answers for what is offered to everyone, and for nothing else: an infohash of content can be computed by whoever knows the
 * file, so any answer tells that the file is here.
 */
export interface ContentSource {
  /** @param hash the first 20 bytes of the content torrent's infohash */
  byInfohash(hash: Uint8Array): Promise<OfferedContent | undefined>
  /** @param tag SHA-1 of `req2` and that hash: what an encrypted handshake says of its torrent */
  byTag(tag: Uint8Array): Promise<OfferedContent | undefined>
  /** For announcing: up to `count` hashes of 20 bytes in their order, those behind `hash`; fewer are the last ones. */
  after(hash: Uint8Array | undefined, count: number): Promise<readonly Uint8Array[]>
}
