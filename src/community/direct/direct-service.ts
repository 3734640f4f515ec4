// The direct service: who may write to me and to whom I may, mail that comes and goes, and mail held for others.
//
// Frames. hello {c card, n name, l? token of my contact link, a 0|1 answer me}; grant {p signed prekey, t token};
// box {h hashes of tokens that I take, p prekey}; ask {b box, t token} → prekey {p signed prekey}; mail {t token, x sealed} → got {i key, a answer}; put {b box, t, x} → kept {i key, y 0|1}.
//
// A hello goes to devices of contacts, of members of shared circles, of mine, and to whoever gave me a link: nobody else is
// told who I am. Who is blocked is not answered: their token is gone, and their mail is dropped before anything is opened.

import type { BDict } from '../../base/bencode-value.ts'
import { fromHex, toHex } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import { TOKEN_BYTES } from '../contact/contact-link.ts'
import { MAX_NAME_BYTES } from '../contact/link-fields.ts'
import { MAX_CARD_BYTES, readCard } from '../identity/device-card.ts'
import { type CircleId, type DeviceId, keyBytes, type PersonId } from '../ids.ts'
import type { Membership, MembershipListener } from '../membership.ts'
import { RecordFields } from '../record-fields.ts'
import type { Link, Service, ServiceOut } from '../service.ts'
import type { Opened } from './direct-effect.ts'
import type { DirectMessage } from './direct-inbox.ts'
import { holdersOf } from './holders.ts'
import { Holding } from './holding.ts'
import { MAX_AHEAD_SECONDS, MAX_HELLOS, MAX_MAIL_BYTES, TIDY_MS } from './limits.ts'
import { boxHashes, MAIL_KEY_BYTES, Mailbox } from './mailbox.ts'
import { type Answer, Outbox } from './outbox.ts'
import { type Moment, Post, type PostGround } from './post.ts'
import { MAX_PREKEY_BYTES, readPrekey, signPrekey } from './prekey.ts'
import { PrekeyRing } from './prekey-ring.ts'

export interface DirectGround extends Omit<PostGround, 'ring' | 'outbox' | 'answer'> {
  readonly out: ServiceOut
  readonly membership: Membership
  /** Somebody is a contact now, has another name, or a device more. */
  personChanged(person: PersonId): void
  /** A device of a contact, a member or mine greeted us, and was greeted: it may know where we are. */
  met(device: DeviceId): void
  /** One greeted as this person's who has put it out. */
  cameOut(device: DeviceId, person: PersonId): void
}

interface Acquaintance {
  readonly link: Link
  hellos: number
  /** They were told who I am. */
  greeted: boolean
  /** Whose it is, once they told; of strangers nothing is kept. */
  person: PersonId | undefined
}

const ANSWERS: readonly Answer[] = ['have', 'prekey', 'token', 'bad']

export class DirectService implements Service, MembershipListener {
  readonly name = 'direct'
  readonly #ground: DirectGround
  readonly #links = new Map<DeviceId, Acquaintance>()
  readonly #ring: PrekeyRing
  readonly #outbox: Outbox
  readonly #mailbox: Mailbox
  readonly #holding: Holding
  readonly #post: Post
  #making = false
  #tidyAt: Millis | undefined
  /** Looked through once for all that changed together. */
  #membersChanged = false

  constructor(ground: DirectGround) {
    this.#ground = ground
    const { records, crypto, wall, inbox } = ground
    this.#ring = new PrekeyRing(records)
    this.#mailbox = new Mailbox(records, crypto)
    this.#holding = new Holding({ ...ground, mailbox: this.#mailbox })
    this.#outbox = new Outbox(
      records,
      {
        isLinked: (device) => this.#links.has(device),
        holders: (person, device) => holdersOf(person, device, ground, (some) => this.#links.has(some)),
        seal: (entry, id, to) => this.#post.seal(entry, id, to),
        mail: (to, t, x) => ground.out.send(to, 'mail', { t, x }),
        ask: (to, box, t) => ground.out.send(to, 'ask', { b: keyBytes(box), t }),
        put: (to, box, t, x) => ground.out.send(to, 'put', { b: keyBytes(box), t, x }),
        where: (id, person, where, heldBy) => inbox.where(id, person, where, heldBy),
        seconds: () => wall.seconds(),
      },
      crypto,
    )
    this.#post = new Post({
      ...ground,
      ring: this.#ring,
      outbox: this.#outbox,
      answer: (device, key, answer) => this.#answer(device, key, answer),
    })
  }

  // ── commands ──

  /** A message of mine; delivered whenever somebody is met. @throws CommunityError as Post.write */
  write(person: PersonId, content: Uint8Array, moment: Moment): DirectMessage {
    return this.#post.write(person, content, moment)
  }

  /** Somebody became a contact, or is blocked no more: those of their devices that are linked are greeted. */
  acquainted(person: PersonId): void {
    for (const [device] of this.#links)
      if (this.#ground.book.personOf(device) === person || this.#ground.book.known(device)?.person === person)
        this.#hello(device, true)
  }

  /** Somebody is no longer a contact, or is blocked: their token works no more, here nor with any holder. */
  revoked(person: PersonId): void {
    const { records, book } = this.#ground
    records.removeToken(person)
    if (!book.isAcquainted(person)) {
      for (const { device } of records.correspondentsOf(person)) records.removeCorrespondent(device)
      for (const { id } of records.waitingOf(person)) records.removeWaiting(id)
      book.forgetList(person)
    }
    for (const [device, { person: theirs }] of this.#links) {
      if (theirs === person && book.isAcquainted(person)) this.#grant(device, person)
    }
    this.#tellBoxes()
  }

  /** A device was put out by whose it was: nothing is sealed to it any more. */
  wentOut(device: DeviceId): void {
    const acquaintance = this.#links.get(device)
    if (acquaintance !== undefined) acquaintance.person = undefined
    this.#ground.records.removeCorrespondent(device)
    this.#outbox.wentOut(device)
  }

  /** One of mine: the token that it knew works no more, either. */
  putOut(device: DeviceId): void {
    this.wentOut(device)
    this.revoked(this.#ground.me.person)
  }

  /** My name or card is another. */
  changedMe(): void {
    for (const [device, { greeted }] of this.#links) if (greeted) this.#hello(device, false)
  }

  /** Of the effect `generate`. */
  prekeyMade(pair: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }): void {
    this.#making = false
    this.#ring.add({ ...pair, made: this.#ground.wall.seconds() })
    for (const [device, { person, greeted }] of this.#links)
      if (person !== undefined && greeted) this.#grant(device, person)
    this.#tellBoxes()
  }

  sealed(number: number, mail: Uint8Array | undefined): void {
    this.#post.sealed(number, mail)
  }

  opened(number: number, opened: Opened | undefined, now: Millis): void {
    this.#post.opened(number, opened, now)
  }

  // ── the service ──

  linked(link: Link, _now: Millis): void {
    const { device } = link
    this.#links.set(device, { link, hellos: 0, greeted: false, person: undefined })
    const person = this.#ground.book.personOf(device)
    const asked = this.#ground.book.known(device)?.token !== undefined
    if (asked || (person !== undefined && this.#ground.book.isAcquainted(person))) this.#hello(device, false)
    this.#holding.linked(device)
  }

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    const acquaintance = this.#links.get(from)
    // Nothing of theirs is read, and they are not told so.
    if (acquaintance === undefined || this.#ground.book.isBlockedDevice(from)) return
    const fields = new RecordFields(body, `direct.${kind}`)
    if (kind === 'hello') this.#helloCame(acquaintance, fields)
    else if (kind === 'grant') this.#grantCame(acquaintance, fields)
    else if (kind === 'box') this.#holding.boxCame(from, fields, acquaintance.person !== undefined)
    else if (kind === 'mail') this.#mailCame(from, fields, now)
    else if (kind === 'ask') this.#holding.askCame(from, fields)
    else if (kind === 'prekey') this.#prekeyCame(fields)
    else if (kind === 'put') this.#holding.putCame(from, fields)
    else if (kind === 'got') this.#gotCame(from, fields)
    else if (kind === 'kept') this.#keptCame(from, fields)
    else throw new RecordError('FRAME_INVALID', { kind })
  }

  drained(device: DeviceId, _now: Millis): void {
    this.#holding.handOver(device)
    this.#outbox.pushAll()
  }

  unlinked(device: DeviceId, _now: Millis): void {
    const person = this.#links.get(device)?.person
    this.#links.delete(device)
    this.#holding.unlinked(device)
    this.#outbox.unlinked(device)
    if (person === undefined) return
    this.#ground.book.left(person)
    this.#ground.personChanged(person)
  }

  wake(now: Millis): void {
    const { wall, records } = this.#ground
    this.#post.wake(now)
    if (this.#membersChanged) this.#revokeStrangers()
    this.#membersChanged = false
    if (this.#tidyAt !== undefined && now < this.#tidyAt) return
    this.#tidyAt = after(now, TIDY_MS)
    const seconds = wall.seconds()
    this.#ring.tidy(seconds)
    this.#mailbox.tidy(seconds)
    this.#outbox.tidy()
    records.forgetSeen(seconds)
    if (!this.#ring.isDue(seconds) || this.#making) return
    this.#making = true
    this.#ground.asked({ kind: 'generate' })
  }

  deadline(): Millis | undefined {
    const soon = this.#membersChanged || this.#tidyAt === undefined
    return soon ? (0 as Millis) : earliest(this.#post.deadline(), this.#tidyAt)
  }

  // ── circles ──

  circleChanged(_circle: CircleId): void {
    this.#membersChanged = true
  }

  memberLinked(_circle: CircleId, device: DeviceId): void {
    const acquaintance = this.#links.get(device)
    if (acquaintance?.greeted === false) this.#hello(device, false)
    else if (acquaintance !== undefined) this.#box(device)
    this.#outbox.pushAll()
  }

  memberUnlinked(_circle: CircleId, _device: DeviceId): void {
    // What it holds it goes on holding; who it is does not change.
  }

  // ── what came ──

  #helloCame(acquaintance: Acquaintance, fields: RecordFields): void {
    const { book, crypto } = this.#ground
    const { device } = acquaintance.link
    if (++acquaintance.hellos > MAX_HELLOS) throw new RecordError('TOO_FAST', { what: 'direct.hello' })
    const bytes = fields.bytesWithin('c', 1, MAX_CARD_BYTES)
    const name = fields.text('n', MAX_NAME_BYTES)
    const token = fields.optionalBytes('l', TOKEN_BYTES)
    const wantsAnswer = fields.flag('a')
    fields.end()
    const card = readCard(bytes, crypto)
    if (card.device !== device) throw new RecordError('RECORD_INVALID', { what: 'direct.hello', field: 'c' })
    const { person } = card
    if (book.isBlocked(person)) return
    if (book.isOut(person, device)) {
      this.#ground.cameOut(device, person)
      return
    }
    const expected = book.known(device)
    if (expected?.token !== undefined && expected.person !== person) {
      // The link named a person, and the device is somebody else's.
      book.mistaken(device)
      this.#ground.personChanged(expected.person)
    }
    if (token !== undefined) book.cameByLink(person, name, token)
    if (!book.isAcquainted(person)) return
    acquaintance.person = person
    book.saw(card, bytes, name)
    book.answered(device)
    this.#ground.personChanged(person)
    if (wantsAnswer || !acquaintance.greeted) this.#hello(device, false)
    this.#ground.met(device)
    this.#grant(device, person)
    this.#box(device)
  }

  #grantCame({ link, person }: Acquaintance, fields: RecordFields): void {
    const { book, records, crypto, wall } = this.#ground
    const bytes = fields.bytesWithin('p', 1, MAX_PREKEY_BYTES)
    const token = fields.bytes('t', TOKEN_BYTES)
    fields.end()
    if (person === undefined || !book.isAcquainted(person)) return
    const { device, publicKey, made } = readPrekey(bytes, crypto)
    if (device !== link.device) throw new RecordError('RECORD_INVALID', { what: 'direct.grant', field: 'p' })
    if (made > wall.seconds() + MAX_AHEAD_SECONDS) return
    const correspondent = { device, person, prekey: publicKey, made, token }
    records.putCorrespondent(correspondent)
    // My own devices get what I write to anybody.
    const persons = book.isOwn(person) ? records.waitingPersons() : [person]
    this.#outbox.reached(correspondent, persons)
  }

  /** Of somebody that I write to, passed on by whoever holds mail for them: only a later one, signed by its device, counts. */
  #prekeyCame(fields: RecordFields): void {
    const { records, crypto, wall } = this.#ground
    const bytes = fields.bytesWithin('p', 1, MAX_PREKEY_BYTES)
    fields.end()
    const { device, publicKey, made } = readPrekey(bytes, crypto)
    const known = records.correspondent(device)
    if (known === undefined || made <= known.made || made > wall.seconds() + MAX_AHEAD_SECONDS) return
    records.putCorrespondent({ ...known, prekey: publicKey, made })
    this.#outbox.prekeyKnown(device)
  }

  #mailCame(from: DeviceId, fields: RecordFields, now: Millis): void {
    const token = fields.bytes('t', TOKEN_BYTES)
    const sealed = fields.bytesWithin('x', 48, MAX_MAIL_BYTES)
    fields.end()
    this.#post.came(from, token, sealed, now)
  }

  #gotCame(from: DeviceId, fields: RecordFields): void {
    const key = toHex(fields.bytes('i', MAIL_KEY_BYTES))
    const answer = fields.oneOf('a', ANSWERS)
    fields.end()
    this.#holding.answered(from, key)
    this.#outbox.got(from, key, answer)
  }

  #keptCame(from: DeviceId, fields: RecordFields): void {
    const key = toHex(fields.bytes('i', MAIL_KEY_BYTES))
    const kept = fields.flag('y')
    fields.end()
    this.#outbox.kept(from, key, kept)
  }

  // ── what goes ──

  #hello(device: DeviceId, wantsAnswer: boolean): void {
    const { me, out, book } = this.#ground
    const acquaintance = this.#links.get(device)
    if (acquaintance === undefined) return
    const l = book.known(device)?.token
    const sent = out.send(device, 'hello', { a: wantsAnswer ? 1 : 0, c: me.card(), l, n: me.name() })
    acquaintance.greeted ||= sent
  }

  /** Whoever is no member any more was one when they were given a token; now they are nobody. */
  #revokeStrangers(): void {
    const { records, book } = this.#ground
    for (const { person } of records.tokens()) if (!book.isAcquainted(person)) this.revoked(person)
  }

  /** What they need to write to me: while there is no prekey yet it follows when it is made. */
  #grant(device: DeviceId, person: PersonId): void {
    const p = this.#prekey()
    if (p === undefined || !this.#ground.book.isAcquainted(person)) return
    this.#ground.out.send(device, 'grant', { p, t: this.#token(person) })
  }

  /** Signed. */
  #prekey(): Uint8Array | undefined {
    const { me, crypto } = this.#ground
    const prekey = this.#ring.newest
    return prekey && signPrekey({ ...prekey, device: me.device }, me.deviceSeed, crypto)
  }

  #token(person: PersonId): Uint8Array {
    const { records, random } = this.#ground
    const known = records.tokenFor(person)
    if (known !== undefined) return known
    const token = random.bytes(TOKEN_BYTES)
    records.putToken(person, token)
    this.#tellBoxes()
    return token
  }

  /** Those who may hold mail for me are told which: members of my circles, and my own devices. */
  #box(device: DeviceId): void {
    const { records, crypto, out } = this.#ground
    const tokens = records.tokens().map(({ token }) => token)
    const p = this.#prekey() ?? new Uint8Array(0)
    if (this.#mayHold(device)) out.send(device, 'box', { h: boxHashes(tokens, crypto), p })
  }

  #tellBoxes(): void {
    for (const [device, { person }] of this.#links) if (person !== undefined) this.#box(device)
  }

  #mayHold(device: DeviceId): boolean {
    const { membership, book } = this.#ground
    if (book.isOwn(this.#links.get(device)?.person)) return true
    return membership.circles().some((circle) => membership.isLinked(circle, device))
  }

  #answer(device: DeviceId, key: string, answer: Answer): void {
    this.#ground.out.send(device, 'got', { a: answer, i: fromHex(key) })
    const person = this.#links.get(device)?.person
    // With something that works it can be sealed anew.
    if (person !== undefined && (answer === 'prekey' || answer === 'token')) this.#grant(device, person)
  }
}
