// The limits in force for all transfers together: the usual ones, or the slower ones while they are on by hand or by the clock.

import type { Settings } from '../../api/settings.ts'
import { isSlowAt, readSlowTimes, type SlowTime } from './slow-times.ts'

export interface Limits {
  readonly up: number | null
  readonly down: number | null
  /** The slower ones. */
  readonly slow: boolean
}

export class Speed {
  #times: readonly SlowTime[] = []
  #text = ''

  inForce(settings: Settings, wallMs: number): Limits {
    const text = settings['speed.slowTimes']
    if (text !== this.#text) {
      this.#text = text
      this.#times = readSlowTimes(text)
    }
    const slow = settings['speed.slow'] || isSlowAt(this.#times, wallMs)
    return slow
      ? { up: settings['speed.slowUp'], down: settings['speed.slowDown'], slow }
      : { up: settings['speed.up'], down: settings['speed.down'], slow }
  }
}
