// Where Shoals that hold the same link meet without saying the infohash (TRANSFER.md, Listed and unlisted).
// This is a protocol: label and input may never change.

import { concatBytes, utf8 } from '../base/bytes.ts'
import { hashBytes, INFOHASH_V1_BYTES, type Infohash, type WireHash, wireHashFromBytes } from '../base/ids.ts'
import type { Digest } from '../base/ports.ts'

const LABEL = 'shoal-rendezvous-1'

export interface TorrentHashes {
  readonly infohashV1: Infohash | undefined
  readonly infohashV2: Infohash | undefined
}

/**
 * First 20 bytes of SHA-256 over the label and the whole v2 infohash, or the v1 infohash where there is no v2.
 * Used in DHT and LSD like an infohash; one cannot go back from it.
 */
export function rendezvousKey(hashes: TorrentHashes, digest: Digest): WireHash {
  const hash = hashes.infohashV2 ?? hashes.infohashV1
  if (hash === undefined) throw new TypeError('a torrent without an infohash')
  const full = digest.sha256(concatBytes([utf8(LABEL), hashBytes(hash)]))
  return wireHashFromBytes(full.subarray(0, INFOHASH_V1_BYTES))
}
