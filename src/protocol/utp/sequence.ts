// Sequence numbers of packets: 16 bits on a circle (BEP 29).

export const SEQUENCES = 0x1_0000

/** How far `a` is ahead of `b`: −32,768 … 32,767. */
export function ahead(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** The number `by` packets later (or, negative, earlier). */
export function later(sequence: number, by: number): number {
  return (sequence + by) & 0xffff
}
