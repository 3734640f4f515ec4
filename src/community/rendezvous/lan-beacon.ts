// Who of us is on the local network: a machine over the packets of BEP 14, with keys that only members and contacts know
// today, and one that everybody knows for devices that may be seen by all.
// Promises: at most one round of packets a minute, but for what is new or was asked by somebody who came, and then one in five seconds; only senders on the link or a private network are heard, each and all
// together within bounds; no key of a circle is said twice on two days.

import { canonicalIp, scopeOf } from '../../base/address.ts'
import { toHex } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { after, type Millis, type WireHash } from '../../base/ids.ts'
import { type LsdMessage, MAX_LSD_HASHES } from '../../protocol/lsd/message.ts'
import { Allowance } from '../allowance.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { DeviceId } from '../ids.ts'
import { dayOf, lanKey, visibleLanKey } from './meeting-keys.ts'

export interface LanCircle {
  /** Access of the epoch in force, or what two contacts share. */
  readonly secret: Uint8Array
  /** Devices of others. */
  readonly devices: readonly DeviceId[]
}

export interface LanWorld {
  circles(): readonly LanCircle[]
  /** Port that others may call; 0: none, so nothing is said. */
  port(): number
  /** Everybody near may see this device. */
  visible(): boolean
  found(device: DeviceId, at: Endpoint): void
  /** Somebody whom everybody may see, not known by name. */
  somebody(at: Endpoint): void
}

/** BEP 14: no more than one round a minute, each key every five minutes. */
export const ROUND_MS = 60_000
const SAY_AGAIN_MS = 5 * 60_000
/** What is new here, and an answer to somebody new, does not wait for the next round: people look at it. */
export const SOON_MS = 5_000
/** Packets of one round. */
const MOST_PACKETS = 4
const HEARD_PER_SECOND = 20
const HEARD_BURST = 100
const SENDER_PER_SECOND = 1
const SENDER_BURST = 10
const MOST_SENDERS = 256
/** Keys listened for: circles × devices × days around midnight. */
const MOST_KEYS = 8_192

export class LanBeacon {
  readonly #crypto: CommunityCrypto
  readonly #me: DeviceId
  readonly #cookie: string
  readonly #world: LanWorld
  readonly #visible: WireHash
  readonly #senders = new Map<string, Allowance>()
  readonly #all: Allowance
  /** When each key of ours was said last; those of yesterday go with their day. */
  readonly #said = new Map<WireHash, Millis>()
  #heardKeys = new Map<WireHash, DeviceId>()
  /** When each visible one was heard last, by host: to whoever is new it is said that we are here. */
  readonly #greeted = new Map<string, Millis>()
  #day = -1
  #spokeAt: Millis | undefined
  #roundAt: Millis

  constructor(crypto: CommunityCrypto, me: DeviceId, cookie: string, world: LanWorld, now: Millis) {
    this.#crypto = crypto
    this.#me = me
    this.#cookie = cookie
    this.#world = world
    this.#visible = toHex(visibleLanKey(crypto)) as WireHash
    this.#all = new Allowance(HEARD_PER_SECOND, HEARD_BURST, now)
    this.#roundAt = now
  }

  /** Circles, contacts, port or visibility are others. */
  changed(): void {
    this.#day = -1
    this.#soon()
  }

  #soon(): void {
    const earliest = this.#spokeAt === undefined ? this.#roundAt : after(this.#spokeAt, SOON_MS)
    if (earliest < this.#roundAt) this.#roundAt = earliest
  }

  deadline(): Millis {
    return this.#roundAt
  }

  /** What is to be said now. */
  wake(now: Millis, seconds: number): LsdMessage[] {
    if (now < this.#roundAt) return []
    this.#roundAt = after(now, ROUND_MS)
    const port = this.#world.port()
    const mine = port === 0 ? [] : this.#mine(dayOf(seconds))
    for (const key of this.#said.keys()) if (!mine.includes(key)) this.#said.delete(key)
    const due = mine.filter((key) => {
      const again = key === this.#visible ? ROUND_MS : SAY_AGAIN_MS
      return now - (this.#said.get(key) ?? Number.NEGATIVE_INFINITY) >= again
    })
    const messages: LsdMessage[] = []
    for (let at = 0; at < due.length && messages.length < MOST_PACKETS; at += MAX_LSD_HASHES) {
      const hashes = due.slice(at, at + MAX_LSD_HASHES)
      for (const key of hashes) this.#said.set(key, now)
      messages.push({ port, hashes, cookie: this.#cookie })
    }
    this.#spokeAt = now
    return messages
  }

  #mine(day: number): WireHash[] {
    const keys = this.#world
      .circles()
      .map(({ secret }) => toHex(lanKey(this.#crypto, secret, this.#me, day)) as WireHash)
    return this.#world.visible() ? [this.#visible, ...keys] : keys
  }

  heard(message: LsdMessage, from: Endpoint, now: Millis, seconds: number): void {
    const host = canonicalIp(from.host)
    if (host === undefined || message.cookie === this.#cookie || !isNear(host)) return
    if (!this.#mayBeHeard(host, now)) return
    this.#learnKeys(seconds)
    const at = { host, port: message.port }
    const devices = new Set(message.hashes.flatMap((key) => this.#heardKeys.get(key) ?? []))
    for (const device of devices) this.#world.found(device, at)
    if (!message.hashes.includes(this.#visible)) return
    this.#greet(host, now)
    if (devices.size === 0) this.#world.somebody(at)
  }

  /** Whoever came a moment ago has not heard us yet. */
  #greet(host: string, now: Millis): void {
    const before = this.#greeted.get(host)
    this.#greeted.delete(host)
    if (this.#greeted.size >= MOST_SENDERS) this.#greeted.delete(this.#greeted.keys().next().value as string)
    this.#greeted.set(host, now)
    if (before !== undefined && now - before < SAY_AGAIN_MS) return
    this.#said.delete(this.#visible)
    this.#soon()
  }

  #mayBeHeard(host: string, now: Millis): boolean {
    let sender = this.#senders.get(host)
    if (sender === undefined) {
      if (this.#senders.size >= MOST_SENDERS)
        this.#senders.delete(this.#senders.keys().next().value as string)
      sender = new Allowance(SENDER_PER_SECOND, SENDER_BURST, now)
      this.#senders.set(host, sender)
    }
    return sender.take(1, now) && this.#all.take(1, now)
  }

  #learnKeys(seconds: number): void {
    const day = dayOf(seconds)
    if (day === this.#day) return
    this.#day = day
    const keys = new Map<WireHash, DeviceId>()
    for (const { secret, devices } of this.#world.circles()) {
      for (const device of devices) {
        for (const one of [day - 1, day, day + 1]) {
          if (keys.size < MOST_KEYS)
            keys.set(toHex(lanKey(this.#crypto, secret, device, one)) as WireHash, device)
        }
      }
    }
    this.#heardKeys = keys
  }
}

/** Who is not on our own network has no business here. */
function isNear(host: string): boolean {
  const scope = scopeOf(host)
  return scope === 'link' || scope === 'private'
}
