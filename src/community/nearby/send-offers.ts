// Offers from device to device: offer, yes or no, the list of files after a yes, how far it is, and its end.
//
// Frames. offer {i id, c card, n name, t note, b bytes, l [{b, f, k, n}]}; answer {i, a yes|no}; whole {i, o list, s secret};
// progress {i, d bytes}; end {i, a withdrawn|done|failed}. Ids are 16 bytes.
//
// Promises: nothing moves before a yes, given by the person, by what they allowed once, or because both devices are theirs; the
// list of files and the secret are told to the device that said yes, and to no other; what is told is kept until it arrived;
// what is fetched is as large as what was said yes to.

import { fromHex, toHex } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { ContactBook } from '../contact/contact-book.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { MAX_CARD_BYTES, readCard } from '../identity/device-card.ts'
import type { DeviceId, PersonId } from '../ids.ts'
import type { RecordFields } from '../record-fields.ts'
import type { ServiceOut, Wall } from '../service.ts'
import {
  MAX_BYTES,
  MAX_FILES,
  MAX_ITEM_NAME_BYTES,
  MAX_KIND_BYTES,
  MAX_NOTE_BYTES,
  MAX_OFFER_ITEMS,
  MAX_OFFERS_KEPT,
  MAX_OFFERS_OF_KNOWN,
  MAX_OFFERS_OF_STRANGER,
  MAX_OFFERS_WAITING,
  MAX_PERSON_NAME_BYTES,
  MAX_WHOLE_BYTES,
  OFFER_SECONDS,
  OFFERS_KEPT_SECONDS,
  PROGRESS_MS,
} from './limits.ts'
import { decodeList } from './offered-list.ts'
import { isOver, type OfferId, type OfferItem, type OfferRecords, type SendOfferRow } from './send-offer.ts'
import { cutText } from './text.ts'

export interface OfferGround {
  readonly out: ServiceOut
  readonly book: ContactBook
  readonly records: OfferRecords
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly wall: Wall
  readonly me: { card(): Uint8Array; name(): string }
  isLinked(device: DeviceId): boolean
  /** Whether somebody who is not known may offer me something. */
  takesStrangers(): boolean
  /** Another state. `fresh`: it just came in and waits for a yes. */
  changed(row: SendOfferRow, fresh: boolean): void
  /** Mine was taken, or one that came in is whole: its bytes may move. */
  ready(row: SendOfferRow): void
}

/** What is to be sent, as the daemon looked at it. */
export interface NewOffer {
  readonly offer: Uint8Array
  readonly items: readonly OfferItem[]
  readonly totalBytes: number
  readonly note: string
}

const ID_BYTES = 16
const SECRET_BYTES = 32

export class SendOffers {
  readonly #ground: OfferGround
  readonly #toldAt = new Map<OfferId, Millis>()

  constructor(ground: OfferGround) {
    this.#ground = ground
  }

  // ── commands ──

  /** To each of these devices; one that is not linked hears of it when it is. @throws CommunityError MESSAGE_TOO_LONG */
  send(devices: readonly DeviceId[], person: PersonId | undefined, sent: NewOffer): SendOfferRow[] {
    const { random, wall, records } = this.#ground
    if (sent.offer.length > MAX_WHOLE_BYTES)
      throw new CommunityError('MESSAGE_TOO_LONG', { limit: MAX_WHOLE_BYTES })
    const batch = toHex(random.bytes(ID_BYTES))
    return devices.map((device) => {
      const row: SendOfferRow = {
        ...sent,
        id: toHex(random.bytes(ID_BYTES)),
        incoming: false,
        person,
        device,
        name: '',
        secret: random.bytes(SECRET_BYTES),
        state: 'waiting',
        told: false,
        doneBytes: 0,
        problem: undefined,
        saved: [],
        at: wall.seconds(),
        batch,
      }
      records.put(row)
      this.#tell(row)
      return this.row(row.id)
    })
  }

  /** @throws CommunityError OFFER_UNKNOWN unless it came in and waits */
  accept(id: OfferId): SendOfferRow {
    const row = this.#waiting(id)
    if (!row.incoming) throw unknown(id)
    if (row.person !== undefined) this.#ground.book.acceptedOffer(row.person)
    return this.#put({ ...row, state: 'accepted', told: false })
  }

  /** Mine is withdrawn, theirs declined; also while it moves. @throws CommunityError OFFER_UNKNOWN */
  decline(id: OfferId): SendOfferRow {
    const row = this.row(id)
    if (isOver(row.state)) throw unknown(id)
    return this.#put({ ...row, state: row.incoming ? 'declined' : 'withdrawn', told: false })
  }

  /** How far one that came in is; the sender is told now and then. @throws CommunityError OFFER_UNKNOWN */
  progress(id: OfferId, change: Partial<Pick<SendOfferRow, 'doneBytes' | 'problem' | 'saved'>>, now: Millis) {
    const row = this.#put({ ...this.row(id), ...change })
    const due = this.#toldAt.get(id)
    if (!row.incoming || (due !== undefined && now < due)) return row
    this.#toldAt.set(id, after(now, PROGRESS_MS))
    this.#ground.out.send(row.device, 'progress', { d: row.doneBytes, i: fromHex(id) })
    return row
  }

  /** One that came in is all here, or will never be. */
  ended(id: OfferId, state: 'done' | 'failed', problem?: SendOfferRow['problem']): SendOfferRow {
    const row = this.row(id)
    if (isOver(row.state)) return row
    this.#toldAt.delete(id)
    const doneBytes = state === 'done' ? row.totalBytes : row.doneBytes
    return this.#put({ ...row, state, problem, doneBytes, told: false })
  }

  /** @throws CommunityError OFFER_UNKNOWN */
  row(id: OfferId): SendOfferRow {
    const row = this.#ground.records.offer(id)
    if (row === undefined) throw unknown(id)
    return row
  }

  // ── links ──

  linked(device: DeviceId): void {
    for (const row of this.#ground.records.untold(device)) this.#tell(row)
  }

  /** @returns whether it is one of its frames */
  received(from: DeviceId, kind: string, fields: RecordFields): boolean {
    if (kind === 'offer') this.#offerCame(from, fields)
    else if (kind === 'answer') this.#answerCame(from, fields)
    else if (kind === 'whole') this.#wholeCame(from, fields)
    else if (kind === 'progress') this.#progressCame(from, fields)
    else if (kind === 'end') this.#endCame(from, fields)
    else if (kind === 'heard') this.#heardCame(from, fields)
    else return false
    return true
  }

  tidy(): void {
    const { records, wall } = this.#ground
    const now = wall.seconds()
    for (const row of records.waitingBefore(now - OFFER_SECONDS))
      this.#put({ ...row, state: 'expired', told: true })
    records.forget(MAX_OFFERS_KEPT, now - OFFERS_KEPT_SECONDS)
  }

  // ── what came ──

  #offerCame(from: DeviceId, fields: RecordFields): void {
    const { book, records, crypto, wall, takesStrangers } = this.#ground
    const id = idIn(fields)
    const card = readCard(fields.bytesWithin('c', 1, MAX_CARD_BYTES), crypto)
    const name = fields.text('n', MAX_PERSON_NAME_BYTES)
    const note = fields.text('t', MAX_NOTE_BYTES)
    const totalBytes = fields.int('b', 0, MAX_BYTES)
    const items = fields.listOfRecords('l', MAX_OFFER_ITEMS, itemIn)
    fields.end()
    if (card.device !== from) fields.refuse('c')
    const { person } = card
    const known = records.offer(id)
    if (known !== undefined) this.#again(known, from)
    if (known !== undefined || book.isBlocked(person) || book.isOut(person, from)) return
    const acquainted = book.isAcquainted(person)
    if (!acquainted && !takesStrangers()) return
    const waiting = records.waiting()
    const most = acquainted ? MAX_OFFERS_OF_KNOWN : MAX_OFFERS_OF_STRANGER
    const row: SendOfferRow = {
      id,
      incoming: true,
      person,
      device: from,
      name,
      note,
      items,
      totalBytes,
      offer: new Uint8Array(0),
      secret: new Uint8Array(0),
      state: 'waiting',
      told: true,
      doneBytes: 0,
      problem: undefined,
      saved: [],
      at: wall.seconds(),
      batch: id,
    }
    this.#ground.out.send(from, 'heard', { i: fromHex(id), s: 'waiting' })
    if (waiting.all >= MAX_OFFERS_WAITING || waiting.of(from) >= most) {
      // Not kept and not shown: whoever fills the list does not get to fill it.
      this.#ground.out.send(from, 'answer', { a: 'no', i: fromHex(id) })
      return
    }
    if (book.acceptsUnasked(person, totalBytes)) this.#put({ ...row, state: 'accepted', told: false })
    else {
      records.put(row)
      this.#ground.changed(row, true)
    }
  }

  /** Told twice, since it was not known that it arrived. */
  #again(row: SendOfferRow, from: DeviceId): void {
    if (row.device !== from || !row.incoming) return
    this.#ground.out.send(from, 'heard', { i: fromHex(row.id), s: 'waiting' })
    if (row.state !== 'waiting') this.#tell(row)
  }

  #answerCame(from: DeviceId, fields: RecordFields): void {
    const id = idIn(fields)
    const answer = fields.oneOf('a', ['yes', 'no'])
    fields.end()
    const row = this.#of(id, from, 'mine')
    if (row === undefined) return
    this.#ground.out.send(from, 'heard', { i: fromHex(id), s: answer === 'yes' ? 'accepted' : 'declined' })
    if (answer === 'no') {
      if (!isOver(row.state)) this.#put({ ...row, state: 'declined', told: true })
      return
    }
    if (row.state === 'waiting') {
      this.#put({ ...row, state: 'accepted', told: true })
      for (const other of this.#ground.records.batch(row.batch))
        if (other.id !== id && other.state === 'waiting')
          this.#put({ ...other, state: 'withdrawn', told: false })
    }
    const now = this.row(id)
    if (now.state !== 'accepted') this.#tell(now)
    else {
      this.#ground.out.send(from, 'whole', { i: fromHex(id), o: row.offer, s: row.secret })
      this.#ground.ready(now)
    }
  }

  #wholeCame(from: DeviceId, fields: RecordFields): void {
    const id = idIn(fields)
    const offer = fields.bytesWithin('o', 1, MAX_WHOLE_BYTES)
    const secret = fields.bytes('s', SECRET_BYTES)
    fields.end()
    const row = this.#of(id, from, 'theirs')
    if (row?.state !== 'accepted') return
    // What is no list is no offer of theirs, either; nor is one of more than what was said yes to.
    try {
      if (decodeList(offer).lengthBytes !== row.totalBytes)
        throw new RecordError('RECORD_INVALID', { what: 'offered list', field: 'l' })
    } catch (error) {
      this.ended(id, 'failed')
      throw error
    }
    // What was said yes to does not become something else.
    const whole = row.offer.length === 0 ? { ...row, offer, secret, told: true } : row
    this.#ground.records.put(whole)
    this.#ground.ready(whole)
  }

  #progressCame(from: DeviceId, fields: RecordFields): void {
    const id = idIn(fields)
    const doneBytes = fields.int('d', 0, MAX_BYTES)
    fields.end()
    const row = this.#of(id, from, 'mine')
    if (row?.state === 'accepted') this.#put({ ...row, doneBytes: Math.min(doneBytes, row.totalBytes) })
  }

  #endCame(from: DeviceId, fields: RecordFields): void {
    const id = idIn(fields)
    const state = fields.oneOf('a', ['withdrawn', 'done', 'failed'])
    fields.end()
    const row = this.#of(id, from, state === 'withdrawn' ? 'theirs' : 'mine')
    this.#ground.out.send(from, 'heard', { i: fromHex(id), s: state })
    if (row === undefined || isOver(row.state)) return
    const doneBytes = state === 'done' ? row.totalBytes : row.doneBytes
    this.#put({ ...row, state, doneBytes, told: true })
  }

  #heardCame(from: DeviceId, fields: RecordFields): void {
    const id = idIn(fields)
    const state = fields.text('s', 16)
    fields.end()
    const row = this.#ground.records.offer(id)
    // A yes is answered by the list itself.
    const isMore = row?.incoming === true && row.state === 'accepted'
    if (row?.device === from && row.state === state && !isMore)
      this.#ground.records.put({ ...row, told: true })
  }

  // ── what goes ──

  #put(row: SendOfferRow): SendOfferRow {
    this.#ground.records.put(row)
    this.#ground.changed(row, false)
    if (!row.told) this.#tell(row)
    return row
  }

  /** What the other side does not know, or may not: told until it says that it heard. */
  #tell(row: SendOfferRow): void {
    const { out, me, isLinked } = this.#ground
    if (!isLinked(row.device)) return
    const i = fromHex(row.id)
    if (row.incoming) {
      if (row.state === 'accepted') out.send(row.device, 'answer', { a: 'yes', i })
      else if (row.state === 'declined') out.send(row.device, 'answer', { a: 'no', i })
      else if (row.state === 'done' || row.state === 'failed')
        out.send(row.device, 'end', { a: row.state, i })
    } else if (row.state === 'waiting') {
      const items = row.items.slice(0, MAX_OFFER_ITEMS).map(({ name, lengthBytes, files, kind }) => ({
        b: lengthBytes,
        f: files,
        k: cutText(kind, MAX_KIND_BYTES),
        n: cutText(name, MAX_ITEM_NAME_BYTES),
      }))
      out.send(row.device, 'offer', {
        b: row.totalBytes,
        c: me.card(),
        i,
        l: items,
        n: cutText(me.name(), MAX_PERSON_NAME_BYTES),
        t: cutText(row.note, MAX_NOTE_BYTES),
      })
    } else if (row.state === 'withdrawn') out.send(row.device, 'end', { a: 'withdrawn', i })
  }

  #of(id: OfferId, device: DeviceId, whose: 'mine' | 'theirs'): SendOfferRow | undefined {
    const row = this.#ground.records.offer(id)
    return row?.device === device && row.incoming === (whose === 'theirs') ? row : undefined
  }

  #waiting(id: OfferId): SendOfferRow {
    const row = this.row(id)
    if (row.state !== 'waiting') throw unknown(id)
    return row
  }
}

function itemIn(fields: RecordFields): OfferItem {
  const files = fields.int('f', 1, MAX_FILES)
  const lengthBytes = fields.int('b', 0, MAX_BYTES)
  const kind = fields.text('k', MAX_KIND_BYTES)
  return { name: fields.text('n', MAX_ITEM_NAME_BYTES), lengthBytes, files, kind }
}

function idIn(fields: RecordFields): OfferId {
  return toHex(fields.bytes('i', ID_BYTES))
}

function unknown(offer: string): CommunityError {
  return new CommunityError('OFFER_UNKNOWN', { offer })
}
