// Whom the lists of addresses turned away: it goes to the guard's hour and to the log of what was blocked.

import type { BlockLog } from './checks/block-log.ts'
import type { Engine } from './compose.ts'
import type { Guard } from './guard.ts'

export class FilterWatch {
  readonly #guard: Guard
  readonly #log: BlockLog
  #engine: Engine | undefined
  #seen = 0

  constructor(guard: Guard, log: BlockLog) {
    this.#guard = guard
    this.#log = log
  }

  look(engine: Engine | undefined): void {
    if (engine !== this.#engine) this.#seen = 0
    this.#engine = engine
    const filter = engine?.filter
    if (filter === undefined) return
    const fresh = Math.min(filter.blocked - this.#seen, filter.recent.length)
    for (const { host, list } of fresh === 0 ? [] : filter.recent.slice(-fresh)) {
      this.#guard.turnedAway('FILTERED', `${host} (${list})`)
      this.#log.note('peer', host, 'ADDRESS_LISTED', list)
    }
    this.#seen = filter.blocked
  }
}
