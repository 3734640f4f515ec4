// The calls about people I know: contacts, links, and what I decided about somebody. What follows from a decision for mail is
// told to the direct service at once; chat and network are told by `around`.

import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { Person } from '../../api/schemas/people.ts'
import { CommunityError } from '../../community/community-error.ts'
import { comparisonWords } from '../../community/contact/comparison.ts'
import type { ContactBook } from '../../community/contact/contact-book.ts'
import {
  type ContactLink,
  decodeContactLink,
  encodeContactLink,
} from '../../community/contact/contact-link.ts'
import { decodeDeviceLink } from '../../community/contact/device-link.ts'
import { MAX_LINK_ADDRESSES } from '../../community/contact/link-fields.ts'
import { notOurs, readPeopleLink, writePeopleLink } from '../../community/contact/people-link.ts'
import type { DirectService } from '../../community/direct/direct-service.ts'
import type { DeviceId, PersonId } from '../../community/ids.ts'
import { WORD_LIST } from '../../community/network/words.ts'
import type { PartCalls, PeopleGround } from './people-part.ts'

type PeopleLinkFacts = OutputOf<'peopleLinkFacts'>

/** What the other parts know, and what they are told. */
export interface ContactSurroundings {
  isOnline(device: DeviceId): boolean
  /** As somebody calls themselves in a circle. */
  personName(person: PersonId): string | undefined
  myName(): string | undefined
  /** Where this device can be called, best first. */
  addresses(): readonly string[]
  /** Whom to call, or where they are, may be others. */
  wantedChanged(): void
  /** Somebody is a contact or none any more, is linked or gone, or has another device. */
  personChanged(person: PersonId): void
  /** Somebody is blocked, or no more: their links end, and their bytes are not asked for. */
  blockedChanged(person: PersonId, blocked: boolean): void
  /** Somebody is ignored, or no more: what they write is hidden, or shown again. */
  ignoredChanged(person: PersonId): void
  /** Of an invite's payload. @throws CommunityError LINK_NOT_OURS */
  inviteFacts(payload: Uint8Array): PeopleLinkFacts
}

/** A device nearby, proven by its card. */
export type NearbyPerson = (
  device: DeviceId,
) => { readonly person: PersonId; readonly name: string } | undefined

export interface ContactParts {
  readonly ground: PeopleGround
  readonly book: ContactBook
  readonly direct: DirectService
  readonly around: ContactSurroundings
  readonly nearbyPerson: NearbyPerson
}

type Added = ValidInputOf<'addContact'>

export function contactCalls({ ground, book, direct, around, nearbyPerson }: ContactParts) {
  const { own, crypto } = ground
  const changed = (person: PersonId): void => {
    around.personChanged(person)
    ground.changed({ kind: 'person', id: person })
  }

  const show = (person: PersonId): Person => personOf(person, book, around)

  const addByLink = (text: string): PersonId => {
    const { kind, payload } = readPeopleLink(text, crypto)
    if (kind !== 'contact') throw notOurs()
    const link: ContactLink = decodeContactLink(payload)
    book.addByLink(link)
    around.wantedChanged()
    return link.person
  }
  const add = (input: Added): PersonId => {
    if ('link' in input) return addByLink(input.link)
    if ('device' in input) return addDevice(input.device as DeviceId)
    const person = input.person as PersonId
    if (book.row(person) === undefined && book.sharedCircles(person).length === 0)
      throw new CommunityError('PERSON_UNKNOWN', { person })
    return book.add(person, around.personName(person) ?? null).person
  }
  const addDevice = (device: DeviceId): PersonId => {
    const near = nearbyPerson(device)
    const person = near?.person ?? book.personOf(device)
    if (person === undefined) throw new CommunityError('DEVICE_UNKNOWN', { device })
    return book.add(person, near?.name ?? null).person
  }

  const linkFacts = (text: string): PeopleLinkFacts => {
    const { kind, payload } = readPeopleLink(text, crypto)
    if (kind === 'invite') return around.inviteFacts(payload)
    const nothing = { circle: null, person: null, role: null, expiresAt: null }
    if (kind === 'contact') {
      const { person, name } = decodeContactLink(payload)
      const known = book.isContact(person) || book.isOwn(person)
      return { ...nothing, kind, person, name, known }
    }
    const { device, name, expires } = decodeDeviceLink(payload)
    const known = book.isOwn(book.personOf(device))
    return { ...nothing, kind, name, expiresAt: moment(expires), known }
  }

  return {
    people: (): OutputOf<'people'> => {
      const persons = new Set<PersonId>(
        book
          .rows()
          .filter(({ contact, blocked }) => contact || blocked)
          .map(({ person }) => person),
      )
      for (const person of book.members()) persons.add(person)
      return { people: [...persons].map(show) }
    },
    contactLink: ({ anew }: ValidInputOf<'contactLink'>): OutputOf<'contactLink'> => {
      const name = around.myName()
      if (name === undefined) throw new CommunityError('NAME_NEEDED', {})
      if (anew) book.links.withdraw()
      const { person, device } = own
      const addresses = around.addresses().slice(0, MAX_LINK_ADDRESSES)
      const payload = encodeContactLink({ person, device, name, token: book.links.token(), addresses })
      // Whoever has it looks for me by it.
      around.wantedChanged()
      return { link: writePeopleLink('contact', payload, crypto), expiresAt: null }
    },
    addContact: (input: Added): Person => {
      const person = add(input)
      direct.acquainted(person)
      changed(person)
      return show(person)
    },
    changePerson: ({ id, ...change }: ValidInputOf<'changePerson'>): Person => {
      const person = id as PersonId
      const before = book.isBlocked(person)
      const ignored = book.row(person)?.ignored === true
      book.change(person, definedOf(change), around.personName(person))
      const blocked = book.isBlocked(person)
      if (blocked && !before) direct.revoked(person)
      if (blocked !== before) around.blockedChanged(person, blocked)
      if (before && !blocked) direct.acquainted(person)
      if ((book.row(person)?.ignored === true) !== ignored) around.ignoredChanged(person)
      changed(person)
      return show(person)
    },
    removeContact: ({ id }: ValidInputOf<'removeContact'>) => {
      const person = id as PersonId
      if (book.remove(person) === undefined) throw new CommunityError('PERSON_UNKNOWN', { person })
      direct.revoked(person)
      around.ignoredChanged(person)
      changed(person)
      return {}
    },
    comparisonWords: ({ id }: ValidInputOf<'comparisonWords'>): OutputOf<'comparisonWords'> => {
      if (book.isOwn(id as PersonId)) throw new CommunityError('PERSON_UNKNOWN', { person: 'yourself' })
      return { words: [...comparisonWords(own.person, id as PersonId, crypto, WORD_LIST)] }
    },
    peopleLinkFacts: ({ link }: ValidInputOf<'peopleLinkFacts'>): PeopleLinkFacts => linkFacts(link),
  } satisfies PartCalls
}

export function personOf(person: PersonId, book: ContactBook, around: ContactSurroundings): Person {
  const row = book.row(person)
  const devices = [...book.devicesOf(person)].map(([id, name]) => ({ id, name, online: around.isOnline(id) }))
  return {
    id: person,
    name: around.personName(person) ?? row?.name ?? null,
    alias: row?.alias ?? null,
    contact: row?.contact ?? false,
    verified: row?.verified ?? false,
    online: devices.some(({ online }) => online),
    lastSeenAt: row?.seenAt == null ? null : moment(row.seenAt),
    circles: [...book.sharedCircles(person)],
    ignored: row?.ignored ?? false,
    blocked: row?.blocked ?? false,
    alwaysAcceptBytes: row?.alwaysAcceptBytes ?? 0,
    acceptedOffers: row?.acceptedOffers ?? 0,
    devices,
  }
}

export function moment(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}

/** What was not said stays as it is. */
function definedOf<T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const said = Object.entries(change).filter(([, value]) => value !== undefined)
  return Object.fromEntries(said) as { [K in keyof T]: Exclude<T[K], undefined> }
}
