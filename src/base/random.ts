// Randomness as a value: a port that Node fills with its own generator and the simulator with a seeded one.

export interface Random {
  /** Uniform in 0 … 2^32 − 1. */
  uint32(): number
  /** Fresh random bytes. */
  bytes(length: number): Uint8Array
}

/** Uniform integer in 0 … below − 1; `below` in 1 … 2^32. Rejection keeps it unbiased. */
export function randomInt(random: Random, below: number): number {
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % below)
  for (;;) {
    const value = random.uint32()
    if (value < limit) return value % below
  }
}

/** Uniform in [0, 1). */
export function randomFraction(random: Random): number {
  return random.uint32() / 0x1_0000_0000
}

/** Fisher–Yates, in place. */
export function shuffle<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(random, i + 1)
    const held = items[i] as T
    items[i] = items[j] as T
    items[j] = held
  }
  return items
}

/** A seeded generator (splitmix32): the same seed gives the same run. For simulation and tests, never for secrets. */
export class SeededRandom implements Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  uint32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) bytes[i] = this.uint32()
    return bytes
  }
}
