// Chat of circles: writes entries, judges those of others, brings chains together with members and keepers, and hands what it
// can read to the book. Promises: an entry counts only from a device that the circle's log knows, up to where the log pins it;
// nothing of somebody blocked is asked for, stored or served; a keeper stores and serves what it cannot read.

import type { BDict } from '../../base/bencode-value.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Random } from '../../base/ports.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import type { CircleId, DeviceId, PersonId } from '../ids.ts'
import {
  type Bound,
  type LogOwner,
  type LogRecord,
  NOTHING,
  UNBOUNDED,
  type Verdict,
} from '../log/log-record.ts'
import { LogSync } from '../log/log-sync.ts'
import {
  type CircleFacts,
  type Membership,
  type MembershipListener,
  type Pin,
  whyOut,
} from '../membership.ts'
import type { Link, Service, ServiceOut, Wall } from '../service.ts'
import type { Book } from './book.ts'
import type { EntryStore } from './chat-store.ts'
import { CircleNames } from './circle-names.ts'
import { comingsBetween, rolesDiffer } from './comings.ts'
import { type Content, decodeContent, encodeContent, type RoomId } from './content.ts'
import { type Entry, readEntry, signEntry } from './entry.ts'
import { MAX_AHEAD_SECONDS, MAX_DEPENDENCIES, MAX_LAMPORT_LEAP } from './limits.ts'
import { paceAfter } from './pace.ts'
import { Retention } from './retention.ts'
import { EntrySeal } from './seal.ts'
import { Typing } from './typing.ts'

export interface ChatGround {
  readonly me: { readonly person: PersonId; readonly device: DeviceId; readonly deviceSeed: Uint8Array }
  readonly crypto: CommunityCrypto
  readonly random: Random
  readonly wall: Wall
  /** The moment of the input that runs. */
  now(): Millis
  readonly out: ServiceOut
  readonly membership: Membership
  readonly store: EntryStore
  readonly book: Book
  blocked(person: PersonId): boolean
  /** How I call myself; undefined until somebody asked. */
  myName(): string | undefined
  /** Whether others may see that I am writing, and I them. */
  typing(): boolean
  readonly events: ChatEvents
}

export interface ChatEvents {
  /** A device told that it holds mine up to `to`; before it was `before`. */
  held(circle: CircleId, author: DeviceId, before: number, to: number): void
  typing(circle: CircleId, room: RoomId): void
  /** An author signed two things for one place. */
  forked(circle: CircleId, device: DeviceId): void
  /** Members that came and went, by the log. */
  members(circle: CircleId, joined: readonly PersonId[], left: readonly PersonId[]): void
  /** Nobody is shown what they write, or again. */
  muted(circle: CircleId, person: PersonId): void
  /** Everything that linked devices have is here. */
  caughtUp(circle: CircleId): void
}

/** Opened at once after a key came; what is left is opened in later turns. */
const OPEN_AT_ONCE = 500
const OPEN_NEXT_MS = 10

export class ChatService implements Service, MembershipListener {
  readonly name = 'chat'
  readonly #ground: ChatGround
  readonly #sync: LogSync
  readonly #seal: EntrySeal
  readonly #retention: Retention
  readonly #typing: Typing
  readonly #names: CircleNames
  readonly #ways = new Map<DeviceId, Link['way']>()
  /** As the last change left them: what is other now is looked at. */
  readonly #facts = new Map<CircleId, CircleFacts>()
  readonly #opening = new Set<CircleId>()
  #openAt: Millis | undefined

  constructor(ground: ChatGround) {
    this.#ground = ground
    const { crypto, store, out } = ground
    this.#seal = new EntrySeal(crypto)
    const owner: LogOwner = {
      read: (circle, bytes) => this.#read(circle, bytes),
      bound: (circle, author) => this.#bound(circle, author),
      judge: (record) => this.#judge(record as Entry),
      stored: (record) => this.#stored(record as Entry),
      forked: (circle, author, at) => this.#forked(circle, author, at),
      holds: (circle, device, author, _from, to) => this.#holds(circle, device, author, to),
      caughtUp: (circle) => ground.events.caughtUp(circle),
    }
    this.#sync = new LogSync({ owner, store, out, digest: crypto })
    this.#names = new CircleNames(ground, (circle, content) => this.write(circle, content))
    this.#retention = new Retention(store, this.#sync, ground.book, (circle) => this.#names.restate(circle))
    this.#typing = new Typing(ground)
    ground.membership.watch(this)
    for (const circle of ground.membership.circles())
      this.#facts.set(circle, ground.membership.facts(circle) as CircleFacts)
  }

  // ── commands ──

  /** Written, stored and told. @throws CommunityError before anything changed */
  write(circle: CircleId, content: Exclude<Content, { kind: 'unknown' }>): Entry {
    const { me, store, wall, crypto } = this.#ground
    const facts = this.#writable(circle)
    const { epoch } = facts
    if (epoch?.read === undefined) throw new CommunityError('KEYS_COMING', { circle })
    const chain = this.#sync.chain(circle, me.device)
    if (chain?.forkedAt !== undefined) throw new CommunityError('FORKED')
    const before = store.pace(circle, me.device)
    const time = Math.max(wall.seconds(), before?.time ?? 0)
    const lamport = store.clock(circle) + 1
    const pace = paceAfter(before, time, lamport)
    if (pace === undefined) throw new CommunityError('TOO_MANY')
    const seq = (chain?.seq ?? 0) + 1
    const place = { circle, author: me.device, seq, epoch: epoch.id }
    const heads = store.newestHeads(circle, MAX_DEPENDENCIES + 1).filter(({ id }) => id !== chain?.head)
    const entry = signEntry(
      {
        ...place,
        prev: chain?.head,
        dependencies: heads.slice(0, MAX_DEPENDENCIES).map(({ id }) => id),
        lamport,
        time,
        sealed: this.#seal.seal(place, epoch.read, encodeContent(content)),
      },
      me.deviceSeed,
      crypto,
    )
    this.#sync.append(entry)
    return entry
  }

  /** For some seconds others see that I am writing, if I let them. */
  typing(circle: CircleId, room: RoomId): void {
    if (this.#ground.typing()) this.#typing.tell(circle, room, this.#ground.now())
  }

  /** Who is writing there now. */
  typists(circle: CircleId, room: RoomId): readonly PersonId[] {
    return this.#ground.typing() ? this.#typing.who(circle, room, this.#ground.now()) : []
  }

  /** Somebody is blocked, or no longer. */
  blockedChanged(person: PersonId): void {
    const { membership, blocked } = this.#ground
    for (const circle of membership.circles()) {
      const facts = membership.facts(circle)
      if (facts === undefined) continue
      for (const [device, owner] of facts.owners)
        if (owner === person && blocked(person)) this.#drop(circle, device)
      this.#sync.recheck(circle, this.#ground.now())
    }
  }

  /** I call myself otherwise, or for the first time. */
  renamed(): void {
    for (const circle of this.#ground.membership.circles()) this.#names.introduce(circle)
  }

  /** Where a device's chain ends: what a removal pins. */
  pinOf(circle: CircleId, device: DeviceId): Pin {
    const chain = this.#sync.chain(circle, device)
    return { seq: chain?.seq ?? 0, head: chain?.head }
  }

  /** Frozen devices: each signed two things for one place. */
  frozen(circle: CircleId): readonly DeviceId[] {
    const chains = [...this.#sync.chains(circle).values()]
    return chains.filter(({ forkedAt }) => forkedAt !== undefined).map(({ author }) => author)
  }

  /** Of the memory; what is stored is removed by whoever keeps the database. */
  forget(circle: CircleId): void {
    this.#sync.forget(circle)
    this.#facts.delete(circle)
    this.#opening.delete(circle)
  }

  // ── links ──

  linked({ device, way }: Link): void {
    this.#ways.set(device, way)
  }

  /** @throws RecordError */
  received(from: DeviceId, kind: string, body: BDict, now: Millis): void {
    if (this.#sync.received(from, kind, body, now)) return
    if (kind !== 'typing') throw new RecordError('FRAME_INVALID', { what: kind.slice(0, 32) })
    this.#typing.came(from, body, now)
  }

  drained(device: DeviceId, now: Millis): void {
    this.#sync.drained(device, now)
  }

  unlinked(device: DeviceId, now: Millis): void {
    this.#ways.delete(device)
    this.#sync.unlinked(device, now)
    this.#typing.gone(device)
  }

  wake(now: Millis): void {
    this.#sync.wake(now)
    this.#typing.wake(now)
    if (this.#openAt !== undefined && now >= this.#openAt) this.#openMore(now)
    if (this.#retention.due(now, this.#ground.wall.seconds())) {
      for (const circle of this.#ground.membership.circles()) {
        const policy = this.#ground.membership.facts(circle)?.policy
        if (policy !== undefined) this.#retention.prune(circle, policy)
      }
    }
  }

  deadline(): Millis | undefined {
    return earliest(this.#sync.deadline(), this.#typing.deadline(), this.#openAt, this.#retention.deadline())
  }

  // ── membership ──

  memberLinked(circle: CircleId, device: DeviceId): void {
    this.#sync.opened(circle, device, this.#ways.get(device) === 'relayed', this.#ground.now())
  }

  memberUnlinked(circle: CircleId, device: DeviceId): void {
    this.#sync.closed(circle, device, this.#ground.now())
    this.#typing.gone(device)
  }

  circleChanged(circle: CircleId): void {
    const { membership, book, events } = this.#ground
    const facts = membership.facts(circle)
    const before = this.#facts.get(circle)
    if (facts === undefined) {
      this.forget(circle)
      return
    }
    if (facts === before) return
    this.#facts.set(circle, facts)
    for (const [device, pin] of facts.pins) {
      if (before?.pins.get(device)?.seq === pin.seq) continue
      book.withdraw(circle, device, pin.seq + 1, UNBOUNDED)
    }
    for (const device of before?.pins.keys() ?? []) if (!facts.pins.has(device)) this.#reopen(circle, device)
    if (before !== undefined && rolesDiffer(before, facts)) book.rolesChanged(circle)
    this.#sync.recheck(circle, this.#ground.now())
    this.#opening.add(circle)
    this.#openAt ??= this.#ground.now()
    if (before?.mine !== undefined) events.members(circle, ...comingsBetween(before, facts))
    for (const [person, { muted }] of facts.members)
      if (muted !== (before?.members.get(person)?.muted ?? false)) events.muted(circle, person)
    this.#names.introduce(circle)
  }

  // ── the log's owner ──

  #read(circle: CircleId, bytes: Uint8Array): LogRecord {
    const entry = readEntry(bytes, this.#ground.crypto)
    if (entry.circle !== circle) throw new RecordError('RECORD_INVALID', { what: 'entry', field: 'circle' })
    return entry
  }

  #bound(circle: CircleId, author: DeviceId): Bound {
    const facts = this.#ground.membership.facts(circle)
    const person = facts?.owners.get(author)
    if (facts === undefined || person === undefined || this.#ground.blocked(person)) return NOTHING
    const pin = facts.pins.get(author)
    if (pin !== undefined) return pin.seq
    return facts.members.get(person)?.devices.has(author) === true ? UNBOUNDED : NOTHING
  }

  #judge(entry: Entry): Verdict {
    const { membership, store, wall } = this.#ground
    const { circle, author, seq } = entry
    const facts = membership.facts(circle)
    if (facts === undefined || membership.epoch(circle, entry.epoch) === undefined) return 'later'
    if (entry.time > wall.seconds() + MAX_AHEAD_SECONDS) return 'later'
    if (entry.lamport > store.clock(circle) + MAX_LAMPORT_LEAP) return 'later'
    const pin = facts.pins.get(author)
    // Pinned to another branch: nothing of this one counts from here on.
    if (pin?.seq === seq && pin.head !== undefined && pin.head !== entry.id) return 'stop'
    const before = seq === 1 ? undefined : store.pace(circle, author)
    if (paceAfter(before, entry.time, entry.lamport) === undefined) return 'stop'
    for (const dependency of entry.dependencies) {
      const lamport = store.lamportOf(circle, dependency)
      if (lamport !== undefined && lamport >= entry.lamport) return 'stop'
    }
    return 'take'
  }

  #stored(entry: Entry): void {
    const { store } = this.#ground
    const { circle, author, seq } = entry
    const before = seq === 1 ? undefined : store.pace(circle, author)
    const pace = paceAfter(before, entry.time, entry.lamport)
    if (pace !== undefined) store.putPace(circle, author, pace)
    this.#open(entry)
    this.#retention.grew(circle, entry.bytes.length)
  }

  #forked(circle: CircleId, author: DeviceId, at: number): void {
    this.#ground.book.withdraw(circle, author, at, UNBOUNDED)
    this.#ground.events.forked(circle, author)
  }

  #holds(circle: CircleId, device: DeviceId, author: DeviceId, to: number): void {
    const { membership, me, store, events } = this.#ground
    if (membership.facts(circle)?.owners.get(author) !== me.person) return
    const seq = Math.min(to, this.#sync.chain(circle, author)?.seq ?? 0)
    const before = store.putHolder(circle, author, device, seq)
    if (before < seq) events.held(circle, author, before, seq)
  }

  // ── reading ──

  #open(entry: Entry): void {
    const { membership, store, book, wall } = this.#ground
    const { circle, author } = entry
    const facts = membership.facts(circle)
    const person = facts?.owners.get(author)
    const epoch = membership.epoch(circle, entry.epoch)
    if (facts === undefined || person === undefined || epoch?.read === undefined) return
    const plain = this.#seal.open(entry, epoch, entry.sealed)
    const content: Content = plain === undefined ? { kind: 'unknown', word: '' } : decodeContent(plain)
    if (plain === undefined) store.opened(circle, entry.id, 'never')
    else store.opened(circle, entry.id, content.kind === 'unknown' ? 'unknown' : 'read')
    const role = facts.members.get(person)?.role
    book.take({
      id: entry.id,
      circle,
      other: undefined,
      person,
      device: author,
      seq: entry.seq,
      lamport: entry.lamport,
      at: entry.time,
      receivedAt: wall.seconds(),
      moderator: role === 'owner' || role === 'moderator',
      content,
    })
  }

  /** Keys came: what was sealed with them is read, some in each turn. */
  #openMore(now: Millis): void {
    this.#openAt = undefined
    for (const circle of this.#opening) {
      let left = OPEN_AT_ONCE
      for (const epoch of this.#ground.store.sealedEpochs(circle)) {
        if (this.#ground.membership.epoch(circle, epoch)?.read === undefined) continue
        const entries = this.#ground.store.sealedEntries(circle, epoch, left)
        for (const entry of entries) this.#open(entry)
        left -= entries.length
        if (left <= 0) break
      }
      if (left > 0) this.#opening.delete(circle)
      else break
    }
    if (this.#opening.size > 0) this.#openAt = after(now, OPEN_NEXT_MS)
  }

  /** What was behind a pin counts again. */
  #reopen(circle: CircleId, device: DeviceId): void {
    const chain = this.#sync.chain(circle, device)
    if (chain === undefined) return
    for (let from = chain.begin; from <= chain.seq; from += OPEN_AT_ONCE)
      for (const entry of this.#ground.store.entries(circle, device, from, chain.seq, OPEN_AT_ONCE))
        this.#open(entry)
  }

  /** Nothing of this device is kept, and its bytes are not asked for. */
  #drop(circle: CircleId, device: DeviceId): void {
    this.#sync.skip(circle, device)
    this.#ground.book.drop(circle, device)
  }

  #writable(circle: CircleId): CircleFacts {
    const facts = this.#ground.membership.facts(circle)
    if (facts === undefined) throw new CommunityError('CIRCLE_UNKNOWN', { circle })
    if (facts.mine === undefined)
      throw new CommunityError('CIRCLE_LEFT', whyOut(facts, this.#ground.me.person))
    if (facts.mine === 'keeper') throw new CommunityError('NOT_ALLOWED', { needs: 'member' })
    return facts
  }
}
