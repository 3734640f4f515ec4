// How many peers are given something at once.
//
// n slots are right when the n-th fastest still gets n × SLOT_STEP: the number grows with the square root of what
// we can send, so a faster line serves more peers and each of them faster. A known capacity (an upload limit) is put
// into the formula. Otherwise the rates measured now are: one slot more than they fill is tried, and as many as their
// sum would fill if it were shared evenly, but at most twice as many as there are.
// Few slots matter: a piece is of use to others only when it is whole, and ten halves are worth less than five wholes.

/** Bytes per second by which each further slot must be faster than the one before. */
export const SLOT_STEP_BYTES_PER_SECOND = 8_192
/** One of them is the optimistic one; below this tit for tat has nothing to choose from (BEP 3 uses four). */
export const MIN_SLOTS = 4
/** On a line so slow that four would each get less than a block in ten seconds. */
export const MIN_SLOTS_SLOW = 2
/** What is slow: 4 slots × 16 KiB in 10 s. */
export const SLOW_BYTES_PER_SECOND = 6_554
/** As many as a torrent has connections (SAFETY.md). */
export const MAX_SLOTS = 50

export function slotsForLimit(limitBytesPerSecond: number): number {
  if (limitBytesPerSecond < SLOW_BYTES_PER_SECOND) return MIN_SLOTS_SLOW
  const slots = Math.floor(Math.sqrt(limitBytesPerSecond / SLOT_STEP_BYTES_PER_SECOND))
  return Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, slots))
}

/** @param rates what each unchoked peer gets now, bytes per second, in any order. */
export function slotsForRates(rates: readonly number[]): number {
  const fastest = [...rates].sort((a, b) => b - a)
  let filled = 0
  while (filled < fastest.length && (fastest[filled] as number) >= (filled + 1) * SLOT_STEP_BYTES_PER_SECOND)
    filled++
  const total = rates.reduce((sum, rate) => sum + rate, 0)
  const even = Math.min(2 * filled, Math.floor(Math.sqrt(total / SLOT_STEP_BYTES_PER_SECOND)))
  return Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, Math.max(filled + 1, even)))
}
