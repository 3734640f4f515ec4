// My own devices: taking another one in, and keeping one another in step.
//
// Taking in. The new device shows a link with a secret; the one with the words says it: take {s secret, p person}; the new one
// answers mine {k X25519 key, n name}; it gets card {i issued, n person's name, q person's signature, l cards of my devices},
// adds its own signature and is mine from then on. Afterwards, on every link of two that are mine: rows {l} of contacts,
// gone {l} devices that were put out, circle {i, e epochs}, and where messages are missing more {a? after} → said {l}.
//
// Promises: without the secret nobody takes a device in, and it works once, for ten minutes; nothing of rows, circles or messages
// is told or taken but between devices that both proved to be mine.

import type { BDict } from '../../base/bencode-value.ts'
import { equalBytes } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { ContactBook } from '../contact/contact-book.ts'
import { DEVICE_LINK_SECONDS, DEVICE_SECRET_BYTES, type DeviceLink } from '../contact/device-link.ts'
import { MAX_NAME_BYTES } from '../contact/link-fields.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { DirectInbox } from '../direct/direct-inbox.ts'
import {
  cardMessage,
  type DeviceCard,
  joinCard,
  MAX_CARD_BYTES,
  MAX_DEVICE_NAME_BYTES,
  readCard,
} from '../identity/device-card.ts'
import {
  type CircleId,
  type DeviceId,
  KEY_BYTES,
  keyBytes,
  keyText,
  type PersonId,
  type RecordId,
  SIGNATURE_BYTES,
} from '../ids.ts'
import { RecordFields } from '../record-fields.ts'
import type { Link, Service, ServiceOut, Wall } from '../service.ts'
import {
  circleIn,
  epochFields,
  epochIn,
  MAX_EPOCHS,
  MAX_MESSAGES,
  MAX_ROWS,
  messageFields,
  messageIn,
  type OwnEpoch,
  PAGE_BYTES,
  rowFields,
  rowIn,
} from './own-frames.ts'

export interface OwnGround {
  readonly me: {
    readonly person: PersonId
    readonly device: DeviceId
    readonly deviceSeed: Uint8Array
    /** Where the words are. */
    readonly personSeed: Uint8Array | undefined
    readonly sealingKey: Uint8Array
    card(): Uint8Array
    name(): string
  }
  readonly out: ServiceOut
  readonly book: ContactBook
  readonly inbox: DirectInbox
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly wall: Wall
  /** Circles of mine with what is known of their epochs. */
  circles(): readonly { readonly id: CircleId; readonly epochs: readonly OwnEpoch[] }[]
  /** Another device of mine is in this circle. */
  circleTold(circle: CircleId, epochs: readonly OwnEpoch[], now: Millis): void
  /** This device is somebody's now: it begins anew as theirs. */
  taken(card: Uint8Array, name: string): void
  /** How far messages of before were taken; undefined: none yet. */
  historyAt(): RecordId | 'all' | undefined
  historyTaken(until: RecordId | 'all'): void
  /** Another device of mine put this one out. */
  putOut(device: DeviceId): void
  changed(): void
}

interface Offered {
  readonly secret: Uint8Array
  /** Seconds since 1970. */
  readonly until: number
}

interface Taking {
  readonly link: DeviceLink
  readonly until: Millis
  readonly ended: (error: CommunityError | undefined) => void
}

/** How long it is looked for before the person is told that it is not there. */
const TAKING_MS = 40_000
/** Devices of a person, as in a circle. */
const MAX_OWN = 8
const MAX_GONE = 64

export class OwnService implements Service {
  readonly name = 'own'
  readonly #ground: OwnGround
  readonly #links = new Set<DeviceId>()
  /** Those that said the secret, or whose secret we said. */
  readonly #trusted = new Map<DeviceId, PersonId | undefined>()
  #offered: Offered | undefined
  #taking: Taking | undefined

  constructor(ground: OwnGround) {
    this.#ground = ground
  }

  // ── commands ──

  /** For the link of this device. @throws CommunityError SOMEBODY_ALREADY where there is something to lose */
  offer(name: string, addresses: readonly string[]): DeviceLink {
    const { random, wall, book, me, circles } = this.#ground
    if (circles().length > 0 || book.rows().some(({ contact }) => contact))
      throw new CommunityError('SOMEBODY_ALREADY', {})
    const secret = random.bytes(DEVICE_SECRET_BYTES)
    const expires = wall.seconds() + DEVICE_LINK_SECONDS
    this.#offered = { secret, until: expires }
    return { device: me.device, name, secret, expires, addresses }
  }

  /** @param ended called once: without an error it is mine. @throws CommunityError WORDS_ELSEWHERE, INVITE_EXPIRED, TOO_MANY */
  take(link: DeviceLink, now: Millis, ended: Taking['ended']): void {
    const { me, book, wall } = this.#ground
    if (me.personSeed === undefined) throw new CommunityError('WORDS_ELSEWHERE', {})
    if (link.expires <= wall.seconds()) throw new CommunityError('INVITE_EXPIRED', {})
    if ([...book.ownDevices()].length + 1 >= MAX_OWN)
      throw new CommunityError('TOO_MANY', { limit: MAX_OWN, what: 'devices' })
    this.#end(new CommunityError('DEVICE_GONE', {}))
    book.expectOwn(link.device, link.name, link.addresses)
    this.#taking = { link, until: after(now, TAKING_MS), ended }
    if (this.#links.has(link.device)) this.#say(link)
  }

  /** A device of mine proved to be one (by its card, in a hello): what is missing is told. */
  met(device: DeviceId, now: Millis): void {
    const { book } = this.#ground
    if (!book.isOwn(book.personOf(device))) return
    if (this.#taking?.link.device === device) this.#end(undefined)
    this.#tell(device)
    this.wake(now)
  }

  /** Contacts or devices were changed here. */
  changed(): void {
    for (const device of this.#links) if (this.#isMine(device)) this.#tellRows(device)
  }

  /** For the switchboard. */
  isTrusted(device: DeviceId): boolean {
    return this.#trusted.has(device)
  }

  // ── the service ──

  linked({ device }: Link, _now: Millis): void {
    this.#links.add(device)
    if (this.#taking?.link.device === device) this.#say(this.#taking.link)
    else if (this.#isMine(device)) this.#tell(device)
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    const fields = new RecordFields(body, `own.${kind}`)
    if (kind === 'take') this.#takeCame(from, fields)
    else if (kind === 'mine') this.#mineCame(from, fields)
    else if (kind === 'card') this.#cardCame(from, fields)
    // One that was put out and has not heard of it yet says what it always said.
    else if (!this.#isMine(from)) return
    else if (kind === 'rows') this.#rowsCame(fields)
    else if (kind === 'gone') this.#goneCame(fields)
    else if (kind === 'circle') this.#circleCame(fields, now)
    else if (kind === 'more') this.#moreCame(from, fields)
    else if (kind === 'said') this.#saidCame(from, fields)
    else throw new RecordError('FRAME_INVALID', { kind })
  }

  drained(): void {
    // What was not sent is told on the next link.
  }

  unlinked(device: DeviceId, _now: Millis): void {
    this.#links.delete(device)
    this.#trusted.delete(device)
  }

  wake(now: Millis): void {
    if (this.#taking !== undefined && this.#taking.until <= now)
      this.#end(new CommunityError('DEVICE_GONE', { device: this.#taking.link.name }))
  }

  deadline(): Millis | undefined {
    return this.#taking?.until
  }

  // ── taking in ──

  #say({ device, secret }: DeviceLink): void {
    this.#trusted.set(device, undefined)
    this.#ground.out.send(device, 'take', { p: keyBytes(this.#ground.me.person), s: secret })
  }

  #takeCame(from: DeviceId, fields: RecordFields): void {
    const { me, out, wall, crypto } = this.#ground
    const person = keyText<PersonId>(fields.bytes('p', KEY_BYTES))
    const secret = fields.bytes('s', DEVICE_SECRET_BYTES)
    fields.end()
    // It has not heard yet that this device is one of its own: it said so again on the next link.
    if (person === me.person && this.#isMine(from)) return
    const offered = this.#offered
    if (offered === undefined || offered.until <= wall.seconds() || !equalBytes(offered.secret, secret))
      throw new RecordError('RECORD_INVALID', { what: 'own.take', field: 's' })
    this.#offered = undefined
    this.#trusted.set(from, person)
    const { name } = readCard(me.card(), crypto)
    out.send(from, 'mine', { k: me.sealingKey, n: name })
  }

  #mineCame(from: DeviceId, fields: RecordFields): void {
    const { me, out, wall, crypto, book } = this.#ground
    const sealingKey = fields.bytes('k', KEY_BYTES)
    const name = fields.text('n', MAX_DEVICE_NAME_BYTES)
    fields.end()
    if (this.#taking?.link.device !== from || me.personSeed === undefined) return
    const card: DeviceCard = { person: me.person, device: from, sealingKey, name, issued: wall.seconds() }
    const q = crypto.sign(cardMessage(card), me.personSeed)
    const others = book.ownCards().filter((other) => !equalBytes(other, me.card()))
    const n = me.name()
    out.send(from, 'card', { i: card.issued, l: [me.card(), ...others].slice(0, MAX_OWN), n, q })
  }

  #cardCame(from: DeviceId, fields: RecordFields): void {
    const { me, crypto, book } = this.#ground
    const issued = fields.int('i', 0, Number.MAX_SAFE_INTEGER)
    const cards = fields.listOfBytes('l', MAX_OWN, 1, MAX_CARD_BYTES)
    const name = fields.text('n', MAX_NAME_BYTES)
    const signature = fields.bytes('q', SIGNATURE_BYTES)
    fields.end()
    const person = this.#trusted.get(from)
    if (person === undefined) throw new RecordError('RECORD_INVALID', { what: 'own.card' })
    const mine = readCard(me.card(), crypto)
    const card: DeviceCard = { ...mine, person, issued }
    const bytes = joinCard(card, signature, crypto.sign(cardMessage(card), me.deviceSeed))
    readCard(bytes, crypto)
    const own = cards.map((other) => ({ other, read: readCard(other, crypto) }))
    if (!own.some(({ read }) => read.device === from) || own.some(({ read }) => read.person !== person))
      throw new RecordError('RECORD_INVALID', { what: 'own.card', field: 'l' })
    for (const { other, read } of own) book.keepCard(read, other)
    this.#trusted.delete(from)
    this.#ground.taken(bytes, name)
  }

  #end(error: CommunityError | undefined): void {
    const taking = this.#taking
    this.#taking = undefined
    if (taking === undefined) return
    if (error !== undefined) this.#ground.book.mistaken(taking.link.device)
    taking.ended(error)
  }

  // ── in step ──

  #isMine(device: DeviceId): boolean {
    const { book } = this.#ground
    return book.isOwn(book.personOf(device))
  }

  #tell(device: DeviceId): void {
    const { out, circles, historyAt } = this.#ground
    this.#tellRows(device)
    for (const { id, epochs } of circles())
      out.send(device, 'circle', { e: epochs.slice(-MAX_EPOCHS).map(epochFields), i: keyBytes(id) })
    const at = historyAt()
    if (at !== 'all') out.send(device, 'more', { a: at === undefined ? undefined : keyBytes(at) })
  }

  #tellRows(device: DeviceId): void {
    const { out, book } = this.#ground
    // Only what I decided; of others met in circles each device knows itself.
    const rows = book.rows().filter(({ changedAt }) => changedAt > 0)
    for (let at = 0; at < rows.length; at += MAX_ROWS)
      out.send(device, 'rows', { l: rows.slice(at, at + MAX_ROWS).map(rowFields) })
    const gone = book.goneDevices().slice(-MAX_GONE)
    if (gone.length > 0) out.send(device, 'gone', { l: gone.map(keyBytes) })
  }

  #rowsCame(fields: RecordFields): void {
    const rows = fields.listOfRecords('l', MAX_ROWS, rowIn)
    fields.end()
    const changed = rows.filter((row) => this.#ground.book.merge(row))
    if (changed.length > 0) this.#ground.changed()
  }

  #goneCame(fields: RecordFields): void {
    const gone = fields.listOfBytes('l', MAX_GONE, KEY_BYTES, KEY_BYTES).map((key) => keyText<DeviceId>(key))
    fields.end()
    const { book, me, putOut } = this.#ground
    for (const device of gone) if (device !== me.device && !book.isOut(me.person, device)) putOut(device)
  }

  #circleCame(fields: RecordFields, now: Millis): void {
    const circle = circleIn(fields)
    const epochs = fields.listOfRecords('e', MAX_EPOCHS, epochIn)
    fields.end()
    this.#ground.circleTold(circle, epochs, now)
  }

  #moreCame(from: DeviceId, fields: RecordFields): void {
    const last = fields.optionalBytes('a', KEY_BYTES)
    fields.end()
    const page = this.#ground.inbox.page(last && keyText<RecordId>(last), MAX_MESSAGES)
    let told = 0
    for (let bytes = 0; told < page.length && (told === 0 || bytes < PAGE_BYTES); told++)
      bytes += page[told]?.content.length ?? 0
    this.#ground.out.send(from, 'said', { l: page.slice(0, told).map(messageFields) })
  }

  #saidCame(from: DeviceId, fields: RecordFields): void {
    const { inbox, historyTaken, historyAt, out } = this.#ground
    const messages = fields.listOfRecords('l', MAX_MESSAGES, messageIn)
    fields.end()
    if (historyAt() === 'all') return
    for (const message of messages) inbox.add(message)
    const last = messages.at(-1)
    historyTaken(last?.id ?? 'all')
    if (last !== undefined) out.send(from, 'more', { a: keyBytes(last.id) })
  }
}
