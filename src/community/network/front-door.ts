// Who may come in: asked for each connection before a byte of it is read, and again when its key is proved.
// Promise: a stranger costs at most a socket, a handshake and a place among STRANGER_PLACES, whatever it does; the places of
// devices that we know are never taken by others; every map here is bounded and empties itself.

import { isPublicHost, networkOf } from '../../base/address.ts'
import { after, type Millis } from '../../base/ids.ts'
import { Allowance } from '../allowance.ts'
import type { DeviceId } from '../ids.ts'

/** COMMUNITY.md: about 64 connections. */
export const MOST_LINKS = 64
/** Of those; who asks to join, people nearby. */
export const STRANGER_PLACES = 16
/** Handshakes at once: each costs some 2 ms of processor time and up to a megabyte of buffers. */
export const MOST_HANDSHAKES = 16
/** From one address: a household behind one router has a few devices, and each comes back after a loss. */
const ADDRESS_PER_SECOND = 1
const ADDRESS_BURST = 20
/** From one /24 or /48, public ones only. */
const NETWORK_PER_SECOND = 4
const NETWORK_BURST = 40
/** From everybody: a node that was away is called by its circles within a minute. */
const ALL_PER_SECOND = 20
const ALL_BURST = 100
/** Addresses, networks and devices remembered; the oldest is forgotten. */
const MOST_REMEMBERED = 1024
/** Who sent what is no record stays out this long, twice as long each time. */
const FIRST_EXCLUSION_MS = 30_000
const LONGEST_EXCLUSION_MS = 3_600_000
/** After this long without a fault it begins anew. */
const FORGIVEN_AFTER_MS = 6 * 3_600_000

interface Exclusion {
  readonly times: number
  readonly until: Millis
  readonly at: Millis
}

export class FrontDoor {
  readonly #now: () => Millis
  readonly #addresses = new Map<string, Allowance>()
  readonly #networks = new Map<string, Allowance>()
  readonly #excluded = new Map<string, Exclusion>()
  readonly #all: Allowance
  #handshakes = 0

  constructor(now: () => Millis) {
    this.#now = now
    this.#all = new Allowance(ALL_PER_SECOND, ALL_BURST, now())
  }

  /** A socket came. @returns whether it may begin its handshake; then over() is called once. */
  enter(host: string): boolean {
    const now = this.#now()
    if (this.#handshakes >= MOST_HANDSHAKES || this.#isOut(host, now)) return false
    if (!allowance(this.#addresses, host, ADDRESS_PER_SECOND, ADDRESS_BURST, now).take(1, now)) return false
    const network = networkOf(host)
    if (
      isPublicHost(host) &&
      !allowance(this.#networks, network, NETWORK_PER_SECOND, NETWORK_BURST, now).take(1, now)
    ) {
      return false
    }
    if (!this.#all.take(1, now)) return false
    this.#handshakes++
    return true
  }

  /** Its handshake ended, one way or the other. */
  over(): void {
    this.#handshakes--
  }

  /** Whether a device that proved its key may stay. */
  mayStay(device: DeviceId): boolean {
    return !this.#isOut(device, this.#now())
  }

  /** It sent what is no record. `host`: where it came from, if nobody we know is there. */
  exclude(device: DeviceId, host: string | undefined): void {
    const now = this.#now()
    for (const key of host === undefined ? [device] : [device, host]) {
      const before = this.#excluded.get(key)
      const times = before === undefined || before.at + FORGIVEN_AFTER_MS < now ? 1 : before.times + 1
      const durationMs = Math.min(LONGEST_EXCLUSION_MS, FIRST_EXCLUSION_MS * 2 ** (times - 1))
      remember(this.#excluded, key, { times, until: after(now, durationMs), at: now })
    }
  }

  #isOut(key: string, now: Millis): boolean {
    const exclusion = this.#excluded.get(key)
    return exclusion !== undefined && exclusion.until > now
  }
}

function allowance(
  of: Map<string, Allowance>,
  key: string,
  perSecond: number,
  burst: number,
  now: Millis,
): Allowance {
  const known = of.get(key)
  const mine = known ?? new Allowance(perSecond, burst, now)
  remember(of, key, mine)
  return mine
}

/** As the newest; the oldest makes way. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MOST_REMEMBERED) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
