// Whether this computer's clock can be right: expiry of links and signatures, TLS of trackers and the log depend on it.
// Pure of I/O: the facts are collected by the caller.

import type { Finding } from './finding.ts'

export interface ClockFacts {
  /** Milliseconds since 1970, as the computer believes. */
  readonly wallMs: number
  /** When the program's own files were made: no right clock is before it. */
  readonly programMs: number
  /** Whether the system says that it keeps its clock right; undefined where it does not tell. */
  readonly synchronised: boolean | undefined
}

/** Files copied from a computer whose clock is a little ahead. */
const TOLERANCE_MS = 24 * 3_600_000

export function checkClock({ wallMs, programMs, synchronised }: ClockFacts): Finding {
  const time = new Date(wallMs).toISOString()
  if (wallMs < programMs - TOLERANCE_MS)
    return { check: 'clock', state: 'bad', code: 'CLOCK_BEHIND', data: { time } }
  if (synchronised === undefined)
    return { check: 'clock', state: 'unknown', code: 'CLOCK_UNKNOWN', data: { time } }
  if (!synchronised) return { check: 'clock', state: 'careful', code: 'CLOCK_ALONE', data: { time } }
  return { check: 'clock', state: 'good', code: 'CLOCK_GOOD', data: { time } }
}
