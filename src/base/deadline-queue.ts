// One alarm for everything that waits: thousands of torrents and peers cost no timer of their own.
// Invariant: the clock's alarm is set for the earliest deadline, or not at all when nothing waits.

import type { Millis } from './ids.ts'
import type { Clock } from './ports.ts'

/** Something that wants waking. Returns when next, or undefined for never. */
export interface Sleeper {
  wake(now: Millis): Millis | undefined
}

interface Entry {
  readonly at: Millis
  readonly order: number
  readonly sleeper: Sleeper
}

export class DeadlineQueue {
  readonly #clock: Clock
  readonly #heap: Entry[] = []
  /** The one entry of each sleeper that counts; others in the heap are stale and skipped. */
  readonly #current = new Map<Sleeper, Entry>()
  #order = 0
  #cancelAlarm: (() => void) | undefined
  #alarmAt: Millis | undefined
  #waking = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Replaces the sleeper's deadline; undefined forgets it. */
  set(sleeper: Sleeper, at: Millis | undefined): void {
    const current = this.#current.get(sleeper)
    if (at === undefined) {
      this.#current.delete(sleeper)
    } else if (current?.at !== at) {
      const entry: Entry = { at, order: this.#order++, sleeper }
      this.#current.set(sleeper, entry)
      this.#push(entry)
    }
    if (!this.#waking) this.#arm()
  }

  /** Makes the deadline earlier if `at` is before it. */
  hasten(sleeper: Sleeper, at: Millis): void {
    const current = this.#current.get(sleeper)
    if (current === undefined || at < current.at) this.set(sleeper, at)
  }

  forget(sleeper: Sleeper): void {
    this.set(sleeper, undefined)
  }

  get size(): number {
    return this.#current.size
  }

  #arm(): void {
    this.#dropStale()
    const next = this.#heap[0]
    if (next?.at === this.#alarmAt && this.#cancelAlarm !== undefined) return
    this.#cancelAlarm?.()
    this.#cancelAlarm = undefined
    this.#alarmAt = next?.at
    if (next !== undefined) this.#cancelAlarm = this.#clock.schedule(next.at, () => this.#ring())
  }

  #ring(): void {
    this.#cancelAlarm = undefined
    this.#alarmAt = undefined
    this.#waking = true
    try {
      const now = this.#clock.now()
      // What is set during this loop for now or earlier waits for the next alarm: a greedy sleeper cannot stop the others.
      const last = this.#order
      for (;;) {
        this.#dropStale()
        const next = this.#heap[0]
        if (next === undefined || next.at > now || next.order >= last) break
        this.#pop()
        this.#current.delete(next.sleeper)
        const again = next.sleeper.wake(now)
        if (again !== undefined && !this.#current.has(next.sleeper)) this.set(next.sleeper, again)
        else if (again !== undefined) this.hasten(next.sleeper, again)
      }
    } finally {
      this.#waking = false
      this.#arm()
    }
  }

  #dropStale(): void {
    while (this.#heap.length > 0 && this.#current.get((this.#heap[0] as Entry).sleeper) !== this.#heap[0])
      this.#pop()
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(entry, heap[parent] as Entry)) break
      heap[at] = heap[parent] as Entry
      at = parent
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (!before(heap[child] as Entry, last)) break
      heap[at] = heap[child] as Entry
      at = child
    }
    heap[at] = last
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
