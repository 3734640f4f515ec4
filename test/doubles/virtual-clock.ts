// A clock that stands still until a test moves it, and rings its alarms in order on the way.

import type { Millis } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/ports.ts'

export class VirtualClock implements Clock {
  #nowMs: number
  readonly #alarms = new Set<{ readonly at: number; readonly wake: () => void }>()

  constructor(startMs = 0) {
    this.#nowMs = startMs
  }

  now(): Millis {
    return this.#nowMs as Millis
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#nowMs
  }

  schedule(at: Millis, wake: () => void): () => void {
    const alarm = { at, wake }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  get waiting(): number {
    return this.#alarms.size
  }

  /** Moves on by `ms`; after each alarm everything it set off in promises is done before time goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms
    await settled()
    for (;;) {
      const next = [...this.#alarms].sort((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#alarms.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.at)
      next.wake()
      await settled()
    }
    this.#nowMs = end
    await settled()
  }
}

/** Lets promises that are already resolvable run to their ends. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}
