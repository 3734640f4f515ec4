// For whom this device keeps and gives catalogues: the circles it is a member of. Whose may stand there, and with whom they are
// exchanged, is what the signed log says now.

import { type CatalogueAudience, catalogueAudience } from '../../protocol/catalogue/audience.ts'
import type { CircleId, DeviceId, PersonId } from '../ids.ts'
import type { Membership } from '../membership.ts'

const PREFIX = 'circle:'

export function audienceOf(circle: CircleId): CatalogueAudience {
  return catalogueAudience(`${PREFIX}${circle}`)
}

/** Undefined for other audiences. */
export function circleOf(audience: CatalogueAudience): CircleId | undefined {
  return audience.startsWith(PREFIX) ? (audience.slice(PREFIX.length) as CircleId) : undefined
}

export class Audiences {
  readonly #membership: Membership
  readonly #blocked: (person: PersonId) => boolean

  constructor(membership: Membership, blocked: (person: PersonId) => boolean) {
    this.#membership = membership
    this.#blocked = blocked
  }

  /** Keepers hold no files and see none. */
  takesPart(circle: CircleId): boolean {
    const mine = this.#membership.facts(circle)?.mine
    return mine !== undefined && mine !== 'keeper'
  }

  /** Whether a catalogue of this device may be here: a live device of a member who is not blocked. */
  mayAuthor(circle: CircleId, device: DeviceId): boolean {
    const facts = this.#membership.facts(circle)
    const person = facts?.owners.get(device)
    const member = person === undefined ? undefined : facts?.members.get(person)
    if (person === undefined || member === undefined || member.role === 'keeper') return false
    return member.devices.has(device) && !this.#blocked(person)
  }

  /** Linked members with whom catalogues are exchanged. */
  linked(circle: CircleId): DeviceId[] {
    if (!this.takesPart(circle)) return []
    return this.#membership.linked(circle).filter((device) => this.isPartner(circle, device))
  }

  isPartner(circle: CircleId, device: DeviceId): boolean {
    return (
      this.#membership.isLinked(circle, device) && this.takesPart(circle) && this.mayAuthor(circle, device)
    )
  }

  circles(): CircleId[] {
    return this.#membership.circles().filter((circle) => this.takesPart(circle))
  }
}
