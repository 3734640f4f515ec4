// Events of a simulation in the order of their moments; equal moments keep the order in which they were added.

interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

export class EventQueue {
  /** A binary heap. */
  readonly #events: Event[] = []
  #order = 0

  add(at: number, run: () => void): void {
    const events = this.#events
    events.push({ at, order: this.#order++, run })
    for (let child = events.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!before(events[child] as Event, events[parent] as Event)) break
      swap(events, child, parent)
      child = parent
    }
  }

  /** Removes and returns the next event. */
  next(): { readonly at: number; readonly run: () => void } | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (first === undefined || last === undefined || events.length === 0) return first
    events[0] = last
    for (let parent = 0; ; ) {
      let child = 2 * parent + 1
      if (child >= events.length) break
      if (child + 1 < events.length && before(events[child + 1] as Event, events[child] as Event)) child++
      if (!before(events[child] as Event, events[parent] as Event)) break
      swap(events, child, parent)
      parent = child
    }
    return first
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function swap(events: Event[], a: number, b: number): void {
  const held = events[a] as Event
  events[a] = events[b] as Event
  events[b] = held
}
