// Sets of operations by their number in the graph, as bits: what an operation saw.

export class Past {
  readonly #words: Uint32Array

  private constructor(words: Uint32Array) {
    this.#words = words
  }

  static readonly EMPTY = new Past(new Uint32Array(0))

  /** All that any of these operations saw, and they themselves. */
  static behind(parents: readonly { readonly index: number; readonly past: Past }[]): Past {
    if (parents.length === 0) return Past.EMPTY
    const highest = parents.reduce((most, { index }) => Math.max(most, index), -1)
    const words = new Uint32Array((highest >>> 5) + 1)
    for (const { index, past } of parents) {
      for (let at = 0; at < past.#words.length; at++)
        words[at] = (words[at] as number) | (past.#words[at] as number)
      words[index >>> 5] = (words[index >>> 5] as number) | (1 << (index & 31))
    }
    return new Past(words)
  }

  has(index: number): boolean {
    const word = this.#words[index >>> 5]
    return word !== undefined && (word & (1 << (index & 31))) !== 0
  }
}
