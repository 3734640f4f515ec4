// Where devices are, told among those who may know: each tells its own addresses, and those of the members of circles that both
// are in: at the beginning of a link, and when somebody comes into a circle or moves. So whoever meets one member can soon call
// the others, and nobody else learns where anybody is. What is told of a device that is no member as far as is known here is
// kept aside a while: operations may be on their way behind it.
// Frames: here {a [addresses]}, others {d [{a [addresses], i device}]}.

import { scopeOf } from '../../base/address.ts'
import { BDict, type BList } from '../../base/bencode.ts'
import type { Encodable } from '../../base/bencode-encode.ts'
import { after, type Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import {
  type DeviceAddress,
  MAX_ADDRESS_BYTES,
  MOST_ADDRESSES,
  parsePlace,
  readAddresses,
} from '../device-address.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import type { CircleFacts, Membership, MembershipListener } from '../membership.ts'
import type { Link, Service, ServiceOut } from '../service.ts'

export interface AddressBook {
  addresses(device: DeviceId): readonly DeviceAddress[]
  learn(device: DeviceId, addresses: readonly DeviceAddress[]): void
}

export interface ReachGround {
  readonly me: DeviceId
  readonly out: ServiceOut
  readonly membership: Membership
  readonly book: AddressBook
  /** Where this device can be called, best first. */
  own(): readonly DeviceAddress[]
  /** Something new is known of where it is. */
  heardOf(device: DeviceId): void
  now(): Millis
}

/** In one frame; a frame of strangers' size holds none of them, for only members are told. */
export const MOST_OTHERS = 32
/** What is new is told together: a circle's members move when their router begins anew. */
export const NEWS_AFTER_MS = 1_000
/** Devices that there is news of; what is more, others tell, and each says itself. */
const MOST_NEWS = 256
/** Of each link, what was told or heard of others, so that nothing is told twice, or back. */
const MOST_REMEMBERED = 256

interface Told {
  /** Addresses of ours, as told last. */
  own: string
  /** Those of others, as told or heard last. */
  readonly others: Map<DeviceId, string>
}

export class ReachService implements Service, MembershipListener {
  readonly name = 'reach'
  readonly #ground: ReachGround
  /** Those that may know where we are, with what they were told last. */
  readonly #told = new Map<DeviceId, Told>()
  readonly #links = new Map<DeviceId, Link>()
  /** By link: addresses of devices that are no members as far as is known here. */
  readonly #aside = new Map<DeviceId, ReadonlyMap<DeviceId, readonly string[]>>()
  /** Members' devices, to see who is new. */
  readonly #members = new Map<CircleId, ReadonlySet<DeviceId>>()
  readonly #news = new Set<DeviceId>()
  #newsAt: Millis | undefined

  constructor(ground: ReachGround) {
    this.#ground = ground
  }

  linked(link: Link): void {
    this.#links.set(link.device, link)
  }

  unlinked(device: DeviceId): void {
    this.#links.delete(device)
    this.#told.delete(device)
    this.#aside.delete(device)
  }

  /** A contact, or a device of ours: it may know, without a circle. */
  trust(device: DeviceId): void {
    if (!this.#links.has(device) || this.#told.has(device)) return
    this.#told.set(device, { own: '', others: new Map() })
    this.#tell(device)
  }

  memberLinked(circle: CircleId, device: DeviceId): void {
    this.trust(device)
    this.#tellOthers(device, devicesOf(this.#ground.membership.facts(circle)))
    this.#lookAside(device)
  }

  memberUnlinked(): void {}

  circleChanged(circle: CircleId): void {
    const facts = this.#ground.membership.facts(circle)
    const before = this.#members.get(circle)
    if (facts === undefined) this.#members.delete(circle)
    else {
      const devices = new Set(devicesOf(facts))
      this.#members.set(circle, devices)
      if (before !== undefined) for (const device of devices) if (!before.has(device)) this.#newsOf(device)
    }
    for (const device of this.#aside.keys()) this.#lookAside(device)
  }

  /** Our own addresses are others. */
  moved(): void {
    for (const device of this.#told.keys()) this.#tell(device)
  }

  received(from: DeviceId, kind: string, body: BDict, _now: Millis): void {
    const link = this.#links.get(from)
    // Whom we do not trust with ours is not listened to, either; it may be sure of us before we are of it.
    if (link === undefined) return
    if (kind === 'here') {
      if (this.#learn(link, from, textsOf(body.list('a')))) this.#newsOf(from)
    } else if (kind === 'others') this.#learnOthers(link, body.list('d'))
    else throw new RecordError('FRAME_INVALID', { what: `reach.${kind}` })
  }

  drained(device: DeviceId): void {
    if (this.#told.has(device)) this.#tell(device)
  }

  wake(now: Millis): void {
    if (this.#newsAt === undefined || this.#newsAt > now) return
    this.#newsAt = undefined
    const news = [...this.#news]
    this.#news.clear()
    for (const device of this.#told.keys()) {
      const isMember = this.#sharedWith(device)
      this.#tellOthers(device, news.filter(isMember))
    }
  }

  deadline(): Millis | undefined {
    return this.#newsAt
  }

  #newsOf(device: DeviceId): void {
    if (device === this.#ground.me || this.#news.size >= MOST_NEWS) return
    this.#news.add(device)
    this.#newsAt ??= after(this.#ground.now(), NEWS_AFTER_MS)
  }

  #tell(device: DeviceId): void {
    const link = this.#links.get(device)
    const told = this.#told.get(device)
    if (link === undefined || told === undefined) return
    const addresses = fit(this.#ground.own(), link)
    const text = addresses.join(' ')
    if (told.own === text) return
    // Not sent now: drained() tries again.
    if (this.#ground.out.send(device, 'here', { a: addresses })) told.own = text
  }

  /** `all`: devices that it may know of. */
  #tellOthers(device: DeviceId, all: Iterable<DeviceId>): void {
    const { book, me, out } = this.#ground
    const link = this.#links.get(device)
    const told = this.#told.get(device)
    if (link === undefined || told === undefined) return
    const others: { readonly [key: string]: Encodable }[] = []
    for (const other of all) {
      if (other === device || other === me || others.length >= MOST_OTHERS) continue
      const addresses = fit(book.addresses(other), link)
      if (addresses.length === 0 || told.others.get(other) === keyOf(addresses)) continue
      others.push({ a: addresses, i: keyBytes(other) })
      remember(told.others, other, keyOf(addresses))
    }
    // One that is not sent is no loss: others tell it, too.
    if (others.length > 0) out.send(device, 'others', { d: others })
  }

  /** @returns whether there was anything new in it */
  #learn(link: Link, device: DeviceId, texts: readonly string[]): boolean {
    const { book, heardOf } = this.#ground
    const addresses = readAddresses(texts).filter((address) => isFor(address, link))
    const before = new Set(book.addresses(device))
    if (addresses.length === 0) return false
    book.learn(device, addresses)
    const told = this.#told.get(link.device)
    if (told !== undefined && device !== link.device) remember(told.others, device, keyOf(addresses))
    if (addresses.every((address) => before.has(address))) return false
    heardOf(device)
    return true
  }

  /** Of members of a circle that we are in together with whoever says so; of others nothing is taken. */
  #learnOthers(link: Link, value: BList | undefined): void {
    if (value === undefined || value.length > MOST_OTHERS) throw invalid('others')
    const told = new Map<DeviceId, readonly string[]>()
    for (const entry of value) {
      const id = entry instanceof BDict ? entry.bytes('i') : undefined
      if (!(entry instanceof BDict) || id?.length !== KEY_BYTES) throw invalid('others')
      told.set(keyText<DeviceId>(id), textsOf(entry.list('a')))
    }
    const all = [...(this.#aside.get(link.device) ?? []), ...told]
    this.#aside.set(link.device, new Map(all.slice(-MOST_OTHERS)))
    this.#lookAside(link.device)
  }

  #lookAside(from: DeviceId): void {
    const link = this.#links.get(from)
    const aside = this.#aside.get(from)
    if (link === undefined || aside === undefined) return
    const isMember = this.#sharedWith(from)
    const left = new Map<DeviceId, readonly string[]>()
    for (const [device, texts] of aside) {
      if (device === this.#ground.me) continue
      if (isMember(device)) this.#learn(link, device, texts)
      else left.set(device, texts)
    }
    if (left.size > 0) this.#aside.set(from, left)
    else this.#aside.delete(from)
  }

  /** Whether a device is a member of a circle in which the other one is linked with us. */
  #sharedWith(device: DeviceId): (other: DeviceId) => boolean {
    const { membership } = this.#ground
    const shared = membership.circles().filter((circle) => membership.isLinked(circle, device))
    return (other) =>
      shared.some((circle) => {
        const facts = membership.facts(circle)
        const owner = facts?.owners.get(other)
        return owner !== undefined && facts?.members.get(owner)?.devices.has(other) === true
      })
  }
}

function* devicesOf(facts: CircleFacts | undefined): Iterable<DeviceId> {
  for (const { devices } of facts?.members.values() ?? []) yield* devices.keys()
}

/** The same for the same addresses, in whatever order. */
function keyOf(addresses: readonly DeviceAddress[]): string {
  return addresses.toSorted().join(' ')
}

function remember(others: Map<DeviceId, string>, device: DeviceId, text: string): void {
  others.delete(device)
  others.set(device, text)
  if (others.size <= MOST_REMEMBERED) return
  for (const oldest of others.keys()) {
    others.delete(oldest)
    return
  }
}

function textsOf(value: BList | undefined): readonly string[] {
  if (value === undefined || value.length > MOST_ADDRESSES) throw invalid('addresses')
  return [...value].map((item) => {
    if (!(item instanceof Uint8Array) || item.length > MAX_ADDRESS_BYTES) throw invalid('addresses')
    return String.fromCharCode(...item)
  })
}

function invalid(what: string): RecordError {
  return new RecordError('FRAME_INVALID', { what: `reach ${what}` })
}

function fit(addresses: readonly DeviceAddress[], link: Link): DeviceAddress[] {
  return addresses.filter((address) => isFor(address, link)).slice(0, MOST_ADDRESSES)
}

/** SAFETY.md: an address of narrower scope than whoever tells it is of no use; on one network those of it are. */
function isFor(address: DeviceAddress, link: Link): boolean {
  const place = parsePlace(address)
  if (place === undefined) return false
  if (place.by === 'relay' || link.way === 'nearby') return true
  return scopeOf(place.at.host) === 'public'
}
