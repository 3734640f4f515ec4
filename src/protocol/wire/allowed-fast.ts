// The canonical allowed-fast set (BEP 6): pieces that a choked peer may have, the same from every giver,
// fixed by its network and the torrent, so that reconnecting or moving within a /24 wins nothing.

import { parseIp } from '../../base/address.ts'
import { concatBytes, readUint32 } from '../../base/bytes.ts'
import { hashBytes, type WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'

/** Above any sensible k (BEP 6 suggests 10); bounds the work. */
export const MAX_ALLOWED_FAST = 64

/**
 * @param host the receiver's address as we see it. BEP 6 defines the set for IPv4 only: others get none.
 * @returns up to `count` distinct piece indexes in the canonical order
 */
export function allowedFastSet(
  host: string,
  hash: WireHash,
  pieceCount: number,
  count: number,
  digest: Digest,
): number[] {
  const address = parseIp(host)
  const wanted = Math.min(count, pieceCount, MAX_ALLOWED_FAST)
  if (address?.length !== 4 || wanted <= 0) return []
  const set = new Set<number>()
  address[3] = 0
  let state = concatBytes([address, hashBytes(hash)])
  while (set.size < wanted) {
    state = digest.sha1(state)
    for (let at = 0; at < 20 && set.size < wanted; at += 4) set.add(readUint32(state, at) % pieceCount)
  }
  return [...set]
}
