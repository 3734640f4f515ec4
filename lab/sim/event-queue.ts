// What will happen, by time and then by the order in which it was decided: a binary heap.
// Invariants: two events of one moment come out in the order they went in; a cancelled event never comes out.

export interface SimEvent {
  readonly at: number
  readonly order: number
  /** Undefined once cancelled or run. */
  run: (() => void) | undefined
}

export class EventQueue {
  #heap: SimEvent[] = []
  #order = 0
  #cancelled = 0

  add(at: number, run: () => void): SimEvent {
    const event: SimEvent = { at, order: this.#order++, run }
    this.#sink(event)
    return event
  }

  cancel(event: SimEvent): void {
    if (event.run === undefined) return
    event.run = undefined
    this.#cancelled++
    // Deadlines are moved often: without this the heap would fill with what no longer counts.
    if (this.#cancelled > 1024 && this.#cancelled * 2 > this.#heap.length) this.#rebuild()
  }

  /** The moment of the next event. */
  peek(): number | undefined {
    while (this.#heap.length > 0 && (this.#heap[0] as SimEvent).run === undefined) {
      this.#removeFirst()
      this.#cancelled--
    }
    return this.#heap[0]?.at
  }

  pop(): SimEvent | undefined {
    return this.peek() === undefined ? undefined : this.#removeFirst()
  }

  get size(): number {
    return this.#heap.length - this.#cancelled
  }

  #rebuild(): void {
    const kept = this.#heap.filter((event) => event.run !== undefined)
    this.#heap = kept.sort((a, b) => a.at - b.at || a.order - b.order)
    this.#cancelled = 0
  }

  #sink(event: SimEvent): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(event, heap[parent] as SimEvent)) break
      heap[at] = heap[parent] as SimEvent
      at = parent
    }
    heap[at] = event
  }

  #removeFirst(): SimEvent {
    const heap = this.#heap
    const first = heap[0] as SimEvent
    const last = heap.pop() as SimEvent
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as SimEvent, heap[child] as SimEvent)) child++
      if (!before(heap[child] as SimEvent, last)) break
      heap[at] = heap[child] as SimEvent
      at = child
    }
    heap[at] = last
    return first
  }
}

function before(a: SimEvent, b: SimEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
