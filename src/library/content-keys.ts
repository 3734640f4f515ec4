// By what peers ask for a content: the start of its content torrent's infohash, and what an encrypted handshake says of it.

import { hashBytes } from '../base/ids.ts'
import type { Digest } from '../base/ports.ts'
import { type ContentId, contentInfohash } from '../metainfo/content-id.ts'

export interface ContentKeys {
  readonly infohash20: Uint8Array
  readonly tag20: Uint8Array
}

const TRUNCATED_BYTES = 20
const TAG = new TextEncoder().encode('req2')

export function contentKeysOf(content: ContentId, digest: Digest): ContentKeys {
  const infohash20 = hashBytes(contentInfohash(content, digest)).subarray(0, TRUNCATED_BYTES)
  const tag = new Uint8Array(TAG.length + TRUNCATED_BYTES)
  tag.set(TAG)
  tag.set(infohash20, TAG.length)
  return { infohash20, tag20: digest.sha1(tag) }
}
