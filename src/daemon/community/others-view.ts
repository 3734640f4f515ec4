// What members offer, as the calls say it: one row for each content with those who have it, by name, and whether they are there.

import type { OthersEntry } from '../../api/schemas/circles.ts'
import { circleOf } from '../../community/catalogue/audiences.ts'
import type { CircleId, DeviceId, PersonId } from '../../community/ids.ts'
import type { Membership } from '../../community/membership.ts'
import { mediaFactsOf } from '../../library/offered-file.ts'
import type { CatalogueAudience } from '../../protocol/catalogue/audience.ts'
import type { SharedContent } from './store/shared-search.ts'

export interface OthersViewGround {
  readonly membership: Membership
  /** Outside of circles. */
  ownerOf(device: DeviceId): PersonId | undefined
  personName(person: PersonId): string | undefined
  isOnline(device: DeviceId): boolean
  /** Which of these contents lie here. */
  here(contents: readonly string[]): Promise<ReadonlySet<string>>
}

export class OthersView {
  readonly #ground: OthersViewGround

  constructor(ground: OthersViewGround) {
    this.#ground = ground
  }

  async entries(contents: readonly SharedContent[]): Promise<OthersEntry[]> {
    const here = await this.#ground.here(contents.map(({ content }) => content))
    return contents.map((content) => this.#entry(content, here))
  }

  /** Whose catalogue of that audience it is. */
  ownerOf(audience: CatalogueAudience, device: DeviceId): PersonId | undefined {
    const circle = circleOf(audience)
    if (circle === undefined) return this.#ground.ownerOf(device)
    return this.#ground.membership.facts(circle)?.owners.get(device)
  }

  /** Of a person, in that circle, now. */
  devicesOf(circle: CircleId, person: PersonId): DeviceId[] {
    return [...(this.#ground.membership.facts(circle)?.members.get(person)?.devices.keys() ?? [])]
  }

  #entry({ content, entry, otherNames, holders }: SharedContent, here: ReadonlySet<string>): OthersEntry {
    const { personName, isOnline } = this.#ground
    const told = holders.map(({ author, audience, path }) => {
      const circle = circleOf(audience)
      const person = this.ownerOf(audience, author)
      const name = person === undefined ? undefined : personName.call(this.#ground, person)
      const online = isOnline.call(this.#ground, author)
      return {
        person: person ?? null,
        device: author,
        name: name ?? '',
        online,
        circle: circle ?? null,
        path,
      }
    })
    const devices = new Set(told.map(({ device }) => device))
    return {
      content,
      name: entry.name,
      kind: entry.kind,
      mediaType: null,
      lengthBytes: entry.lengthBytes,
      facts: mediaFactsOf(entry.facts),
      otherNames: [...otherNames],
      holders: told,
      holderCount: devices.size,
      onlineCount: [...devices].filter((device) => isOnline.call(this.#ground, device)).length,
      here: here.has(content),
      licence: entry.licence === undefined ? null : (entry.licence.id ?? entry.licence.kind),
    }
  }
}
