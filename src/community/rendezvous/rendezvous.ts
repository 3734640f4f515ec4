// When to leave our addresses in the DHT and whose to look for: a machine. What others must know of circles, contacts and
// invites it asks through RendezvousWorld.
// Promises: each of our places is written again before it expires, soon after our addresses changed, and on a new day; only
// a few members are looked for at once, those of circles where we lack links; nothing is asked more often than LOOK_AGAIN_MS.

import { toHex } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import { type Random, randomFraction, shuffle } from '../../base/random.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId, InviteId } from '../ids.ts'
import {
  dayOf,
  daysAround,
  devicePlace,
  INVITE_SLOTS,
  invitePlace,
  inviteSlot,
  type MeetingPlace,
} from './meeting-keys.ts'
import { openPlace, sealPlace } from './sealed-place.ts'

export interface RendezvousCircle {
  /** Access secrets of epochs, the one in force first. We write under that one only; who was away is looked for under older ones, too. */
  readonly accesses: readonly Uint8Array[]
  /** Live devices of others. */
  readonly devices: readonly DeviceId[]
}

export interface RendezvousWorld {
  circles(): readonly RendezvousCircle[]
  /** People outside circles: the secret that only both know, and their devices. */
  contacts(): readonly { readonly secret: Uint8Array; readonly devices: readonly DeviceId[] }[]
  /** Invites by which we could let somebody in. */
  admits(): readonly InviteId[]
  /** Invites by which we want to be let in. */
  joinings(): readonly InviteId[]
  isLinked(device: DeviceId): boolean
  /** Of this device. */
  addresses(): readonly DeviceAddress[]
  found(device: DeviceId, addresses: readonly DeviceAddress[]): void
  /** Somebody who could let us in. */
  invited(invite: InviteId, device: DeviceId, addresses: readonly DeviceAddress[]): void
}

/** BEP 44: nodes keep an item for two hours. */
const PUT_AGAIN_MS = 50 * 60_000
/** A put that nobody took. */
const PUT_RETRY_MS = 2 * 60_000
/** One place, however often our addresses change. */
const PUT_GAP_MS = 60_000
/** Addresses change in bursts: a network comes, a router answers. */
const SETTLE_MS = 5_000
/** The same place, after it was looked at; twice as long each time nobody was there, up to the longest. */
export const LOOK_AGAIN_MS = 2 * 60_000
const LONGEST_LOOK_MS = 30 * 60_000
/** Who wants to join waits for somebody before the screen; who is linked with nobody of a circle may have moved with all of it. */
const SOON_LOOK_MS = 20_000
/** Lookups under way; each asks some 60 nodes. */
export const LOOKS_AT_ONCE = 4
/** Links that a circle should have before nobody of it is looked for any more. */
export const ENOUGH_LINKS = 6
/** COMMUNITY.md: a few members, not all: of each circle in one round. */
const LOOKS_PER_CIRCLE = 4
/** Places remembered: circles × devices would be 64 × 1,500. */
const MOST_LOOKS = 2_048
const ROUND_MS = 15_000
/** Seconds by which times are spread, so that a circle's members do not write all at once. */
const SPREAD = 0.2

export type RendezvousEffect =
  | {
      readonly kind: 'put'
      readonly number: number
      readonly seed: Uint8Array
      readonly salt: Uint8Array
      readonly seq: number
      readonly value: Uint8Array
    }
  | {
      readonly kind: 'get'
      readonly number: number
      readonly publicKey: Uint8Array
      readonly salt: Uint8Array
    }

interface Mine {
  readonly key: string
  readonly place: () => MeetingPlace
}

interface Put {
  dueAt: Millis
  busy: boolean
  /** What was written last, and when. */
  written: string
  at: Millis | undefined
}

/** What is looked for. */
interface Look {
  readonly key: string
  readonly place: () => MeetingPlace
  readonly invite: InviteId | undefined
  readonly device: DeviceId | undefined
  /** Nobody of its circle is linked: what lies there may be from before it moved, so that finding it is no success. */
  readonly alone: boolean
}

interface Past {
  vain: number
  nextAt: Millis
}

export interface RendezvousOptions {
  readonly me: DeviceId
  readonly deviceSeed: Uint8Array
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly world: RendezvousWorld
}

export class Rendezvous {
  readonly #options: RendezvousOptions
  readonly #puts = new Map<string, Put>()
  readonly #past = new Map<string, Past>()
  readonly #looking = new Map<number, Look & { readonly at: MeetingPlace }>()
  readonly #putting = new Map<number, string>()
  #number = 0
  #roundAt: Millis

  constructor(options: RendezvousOptions, now: Millis) {
    this.#options = options
    this.#roundAt = now
  }

  /** Circles, contacts, invites, links or our addresses are others. */
  changed(now: Millis): void {
    const soon = after(now, SETTLE_MS)
    if (soon < this.#roundAt) this.#roundAt = soon
  }

  deadline(): Millis {
    return this.#roundAt
  }

  /** @param seconds wall time */
  wake(now: Millis, seconds: number): RendezvousEffect[] {
    if (now < this.#roundAt) return []
    this.#roundAt = after(now, ROUND_MS)
    return [...this.#write(now, seconds), ...this.#look(now, seconds)]
  }

  // ── Ours ──────────────────────────────────────────────────────────────────────────────────────────

  #write(now: Millis, seconds: number): RendezvousEffect[] {
    const { me, crypto, deviceSeed, world } = this.#options
    const addresses = world.addresses()
    const mine = this.#mine(seconds)
    const keys = new Set(mine.map(({ key }) => key))
    for (const key of this.#puts.keys()) if (!keys.has(key)) this.#puts.delete(key)
    if (addresses.length === 0) return []
    const written = addresses.join(' ')
    const effects: RendezvousEffect[] = []
    for (const { key, place } of mine) {
      const put = this.#puts.get(key) ?? { dueAt: now, busy: false, written: '', at: undefined }
      this.#puts.set(key, put)
      const moved = put.written !== written && (put.at === undefined || now - put.at >= PUT_GAP_MS)
      if (put.busy || (put.dueAt > now && !moved)) continue
      put.busy = true
      put.written = written
      put.at = now
      const number = this.#number++
      this.#putting.set(number, key)
      const { seed, salt, ...at } = place()
      const value = sealPlace(
        crypto,
        { seed, salt, ...at },
        { device: me, addresses, at: seconds },
        deviceSeed,
      )
      effects.push({ kind: 'put', number, seed, salt, seq: seconds, value })
    }
    return effects
  }

  #mine(seconds: number): Mine[] {
    const { me, crypto, world } = this.#options
    const day = dayOf(seconds)
    const mine: Mine[] = []
    const add = (use: 'circle' | 'contact', secret: Uint8Array): void => {
      mine.push({
        key: `${use} ${toHex(secret)} ${day}`,
        place: () => devicePlace(crypto, use, secret, me, day),
      })
    }
    for (const { accesses } of world.circles()) if (accesses[0] !== undefined) add('circle', accesses[0])
    for (const { secret } of world.contacts()) add('contact', secret)
    for (const invite of world.admits()) {
      const place = () => invitePlace(crypto, invite, inviteSlot(crypto, invite, me), day)
      mine.push({ key: `invite ${invite} ${day}`, place })
    }
    return mine
  }

  /** How a put went. */
  put(number: number, stored: boolean, now: Millis): void {
    const key = this.#putting.get(number)
    this.#putting.delete(number)
    const put = key === undefined ? undefined : this.#puts.get(key)
    if (put === undefined) return
    put.busy = false
    put.dueAt = after(now, this.#spread(stored ? PUT_AGAIN_MS : PUT_RETRY_MS))
  }

  // ── Others' ───────────────────────────────────────────────────────────────────────────────────────

  #look(now: Millis, seconds: number): RendezvousEffect[] {
    const effects: RendezvousEffect[] = []
    for (const look of this.#wanted(seconds)) {
      if (this.#looking.size >= LOOKS_AT_ONCE) break
      const past = this.#past.get(look.key)
      if (past !== undefined && past.nextAt > now) continue
      if ([...this.#looking.values()].some(({ key }) => key === look.key)) continue
      const number = this.#number++
      const at = look.place()
      this.#looking.set(number, { ...look, at })
      effects.push({ kind: 'get', number, publicKey: at.publicKey, salt: at.salt })
    }
    return effects
  }

  *#wanted(seconds: number): Generator<Look> {
    const { crypto, random, world } = this.#options
    const days = daysAround(seconds)
    for (const invite of world.joinings()) {
      for (const day of days) {
        for (let slot = 0; slot < INVITE_SLOTS; slot++) {
          const place = () => invitePlace(crypto, invite, slot, day)
          yield { key: `${invite} ${slot} ${day}`, place, invite, device: undefined, alone: false }
        }
      }
    }
    for (const { accesses, devices } of world.circles()) {
      const linked = devices.filter((device) => world.isLinked(device)).length
      if (linked >= Math.min(ENOUGH_LINKS, devices.length)) continue
      const away = shuffle(
        random,
        devices.filter((device) => !world.isLinked(device)),
      )
      yield* this.#members('circle', accesses, away.slice(0, LOOKS_PER_CIRCLE), days, linked === 0)
    }
    for (const { secret, devices } of world.contacts()) {
      const away = devices.filter((device) => !world.isLinked(device))
      if (away.length === devices.length) yield* this.#members('contact', [secret], away, days, false)
    }
  }

  *#members(
    use: 'circle' | 'contact',
    secrets: readonly Uint8Array[],
    devices: readonly DeviceId[],
    days: readonly number[],
    alone: boolean,
  ): Generator<Look> {
    const { crypto } = this.#options
    for (const device of devices) {
      for (const [age, secret] of secrets.entries()) {
        for (const day of days) {
          const place = () => devicePlace(crypto, use, secret, device, day)
          yield {
            key: `${use} ${device} ${toHex(secret.subarray(0, 8))} ${age > 0} ${day}`,
            place,
            device,
            invite: undefined,
            alone,
          }
        }
      }
    }
  }

  /** What lay there. */
  got(number: number, value: Uint8Array | undefined, now: Millis, seconds: number): void {
    const { crypto, world } = this.#options
    const look = this.#looking.get(number)
    this.#looking.delete(number)
    if (look === undefined) return
    const note = value === undefined ? undefined : openPlace(crypto, look.at, value, seconds)
    const isIt = note !== undefined && (look.device === undefined || note.device === look.device)
    this.#remember(look, isIt, now)
    // Others wait for their turn.
    this.changed(now)
    if (!isIt || note.device === this.#options.me || note.addresses.length === 0) return
    if (look.invite === undefined) world.found(note.device, note.addresses)
    else world.invited(look.invite, note.device, note.addresses)
  }

  #remember(look: Look, found: boolean, now: Millis): void {
    const vain = found && !look.alone ? 0 : (this.#past.get(look.key)?.vain ?? 0) + 1
    const first = look.invite === undefined && !look.alone ? LOOK_AGAIN_MS : SOON_LOOK_MS
    const waitMs = Math.min(LONGEST_LOOK_MS, first * 2 ** Math.max(0, vain - 1))
    this.#past.delete(look.key)
    this.#past.set(look.key, { vain, nextAt: after(now, this.#spread(waitMs)) })
    if (this.#past.size <= MOST_LOOKS) return
    for (const oldest of this.#past.keys()) {
      this.#past.delete(oldest)
      return
    }
  }

  #spread(waitMs: number): number {
    return waitMs * (1 - SPREAD * randomFraction(this.#options.random))
  }
}
