// What we tell a peer about our pieces when it comes, or when the metadata becomes known: which form, and which pieces it
// may have while choked. Promise: bitfield, have-all and have-none are said at most once and only as the first word about
// pieces (BEP 3, BEP 6); nothing is shown that the torrent hides (super-seeding, BEP 16).

import type { PieceIndex, WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { allowedFastSet } from '../../protocol/wire/allowed-fast.ts'
import { encodeBitfield, encodeHaveAll, encodeHaveNone, encodeHaves } from '../../protocol/wire/encode.ts'
import type { Content } from './host.ts'
import type { Peer } from './peer.ts'

/** Allowed-fast pieces that we grant (BEP 6); a peer that has as many of any is not starving any more. */
export const ALLOWED_FAST_PIECES = 10

/** @param opening nothing was said about pieces on this connection yet */
export function announcementOf(
  content: Content | undefined,
  peer: Peer,
  opening: boolean,
): readonly Uint8Array[] {
  const { fast } = peer.remote.flags
  if (content === undefined) return fast && opening ? [encodeHaveNone()] : []
  const { have } = content
  const shown = [...have.ones()].filter((piece) => content.mayServe(peer, piece as PieceIndex))
  if (!opening) return shown.length === 0 ? [] : [encodeHaves(shown)]
  if (shown.length === 0) return fast ? [encodeHaveNone()] : []
  if (fast && shown.length === have.length) return [encodeHaveAll()]
  if (shown.length === have.count) return [encodeBitfield(have.toBytes())]
  return fast ? [encodeHaveNone(), encodeHaves(shown)] : [encodeHaves(shown)]
}

/** Pieces that we grant while choking: those of the canonical set that we have and show. */
export function fastPieces(content: Content, peer: Peer, hash: WireHash, digest: Digest): PieceIndex[] {
  const { geometry, have } = content
  return allowedFastSet(peer.endpoint.host, hash, geometry.pieceCount, ALLOWED_FAST_PIECES, digest)
    .map((piece) => geometry.piece(piece))
    .filter(
      (piece): piece is PieceIndex => piece !== undefined && have.has(piece) && content.mayServe(peer, piece),
    )
}
