// Between whom files go, as people decide it: members of a circle, the devices of two persons, two devices of what was sent.
// Promise: a realm names nobody who was put out, is blocked or is not known any more.

import { utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import { circleOf, personOf } from '../../community/catalogue/audiences.ts'
import type { DeviceId, PersonId } from '../../community/ids.ts'
import type { Membership } from '../../community/membership.ts'
import type { RealmFacts } from './people-messages.ts'

/** Whom I deal with outside of circles. */
export interface KnownPersons {
  /** Contacts first, then members of circles of mine; nobody who is blocked, and not me. */
  acquainted(): readonly PersonId[]
  isAcquainted(person: PersonId): boolean
  ownerOf(device: DeviceId): PersonId | undefined
  /** Without this device. */
  devicesOf(person: PersonId): Iterable<DeviceId>
  isLinked(device: DeviceId): boolean
}

export interface FileRealmsGround {
  readonly me: { readonly person: PersonId; readonly device: DeviceId }
  readonly membership: Membership
  readonly digest: Digest
  readonly persons: KnownPersons
  blocked(person: PersonId): boolean
  /** The other device of what was sent and accepted, either way; undefined for what is none or is over. */
  offerPartner(id: string): DeviceId | undefined
}

/** Before the id of what was sent: a realm of two devices. */
const OFFER = 'offer:'
/** On the wire: the same name on both sides. */
const PERSONS = 'persons:'
/** All contacts that one may have; of members beyond it those that are met first. */
const MAX_PERSON_REALMS = 2_000
/** The names of what goes between two persons: it runs inside links that are theirs alone, which keep it secret. */
const PERSONS_NAMES = 'shoal realm of two persons 1\n'

export class FileRealms {
  readonly #ground: FileRealmsGround

  constructor(ground: FileRealmsGround) {
    this.#ground = ground
  }

  all(): RealmFacts[] {
    return [...this.#circles(), ...this.#persons()]
  }

  /** Whether bytes of this realm may go to that device and come from it, now. */
  isAllowed(realm: string, device: DeviceId): boolean {
    const { membership, offerPartner } = this.#ground
    if (realm.startsWith(OFFER)) return offerPartner.call(this.#ground, realm.slice(OFFER.length)) === device
    const person = personOf(realm)
    if (person !== undefined) return this.#isBetween(person, device)
    const circle = circleOf(realm)
    return circle !== undefined && membership.isLinked(circle, device) && this.#mayHave(circle, device)
  }

  /** What it is called in the header of a stream. */
  wireName(realm: string): string {
    const person = personOf(realm)
    return person === undefined ? realm : this.#pairName(person)
  }

  /** What it is called here; undefined for what is none of ours. */
  named(wireName: string): string | undefined {
    if (!wireName.startsWith(PERSONS)) return personOf(wireName) === undefined ? wireName : undefined
    const both = wireName.slice(PERSONS.length).split(':') as PersonId[]
    const other = both.find((each) => each !== this.#ground.me.person)
    return other !== undefined && this.#pairName(other) === wireName ? `person:${other}` : undefined
  }

  #pairName(other: PersonId): string {
    return `${PERSONS}${[this.#ground.me.person, other].sort().join(':')}`
  }

  #circles(): RealmFacts[] {
    const { membership, me } = this.#ground
    return membership.circles().flatMap((circle) => {
      const facts = membership.facts(circle)
      if (facts?.mine === undefined || facts.mine === 'keeper') return []
      const devices = [...facts.members.values()]
        .flatMap((member) => [...member.devices.keys()])
        .filter((device) => device !== me.device && this.#mayHave(circle, device))
        .map((device) => ({ device, linked: membership.isLinked(circle, device) }))
      return [{ realm: `circle:${circle}`, secret: facts.epoch?.access, devices }]
    })
  }

  #mayHave(circle: NonNullable<ReturnType<typeof circleOf>>, device: DeviceId): boolean {
    const facts = this.#ground.membership.facts(circle)
    const person = facts?.owners.get(device)
    const member = person === undefined ? undefined : facts?.members.get(person)
    if (person === undefined || member === undefined || this.#ground.blocked(person)) return false
    return member.role !== 'keeper' && facts?.mine !== 'keeper' && member.devices.has(device)
  }

  #persons(): RealmFacts[] {
    const { persons, digest } = this.#ground
    return persons
      .acquainted()
      .slice(0, MAX_PERSON_REALMS)
      .map((person) => ({
        realm: `person:${person}`,
        secret: digest.sha256(utf8(`${PERSONS_NAMES}${this.#pairName(person)}`)),
        devices: [...this.#devicesOf(person)].map((device) => ({
          device,
          linked: persons.isLinked(device),
        })),
      }))
  }

  /** Theirs, and my others. */
  *#devicesOf(person: PersonId): Generator<DeviceId> {
    yield* this.#ground.persons.devicesOf(person)
    yield* this.#ground.persons.devicesOf(this.#ground.me.person)
  }

  #isBetween(person: PersonId, device: DeviceId): boolean {
    const { persons, me, blocked } = this.#ground
    const owner = persons.ownerOf(device)
    if (person === me.person || !persons.isAcquainted(person) || blocked.call(this.#ground, person))
      return false
    return (owner === person || owner === me.person) && persons.isLinked(device)
  }
}
