// Long work in short turns: a client that asks for everything of ten thousand torrents must not hold up whoever else the
// daemon serves, be it peers or the page.

import { setImmediate } from 'node:timers/promises'

/** Far below what others may have to wait at most (SAFETY.md, G18). */
const TURN_MS = 8

export class Turns {
  #since = performance.now()

  /** Whoever works asks between two steps, and pauses then. */
  get over(): boolean {
    return performance.now() - this.#since >= TURN_MS
  }

  async pause(): Promise<void> {
    await setImmediate()
    this.#since = performance.now()
  }
}
