// The piece layer of a file (BEP 52), computed from disk on all cores. Reads only; whoever asked compares it with the root.

import { concatBytes } from '../../base/bytes.ts'
import { CodedError } from '../../base/errors.ts'
import type { Hasher } from '../../base/ports.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'

/** Handed to the hasher at once: enough for every core, little enough that others have their turn. */
const BATCH_BYTES = 32 * 1_048_576

/** 32 bytes for each piece of a file longer than one; undefined when it cannot be read to its end. */
export async function layerFromDisk(
  hasher: Hasher,
  path: string,
  lengthBytes: number,
  pieceBytes: number,
): Promise<Uint8Array | undefined> {
  const roots: Uint8Array[] = []
  const batch = Math.max(1, Math.floor(BATCH_BYTES / pieceBytes)) * pieceBytes
  try {
    for (let from = 0; from < lengthBytes; from += batch) {
      const pieces = []
      for (let offset = from; offset < Math.min(from + batch, lengthBytes); offset += pieceBytes) {
        const bytes = Math.min(pieceBytes, lengthBytes - offset)
        const merkle = { leaves: pieceBytes / BLOCK_BYTES, lengthBytes: bytes }
        pieces.push({ spans: [{ path, offset, lengthBytes: bytes }], want: { sha1: false, merkle } })
      }
      for (const result of await hasher.files(pieces)) {
        if ('failed' in result || result.root === undefined) return undefined
        roots.push(result.root)
      }
    }
  } catch (error) {
    // The hasher ended, with the program.
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
  return concatBytes(roots)
}
