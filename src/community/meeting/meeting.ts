// Whom to call and when: devices worth a link that are not linked, each again and again at ever longer intervals, few at a time.
// Pure. Invariants: a device is called once at a time; whoever was just heard of or lost is called soon; whoever never answers
// costs a call every LONGEST_WAIT_MS; what is not wanted any more is forgotten.

import { after, earliest, type Millis } from '../../base/ids.ts'
import { type Random, randomFraction } from '../../base/random.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'

export interface MeetingWorld {
  /** Not linked and worth a link, those first that matter most; at most MOST_WANTED are looked at. */
  wanted(): Iterable<DeviceId>
  /** Best first; none: it cannot be called yet. */
  addresses(device: DeviceId): readonly DeviceAddress[]
}

export interface Call {
  readonly device: DeviceId
  readonly addresses: readonly DeviceAddress[]
}

/** A circle of 500 with three devices each. */
export const MOST_WANTED = 2_000
/** Calls on their way together: each may take ten seconds where nobody answers. */
export const CALLS_AT_ONCE = 8
/** After the first call that failed; then twice as long each time. */
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 600_000
/** So that two that wait for each other do not call at the same moments for ever. */
const SPREAD = 0.3
/** Who is wanted may have changed without anybody saying so. */
const LOOK_EVERY_MS = 15_000

interface Case {
  calling: boolean
  failures: number
  nextAt: Millis
}

export class Meeting {
  readonly #world: MeetingWorld
  readonly #random: Random
  #cases = new Map<DeviceId, Case>()
  #calling = 0
  #lookAt: Millis | undefined

  constructor(world: MeetingWorld, random: Random) {
    this.#world = world
    this.#random = random
  }

  /** Who is wanted or where they are has changed. */
  changed(now: Millis): void {
    this.#lookAt = now
  }

  /** Something new was heard of this device, or its link ended: what failed before says nothing. */
  heardOf(device: DeviceId, now: Millis): void {
    const found = this.#cases.get(device)
    if (found !== undefined) {
      found.failures = 0
      if (!found.calling) found.nextAt = now
    }
    this.changed(now)
  }

  /** How the call that take() gave went. */
  ended(device: DeviceId, linked: boolean, now: Millis): void {
    const found = this.#cases.get(device)
    if (found?.calling !== true) return
    found.calling = false
    this.#calling--
    found.failures = linked ? 0 : found.failures + 1
    found.nextAt = after(now, this.#waitMs(found.failures))
    this.changed(now)
  }

  /** To be made now; ended() follows for each. */
  take(now: Millis): readonly Call[] {
    const calls: Call[] = []
    const cases = new Map<DeviceId, Case>()
    for (const [device, found] of this.#cases) if (found.calling) cases.set(device, found)
    let looked = 0
    let next: Millis | undefined
    for (const device of this.#world.wanted()) {
      if (++looked > MOST_WANTED) break
      const found = this.#cases.get(device) ?? { calling: false, failures: 0, nextAt: now }
      cases.set(device, found)
      if (found.calling) continue
      const due = found.nextAt <= now && this.#calling < CALLS_AT_ONCE
      const addresses = due ? this.#world.addresses(device) : []
      if (addresses.length > 0) {
        found.calling = true
        this.#calling++
        calls.push({ device, addresses })
      } else if (found.nextAt > now) next = earliest(next, found.nextAt)
    }
    this.#cases = cases
    this.#lookAt = earliest(next, after(now, LOOK_EVERY_MS))
    return calls
  }

  deadline(): Millis | undefined {
    return this.#lookAt
  }

  #waitMs(failures: number): number {
    // A link that came about and ends at once is not called again in a storm, either.
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 20))
    return waitMs * (1 - SPREAD * randomFraction(this.#random))
  }
}
