// The Clock port on Node: monotonic time from performance.now, one timer per scheduled wake.
// Promise: a wake never runs before its moment, never synchronously, and never after its cancellation.
//
// Timers hold the process open, on purpose: whoever scheduled something still has work to do (a retry in 30 s with no
// socket open must not end the program), and closing a session cancels its wakes. A program that does not exit
// therefore shows a wake that nobody cancelled, instead of hiding it.

import type { Millis } from '../base/ids.ts'
import type { Clock } from '../base/ports.ts'

/** The longest delay setTimeout accepts (2^31 − 1 ms, 24.8 days); longer ones are taken in steps. */
const LONGEST_TIMER_MS = 0x7fff_ffff

export class SystemClock implements Clock {
  now(): Millis {
    return performance.now() as Millis
  }

  wallMs(): number {
    return Date.now()
  }

  schedule(at: Millis, wake: () => void): () => void {
    if (at <= performance.now()) {
      // The end of this turn: whatever sockets have received already is heard before. A timer would take a millisecond.
      const immediate = setImmediate(wake)
      return () => clearImmediate(immediate)
    }
    let timer: NodeJS.Timeout | undefined
    const arm = (): void => {
      // Timers count whole milliseconds of a coarser clock and may ring a fraction early: round up, and look again.
      const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(at - performance.now())))
      timer = setTimeout(ring, delayMs)
    }
    const ring = (): void => {
      if (performance.now() < at) {
        arm()
        return
      }
      timer = undefined
      wake()
    }
    arm()
    return () => {
      clearTimeout(timer)
      timer = undefined
    }
  }
}
