// For whom this device keeps and gives catalogues: circles it is a member of, and people with whom it deals. Whose may stand there,
// and with whom they are exchanged, is what the signed log, and what I decided about people, say now.
// A catalogue for one person is named after whoever it is for: mine for Ben is `person:<Ben>`, and goes to his devices alone.

import { type CatalogueAudience, catalogueAudience } from '../../protocol/catalogue/audience.ts'
import type { CircleId, DeviceId, PersonId } from '../ids.ts'
import type { Membership } from '../membership.ts'

const CIRCLE = 'circle:'
const PERSON = 'person:'

export function audienceOf(circle: CircleId): CatalogueAudience {
  return catalogueAudience(`${CIRCLE}${circle}`)
}

export function personAudience(person: PersonId): CatalogueAudience {
  return catalogueAudience(`${PERSON}${person}`)
}

/** Undefined for other audiences. */
export function circleOf(audience: string): CircleId | undefined {
  return audience.startsWith(CIRCLE) ? (audience.slice(CIRCLE.length) as CircleId) : undefined
}

/** Undefined for other audiences. */
export function personOf(audience: string): PersonId | undefined {
  return audience.startsWith(PERSON) ? (audience.slice(PERSON.length) as PersonId) : undefined
}

/** Whom I deal with outside of circles, and over which links. */
export interface Acquaintances {
  readonly me: PersonId
  /** By a card that was proven, or a circle's log. */
  ownerOf(device: DeviceId): PersonId | undefined
  /** A contact, or a member of a circle of mine; nobody who is blocked. */
  isAcquainted(person: PersonId): boolean
  isLinked(device: DeviceId): boolean
  linkedOf(person: PersonId): readonly DeviceId[]
}

export interface AudiencesGround {
  readonly me: DeviceId
  readonly membership: Membership
  readonly persons: Acquaintances
  blocked(person: PersonId): boolean
}

export class Audiences {
  readonly #ground: AudiencesGround

  constructor(ground: AudiencesGround) {
    this.#ground = ground
  }

  /** Keepers hold no files and see none; what is for me is others'. */
  mayOffer(audience: CatalogueAudience): boolean {
    const person = personOf(audience)
    if (person !== undefined) return this.#isOther(person)
    const circle = circleOf(audience)
    return circle !== undefined && this.#takesPart(circle)
  }

  /** Whether a catalogue of this device may be here. */
  mayAuthor(audience: CatalogueAudience, device: DeviceId): boolean {
    const person = personOf(audience)
    if (person !== undefined) {
      const { me, persons } = this.#ground
      if (person !== persons.me) return device === me && this.#isOther(person)
      const author = persons.ownerOf(device)
      return author !== undefined && this.#isOther(author)
    }
    const circle = circleOf(audience)
    return circle !== undefined && this.#takesPart(circle) && this.#isMember(circle, device)
  }

  /** Whether this device is told of what I hold of that audience. */
  gives(audience: CatalogueAudience, device: DeviceId): boolean {
    const person = personOf(audience)
    if (person !== undefined) {
      const { persons } = this.#ground
      return this.#isOther(person) && persons.ownerOf(device) === person && persons.isLinked(device)
    }
    const circle = circleOf(audience)
    return circle !== undefined && this.#isPartner(circle, device)
  }

  /** Whether this device may tell me of that author's. */
  takes(audience: CatalogueAudience, author: DeviceId, from: DeviceId): boolean {
    const person = personOf(audience)
    if (person !== undefined) {
      const { persons } = this.#ground
      const owner = persons.ownerOf(author)
      const fromThem = owner !== undefined && persons.ownerOf(from) === owner && persons.isLinked(from)
      return person === persons.me && fromThem && this.mayAuthor(audience, author)
    }
    const circle = circleOf(audience)
    return circle !== undefined && this.#isPartner(circle, from) && this.#isMember(circle, author)
  }

  /** To whom it is given now. */
  linked(audience: CatalogueAudience): DeviceId[] {
    const { membership, persons } = this.#ground
    const circle = circleOf(audience)
    const all =
      circle === undefined ? persons.linkedOf(personOf(audience) ?? persons.me) : membership.linked(circle)
    return all.filter((device) => this.gives(audience, device))
  }

  #isOther(person: PersonId): boolean {
    const { persons } = this.#ground
    return person !== persons.me && persons.isAcquainted(person) && !this.#ground.blocked(person)
  }

  #takesPart(circle: CircleId): boolean {
    const mine = this.#ground.membership.facts(circle)?.mine
    return mine !== undefined && mine !== 'keeper'
  }

  /** A live device of a member who holds files and is not blocked. */
  #isMember(circle: CircleId, device: DeviceId): boolean {
    const facts = this.#ground.membership.facts(circle)
    const person = facts?.owners.get(device)
    const member = person === undefined ? undefined : facts?.members.get(person)
    if (person === undefined || member === undefined || member.role === 'keeper') return false
    return member.devices.has(device) && !this.#ground.blocked(person)
  }

  #isPartner(circle: CircleId, device: DeviceId): boolean {
    return (
      this.#ground.membership.isLinked(circle, device) &&
      this.#takesPart(circle) &&
      this.#isMember(circle, device)
    )
  }
}
