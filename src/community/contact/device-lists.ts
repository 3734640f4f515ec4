// Which devices are whose, as each person lists them themselves (identity/device-list.ts). After a greeting both sides tell my
// list and theirs, as far as they know them, and again whenever mine is another: list {l bytes}. Whoever has the words signs the
// next one, with the number after the highest that anybody told: so whoever was restored by words goes on counting.
//
// Promises: of two lists of a person the later one counts, for good; a device that is on it as put out is nobody's from then on,
// and is told so; lists are taken of the person at the other end, and of me, never of others.

import { encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { compareBytes, equalBytes } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import type { Signatures } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { readCard } from '../identity/device-card.ts'
import {
  type DeviceList,
  MAX_LIST_BYTES,
  MAX_LISTED_DEVICES,
  MAX_LISTED_REMOVED,
  type ReadDeviceList,
  readDeviceList,
  signDeviceList,
} from '../identity/device-list.ts'
import { type DeviceId, keyBytes, type PersonId } from '../ids.ts'
import { RecordFields } from '../record-fields.ts'
import type { Link, Service, ServiceOut, Wall } from '../service.ts'
import type { ContactBook } from './contact-book.ts'
import type { ContactRecords } from './contact-records.ts'

export interface DeviceListsGround {
  readonly me: {
    readonly person: PersonId
    readonly device: DeviceId
    /** Where the words are. */
    readonly personSeed: Uint8Array | undefined
    /** As it is now, encoded. */
    card(): Uint8Array
  }
  readonly out: ServiceOut
  readonly book: ContactBook
  readonly records: ContactRecords
  readonly signatures: Signatures
  readonly wall: Wall
  /** A device is none of its person's any more, or not of mine. */
  wentOut(person: PersonId, device: DeviceId): void
  /** Somebody's devices are others. */
  changed(person: PersonId): void
}

interface Told {
  /** It greeted us, and it was somebody's then. */
  isMet: boolean
  /** Lists that came on this link. */
  came: number
  /** A list did not fit into its buffer. */
  owed: boolean
}

/** Two at a greeting, and a few for what is changed while the link lasts: each costs up to 17 signatures to read. */
const MAX_CAME = 64

export class DeviceLists implements Service {
  readonly name = 'devices'
  readonly #ground: DeviceListsGround
  readonly #links = new Map<DeviceId, Told>()

  constructor(ground: DeviceListsGround) {
    this.#ground = ground
  }

  // ── commands ──

  /** A device greeted us, and we greeted it: it is somebody's, and knows who I am. */
  met(device: DeviceId): void {
    const told = this.#links.get(device)
    if (told === undefined) return
    told.isMet = true
    if (this.#ground.book.isOwn(this.#ground.book.personOf(device))) this.renew()
    this.#tell(device)
  }

  /** A device greeted as somebody's who has put it out: it is told, and that is all. */
  cameOut(device: DeviceId, person: PersonId): void {
    this.#send(device, person)
  }

  /** My devices may be others than the list says: where the words are the next one is signed, and told. */
  renew(): void {
    const { me, records, signatures, wall } = this.#ground
    if (me.personSeed === undefined || records.isGone(me.person, me.device)) return
    const known = this.#listOf(me.person)?.list
    const { cards, removed } = this.#mine()
    // Of one device, and none before it, there is nothing to say that its card does not.
    if (known === undefined && cards.length === 1 && removed.length === 0) return
    if (known !== undefined && saysTheSame(known, cards, removed)) return
    const sequence = (known?.sequence ?? 0) + 1
    const list: DeviceList = { person: me.person, sequence, issued: wall.seconds(), cards, removed }
    records.putList(me.person, signDeviceList(list, me.personSeed, signatures))
    this.#tellAll()
  }

  // ── the service ──

  linked({ device }: Link, _now: Millis): void {
    this.#links.set(device, { isMet: false, came: 0, owed: false })
  }

  received(from: DeviceId, kind: string, body: BDict, _now: Millis): void {
    const told = this.#links.get(from)
    if (told === undefined) return
    if (kind !== 'list') throw new RecordError('FRAME_INVALID', { kind })
    if (++told.came > MAX_CAME) throw new RecordError('TOO_FAST', { what: 'devices.list' })
    const fields = new RecordFields(body, 'devices.list')
    const bytes = fields.bytesWithin('l', 1, MAX_LIST_BYTES)
    fields.end()
    this.#came(from, bytes)
  }

  drained(device: DeviceId, _now: Millis): void {
    const told = this.#links.get(device)
    if (told?.owed !== true) return
    told.owed = false
    this.#tell(device)
  }

  unlinked(device: DeviceId, _now: Millis): void {
    this.#links.delete(device)
  }

  wake(): void {
    // Nothing of it waits for a time.
  }

  deadline(): undefined {
    return undefined
  }

  // ── what came ──

  #came(from: DeviceId, bytes: Uint8Array): void {
    const { me, book, records, signatures } = this.#ground
    const theirs = book.personOf(from)
    const isKnown = [me.person, theirs].some((person) => {
      const known = person === undefined ? undefined : records.list(person)
      return known !== undefined && equalBytes(known, bytes)
    })
    if (isKnown) return
    const read = readDeviceList(bytes, signatures)
    const { person } = read.list
    // Somebody we forgot, or a device that is out: what they say counts for nothing.
    if (person !== me.person && person !== theirs) return
    const known = this.#listOf(person)
    if (known !== undefined && !isLater(read, bytes, known)) {
      if (person === theirs) this.#send(from, person)
      return
    }
    this.#take(read, bytes)
  }

  #take({ list, cards }: ReadDeviceList, bytes: Uint8Array): void {
    const { me, book, records } = this.#ground
    const { person, removed } = list
    const isMine = person === me.person
    const before = records.goneDevices(person)
    records.putList(person, bytes)
    // What I put out since stays out, until the next list says so.
    if (!isMine)
      for (const device of before) if (!removed.includes(device)) records.removeGone(person, device)
    for (const device of removed)
      if (!before.includes(device)) {
        book.out(person, device)
        if (device !== me.device) this.#ground.wentOut(person, device)
      }
    cards.forEach((card, i) => {
      if (!records.isGone(person, card.device)) book.listed(card, list.cards[i] as Uint8Array)
    })
    this.#ground.changed(person)
    if (!isMine) return
    this.renew()
    this.#tellAll()
  }

  // ── what goes ──

  #tell(device: DeviceId): void {
    const { me, book } = this.#ground
    this.#send(device, me.person)
    const person = book.personOf(device)
    if (person !== undefined && person !== me.person) this.#send(device, person)
  }

  /** Also to one that was put out just now: it hears it from us. */
  #tellAll(): void {
    for (const [device, { isMet }] of this.#links) if (isMet) this.#send(device, this.#ground.me.person)
  }

  #send(device: DeviceId, person: PersonId): void {
    const { records, out } = this.#ground
    const told = this.#links.get(device)
    const l = records.list(person)
    if (told === undefined || l === undefined) return
    if (!out.send(device, 'list', { l })) told.owed = true
  }

  #listOf(person: PersonId): (ReadDeviceList & { readonly bytes: Uint8Array }) | undefined {
    const bytes = this.#ground.records.list(person)
    return bytes && { ...readDeviceList(bytes, this.#ground.signatures), bytes }
  }

  #mine(): Pick<DeviceList, 'cards' | 'removed'> {
    const { me, book, records, signatures } = this.#ground
    const gone = records.goneDevices(me.person)
    const cards = [me.card(), ...book.ownCards()]
      .slice(0, MAX_LISTED_DEVICES)
      .map((bytes) => ({ bytes, device: readCard(bytes, signatures).device }))
      .filter(({ device }) => !gone.includes(device))
    cards.sort((a, b) => compareBytes(keyBytes(a.device), keyBytes(b.device)))
    const removed = gone.slice(-MAX_LISTED_REMOVED)
    removed.sort((a, b) => compareBytes(keyBytes(a), keyBytes(b)))
    return { cards: cards.map(({ bytes }) => bytes), removed }
  }
}

/** Two that were signed apart from one another have one number: all take the same of them, and its signer's other devices sign the next. */
function isLater(
  { list }: ReadDeviceList,
  bytes: Uint8Array,
  known: ReadDeviceList & { readonly bytes: Uint8Array },
): boolean {
  if (list.sequence !== known.list.sequence) return list.sequence > known.list.sequence
  return compareBytes(bytes, known.bytes) > 0
}

function saysTheSame(known: DeviceList, cards: DeviceList['cards'], removed: DeviceList['removed']): boolean {
  const said = (list: Pick<DeviceList, 'cards' | 'removed'>) =>
    encode({ c: list.cards, r: list.removed.map(keyBytes) })
  return equalBytes(said(known), said({ cards, removed }))
}
