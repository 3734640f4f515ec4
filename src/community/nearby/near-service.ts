// The near service: who is on this network, what they offer to everyone, and what is sent from device to device.
// Frames: card {c card, n name, f files, b bytes, k? key of its catalogue, p? port of its engine, where its files are got}; those of
// offers (send-offers.ts) and of looking around (browse.ts).
//
// A card is told on links of the local network, to whom the person allows: everyone, or those they know. Promise: with `off` nobody
// is told anything, and with `contacts` a stranger learns nothing but that something answered.

import type { BDict } from '../../base/bencode-value.ts'
import { equalBytes } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { AUTHOR_BYTES, MAX_CATALOGUE_ENTRIES } from '../../protocol/catalogue/limits.ts'
import { RecordError } from '../community-error.ts'
import type { ContactBook } from '../contact/contact-book.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { MAX_CARD_BYTES, readCard } from '../identity/device-card.ts'
import type { DeviceId, PersonId } from '../ids.ts'
import { RecordFields } from '../record-fields.ts'
import type { Link, Service, ServiceOut, Wall } from '../service.ts'
import { Browse, type Found, type Question } from './browse.ts'
import { CARD_MS, MAX_BYTES, MAX_NEAR, MAX_PERSON_NAME_BYTES, MAX_PORT } from './limits.ts'
import type { OfferRecords, SendOfferRow } from './send-offer.ts'
import { SendOffers } from './send-offers.ts'
import { cutText } from './text.ts'

/** Whom the person lets see this device on the local network. */
export type Visible = 'everyone' | 'contacts' | 'off'

/** What this device offers to everyone. */
export interface OwnPublic {
  readonly files: number
  readonly bytes: number
  /** What signs its catalogue. */
  readonly author: Uint8Array | undefined
  /** Where its engine gives these; undefined: nowhere. */
  readonly port: number | undefined
}

export interface NearDevice extends OwnPublic {
  readonly device: DeviceId
  readonly person: PersonId
  /** Of the person, as they say. */
  readonly name: string
  readonly deviceName: string
  /** Encoded. */
  readonly card: Uint8Array
  /** Seconds since 1970. */
  readonly foundAt: number
}

export interface NearGround {
  readonly out: ServiceOut
  readonly book: ContactBook
  readonly offers: OfferRecords
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly wall: Wall
  readonly me: { card(): Uint8Array; name(): string }
  visible(): Visible
  /** A page of my own catalogue, to be answered by looked(). */
  look(number: number, question: Question): void
  nearbyChanged(device: DeviceId): void
  offerChanged(row: SendOfferRow, fresh: boolean): void
  offerReady(row: SendOfferRow): void
}

interface Neighbour {
  readonly link: Link
  told: boolean
  near: NearDevice | undefined
  /** We asked it something, or said yes: its answers may be longer than a stranger's. */
  trusted: boolean
}

const TIDY_MS = 60_000

export class NearService implements Service {
  readonly name = 'near'
  readonly offers: SendOffers
  readonly #ground: NearGround
  readonly #browse: Browse
  readonly #links = new Map<DeviceId, Neighbour>()
  #own: OwnPublic = { files: 0, bytes: 0, author: undefined, port: undefined }
  #tellAt: Millis | undefined
  #tidyAt: Millis | undefined

  constructor(ground: NearGround) {
    this.#ground = ground
    const { out, book, crypto, random, wall, me } = ground
    this.offers = new SendOffers({
      out,
      book,
      crypto,
      random,
      wall,
      me,
      records: ground.offers,
      isLinked: (device) => this.#links.has(device),
      takesStrangers: () => ground.visible() === 'everyone',
      changed: (row, fresh) => this.#offerChanged(row, fresh),
      ready: (row) => ground.offerReady(row),
    })
    this.#browse = new Browse({
      out,
      crypto,
      wall,
      isKnown: (device) => this.#isKnown(device),
      authorOf: (device) => this.#links.get(device)?.near?.author,
      look: (number, question) => ground.look(number, question),
      lied: (device) => out.hangUp(device, 'RECORD_INVALID', true),
    })
  }

  /** Devices of this network, those found first before others. */
  near(): readonly NearDevice[] {
    return [...this.#links.values()].flatMap(({ near }) => near ?? [])
  }

  nearDevice(device: DeviceId): NearDevice | undefined {
    return this.#links.get(device)?.near
  }

  isLinked(device: DeviceId): boolean {
    return this.#links.has(device)
  }

  /** It is not whose it said. */
  wentOut(device: DeviceId): void {
    const neighbour = this.#links.get(device)
    if (neighbour?.near === undefined) return
    neighbour.near = undefined
    this.#ground.nearbyChanged(device)
  }

  /** For the switchboard: what it answers may be as long as a guest's. */
  isTrusted(device: DeviceId): boolean {
    return this.#links.get(device)?.trusted === true
  }

  /** What I offer to everyone is another; told within seconds. */
  offering(own: OwnPublic, now: Millis): void {
    this.#own = own
    this.#tellAt ??= after(now, CARD_MS)
  }

  /** Who may see me, my name or my card is another. */
  changedMe(): void {
    for (const device of this.#links.keys()) this.#tell(device)
  }

  /** @param answer called once: what was proven, or why there is nothing */
  browse(device: DeviceId, question: Question, now: Millis, answer: (found: Found | Error) => void): void {
    const neighbour = this.#links.get(device)
    if (neighbour !== undefined) neighbour.trusted = true
    this.#browse.ask(device, question, now, answer)
  }

  /** Of look(). */
  looked(...answer: Parameters<Browse['looked']>): void {
    this.#browse.looked(...answer)
  }

  // ── the service ──

  linked(link: Link, _now: Millis): void {
    const { device } = link
    const untold = this.#ground.offers.untold(device)
    const trusted = untold.some(({ incoming, state }) => incoming && state === 'accepted')
    this.#links.set(device, { link, told: false, near: undefined, trusted })
    this.#tell(device)
    this.offers.linked(device)
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    const neighbour = this.#links.get(from)
    if (neighbour === undefined || this.#ground.book.isBlockedDevice(from)) return
    const fields = new RecordFields(body, `near.${kind}`)
    if (kind === 'card') this.#cardCame(neighbour, fields)
    // Who may not see me gets no answer, as if nobody were there.
    else if (kind === 'ask' && !this.#maySee(from)) return
    else if (!this.offers.received(from, kind, fields) && !this.#browse.received(from, kind, fields, now))
      throw new RecordError('FRAME_INVALID', { kind })
  }

  drained(device: DeviceId, _now: Millis): void {
    const neighbour = this.#links.get(device)
    if (neighbour?.told === false) this.#tell(device)
    this.offers.linked(device)
  }

  unlinked(device: DeviceId, _now: Millis): void {
    const near = this.#links.get(device)?.near
    this.#links.delete(device)
    this.#browse.unlinked(device)
    if (near !== undefined) this.#ground.nearbyChanged(device)
  }

  wake(now: Millis): void {
    this.#browse.wake(now)
    if (this.#tellAt !== undefined && this.#tellAt <= now) {
      this.#tellAt = undefined
      this.changedMe()
    }
    if (this.#tidyAt !== undefined && now < this.#tidyAt) return
    this.#tidyAt = after(now, TIDY_MS)
    this.offers.tidy()
  }

  deadline(): Millis | undefined {
    return earliest(this.#browse.deadline(), this.#tellAt, this.#tidyAt ?? (0 as Millis))
  }

  #cardCame(neighbour: Neighbour, fields: RecordFields): void {
    const { crypto, wall, book, nearbyChanged } = this.#ground
    const bytes = fields.bytesWithin('c', 1, MAX_CARD_BYTES)
    const name = fields.text('n', MAX_PERSON_NAME_BYTES)
    const files = fields.int('f', 0, MAX_CATALOGUE_ENTRIES)
    const sum = fields.int('b', 0, MAX_BYTES)
    const author = fields.optionalBytes('k', AUTHOR_BYTES)
    const port = fields.optionalInt('p', 1, MAX_PORT)
    fields.end()
    const { device, way } = neighbour.link
    const before = neighbour.near
    // Counts change often, the card hardly ever: its signatures are checked once.
    const isSame = before !== undefined && equalBytes(before.card, bytes)
    const card = isSame ? { ...before, name: before.deviceName } : readCard(bytes, crypto)
    if (card.device !== device) throw new RecordError('RECORD_INVALID', { what: 'near.card', field: 'c' })
    // Only what is on this network is near; the others were not asked.
    if (way !== 'nearby' || (before === undefined && this.near().length >= MAX_NEAR)) return
    const { person, name: deviceName } = card
    if (book.isBlocked(person) || book.isOut(person, device)) return
    const foundAt = before?.foundAt ?? wall.seconds()
    const shown = { device, person, name, deviceName, card: bytes }
    neighbour.near = { ...shown, files, bytes: sum, author, port, foundAt }
    nearbyChanged(device)
  }

  #tell(device: DeviceId): void {
    const neighbour = this.#links.get(device)
    if (neighbour?.link.way !== 'nearby' || !this.#maySee(device)) return
    const { out, me } = this.#ground
    const { files, bytes, author, port } = this.#own
    const n = cutText(me.name(), MAX_PERSON_NAME_BYTES)
    neighbour.told = out.send(device, 'card', { b: bytes, c: me.card(), f: files, k: author, n, p: port })
  }

  #maySee(device: DeviceId): boolean {
    const visible = this.#ground.visible()
    return visible === 'everyone' || (visible === 'contacts' && this.#isKnown(device)) || this.#isOwn(device)
  }

  #isKnown(device: DeviceId): boolean {
    const { book } = this.#ground
    const person = book.personOf(device) ?? this.#links.get(device)?.near?.person
    return person !== undefined && book.isAcquainted(person)
  }

  #isOwn(device: DeviceId): boolean {
    return this.#ground.book.isOwn(this.#ground.book.personOf(device))
  }

  #offerChanged(row: SendOfferRow, fresh: boolean): void {
    const neighbour = this.#links.get(row.device)
    // What follows a yes of mine is longer than a stranger's frame.
    if (neighbour !== undefined && row.incoming && row.state === 'accepted') neighbour.trusted = true
    this.#ground.offerChanged(row, fresh)
  }
}
