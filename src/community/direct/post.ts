// Writing and reading: an entry of mine becomes mail for each device, mail becomes a message in the conversation.
// Promises: nothing is a message before its envelope proved who wrote it, to me, with the key that it came with; each is one
// message however often and by whom it is brought; who wrote learns that it arrived, also when somebody else carried it.

import { concatBytes } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { Allowance } from '../allowance.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { ContactBook } from '../contact/contact-book.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { DeviceCard } from '../identity/device-card.ts'
import { type DeviceId, KEY_BYTES, keyBytes, keyText, type PersonId, type RecordId } from '../ids.ts'
import type { Wall } from '../service.ts'
import type { DirectEffect, Opened } from './direct-effect.ts'
import { type DirectEntry, decodeEntry, type EntryKind, encodeEntry, entryId } from './direct-entry.ts'
import type { DirectInbox, DirectMessage } from './direct-inbox.ts'
import type { Correspondent, DirectRecords, MailKey } from './direct-records.ts'
import { composeEnvelope, ENCAPSULATED_BYTES, infoOf, readEnvelope, type SealedFor } from './envelope.ts'
import {
  MAX_CONTENT_BYTES,
  MAX_HEADS,
  MAX_OPENING,
  MAX_RECEIPTS,
  MAX_TARGETS,
  MAX_WAITING,
  OPENED_A_SECOND,
  OPENED_AT_ONCE,
  PREKEY_KEPT_SECONDS,
  PREKEY_LIFE_SECONDS,
  RECEIPT_DELAY_MS,
} from './limits.ts'
import { mailKey } from './mailbox.ts'
import type { Answer, Outbox } from './outbox.ts'
import type { PrekeyRing } from './prekey-ring.ts'

export interface Me {
  readonly person: PersonId
  readonly device: DeviceId
  readonly deviceSeed: Uint8Array
  /** As it is now, encoded. */
  card(): Uint8Array
  /** What others call me. */
  name(): string
}

export interface PostGround {
  readonly me: Me
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly wall: Wall
  readonly records: DirectRecords
  readonly book: ContactBook
  readonly inbox: DirectInbox
  readonly ring: PrekeyRing
  readonly outbox: Outbox
  asked(effect: DirectEffect): void
  /** To whoever brought a mail. */
  answer(device: DeviceId, key: MailKey, answer: Answer): void
  /** Somebody wrote: worth telling the person. */
  arrived(message: DirectMessage): void
}

/** When and after what something is written: chat knows. */
export interface Moment {
  readonly at: number
  readonly lamport: number
  readonly after: readonly RecordId[]
}

interface Opening {
  readonly key: MailKey
  readonly from: DeviceId
  readonly ids: readonly SealedFor[]
  readonly sealed: Uint8Array
}

/** People whose mails are counted at once; the oldest goes, since who writes little owes nothing. */
const MAX_COUNTED = 256

export class Post {
  readonly #ground: PostGround
  readonly #opening = new Map<number, Opening>()
  readonly #openingKeys = new Set<MailKey>()
  readonly #sealing = new Map<number, { readonly id: RecordId; readonly device: DeviceId }>()
  readonly #allowances = new Map<PersonId, Allowance>()
  readonly #receipts = new Map<PersonId, RecordId[]>()
  #receiptsAt: Millis | undefined
  #number = 0

  constructor(ground: PostGround) {
    this.#ground = ground
  }

  deadline(): Millis | undefined {
    return this.#receiptsAt
  }

  /** @throws CommunityError PERSON_UNKNOWN, PERSON_BLOCKED, MESSAGE_TOO_LONG, TOO_MANY; nothing was written then */
  write(person: PersonId, content: Uint8Array, moment: Moment): DirectMessage {
    const { book, records, me } = this.#ground
    if (book.amOut) throw new CommunityError('DEVICE_PUT_OUT', {})
    if (book.isBlocked(person)) throw new CommunityError('PERSON_BLOCKED', {})
    const known = book.row(person) !== undefined || book.isAcquainted(person)
    if (!known || book.isOwn(person)) throw new CommunityError('PERSON_UNKNOWN', {})
    if (content.length > MAX_CONTENT_BYTES)
      throw new CommunityError('MESSAGE_TOO_LONG', { limit: MAX_CONTENT_BYTES })
    if (records.countWaiting(person) >= MAX_WAITING)
      throw new CommunityError('TOO_MANY', { limit: MAX_WAITING, what: 'messages that wait for them' })
    const { id, entry } = this.#send('message', person, content, moment)
    return messageOf(entry, id, me.person)
  }

  /** A mail for this device, from whoever carries it. */
  came(from: DeviceId, token: Uint8Array, sealed: Uint8Array, now: Millis): void {
    const { me, crypto, records, ring, book } = this.#ground
    const key = mailKey(sealed, crypto)
    const sender = records.personOfToken(token)
    const known = records.isSeen(key)
      ? 'have'
      : sender === undefined || !book.isAcquainted(sender)
        ? 'token'
        : undefined
    if (known !== undefined) this.#ground.answer(from, key, known)
    if (known !== undefined || sender === undefined || this.#openingKeys.has(key)) return
    // Not answered: it is brought again on another link, when there is time for it.
    if (this.#opening.size >= MAX_OPENING || !this.#mayOpen(sender, now)) return
    const ids = ring.keys.map(({ publicKey }) => ({
      sender,
      recipient: me.person,
      device: me.device,
      prekey: publicKey,
    }))
    const number = this.#number++
    this.#opening.set(number, { key, from, ids, sealed })
    this.#openingKeys.add(key)
    const tries = ring.keys.map(({ privateKey }, i) => ({
      privateKey,
      info: infoOf(ids[i] as SealedFor, crypto),
    }))
    this.#ground.asked({ kind: 'open', number, tries, sealed })
  }

  /** @param opened undefined where none of my prekeys does */
  opened(number: number, opened: Opened | undefined, now: Millis): void {
    const opening = this.#opening.get(number)
    if (opening === undefined) return
    this.#opening.delete(number)
    this.#openingKeys.delete(opening.key)
    const ids = opened && opening.ids[opened.index]
    const answer =
      opened === undefined || ids === undefined ? 'prekey' : this.#read(opening, ids, opened.plain, now)
    this.#ground.answer(opening.from, opening.key, answer)
  }

  /** Asks for an entry to be sealed to a device. */
  seal(entry: Uint8Array, id: RecordId, to: Correspondent): void {
    const { me, crypto, records } = this.#ground
    const ids = { sender: me.person, recipient: to.person, device: to.device, prekey: to.prekey }
    const others = records
      .correspondentsOf(to.person)
      .map(({ device }) => device)
      .filter((device) => device !== to.device)
      .slice(0, MAX_TARGETS)
    const envelope = { entry, card: me.card(), others }
    const number = this.#number++
    this.#sealing.set(number, { id, device: to.device })
    this.#ground.asked({
      kind: 'seal',
      number,
      recipient: to.prekey,
      info: infoOf(ids, crypto),
      make: (encapsulated) => composeEnvelope(envelope, ids, encapsulated, me.deviceSeed, crypto),
    })
  }

  sealed(number: number, mail: Uint8Array | undefined): void {
    const sealing = this.#sealing.get(number)
    this.#sealing.delete(number)
    if (sealing !== undefined) this.#ground.outbox.sealed(sealing.id, sealing.device, mail)
  }

  /** Receipts that waited for others. */
  wake(now: Millis): void {
    if (this.#receiptsAt === undefined || now < this.#receiptsAt) return
    this.#receiptsAt = undefined
    const due = [...this.#receipts]
    this.#receipts.clear()
    for (const [person, ids] of due)
      for (let at = 0; at < ids.length; at += MAX_RECEIPTS) {
        const content = concatBytes(ids.slice(at, at + MAX_RECEIPTS).map(keyBytes))
        const moment = { at: this.#ground.wall.seconds(), lamport: 0, after: [] }
        if (this.#ground.book.isAcquainted(person)) this.#send('receipt', person, content, moment)
      }
  }

  /** Entries of mine, or copies, for devices of mine that were not among those they were sealed to. */
  #send(kind: EntryKind, person: PersonId, content: Uint8Array, moment: Moment) {
    const { me, random, crypto, records, outbox } = this.#ground
    const entry: DirectEntry = {
      kind,
      author: me.person,
      device: me.device,
      to: person,
      at: moment.at,
      lamport: moment.lamport,
      after: moment.after.slice(0, MAX_HEADS),
      salt: random.bytes(16),
      content,
    }
    const bytes = encodeEntry(entry)
    const id = entryId(bytes, crypto)
    // Where a receipt came from is of no use to my other devices: they get one themselves.
    const own = kind === 'message' ? records.correspondentsOf(me.person) : []
    outbox.add(id, person, bytes, [...records.correspondentsOf(person), ...own])
    return { id, entry }
  }

  #read({ key, from, sealed }: Opening, ids: SealedFor, plain: Uint8Array, now: Millis): Answer {
    const { crypto, records, wall, book } = this.#ground
    // Blocked or forgotten while it was being opened.
    if (!book.isAcquainted(ids.sender)) return 'token'
    try {
      const envelope = readEnvelope(plain, ids, sealed.slice(0, ENCAPSULATED_BYTES), crypto)
      // Put out by whose it was: what it still sends counts for nothing.
      if (book.isOut(ids.sender, envelope.from.device)) return 'bad'
      const entry = decodeEntry(envelope.entry)
      this.#check(entry, ids.sender, envelope.from)
      const id = entryId(envelope.entry, crypto)
      if (entry.kind === 'receipt') this.#receipt(entry, envelope.from.device)
      else this.#message(entry, id, envelope.entry, envelope.others, ids.sender)
      if (entry.kind === 'message' && !book.isOwn(ids.sender)) {
        // Who is at the other end hears it at once; their other devices, and who is not there, by a receipt.
        const others = records.correspondentsOf(ids.sender).length > 1
        if (others || from !== envelope.from.device) this.#owe(ids.sender, id, now)
      }
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      return 'bad'
    }
    // As long as a prekey could open it once more.
    records.putSeen(key, wall.seconds() + PREKEY_LIFE_SECONDS + PREKEY_KEPT_SECONDS)
    return 'have'
  }

  /** From others: by them, to me. From devices of mine: also what they wrote, and what was written to us. */
  #check(entry: DirectEntry, sender: PersonId, card: DeviceCard): void {
    const { me } = this.#ground
    const theirs = entry.author === sender && entry.device === card.device && entry.to === me.person
    const mine =
      sender === me.person &&
      entry.kind === 'message' &&
      (entry.author === me.person) !== (entry.to === me.person)
    const fits = sender === me.person ? mine : theirs
    if (!fits) throw new RecordError('RECORD_INVALID', { what: 'direct entry', field: 'author' })
  }

  #message(
    entry: DirectEntry,
    id: RecordId,
    bytes: Uint8Array,
    others: readonly DeviceId[],
    sender: PersonId,
  ): void {
    const { me, records, outbox, book, inbox } = this.#ground
    const message = messageOf(entry, id, me.person)
    if (book.isBlocked(message.person) || !inbox.add(message)) return
    if (sender === me.person) return
    this.#ground.arrived(message)
    const missed = records.correspondentsOf(me.person).filter(({ device }) => !others.includes(device))
    if (missed.length > 0) outbox.add(id, me.person, bytes, missed)
  }

  #receipt(entry: DirectEntry, from: DeviceId): void {
    const { outbox, records, inbox } = this.#ground
    const { content, author } = entry
    if (content.length % KEY_BYTES !== 0 || content.length > MAX_RECEIPTS * KEY_BYTES)
      throw new RecordError('RECORD_INVALID', { what: 'direct receipt' })
    for (let at = 0; at < content.length; at += KEY_BYTES) {
      const id = keyText<RecordId>(content.slice(at, at + KEY_BYTES))
      const waiting = records.waiting(id)
      if (waiting === undefined) inbox.where(id, author, 'delivered', 0)
      // What is with somebody else is not theirs to speak of.
      else if (waiting.person === author) outbox.arrived(id, from)
    }
  }

  #owe(person: PersonId, id: RecordId, now: Millis): void {
    const ids = this.#receipts.get(person) ?? []
    ids.push(id)
    this.#receipts.set(person, ids)
    this.#receiptsAt ??= after(now, RECEIPT_DELAY_MS)
  }

  #mayOpen(person: PersonId, now: Millis): boolean {
    let allowance = this.#allowances.get(person)
    if (allowance === undefined) {
      const [oldest] = this.#allowances.keys()
      if (this.#allowances.size >= MAX_COUNTED && oldest !== undefined) this.#allowances.delete(oldest)
      allowance = new Allowance(OPENED_A_SECOND, OPENED_AT_ONCE, now)
      this.#allowances.set(person, allowance)
    }
    return allowance.take(1, now)
  }
}

function messageOf(entry: DirectEntry, id: RecordId, me: PersonId): DirectMessage {
  const { author, device, to, at, lamport, content } = entry
  return { id, person: author === me ? to : author, author, device, at, lamport, after: entry.after, content }
}
