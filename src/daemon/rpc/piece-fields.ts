// Which pieces are here and how many connected peers have the others. The daemon tells both for at most 500 stretches
// of pieces: a torrent of more pieces has a stretch counted as here only when all of it is, so that nothing is claimed
// that is not there.

import { RpcError } from './rpc-error.ts'
import type { Details } from './torrent-view.ts'

const WHOLE = 255
const HERE = -1
/** One number a piece is dear: more are refused. */
const MAX_AVAILABILITY = 200_000

/** Base64 of one bit a piece, the first in the highest bit. */
export function pieceBits(details: Details | undefined): string {
  const map = bytesOf(details?.pieceMap)
  const pieces = details?.pieceCount ?? 0
  const bits = new Uint8Array(Math.ceil(pieces / 8))
  for (let piece = 0; piece < pieces && map.length > 0; piece++)
    if (map[stretchOf(piece, pieces, map.length)] === WHOLE)
      bits[piece >> 3] = (bits[piece >> 3] ?? 0) | (0x80 >> (piece & 7))
  return Buffer.from(bits).toString('base64')
}

/** For each piece -1 when it is here, else the least number of peers that have any piece of its stretch. */
export function availability(details: Details | undefined): number[] {
  const map = bytesOf(details?.pieceMap)
  const around = bytesOf(details?.availabilityMap)
  const pieces = details?.pieceCount ?? 0
  if (pieces > MAX_AVAILABILITY)
    throw new RpcError('RPC_TOO_MUCH', { what: 'availability', most: MAX_AVAILABILITY })
  return Array.from({ length: pieces }, (_, piece) => {
    if (map[stretchOf(piece, pieces, map.length)] === WHOLE) return HERE
    return around[stretchOf(piece, pieces, around.length)] ?? 0
  })
}

/** Stretches begin at whole pieces: at `floor(stretch × pieces / stretches)`. */
function stretchOf(piece: number, pieces: number, stretches: number): number {
  return Math.floor(((piece + 1) * stretches - 1) / pieces)
}

function bytesOf(base64: string | undefined): Uint8Array {
  return Buffer.from(base64 ?? '', 'base64')
}
