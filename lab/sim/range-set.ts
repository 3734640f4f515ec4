// Half-open ranges of whole numbers.
// Invariant: ascending, not empty, and apart: two that meet are one.

export class RangeSet {
  /** from, to, from, to … */
  readonly #bounds: number[] = []
  #lengthBytes = 0

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  add(from: number, to: number): void {
    if (from >= to) return
    const bounds = this.#bounds
    // The first range that ends at or after `from`, and the first that begins after `to`.
    let first = this.#search(from, 1)
    const last = this.#search(to + 1, 0)
    let start = from
    let end = to
    if (first < last) {
      start = Math.min(from, bounds[first * 2] as number)
      end = Math.max(to, bounds[last * 2 - 1] as number)
    } else {
      first = last
    }
    for (let i = first; i < last; i++)
      this.#lengthBytes -= (bounds[i * 2 + 1] as number) - (bounds[i * 2] as number)
    this.#lengthBytes += end - start
    bounds.splice(first * 2, (last - first) * 2, start, end)
  }

  /** Takes away everything from `end` on. */
  cut(end: number): void {
    const bounds = this.#bounds
    while (bounds.length > 0 && (bounds[bounds.length - 1] as number) > end) {
      const to = bounds.pop() as number
      const from = bounds.pop() as number
      this.#lengthBytes -= to - from
      if (from < end) this.add(from, end)
    }
  }

  has(from: number, to: number): boolean {
    let gaps = 0
    this.eachGap(from, to, () => gaps++)
    return gaps === 0
  }

  /** Calls `found` for every stretch of from … to that is not in the set. */
  eachGap(from: number, to: number, found: (from: number, to: number) => void): void {
    let at = from
    for (let i = this.#search(from + 1, 1); at < to; i++) {
      const start = Math.min(to, this.#bounds[i * 2] ?? to)
      if (at < start) found(at, start)
      at = Math.max(start, this.#bounds[i * 2 + 1] ?? to)
    }
  }

  /** Index of the first range whose bound (0 its beginning, 1 its end) is at least `value`. */
  #search(value: number, bound: 0 | 1): number {
    let low = 0
    let high = this.#bounds.length / 2
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#bounds[middle * 2 + bound] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
