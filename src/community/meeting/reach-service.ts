// Where devices are, told among those who may know: each tells its own addresses, and those of the members of circles that both
// are in. So whoever meets one member can soon call the others, and nobody else learns where anybody is.
// Frames: here {a [addresses]}, others {d [{a [addresses], i device}]}.

import { scopeOf } from '../../base/address.ts'
import { BDict, type BList } from '../../base/bencode.ts'
import type { Encodable } from '../../base/bencode-encode.ts'
import type { Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import {
  type DeviceAddress,
  MAX_ADDRESS_BYTES,
  MOST_ADDRESSES,
  parsePlace,
  readAddresses,
} from '../device-address.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import type { Membership, MembershipListener } from '../membership.ts'
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
}

/** In one frame; a frame of strangers' size holds none of them, for only members are told. */
export const MOST_OTHERS = 32

export class ReachService implements Service, MembershipListener {
  readonly name = 'reach'
  readonly #ground: ReachGround
  /** Those that may know where we are, with what they were told last. */
  readonly #told = new Map<DeviceId, string>()
  readonly #links = new Map<DeviceId, Link>()

  constructor(ground: ReachGround) {
    this.#ground = ground
  }

  linked(link: Link): void {
    this.#links.set(link.device, link)
  }

  unlinked(device: DeviceId): void {
    this.#links.delete(device)
    this.#told.delete(device)
  }

  /** A contact, or a device of ours: it may know, without a circle. */
  trust(device: DeviceId): void {
    if (!this.#links.has(device) || this.#told.has(device)) return
    this.#told.set(device, '')
    this.#tell(device)
  }

  memberLinked(circle: CircleId, device: DeviceId): void {
    this.trust(device)
    this.#tellOthers(circle, device)
  }

  memberUnlinked(): void {}

  circleChanged(): void {}

  /** Our own addresses are others. */
  moved(): void {
    for (const device of this.#told.keys()) this.#tell(device)
  }

  received(from: DeviceId, kind: string, body: BDict, _now: Millis): void {
    const link = this.#links.get(from)
    // Whom we do not trust with ours is not listened to, either; it may be sure of us before we are of it.
    if (link === undefined) return
    if (kind === 'here') this.#learn(link, from, textsOf(body.list('a')))
    else if (kind === 'others') this.#learnOthers(link, body.list('d'))
    else throw new RecordError('FRAME_INVALID', { what: `reach.${kind}` })
  }

  drained(device: DeviceId): void {
    if (this.#told.has(device)) this.#tell(device)
  }

  wake(): void {}

  deadline(): undefined {
    return undefined
  }

  #tell(device: DeviceId): void {
    const link = this.#links.get(device)
    if (link === undefined) return
    const addresses = fit(this.#ground.own(), link)
    const text = addresses.join(' ')
    if (this.#told.get(device) === text) return
    // Not sent now: drained() tries again.
    if (this.#ground.out.send(device, 'here', { a: addresses })) this.#told.set(device, text)
  }

  #tellOthers(circle: CircleId, device: DeviceId): void {
    const { membership, book, me, out } = this.#ground
    const link = this.#links.get(device)
    const facts = membership.facts(circle)
    if (link === undefined || facts === undefined) return
    const others: { readonly [key: string]: Encodable }[] = []
    for (const member of facts.members.values())
      for (const other of member.devices.keys()) {
        if (other === device || other === me || others.length >= MOST_OTHERS) continue
        const addresses = fit(book.addresses(other), link)
        if (addresses.length > 0) others.push({ a: addresses, i: keyBytes(other) })
      }
    // One that is not sent is no loss: others tell it, too.
    if (others.length > 0) out.send(device, 'others', { d: others })
  }

  #learn(link: Link, device: DeviceId, texts: readonly string[]): void {
    const { book, heardOf } = this.#ground
    const addresses = readAddresses(texts).filter((address) => isFor(address, link))
    const before = new Set(book.addresses(device))
    if (addresses.length === 0) return
    book.learn(device, addresses)
    if (addresses.some((address) => !before.has(address))) heardOf(device)
  }

  /** Of members of a circle that we are in together with whoever says so; of others nothing is taken. */
  #learnOthers(link: Link, value: BList | undefined): void {
    if (value === undefined || value.length > MOST_OTHERS) throw invalid('others')
    const { membership, me } = this.#ground
    const shared = membership.circles().filter((circle) => membership.isLinked(circle, link.device))
    const isMember = (device: DeviceId): boolean =>
      shared.some((circle) => {
        const facts = membership.facts(circle)
        const owner = facts?.owners.get(device)
        return owner !== undefined && facts?.members.get(owner)?.devices.has(device) === true
      })
    for (const entry of value) {
      const id = entry instanceof BDict ? entry.bytes('i') : undefined
      if (!(entry instanceof BDict) || id?.length !== KEY_BYTES) throw invalid('others')
      const device = keyText<DeviceId>(id)
      if (device !== me && isMember(device)) this.#learn(link, device, textsOf(entry.list('a')))
    }
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
