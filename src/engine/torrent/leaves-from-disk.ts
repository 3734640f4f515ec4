// A hash of each block of a piece, computed from disk in bounded memory whatever the piece's length (BEP 52).

import type { PieceIndex } from '../../base/ids.ts'
import type { Hasher } from '../../base/ports.ts'
import { blocksOf, powerOfTwoAbove } from '../../metainfo/merkle.ts'

/** Read and hashed at a time: whole blocks, and large enough that the disk is used well. */
const READ_BYTES = 1 << 20

type Read = (
  piece: PieceIndex,
  begin: number,
  views: readonly Uint8Array[],
) => Promise<'ok' | 'changed' | 'unreadable'>

/**
 * @param lengthBytes of the piece, from its beginning: padding behind a file's data has no leaves
 * @returns 32 bytes per block; undefined when it cannot be read
 */
export async function leavesFromDisk(
  piece: PieceIndex,
  lengthBytes: number,
  read: Read,
  hasher: Hasher,
): Promise<Uint8Array | undefined> {
  const stream = hasher.stream({
    sha1: false,
    merkle: { lengthBytes, leaves: powerOfTwoAbove(blocksOf(lengthBytes)) },
  })
  try {
    for (let begin = 0; begin < lengthBytes; begin += READ_BYTES) {
      const bytes = new Uint8Array(Math.min(READ_BYTES, lengthBytes - begin))
      if ((await read(piece, begin, [bytes])) !== 'ok') return undefined
      await stream.update(bytes)
    }
    return (await stream.finish()).leaves
  } finally {
    stream.abort()
  }
}
