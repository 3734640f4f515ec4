// A complete file of a torrent that runs, as its content torrent needs it: where it lies, what it was like when it was verified, and the
// piece layer where that of its own torrent says it.

import type { Digest } from '../../base/ports.ts'
import type { OfferedContent } from '../../engine/session/content-source.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import { contentPieceLength } from '../../metainfo/content-id.ts'
import { Merkle, pieceLayer } from '../../metainfo/merkle.ts'

/** Undefined while its files are closed, and for a file that is not complete, kept locked, or found changed. */
export function offeredFile(torrent: Torrent, index: number, digest: Digest): OfferedContent | undefined {
  const { metainfo } = torrent
  const store = torrent.live?.store
  const file = metainfo?.files[index]
  const identity = store?.verified(index)
  const at = store?.path(index)
  if (metainfo === undefined || file?.root === undefined || identity === undefined || at === undefined)
    return undefined
  const { root, lengthBytes } = file
  const layer = layerIn(torrent, root, lengthBytes, metainfo.pieceLengthBytes, digest)
  return { content: { root, lengthBytes }, path: at, identity, ...(layer === undefined ? {} : { layer }) }
}

/** A torrent of pieces no longer than the content torrent's knows those of it. */
function layerIn(
  { layers }: Torrent,
  root: Uint8Array,
  lengthBytes: number,
  pieceLengthBytes: number,
  digest: Digest,
): Uint8Array | undefined {
  const wanted = contentPieceLength(lengthBytes)
  const known = layers.get(root.toHex())
  if (known === undefined || pieceLengthBytes > wanted) return undefined
  return new Merkle(digest).root(known, pieceLayer(pieceLengthBytes), pieceLayer(wanted))
}
