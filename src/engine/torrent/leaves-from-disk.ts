// Leaf hashes of a verified piece, computed from disk in bounded memory whatever the piece's length (BEP 52).

import type { PieceIndex } from '../../base/ids.ts'
import type { Hasher } from '../../base/ports.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import { blocksOf, powerOfTwoAbove } from '../../metainfo/merkle.ts'
import type { BlockStore } from '../peer/host.ts'

/** Read and hashed at a time: whole blocks, and large enough that the disk is used well. */
const READ_BYTES = 1 << 20

/** @returns 32 bytes per block of the file's data in this piece (padding left out); undefined when it cannot be read. */
export async function leavesFromDisk(
  piece: PieceIndex,
  geometry: Geometry,
  store: BlockStore,
  hasher: Hasher,
): Promise<Uint8Array | undefined> {
  const lengthBytes = geometry.payloadOf(piece)
  const stream = hasher.stream({
    sha1: false,
    merkle: { lengthBytes, leaves: powerOfTwoAbove(blocksOf(lengthBytes)) },
  })
  try {
    for (let begin = 0; begin < lengthBytes; begin += READ_BYTES) {
      const bytes = new Uint8Array(Math.min(READ_BYTES, lengthBytes - begin))
      if ((await store.read(piece, begin, [bytes])) !== 'ok') return undefined
      await stream.update(bytes)
    }
    return (await stream.finish()).leaves
  } finally {
    stream.abort()
  }
}
