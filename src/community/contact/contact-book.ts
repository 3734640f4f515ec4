// Whom I know: contacts, what I decided about them, and whose a device is. Made by me, and by cards that were proven on a link.
// Promise: a device is somebody's only by their signature; who is blocked is nobody's correspondent, whatever else is known.

import type { Random } from '../../base/random.ts'
import { CommunityError } from '../community-error.ts'
import type { DeviceId, PersonId } from '../ids.ts'
import type { Membership } from '../membership.ts'
import type { Wall } from '../service.ts'
import type { ContactLink } from './contact-link.ts'
import type { ContactRecords, ContactRow, KnownDevice } from './contact-records.ts'
import { OwnLinks } from './own-links.ts'

/** More than anybody knows; each is a row and two lines of memory. */
export const MAX_CONTACTS = 2_000
/** As many as a person may have in a circle; a later one takes the place of the one not seen for longest. */
export const MAX_DEVICES_A_PERSON = 8
/** The second offer that was taken brings the question whether to ask no more. */
const OFFERS_BEFORE_ASKING = 2

/** What a proven card says (identity/device-card.ts). */
export interface SeenCard {
  readonly person: PersonId
  readonly device: DeviceId
  /** Of the device. */
  readonly name: string
}

/** My own decisions about somebody. */
export interface ContactChange {
  readonly alias?: string | null
  readonly verified?: boolean
  readonly ignored?: boolean
  readonly blocked?: boolean
  readonly alwaysAcceptBytes?: number
}

export interface ContactGround {
  readonly me: { readonly person: PersonId; readonly device: DeviceId }
  readonly records: ContactRecords
  readonly membership: Membership
  readonly random: Random
  readonly wall: Wall
}

export class ContactBook {
  readonly #ground: ContactGround

  /** By which others add me. */
  readonly links: OwnLinks

  constructor(ground: ContactGround) {
    this.#ground = ground
    this.links = new OwnLinks(ground)
  }

  row(person: PersonId): ContactRow | undefined {
    return this.#ground.records.contact(person)
  }

  rows(): readonly ContactRow[] {
    return this.#ground.records.contacts()
  }

  isContact(person: PersonId): boolean {
    return this.row(person)?.contact === true
  }

  isOwn(person: PersonId | undefined): boolean {
    return person === this.#ground.me.person
  }

  isBlocked(person: PersonId): boolean {
    return this.row(person)?.blocked === true
  }

  /** For the door of the network: of nobody who is known to be blocked. */
  isBlockedDevice(device: DeviceId): boolean {
    const person = this.personOf(device)
    return person !== undefined && this.isBlocked(person)
  }

  /** By its card, or as a circle's log says. */
  personOf(device: DeviceId): PersonId | undefined {
    const { me, records, membership } = this.#ground
    if (device === me.device) return me.person
    const known = records.device(device)
    if (known?.card !== undefined) return known.person
    for (const circle of membership.circles()) {
      const person = membership.facts(circle)?.owners.get(device)
      if (person !== undefined && !records.isGone(person, device)) return person
    }
    return undefined
  }

  /** All that are known: by cards, by links, and live ones of circles that we share. Without this device. */
  devicesOf(person: PersonId): ReadonlyMap<DeviceId, string> {
    const { me, records, membership } = this.#ground
    const names = new Map<DeviceId, string>()
    for (const { device, name } of records.devicesOf(person)) names.set(device, name)
    for (const circle of this.sharedCircles(person))
      for (const device of membership.facts(circle)?.members.get(person)?.devices.keys() ?? [])
        if (!names.has(device) && !records.isGone(person, device)) names.set(device, '')
    names.delete(me.device)
    return names
  }

  known(device: DeviceId): KnownDevice | undefined {
    return this.#ground.records.device(device)
  }

  /** My other devices. */
  ownDevices(): Iterable<DeviceId> {
    return this.devicesOf(this.#ground.me.person).keys()
  }

  /** Encoded, of my other devices. */
  ownCards(): readonly Uint8Array[] {
    return this.#ground.records.devicesOf(this.#ground.me.person).flatMap(({ card }) => card ?? [])
  }

  /** One that is about to be mine: it is called. */
  expectOwn(device: DeviceId, name: string, hints: readonly string[]): void {
    const { records, me } = this.#ground
    const nothing = { card: undefined, token: undefined, seenAt: null }
    // Whoever takes a device in that was put out once wants it back.
    records.removeGone(me.person, device)
    records.putDevice({ device, person: me.person, name, hints, ...nothing })
  }

  /** A proven card of a device, whosever I will be. */
  keepCard({ person, device, name }: SeenCard, card: Uint8Array): void {
    const { records, me, wall } = this.#ground
    const seenAt = wall.seconds()
    if (device !== me.device)
      records.putDevice({ device, person, card, name, hints: [], token: undefined, seenAt })
  }

  /** As its list says, which they signed. */
  listed({ person, device, name }: SeenCard, card: Uint8Array): void {
    const { records, me } = this.#ground
    const known = records.device(device)
    // What it proved itself is newer.
    if (device === me.device || known?.card !== undefined) return
    if (known === undefined) this.#makeRoom(person)
    const { hints = [], token, seenAt = null } = known?.person === person ? known : { token: undefined }
    records.putDevice({ device, person, card, name, hints, token, seenAt })
  }

  /** A device of mine that is none any more: its card counts for nothing. */
  putOut(device: DeviceId): void {
    const { me } = this.#ground
    if (device !== me.device) this.out(me.person, device)
  }

  /** A device is none of theirs any more, for good. */
  out(person: PersonId, device: DeviceId): void {
    const { records, wall } = this.#ground
    if (records.device(device)?.person === person) records.removeDevice(device)
    records.putGone(person, device, wall.seconds())
  }

  /** Of somebody who is nobody to us any more, unless they are to stay nobody. */
  forgetList(person: PersonId): void {
    if (!this.isAcquainted(person) && !this.isBlocked(person)) this.#ground.records.removeList(person)
  }

  isOut(person: PersonId, device: DeviceId): boolean {
    return this.#ground.records.isGone(person, device)
  }

  /** This one, by a list of mine that another of my devices signed. */
  get amOut(): boolean {
    const { me } = this.#ground
    return this.isOut(me.person, me.device)
  }

  goneDevices(): readonly DeviceId[] {
    return this.#ground.records.goneDevices(this.#ground.me.person)
  }

  ownPerson(): readonly PersonId[] {
    return [this.#ground.me.person]
  }

  /** Devices that I was told of by a link, and that have not answered yet. */
  asked(): readonly KnownDevice[] {
    return this.#ground.records.asked()
  }

  /** Circles in which both of us are now. */
  sharedCircles(person: PersonId) {
    const { membership } = this.#ground
    return membership.circles().filter((circle) => {
      const facts = membership.facts(circle)
      return facts?.mine !== undefined && facts.members.has(person)
    })
  }

  /** Everybody else in circles of mine, keepers too. */
  members(): ReadonlySet<PersonId> {
    const { me, membership } = this.#ground
    const found = new Set<PersonId>()
    for (const circle of membership.circles()) {
      const facts = membership.facts(circle)
      if (facts?.mine !== undefined) for (const person of facts.members.keys()) found.add(person)
    }
    found.delete(me.person)
    return found
  }

  /** Whether mail passes between us: contacts, members of a circle of mine, and my own devices; nobody who is blocked. */
  isAcquainted(person: PersonId): boolean {
    if (this.isOwn(person)) return true
    const row = this.row(person)
    if (row?.blocked === true) return false
    return row?.contact === true || this.sharedCircles(person).length > 0
  }

  /** A card that was proven on a link of that device. */
  saw(card: SeenCard, bytes: Uint8Array, personName: string): void {
    const { records, wall } = this.#ground
    const { person, device } = card
    if (device === this.#ground.me.device || records.isGone(person, device)) return
    const before = records.device(device)
    // A link spoke for a device that is somebody else's: what it said is forgotten.
    const token = before?.person === person ? before.token : undefined
    const seenAt = wall.seconds()
    if (before === undefined) this.#makeRoom(person)
    records.putDevice({
      device,
      person,
      card: bytes,
      name: card.name,
      hints: before?.hints ?? [],
      token,
      seenAt,
    })
    if (!this.isOwn(person)) {
      const row = this.#rowOr(person)
      records.putContact({ ...row, name: personName === '' ? row.name : personName, seenAt })
    }
  }

  /** Their link ended just now. */
  left(person: PersonId): void {
    const row = this.row(person)
    if (row !== undefined) this.#ground.records.putContact({ ...row, seenAt: this.#ground.wall.seconds() })
  }

  /** They answered: the link has done its work. */
  answered(device: DeviceId): void {
    const known = this.#ground.records.device(device)
    if (known?.token !== undefined) this.#ground.records.putDevice({ ...known, token: undefined })
  }

  /** A link told that it is somebody's, and it is not. */
  mistaken(device: DeviceId): void {
    const known = this.#ground.records.device(device)
    if (known !== undefined && known.card === undefined) this.#ground.records.removeDevice(device)
  }

  hasRoom(person: PersonId): boolean {
    return this.isContact(person) || this.#count() < MAX_CONTACTS
  }

  /** Takes somebody as a contact of mine. @throws CommunityError TOO_MANY, PERSON_BLOCKED, PERSON_UNKNOWN */
  add(person: PersonId, name: string | null): ContactRow {
    if (this.isOwn(person)) throw new CommunityError('PERSON_UNKNOWN', { person: 'yourself' })
    const row = this.#rowOr(person)
    if (row.blocked) throw new CommunityError('PERSON_BLOCKED', {})
    if (!row.contact) this.#checkRoom()
    return this.#put({ ...row, contact: true, name: row.name ?? name })
  }

  /** @throws CommunityError as add() */
  addByLink({ person, device, name, token, addresses }: ContactLink): ContactRow {
    const row = this.add(person, name)
    const { records } = this.#ground
    const known = records.device(device)
    if (known === undefined) this.#makeRoom(person)
    const { card, seenAt = null } = known?.person === person ? known : { card: undefined }
    records.putDevice({ device, person, card, name: known?.name ?? '', hints: addresses, token, seenAt })
    return row
  }

  /**
   * @param name as they are known from elsewhere: kept, since it is gone from there when they are blocked
   * @throws CommunityError PERSON_UNKNOWN unless a contact, or met in a circle
   */
  change(person: PersonId, change: ContactChange, name?: string): ContactRow {
    const row = this.row(person)
    const met = row !== undefined || this.sharedCircles(person).length > 0
    if (!met || this.isOwn(person)) throw new CommunityError('PERSON_UNKNOWN', {})
    const known = this.#rowOr(person)
    return this.#put({ ...known, name: known.name ?? name ?? null, ...change })
  }

  /** Undefined where there was nothing to forget. What was blocked stays blocked. */
  remove(person: PersonId): ContactRow | undefined {
    const row = this.row(person)
    if (row === undefined) return undefined
    return this.#put({ ...row, contact: false, alias: null, verified: false, alwaysAcceptBytes: 0 })
  }

  acceptedOffer(person: PersonId): void {
    if (this.isOwn(person)) return
    const row = this.#rowOr(person)
    this.#ground.records.putContact({ ...row, acceptedOffers: row.acceptedOffers + 1 })
  }

  /** Whether an offer is taken without asking: from my own devices, or up to what I allowed. */
  acceptsUnasked(person: PersonId | undefined, totalBytes: number): boolean {
    if (person === undefined) return false
    if (this.isOwn(person)) return true
    const row = this.row(person)
    return row !== undefined && !row.blocked && totalBytes <= row.alwaysAcceptBytes
  }

  /** Whether it is time to ask if they shall be accepted always. */
  asksAlways(person: PersonId | undefined): boolean {
    const row = person === undefined ? undefined : this.row(person)
    return row !== undefined && row.alwaysAcceptBytes === 0 && row.acceptedOffers >= OFFERS_BEFORE_ASKING
  }

  /** What I decided on another device of mine; the later decision counts. @returns whether anything changed */
  merge(row: ContactRow): boolean {
    if (this.isOwn(row.person)) return false
    const before = this.row(row.person)
    if (before !== undefined && before.changedAt >= row.changedAt) return false
    if (before?.contact !== true && row.contact && this.#count() >= MAX_CONTACTS) return false
    const { name, seenAt, acceptedOffers } = before ?? row
    this.#ground.records.putContact({
      ...row,
      name: name ?? row.name,
      seenAt,
      acceptedOffers: Math.max(acceptedOffers, row.acceptedOffers),
    })
    return true
  }

  /** Who comes by a link of mine is a contact, unless I removed them, or decided something else about them, after I made it. */
  cameByLink(person: PersonId, name: string, token: Uint8Array): void {
    const made = this.links.made(token)
    const row = this.row(person)
    if (made === undefined || this.isOwn(person) || row?.contact === true || !this.hasRoom(person)) return
    if (row === undefined || row.changedAt < made) this.add(person, name)
  }

  #put(row: ContactRow): ContactRow {
    const now = this.#ground.wall.seconds()
    // Two decisions within a second are told apart, too.
    const changed = { ...row, changedAt: Math.max(now, row.changedAt + 1) }
    this.#ground.records.putContact(changed)
    return changed
  }

  #rowOr(person: PersonId): ContactRow {
    return (
      this.row(person) ?? {
        person,
        name: null,
        alias: null,
        contact: false,
        verified: false,
        ignored: false,
        blocked: false,
        alwaysAcceptBytes: 0,
        acceptedOffers: 0,
        seenAt: null,
        changedAt: 0,
      }
    )
  }

  #checkRoom(): void {
    if (this.#count() >= MAX_CONTACTS)
      throw new CommunityError('TOO_MANY', { limit: MAX_CONTACTS, what: 'contacts' })
  }

  #count(): number {
    return this.rows().filter(({ contact }) => contact).length
  }

  #makeRoom(person: PersonId): void {
    const devices = [...this.#ground.records.devicesOf(person)]
    if (devices.length < MAX_DEVICES_A_PERSON) return
    devices.sort((a, b) => (a.seenAt ?? 0) - (b.seenAt ?? 0))
    const [oldest] = devices
    if (oldest !== undefined) this.#ground.records.removeDevice(oldest.device)
  }
}
