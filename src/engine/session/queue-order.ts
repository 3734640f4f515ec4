// The order of the queue: who is in front of whom. Invariant: everybody in it has one place, from 0 without gaps.
// Places are counted when somebody asks, once after each change: moving all of ten thousand one by one stays cheap.

/** Where in the queue to: an end, a step, or a place from 0 (beyond the end: last). */
export type QueueMove = 'top' | 'up' | 'down' | 'bottom' | number

export class QueueOrder<Key> {
  readonly #order: Key[] = []
  #places: Map<Key, number> | undefined;

  [Symbol.iterator](): IterableIterator<Key> {
    return this.#order[Symbol.iterator]()
  }

  get size(): number {
    return this.#order.length
  }

  /** From 0; undefined for whoever is not in the queue. */
  place(key: Key): number | undefined {
    this.#places ??= new Map(this.#order.map((each, place) => [each, place]))
    return this.#places.get(key)
  }

  /** At the end, or at a place that it had before. */
  add(key: Key, place = this.#order.length): void {
    this.#order.splice(Math.max(0, place), 0, key)
    if (place < this.#order.length - 1) this.#places = undefined
    else this.#places?.set(key, this.#order.length - 1)
  }

  remove(key: Key): void {
    const at = this.#order.indexOf(key)
    if (at < 0) return
    this.#order.splice(at, 1)
    this.#places = undefined
  }

  move(key: Key, to: QueueMove): void {
    const from = this.#order.indexOf(key)
    if (from < 0) return
    const place = Math.max(0, Math.min(this.#order.length - 1, this.#target(from, to)))
    if (place === from) return
    this.#order.splice(from, 1)
    this.#order.splice(place, 0, key)
    this.#places = undefined
  }

  /** Several as one block that keeps its inner order: a step is one place for each of them. */
  moveAll(keys: readonly Key[], to: Exclude<QueueMove, number>): void {
    const moving = new Set(keys)
    const inOrder = this.#order.filter((key) => moving.has(key))
    if (to === 'top' || to === 'bottom') {
      const others = this.#order.filter((key) => !moving.has(key))
      const order = to === 'top' ? [...inOrder, ...others] : [...others, ...inOrder]
      for (const [place, key] of order.entries()) this.#order[place] = key
    } else this.#step(moving, to)
    this.#places = undefined
  }

  /** Each changes places with its neighbour, unless that one moves too and could not. */
  #step(moving: ReadonlySet<Key>, to: 'up' | 'down'): void {
    const order = this.#order
    const last = order.length - 1
    for (let step = 1; step <= last; step++) {
      const from = to === 'up' ? step : last - step
      const beside = to === 'up' ? from - 1 : from + 1
      const [key, neighbour] = [order[from] as Key, order[beside] as Key]
      if (!moving.has(key) || moving.has(neighbour)) continue
      order[beside] = key
      order[from] = neighbour
    }
  }

  #target(from: number, to: QueueMove): number {
    switch (to) {
      case 'top':
        return 0
      case 'up':
        return from - 1
      case 'down':
        return from + 1
      case 'bottom':
        return this.#order.length - 1
      default:
        return Math.trunc(to)
    }
  }
}
