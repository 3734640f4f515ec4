// How many nodes of a network can be how close to a target: ids are spread evenly, so the numbers are Poisson's.

/** Deviations beyond which something is no chance: once in some hundreds of lookups, and then it costs a few questions. */
const DEVIATIONS = 3

/** More share so many leading bits with a target than chance allows, if `closer` and one more do. */
export function isCrowd(networkSize: number, bits: number, closer: number): boolean {
  const expected = networkSize / 2 ** bits
  return closer > expected + DEVIATIONS * Math.sqrt(expected)
}

/** Fewer were found in this part of all ids than must be there, if it is `found`: there are others that nobody told of. */
export function isSparse(networkSize: number, share: number, found: number): boolean {
  if (networkSize === Number.POSITIVE_INFINITY) return false
  const expected = networkSize * share
  return found < expected - DEVIATIONS * Math.sqrt(expected) - 1
}
