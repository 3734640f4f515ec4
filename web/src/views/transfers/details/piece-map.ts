// The map of pieces as the API sends it: at most 500 stretches, each a byte.

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

export interface PieceCounts {
  /** Of all, as near as the stretches tell. */
  readonly here: number
  /** Missing, and nobody who is connected has them. */
  readonly nobody: number
}

export function countPieces(here: Uint8Array, available: Uint8Array, pieceCount: number): PieceCounts {
  if (here.length === 0) return { here: 0, nobody: 0 }
  const each = pieceCount / here.length
  let sum = 0
  let nobody = 0
  here.forEach((share, at) => {
    sum += (share / 255) * each
    if (share < 255 && available[at] === 0) nobody += (1 - share / 255) * each
  })
  // All is said of all only.
  const whole = here.every((share) => share === 255)
  return {
    here: whole ? pieceCount : Math.min(pieceCount - 1, Math.round(sum)),
    nobody: Math.ceil(nobody - 1e-9),
  }
}
