// How background work makes room for transfers: after each stretch of work it rests, the longer the more others want.

import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'

/** How much of the machine others want now: 0 nothing, 1 all of it. */
export type Pressure = () => number

/** Even when transfers want everything: a library that is never read is none. */
const LEAST_SHARE = 0.05
/** A rest is never longer, so that the end of the pressure is noticed. */
const LONGEST_REST_MS = 2_000

/** What to rest after so much work. */
export function restAfter(workMs: number, pressure: number): number {
  const share = Math.max(LEAST_SHARE, 1 - Math.min(1, Math.max(0, pressure)))
  return Math.min(LONGEST_REST_MS, workMs * (1 / share - 1))
}

/** At least to the end of this turn. Whoever waits looks afterwards whether its work is still wanted. */
export function pause(clock: Clock, restMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule((clock.now() + Math.max(0, restMs)) as Millis, resolve)
  })
}
