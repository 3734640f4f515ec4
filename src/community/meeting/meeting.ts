// Whom to call and when: devices worth a link that are not linked, each again and again at ever longer intervals, few at a time.
// Pure. Invariants: a device is called once at a time; whoever was just heard of or lost is called soon; whoever never answers
// costs a call every LONGEST_WAIT_MS, and where others give reason to hope one more every HOPE_GAP_MS; what is not wanted any
// more is forgotten.

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
/** A program that begins anew, a router that does: who was linked is called this often at least, for so long. */
const LOST_WAIT_MS = 4_000
const LOST_FOR_MS = 90_000
/** All that lost the same device do not call it in the same moment. */
const LOST_SPREAD_MS = 500
/** A link that ends this soon counts as a call that failed: nobody is called in a storm. */
const SHORT_LINK_MS = 5_000
/** A change explains why a call was refused; the other side hears of it a moment later than we do. */
const HOPE_AFTER_MS = 1_500
/** However much others change. */
export const HOPE_GAP_MS = 30_000

interface Case {
  calling: boolean
  calledAt: Millis | undefined
  failures: number
  nextAt: Millis
  /** When it was linked last, and when that ended. */
  linkedAt: Millis | undefined
  lostAt: Millis | undefined
  /** When a change gave reason to call it sooner. */
  hopedAt: Millis | undefined
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

  /** Something new was heard of this device: what failed before says nothing. */
  heardOf(device: DeviceId, now: Millis): void {
    const found = this.#cases.get(device)
    if (found !== undefined) {
      found.failures = 0
      if (!found.calling) found.nextAt = now
    }
    this.changed(now)
  }

  /** A link is up, whoever called. */
  linked(device: DeviceId, now: Millis): void {
    const found = this.#case(device, now)
    found.linkedAt = now
    found.lostAt = undefined
  }

  /** Its link ended: most likely it comes again in a moment, or we do. */
  lost(device: DeviceId, now: Millis): void {
    const found = this.#case(device, now)
    const short = found.linkedAt === undefined || now - found.linkedAt < SHORT_LINK_MS
    found.failures = short ? found.failures + 1 : 0
    found.lostAt = now
    found.linkedAt = undefined
    if (!found.calling)
      found.nextAt = after(
        now,
        short ? this.#waitMs(found, now) : LOST_SPREAD_MS * randomFraction(this.#random),
      )
    this.changed(now)
  }

  /**
   * What was refused may be granted now: circles have new operations or secrets, or our own network is another. `devices`: of
   * these; absent: of all.
   */
  hope(now: Millis, devices?: ReadonlySet<DeviceId>): void {
    for (const [device, found] of this.#cases) {
      if ((found.failures === 0 && !found.calling) || (devices !== undefined && !devices.has(device)))
        continue
      if (found.hopedAt !== undefined && now - found.hopedAt < HOPE_GAP_MS) continue
      found.hopedAt = now
      const waitMs = HOPE_AFTER_MS * (1 - SPREAD * randomFraction(this.#random))
      // One that is on its way now may be refused for what was before: ended() looks.
      if (!found.calling && found.nextAt > now + waitMs) found.nextAt = after(now, waitMs)
    }
    this.changed(now)
  }

  /** How the call that take() gave went. */
  ended(device: DeviceId, linked: boolean, now: Millis): void {
    const found = this.#cases.get(device)
    if (found?.calling !== true) return
    found.calling = false
    this.#calling--
    if (!linked) found.failures++
    const { hopedAt, calledAt } = found
    const hopeful = hopedAt !== undefined && calledAt !== undefined && hopedAt >= calledAt
    found.nextAt = after(now, hopeful ? HOPE_AFTER_MS : this.#waitMs(found, now))
    this.changed(now)
  }

  /** To be made now; ended() follows for each. */
  take(now: Millis): readonly Call[] {
    const calls: Call[] = []
    const cases = new Map<DeviceId, Case>()
    // Those that are linked are not wanted; how long they are is to be known when they are lost.
    for (const [device, found] of this.#cases)
      if (found.calling || found.linkedAt !== undefined) cases.set(device, found)
    let looked = 0
    let next: Millis | undefined
    for (const device of this.#world.wanted()) {
      if (++looked > MOST_WANTED) break
      const found = this.#case(device, now)
      cases.set(device, found)
      if (found.calling) continue
      const due = found.nextAt <= now && this.#calling < CALLS_AT_ONCE
      const addresses = due ? this.#world.addresses(device) : []
      if (addresses.length > 0) {
        found.calling = true
        found.calledAt = now
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

  #case(device: DeviceId, now: Millis): Case {
    const found = this.#cases.get(device) ?? {
      calling: false,
      calledAt: undefined,
      failures: 0,
      nextAt: now,
      linkedAt: undefined,
      lostAt: undefined,
      hopedAt: undefined,
    }
    this.#cases.set(device, found)
    return found
  }

  #waitMs({ failures, lostAt }: Case, now: Millis): number {
    const longestMs = lostAt !== undefined && now - lostAt < LOST_FOR_MS ? LOST_WAIT_MS : LONGEST_WAIT_MS
    const waitMs = Math.min(longestMs, FIRST_WAIT_MS * 2 ** Math.min(failures, 20))
    return waitMs * (1 - SPREAD * randomFraction(this.#random))
  }
}
