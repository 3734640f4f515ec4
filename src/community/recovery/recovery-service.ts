// Recovery items among members: whoever has the words makes theirs and gives them, signed and sealed, to members; a few members of
// each person put them into the DHT again while that person is away, so that words work a year after the last device was lost.
// Pure. Promises: nobody keeps items of who is no member; of one person a bounded number; nothing is put more often than
// PUT_EVERY_MS; what is kept cannot be read by who keeps it.
// Frame: keep {n number, q sequence, k public key, s signature, v value}.

import type { BDict } from '../../base/bencode.ts'
import { compareBytes, concatBytes, utf8 } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { type Random, randomFraction } from '../../base/random.ts'
import { isNewer, isSignedWell, type MutableItem, signItem } from '../../protocol/dht/item.ts'
import { RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { recoverySeed } from '../identity/person-key.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, type PersonId, SIGNATURE_BYTES } from '../ids.ts'
import type { Membership, MembershipListener } from '../membership.ts'
import type { Link, Service, ServiceOut, Wall } from '../service.ts'
import { MOST_ITEMS, type RecoveredCircle, sealRecovery } from './recovery-item.ts'

export interface KeptItem {
  readonly person: PersonId
  readonly number: number
  readonly item: MutableItem
}

export interface RecoveryStore {
  /** Of everybody, mine too. */
  all(): readonly KeptItem[]
  put(kept: KeptItem): void
  /** Those of a person from this number on. */
  remove(person: PersonId, from: number): void
}

export interface RecoveryGround {
  readonly me: { readonly person: PersonId; readonly device: DeviceId }
  /** Behind the words, where they are here. */
  readonly entropy: Uint8Array | undefined
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly wall: Wall
  readonly out: ServiceOut
  readonly membership: Membership
  readonly store: RecoveryStore
  /** What I am in now, and where somebody of it was met. */
  mine(): readonly RecoveredCircle[]
}

/** DHT nodes forget after two hours. */
const PUT_EVERY_MS = 50 * 60_000
/** After a start, and after something changed: many circles change together. */
const SETTLE_MS = 10_000
/** Where members were met changes all the time; it is said anew this often, and at once where nobody was met before. */
const REMAKE_MS = 15 * 60_000
/** Whoever goes may have gone with all it had, and what it said last may not be in the DHT. */
const GONE_MS = 2_000
/** Devices of other members that mind one person's items. */
export const MINDERS = 8
/** Persons minded here: 500 members are minded by eight each. */
const MOST_PERSONS = 256
const MAX_VALUE_BYTES = 1_000

export function saltOf(number: number): Uint8Array {
  return utf8(`recovery ${number}`)
}

export class RecoveryService implements Service, MembershipListener {
  readonly name = 'recovery'
  readonly #ground: RecoveryGround
  readonly #kept = new Map<string, KeptItem>()
  readonly #links = new Set<DeviceId>()
  /** Of each item when it is put next. */
  readonly #putAt = new Map<string, Millis>()
  /** When it was put last by this device. */
  readonly #lastPut = new Map<string, Millis>()
  #makeAt: Millis | undefined
  /** What was made last: of which circles, with what, and when. */
  #made:
    | { readonly circles: string; readonly met: number; readonly text: string; readonly at: Millis }
    | undefined
  #changed = false
  #due: MutableItem[] = []

  constructor(ground: RecoveryGround, now: Millis) {
    this.#ground = ground
    for (const kept of ground.store.all()) {
      this.#kept.set(keyOf(kept), kept)
      this.#putAt.set(keyOf(kept), this.#soon(now))
    }
    if (ground.entropy !== undefined) this.#makeAt = this.#soon(now)
  }

  /** To be put into the DHT now. */
  takeDue(): MutableItem[] {
    return this.#due.splice(0)
  }

  // ── Membership ──

  circleChanged(): void {
    if (this.#ground.entropy !== undefined) this.#changed = true
  }

  memberLinked(_: CircleId, device: DeviceId): void {
    this.circleChanged()
    for (const kept of this.#kept.values())
      if (kept.person === this.#ground.me.person) this.#give(device, kept)
  }

  memberUnlinked(): void {}

  // ── Links ──

  linked({ device }: Link): void {
    this.#links.add(device)
  }

  unlinked(device: DeviceId, now: Millis): void {
    this.#links.delete(device)
    const { membership, random } = this.#ground
    const owners = new Set(membership.circles().map((circle) => membership.facts(circle)?.owners.get(device)))
    for (const [key, { person }] of this.#kept) {
      const last = this.#lastPut.get(key)
      if (!owners.has(person) || (last !== undefined && now - last < PUT_EVERY_MS)) continue
      const soon = after(now, GONE_MS * (1 + randomFraction(random)))
      this.#putAt.set(key, earliest(this.#putAt.get(key), soon) as Millis)
    }
  }

  drained(): void {}

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    if (kind !== 'keep') throw invalid('kind')
    const { crypto, store, me } = this.#ground
    const [number, sequence] = [body.int('n'), body.int('q')]
    const [publicKey, signature, value] = [body.bytes('k'), body.bytes('s'), body.bytes('v')]
    if (number === undefined || number < 0 || number >= MOST_ITEMS) throw invalid('n')
    if (sequence === undefined || sequence < 0) throw invalid('q')
    if (publicKey?.length !== KEY_BYTES || signature?.length !== SIGNATURE_BYTES) throw invalid('k')
    if (value === undefined || value.length > MAX_VALUE_BYTES) throw invalid('v')
    const person = this.#personOf(from)
    // It was a member when it sent that.
    if (person === undefined || person === me.person) return
    const item = {
      publicKey: publicKey.slice(),
      signature: signature.slice(),
      salt: saltOf(number),
      sequence,
      value: value.slice(),
    }
    if (!isSignedWell(item, crypto)) throw invalid('s')
    const kept: KeptItem = { person, number, item }
    const before = this.#kept.get(keyOf(kept))
    if (!isNewer(item, before?.item) || !this.#minds(person)) return
    if (before === undefined && this.#persons().size >= MOST_PERSONS && !this.#persons().has(person)) return
    this.#kept.set(keyOf(kept), kept)
    store.put(kept)
    this.#putAt.set(keyOf(kept), this.#later(now))
    this.#lastPut.delete(keyOf(kept))
  }

  wake(now: Millis): void {
    if (this.#changed) {
      this.#changed = false
      this.#makeAt = earliest(this.#makeAt, after(now, SETTLE_MS))
    }
    if (this.#makeAt !== undefined && this.#makeAt <= now) {
      this.#makeAt = undefined
      this.#make(now)
    }
    for (const [key, kept] of this.#kept) {
      const at = this.#putAt.get(key)
      if (at === undefined || at > now) continue
      this.#putAt.set(key, this.#later(now))
      if (kept.person === this.#ground.me.person || this.#isAway(kept.person)) {
        this.#lastPut.set(key, now)
        this.#due.push(kept.item)
      }
    }
  }

  deadline(): Millis | undefined {
    // At once, to settle from now on.
    if (this.#changed) return 0 as Millis
    return earliest(this.#makeAt, ...this.#putAt.values())
  }

  // ── Within ──

  #make(now: Millis): void {
    const { entropy, crypto, wall, me, store, membership } = this.#ground
    if (entropy === undefined) return
    const circles = this.#ground.mine()
    // What is sealed differs each time: whether it says something new is seen before.
    const made = {
      circles: circles.map(({ circle }) => circle).join(),
      met: circles.filter(({ device }) => device !== undefined).length,
      text: JSON.stringify(circles),
      at: now,
    }
    const known = [...this.#kept.values()].filter(({ person }) => person === me.person)
    if (made.text === this.#made?.text || (circles.length === 0 && known.length === 0)) return
    // After a start nobody is linked yet: what was said before, with somebody's place in it, is of more use.
    if (this.#made === undefined && made.met === 0 && circles.length > 0 && known.length > 0) return
    if (
      this.#made?.circles === made.circles &&
      made.met <= this.#made.met &&
      now < after(this.#made.at, REMAKE_MS)
    ) {
      this.#makeAt = after(this.#made.at, REMAKE_MS)
      return
    }
    this.#made = made
    const seed = recoverySeed(entropy, crypto)
    const values = sealRecovery(circles, entropy, crypto)
    const sequence = Math.max(wall.seconds(), ...known.map(({ item }) => item.sequence + 1))
    store.remove(me.person, values.length)
    for (const kept of known) if (kept.number >= values.length) this.#kept.delete(keyOf(kept))
    for (const [number, value] of values.entries()) {
      const kept: KeptItem = {
        person: me.person,
        number,
        item: signItem({ salt: saltOf(number), sequence, value }, seed, crypto),
      }
      this.#kept.set(keyOf(kept), kept)
      store.put(kept)
      this.#putAt.set(keyOf(kept), now)
      const told = new Set(membership.circles().flatMap((circle) => membership.linked(circle)))
      for (const device of told) this.#give(device, kept)
    }
  }

  /** One that is not sent is given with the next change, or by another device of a member. */
  #give(device: DeviceId, { number, item }: KeptItem): void {
    const { publicKey, signature, sequence, value } = item
    this.#ground.out.send(device, 'keep', {
      k: publicKey,
      n: number,
      q: sequence,
      s: signature,
      v: value,
    })
  }

  #personOf(device: DeviceId): PersonId | undefined {
    const { membership } = this.#ground
    for (const circle of membership.circles())
      if (membership.isLinked(circle, device)) return membership.facts(circle)?.owners.get(device)
    return undefined
  }

  #isAway(person: PersonId): boolean {
    return !this.#circlesOf(person).some((facts) =>
      [...(facts.members.get(person)?.devices.keys() ?? [])].some((device) => this.#links.has(device)),
    )
  }

  /** Of a shared circle's other devices the first few in an order of that person alone: everybody comes to the same ones. */
  #minds(person: PersonId): boolean {
    const { crypto, me } = this.#ground
    return this.#circlesOf(person).some((facts) => {
      const ranked = [...facts.members.values()]
        .filter((member) => member.person !== person && member.role !== 'keeper')
        .flatMap((member) => [...member.devices.keys()])
        .map((device) => ({ device, rank: crypto.sha256(concatBytes([keyBytes(person), keyBytes(device)])) }))
        .sort((a, b) => compareBytes(a.rank, b.rank))
        .slice(0, MINDERS)
      return ranked.some(({ device }) => device === me.device)
    })
  }

  #circlesOf(person: PersonId) {
    const { membership } = this.#ground
    return membership
      .circles()
      .flatMap((circle) => membership.facts(circle) ?? [])
      .filter((facts) => facts.mine !== undefined && facts.members.has(person))
  }

  #persons(): Set<PersonId> {
    return new Set([...this.#kept.values()].map(({ person }) => person))
  }

  #soon(now: Millis): Millis {
    return after(now, SETTLE_MS * (1 + randomFraction(this.#ground.random)))
  }

  #later(now: Millis): Millis {
    return after(now, PUT_EVERY_MS * (1 - 0.3 * randomFraction(this.#ground.random)))
  }
}

function keyOf({ person, number }: Pick<KeptItem, 'person' | 'number'>): string {
  return `${person} ${number}`
}

function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what: `recovery ${what}` })
}
