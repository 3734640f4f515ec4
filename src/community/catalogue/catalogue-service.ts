// Catalogues of members, replicated to all members, and those for one person, to their devices: heads are pushed, what differs is
// pulled in pages, from the author or from any member who has it whole. Frames: `heads` {h: heads}, `pull` {a audience, k author, f from, t to, c cursor}, `page` {a, k, p page}
// (without p: not at that root now, or, with n: 1, what it begins with is forgotten).
// Promises: only heads that the device itself signed count; what a member who is out, blocked or silent for a week offered is
// not shown; nothing is asked of, or told to, whoever is not in the circle now.

import type { BDict } from '../../base/bencode-value.ts'
import { BList } from '../../base/bencode-value.ts'
import { equalBytes } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { type CatalogueAudience, catalogueAudience } from '../../protocol/catalogue/audience.ts'
import { CatalogueError } from '../../protocol/catalogue/catalogue-error.ts'
import { type CatalogueHead, decodeHead, encodeHead, signHead } from '../../protocol/catalogue/head.ts'
import { HASH_BYTES, MAX_HEAD_BYTES } from '../../protocol/catalogue/limits.ts'
import { mayReplicate } from '../../protocol/catalogue/replica.ts'
import { Allowance } from '../allowance.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, keyBytes, keyText, type PersonId } from '../ids.ts'
import type { Membership, MembershipListener } from '../membership.ts'
import type { Link, Service, ServiceOut, Wall } from '../service.ts'
import { type Acquaintances, Audiences, audienceOf, personAudience, personOf } from './audiences.ts'
import { CatalogueBook, type Known } from './catalogue-book.ts'
import type { CatalogueChange, CatalogueName, CatalogueRecords } from './catalogue-records.ts'
import { HeadHolders } from './head-holders.ts'
import { type Pull, type PullOutcome, Pulls } from './pulls.ts'

/** Of one frame; 400 bytes each. */
const MAX_HEADS = 128
/** What one link may ask for in a second, at most a burst of so many pages: 8 MiB. */
const PAGES_PER_SECOND = 8
const PAGES_BURST = 32
/** Of all circles that are shared, when the link begins; then as they change. */
const HEADS_PER_SECOND = 20
const HEADS_BURST = 8_192

export interface CatalogueGround {
  readonly me: DeviceId
  readonly deviceSeed: Uint8Array
  readonly out: ServiceOut
  readonly membership: Membership
  readonly persons: Acquaintances
  readonly records: CatalogueRecords
  readonly digest: Digest
  readonly signatures: Signatures
  readonly wall: Wall
  blocked(person: PersonId): boolean
  /** What one member offers is another now: what came into it. */
  changed(name: CatalogueName, change: CatalogueChange): void
  /** One page of my own, to be answered by ownPage(). */
  askOwn(audience: CatalogueAudience, from: Uint8Array, after: Uint8Array | undefined): void
}

/** What my library says of one of my catalogues; durable there. */
export type OwnState = Pick<CatalogueHead, 'audience' | 'seq' | 'count' | 'root' | 'issued' | 'expires'>

export class CatalogueService implements Service, MembershipListener {
  readonly name = 'catalogue'
  readonly #ground: CatalogueGround
  readonly #audiences: Audiences
  readonly #book: CatalogueBook
  readonly #pulls: Pulls
  /** Heads that wait for room in a link's buffer, by device. */
  readonly #untold = new Map<DeviceId, Set<CatalogueAudience>>()
  readonly #asked = new Map<DeviceId, { tokens: number; at: Millis }>()
  readonly #holders = new HeadHolders()
  /** Heads of each link that are new here: each costs a signature and a line on disk. */
  readonly #fresh = new Map<DeviceId, Allowance>()
  #checkedAt: Millis | undefined
  #own: readonly OwnState[] = []

  constructor(ground: CatalogueGround) {
    this.#ground = ground
    this.#audiences = new Audiences(ground)
    this.#book = new CatalogueBook(ground.records, ground.signatures)
    this.#pulls = new Pulls(ground.records, ground.digest)
  }

  // ── what I offer ──

  /** All catalogues of mine as the library has them now. */
  own(states: readonly OwnState[], now: Millis): void {
    this.#own = states
    this.#signOwn()
    this.#more(now)
  }

  #signOwn(): void {
    const { deviceSeed, signatures, wall } = this.#ground
    for (const state of this.#own) {
      if (!this.#audiences.mayOffer(state.audience)) continue
      if (state.expires > wall.seconds())
        this.#book.hear(signHead(state, deviceSeed, signatures), wall.seconds())
    }
  }

  ownPage(audience: CatalogueAudience, page: Uint8Array | undefined, now: Millis): void {
    const { me } = this.#ground
    this.#took(this.#pulls.page({ author: me, audience }, me, page ?? 'from-forgotten', now), now)
  }

  // ── Service ──

  linked(_link: Link, _now: Millis): void {}

  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    if (kind === 'heads') this.#heads(from, body, now)
    else if (kind === 'pull') this.#pulled(from, body, now)
    else if (kind === 'page') this.#page(from, body, now)
    else throw new RecordError('FRAME_INVALID', { what: kind })
  }

  drained(device: DeviceId, _now: Millis): void {
    for (const audience of this.#untold.get(device) ?? []) this.#tell(device, audience)
  }

  unlinked(device: DeviceId, now: Millis): void {
    this.#pulls.unlinked(device)
    this.#untold.delete(device)
    this.#asked.delete(device)
    this.#fresh.delete(device)
    this.#holders.unlinked(device)
    this.#more(now)
  }

  wake(now: Millis): void {
    this.#pulls.wake(now)
    if (this.#checkedAt === undefined || now >= after(this.#checkedAt, EXPIRY_LOOK_MS)) {
      this.#checkedAt = now
      this.#expire()
    }
    this.#more(now)
  }

  deadline(): Millis | undefined {
    const look = this.#checkedAt === undefined ? undefined : after(this.#checkedAt, EXPIRY_LOOK_MS)
    return earliest(this.#pulls.deadline(), look)
  }

  // ── MembershipListener ──

  circleChanged(circle: CircleId): void {
    // Members of it may be known by it alone.
    this.#sift((audience) => audience === audienceOf(circle) || personOf(audience) !== undefined)
  }

  memberLinked(circle: CircleId, device: DeviceId): void {
    this.#tell(device, audienceOf(circle))
  }

  memberUnlinked(_circle: CircleId, device: DeviceId): void {
    this.#pulls.unlinked(device)
  }

  /** Somebody is a contact, is linked, or has another device: is told what is for them alone. */
  personChanged(person: PersonId): void {
    this.#sift((audience) => personOf(audience) !== undefined)
    const audience = personAudience(person)
    for (const device of this.#audiences.linked(audience)) this.#tell(device, audience)
  }

  /** Somebody was blocked, or is not any more. */
  blocksChanged(): void {
    this.#sift(() => true)
  }

  /** Of whoever may not offer there any more nothing stays. */
  #sift(concerns: (audience: CatalogueAudience) => boolean): void {
    for (const known of [...this.#book.all()])
      if (concerns(known.audience) && !this.#audiences.mayAuthor(known.audience, known.author))
        this.#forget(known)
    this.#signOwn()
  }

  // ── views ──

  /** Others' catalogues of which nothing is here: too long to be copied, or on their way. */
  asked(of: CatalogueAudience): Known[] {
    return this.known(of).filter(
      ({ head, whole, author }) => whole === undefined && head.count > 0 && author !== this.#ground.me,
    )
  }

  /** All that is known of an audience's catalogues. */
  known(of: CatalogueAudience): Known[] {
    return [...this.#book.all()].filter(({ audience }) => audience === of)
  }

  // ── heads ──

  #heads(from: DeviceId, body: BDict, now: Millis): void {
    const list = body.get('h')
    if (!(list instanceof BList) || list.length > MAX_HEADS)
      throw new RecordError('FRAME_INVALID', { what: 'heads' })
    for (const item of list) {
      if (!(item instanceof Uint8Array) || item.length > MAX_HEAD_BYTES)
        throw new RecordError('FRAME_INVALID', { what: 'head' })
      this.#head(from, headOf(item), now)
    }
    this.#more(now)
  }

  #head(from: DeviceId, head: CatalogueHead, now: Millis): void {
    const author = keyText<DeviceId>(head.author)
    // Somebody may know of members before us, or of us before we do.
    if (!this.#audiences.takes(head.audience, author, from) || author === this.#ground.me) return
    const before = this.#book.get({ author, audience: head.audience })
    const isOld = before !== undefined && head.seq < before.head.seq
    const isKnown = before !== undefined && equalBytes(encodeHead(before.head), encodeHead(head))
    if (!isOld && !isKnown && !this.#mayTell(from, now))
      throw new RecordError('TOO_FAST', { what: 'catalogue heads' })
    const heard = this.#book.hear(head, this.#ground.wall.seconds())
    if (heard === 'bad') throw new RecordError('RECORD_INVALID', { what: 'catalogue head' })
    const known = this.#book.get({ author, audience: head.audience })
    if (known === undefined) return
    if (known.head.seq === head.seq && !known.twofold) this.#holders.add(known, head.root, from)
    if (heard === 'twofold') this.#pulls.drop(known)
    // The pull that runs leads to what is old now; it ends by itself, and the newer one is fetched then.
  }

  #mayTell(device: DeviceId, now: Millis): boolean {
    const fresh = this.#fresh.get(device) ?? new Allowance(HEADS_PER_SECOND, HEADS_BURST, now)
    this.#fresh.set(device, fresh)
    return fresh.take(1, now)
  }

  /** Every head of an audience whose entries are here. */
  #tell(device: DeviceId, audience: CatalogueAudience, only?: Known): void {
    if (!this.#audiences.gives(audience, device)) return
    const now = this.#ground.wall.seconds()
    const heads = [...(only === undefined ? this.#book.all() : [only])]
      .filter((known) => known.audience === audience && known.author !== device && !known.twofold)
      .flatMap(({ whole, head }) => {
        // One that is too long to be copied is known by its head alone.
        const told = whole ?? (mayReplicate(head) ? undefined : head)
        return told !== undefined && told.expires > now ? [encodeHead(told)] : []
      })
    for (let i = 0; i < heads.length; i += MAX_HEADS) {
      if (this.#ground.out.send(device, 'heads', { h: heads.slice(i, i + MAX_HEADS) })) continue
      const waiting = this.#untold.get(device) ?? new Set()
      waiting.add(audience)
      this.#untold.set(device, waiting)
      return
    }
    this.#untold.get(device)?.delete(audience)
  }

  #tellAll(known: Known): void {
    for (const device of this.#audiences.linked(known.audience)) this.#tell(device, known.audience, known)
  }

  // ── giving ──

  #pulled(from: DeviceId, body: BDict, now: Millis): void {
    const name = nameOf(body)
    const base = hashOf(body, 'f')
    const to = hashOf(body, 't')
    const cursor = body.has('c') ? hashOf(body, 'c') : undefined
    if (!this.#audiences.gives(name.audience, from)) return
    if (!this.#mayAsk(from, now)) throw new RecordError('TOO_FAST', { what: 'catalogue pull' })
    const known = this.#book.get(name)
    const has = known?.whole !== undefined && !known.twofold && known.whole.root.toHex() === to.toHex()
    const page = has ? this.#ground.records.page(name, base, cursor) : undefined
    const { audience, author } = name
    const n = has && page === undefined ? 1 : undefined
    this.#ground.out.send(from, 'page', { a: audience, k: keyBytes(author), n, p: page })
  }

  #mayAsk(device: DeviceId, now: Millis): boolean {
    const asked = this.#asked.get(device) ?? { tokens: PAGES_BURST, at: now }
    asked.tokens = Math.min(PAGES_BURST, asked.tokens + ((now - asked.at) / 1_000) * PAGES_PER_SECOND)
    asked.at = now
    this.#asked.set(device, asked)
    if (asked.tokens < 1) return false
    asked.tokens--
    return true
  }

  // ── taking ──

  #page(from: DeviceId, body: BDict, now: Millis): void {
    const page = body.has('p') ? body.bytes('p') : undefined
    if (body.has('p') && page === undefined) throw new RecordError('FRAME_INVALID', { what: 'page' })
    const told = page ?? (body.int('n') === 1 ? 'from-forgotten' : 'elsewhere')
    this.#took(this.#pulls.page(nameOf(body), from, told, now), now)
  }

  #took(outcome: PullOutcome, now: Millis): void {
    if (outcome.kind === 'next') this.#ask(outcome.pull)
    if (outcome.kind === 'fault')
      throw new RecordError('RECORD_INVALID', { what: 'catalogue page', fault: outcome.fault })
    if (outcome.kind === 'whole') {
      const { name, head, change } = outcome
      const known = this.#book.get(name)
      // Meanwhile its device may have left, or said two things.
      if (known !== undefined && !known.twofold) {
        this.#book.filled(name, change, head)
        this.#ground.changed(name, change)
        this.#tellAll(this.#book.get(name) as Known)
      }
    }
    this.#more(now)
  }

  #ask({ audience, author, base, head, cursor, from }: Pull): void {
    const { me, out, askOwn } = this.#ground
    if (from === me) {
      askOwn.call(this.#ground, audience, base, cursor)
      return
    }
    // Refused: it times out and is asked for again.
    out.send(from, 'pull', { a: audience, k: keyBytes(author), f: base, t: head.root, c: cursor })
  }

  /** Begins whatever is to be fetched and can be. */
  #more(now: Millis): void {
    const seconds = this.#ground.wall.seconds()
    for (const known of this.#book.all()) {
      const { head, whole, twofold } = known
      if (twofold || head.expires <= seconds || whole?.seq === head.seq) continue
      for (const from of this.#sources(known)) {
        const pull = this.#pulls.begin(known, from, now)
        if (pull === undefined) continue
        this.#ask(pull)
        break
      }
    }
  }

  /** The author first, then others who said that they have it. */
  #sources({ author, audience, head }: Known): DeviceId[] {
    const { me } = this.#ground
    if (author === me) return [me]
    const have = this.#holders.of({ author, audience }, head.root)
    return [...new Set([author, ...have])].filter((device) => this.#audiences.takes(audience, author, device))
  }

  // ── ending ──

  #expire(): void {
    const now = this.#ground.wall.seconds()
    for (const known of [...this.#book.all()]) {
      if (known.whole === undefined || known.whole.expires > now) continue
      this.#book.expire(known)
      this.#ground.changed(known, { anew: true, added: [], removed: [] })
    }
  }

  #forget(known: Known): void {
    this.#pulls.drop(known)
    this.#holders.forget(known)
    this.#book.forget(known)
    this.#ground.changed(known, { anew: true, added: [], removed: [] })
  }
}

/** Heads last days: to the minute is soon enough. */
export const EXPIRY_LOOK_MS = 60_000

function headOf(bytes: Uint8Array): CatalogueHead {
  try {
    return decodeHead(bytes.slice())
  } catch (error) {
    if (error instanceof CatalogueError)
      throw new RecordError('RECORD_INVALID', { what: 'head', why: error.code })
    throw error
  }
}

function nameOf(body: BDict): CatalogueName {
  try {
    const audience = catalogueAudience(body.text('a') ?? '')
    return { audience, author: keyText<DeviceId>(hashOf(body, 'k')) }
  } catch (error) {
    if (error instanceof CatalogueError) throw new RecordError('FRAME_INVALID', { what: 'audience' })
    throw error
  }
}

function hashOf(body: BDict, key: string): Uint8Array {
  const bytes = body.bytes(key)
  if (bytes?.length !== HASH_BYTES) throw new RecordError('FRAME_INVALID', { what: key })
  return bytes.slice()
}
