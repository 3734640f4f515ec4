// The log of one circle, brought together with many linked devices: what each holds is told in vectors, new heads are pushed,
// and what is missing is pulled in pages from one of them at a time, from another where one is slow or has not what it said.
// Invariants: a record is stored only after its owner read and judged it and only as the next of its chain; an author with two
// records for one place is frozen before that place, on every device alike.

import type { Encodable } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, keyBytes } from '../ids.ts'
import type { ServiceOut } from '../service.ts'
import { ChainShelf } from './chain-shelf.ts'
import { ForkHunt } from './fork-hunt.ts'
import { provenFork } from './fork-proof.ts'
import { HeadTeller } from './head-teller.ts'
import {
  anyBytes,
  authorOf,
  count,
  fixedBytes,
  invalid,
  type LogKind,
  packWants,
  pageRecords,
} from './log-frames.ts'
import { LogPeer, type Pull } from './log-peer.ts'
import type { Chain, ForkProof, LogOwner, LogRecord, LogStore } from './log-record.ts'
import { MAX_HEADS, MAX_VECTOR_PART, unpackVector, type VectorEntry } from './log-vector.ts'
import { PageIntake } from './page-intake.ts'
import { PageServer } from './page-server.ts'
import { choosePull } from './pull-choice.ts'

export interface LogTools {
  readonly owner: LogOwner
  readonly store: LogStore
  readonly out: ServiceOut
  readonly digest: Digest
}

/** A page of 256 KiB takes 2 s at 1 Mbit/s; whoever needs longer is helped by somebody else. */
const PULL_TIMEOUT_MS = 15_000
/** A page that comes later than this was asked for by nobody. */
const LATE_PULL_MS = 120_000
/** After one that brought nothing, for each such one in a row, up to eight times. */
const REST_MS = 2_000
/** What could not be judged is tried again, should nobody say so before. */
const RECHECK_MS = 30_000

/** Work of each kind of frame, in units of WorkBudget. */
const WORK: Readonly<Record<LogKind, number>> = {
  sum: 2,
  vector: 40,
  heads: 1,
  pull: 6,
  page: 1,
  fork: 30,
  'want-fork': 10,
}

/** A record that was checked and brought nothing. An honest page holds some, when it comes late or before its epoch. */
const VAIN_WORK = 1 / 8

export class CircleLog {
  readonly circle: CircleId
  readonly #tools: LogTools
  readonly #shelf: ChainShelf
  readonly #intake: PageIntake
  readonly #peers = new Map<DeviceId, LogPeer>()
  /** Authors whose next record could not be judged yet. */
  readonly #waiting = new Set<DeviceId>()
  readonly #hunt: ForkHunt
  readonly #teller: HeadTeller
  readonly #server: PageServer
  #number = 0
  #recheckAt: Millis | undefined
  #catchingUp = false

  constructor(circle: CircleId, tools: LogTools) {
    this.circle = circle
    this.#tools = tools
    this.#shelf = new ChainShelf(circle, tools.owner, tools.store)
    this.#intake = new PageIntake(this.#shelf, tools.owner, {
      stored: (record, from) => this.#stored(record, from),
      waits: (author) => this.#waiting.add(author),
      parted: (record, seq) => this.#parted(record, seq),
    })
    const send = this.#send.bind(this)
    this.#teller = new HeadTeller(this.#shelf, this.#peers, tools.digest, send)
    this.#server = new PageServer(this.#shelf, tools.store, send)
    this.#hunt = new ForkHunt({
      idAt: (author, seq) => this.#shelf.idAt(author, seq),
      chain: (author) => this.#shelf.get(author),
      ask: (peer, author, seq) => this.#probe(peer, author, seq),
    })
  }

  chain(author: DeviceId): Chain | undefined {
    return this.#shelf.get(author)
  }

  chains(): ReadonlyMap<DeviceId, Chain> {
    return this.#shelf.all()
  }

  // ── links ──

  opened(device: DeviceId, relayed: boolean, now: Millis): void {
    if (this.#peers.has(device)) return
    const peer = new LogPeer(device, relayed, now)
    this.#peers.set(device, peer)
    this.#teller.tellSum(peer)
  }

  closed(device: DeviceId, now: Millis): void {
    if (!this.#peers.delete(device)) return
    this.#pullMore(now)
  }

  drained(device: DeviceId, now: Millis): void {
    const peer = this.#peers.get(device)
    if (peer === undefined) return
    this.#server.answer(peer)
    if (peer.behind) {
      peer.behind = false
      this.#teller.tellAll(peer)
    }
    this.#pullMore(now)
  }

  received(from: DeviceId, kind: LogKind, body: BDict, now: Millis): void {
    const peer = this.#peers.get(from)
    if (peer === undefined) return
    if (!peer.budget.spend(WORK[kind], now)) throw new RecordError('TOO_FAST', { what: kind })
    if (kind === 'sum') this.#sumCame(peer, fixedBytes(body, 'd', 32), now)
    else if (kind === 'vector') this.#vectorCame(peer, body, now)
    else if (kind === 'heads') this.#headsCame(peer, body, now)
    else if (kind === 'pull') this.#server.asked(peer, body)
    else if (kind === 'page') this.#pageCame(peer, body, now)
    else if (kind === 'fork') this.#forkCame(anyBytes(body, 'f'), anyBytes(body, 's'), peer)
    else this.#forkWanted(peer, authorOf(body))
  }

  wake(now: Millis): void {
    for (const peer of this.#peers.values()) {
      const { pull } = peer
      if (pull !== undefined && now >= after(pull.askedAt, LATE_PULL_MS)) peer.pull = undefined
      else if (pull !== undefined && !pull.late && now >= after(pull.askedAt, PULL_TIMEOUT_MS)) {
        pull.late = true
        this.#failed(peer, now)
      }
      if (peer.restUntil !== undefined && now >= peer.restUntil) peer.restUntil = undefined
      this.#hunt.wake(peer, now)
    }
    this.#teller.wake(now)
    if (this.#recheckAt !== undefined && now >= this.#recheckAt) this.recheck(now)
    else this.#pullMore(now)
  }

  deadline(): Millis | undefined {
    let next = earliest(this.#teller.deadline, this.#recheckAt)
    for (const { pull, restUntil, searches } of this.#peers.values()) {
      if (pull !== undefined)
        next = earliest(next, after(pull.askedAt, pull.late ? LATE_PULL_MS : PULL_TIMEOUT_MS))
      next = earliest(next, restUntil, this.#hunt.deadline(searches))
    }
    return next
  }

  // ── what the owner says ──

  /** A record made here, the next of this device's chain. */
  append(record: LogRecord): void {
    const chain = this.#shelf.get(record.author)
    if (record.seq !== (chain?.seq ?? 0) + 1 || record.prev !== chain?.head)
      throw new Error('a record that is not the next of its chain')
    this.#shelf.append(record, false)
    this.#stored(record, undefined)
    this.#teller.tell()
  }

  /** Bounds, epochs or members changed. */
  recheck(now: Millis): void {
    this.#waiting.clear()
    this.#recheckAt = undefined
    for (const peer of this.#peers.values()) this.#compareAll(peer)
    this.#pullMore(now)
  }

  /** Of an author nothing is wanted any more: what is here goes, only where its chain ended stays known. */
  skip(author: DeviceId): void {
    this.#shelf.cut(author, this.#shelf.here(author) + 1)
    for (const peer of this.#peers.values()) peer.ahead.delete(author)
  }

  /** What is before `begin` goes. */
  prune(author: DeviceId, begin: number): void {
    this.#shelf.cut(author, begin)
  }

  // ── telling ──

  #send(peer: LogPeer, kind: LogKind, body: { readonly [key: string]: Encodable | undefined }): boolean {
    const sent = this.#tools.out.send(peer.device, kind, { c: keyBytes(this.circle), ...body })
    if (!sent && kind !== 'page') peer.behind = true
    return sent
  }

  #sumCame(peer: LogPeer, theirs: Uint8Array, now: Millis): void {
    const same = this.#teller.sumCame(peer, theirs)
    if (same !== undefined) this.#learnAll(peer, same, now)
  }

  #vectorCame(peer: LogPeer, body: BDict, now: Millis): void {
    const part = count(body, 'i', 3)
    if (part !== 0 && part !== peer.parts) throw invalid('part of a vector')
    peer.parts = part + 1
    const entries = unpackVector(anyBytes(body, 'v'), MAX_VECTOR_PART)
    if (part === 0) {
      const named = new Set(entries.map(({ author }) => author))
      for (const author of [...peer.vector.keys()])
        if (!named.has(author)) {
          peer.vector.delete(author)
          peer.ahead.delete(author)
        }
    }
    this.#learnAll(peer, entries, now)
  }

  #headsCame(peer: LogPeer, body: BDict, now: Millis): void {
    const entries = unpackVector(anyBytes(body, 'v'), MAX_HEADS)
    if (!peer.budget.spend(entries.length / 8, now)) throw new RecordError('TOO_FAST', { what: 'heads' })
    this.#learnAll(peer, entries, now)
  }

  #learnAll(peer: LogPeer, entries: readonly VectorEntry[], now: Millis): void {
    for (const entry of entries) {
      const before = peer.vector.get(entry.author)
      if (!peer.learn(entry)) continue
      if (before?.seq !== entry.seq || before.begin !== entry.begin)
        this.#tools.owner.holds(this.circle, peer.device, entry.author, entry.begin, entry.seq)
      this.#compare(peer, entry)
      this.#mindFork(peer, entry)
      this.#hunt.met(peer, entry, now)
    }
    this.#pullMore(now)
  }

  // ── pulling ──

  #compareAll(peer: LogPeer): void {
    peer.ahead.clear()
    for (const entry of peer.vector.values()) this.#compare(peer, entry)
  }

  #compare(peer: LogPeer, entry: VectorEntry): void {
    if (this.#shelf.wanted(entry)) peer.ahead.add(entry.author)
    else peer.ahead.delete(entry.author)
  }

  #pullMore(now: Millis): void {
    const choice = choosePull(this.#peers.values(), this.#waiting, (author) => this.#shelf.here(author))
    if (choice === 'busy') return
    if (choice === undefined) {
      if (this.#catchingUp) {
        this.#catchingUp = false
        this.#tools.owner.caughtUp(this.circle)
      }
      return
    }
    const { peer, wants, gaps } = choice
    const number = ++this.#number
    if (!this.#send(peer, 'pull', { n: number, w: packWants(wants) })) return
    this.#catchingUp = true
    peer.pull = {
      number,
      wants: new Map(wants.map(({ author, after }) => [author, after])),
      gaps,
      askedAt: now,
      late: false,
    }
  }

  #probe(peer: LogPeer, author: DeviceId, seq: number): number | undefined {
    const number = ++this.#number
    const sent = this.#send(peer, 'pull', { n: number, p: 1, w: packWants([{ author, after: seq - 1 }]) })
    return sent ? number : undefined
  }

  #pageCame(peer: LogPeer, body: BDict, now: Millis): void {
    const number = count(body, 'n', Number.MAX_SAFE_INTEGER)
    const records = pageRecords(body)
    const searched = this.#hunt.answered(peer, number)
    if (searched !== undefined) {
      this.#probed(peer, searched, records, now)
      return
    }
    const { pull } = peer
    if (number > this.#number) throw invalid('a page nobody asked for')
    // Asked for long ago, and by now of somebody else.
    if (pull?.number !== number) return
    peer.pull = undefined
    const { stored, refused } = this.#intake.takeAll(peer, pull, records)
    if (!peer.budget.spend((records.length - stored) * VAIN_WORK, now))
      throw new RecordError('TOO_FAST', { what: 'page' })
    if (this.#waiting.size > 0) this.#recheckAt ??= after(now, RECHECK_MS)
    const full = body.int('m') === 1
    if (stored > 0) {
      peer.failures = 0
      this.#teller.soon(now)
    } else if (full) this.#failed(peer, now)
    for (const author of pull.wants.keys()) if (refused.has(author) || !full) this.#reckon(peer, pull, author)
    this.#pullMore(now)
  }

  /** What it said it has and did not give is not believed until it says so again. */
  #reckon(peer: LogPeer, { wants, gaps }: Pull, author: DeviceId): void {
    const entry = peer.vector.get(author)
    if (entry === undefined) return
    this.#compare(peer, entry)
    const last = wants.get(author) ?? 0
    const came = this.#shelf.here(author) > last || this.#waiting.has(author)
    // It pruned in the meantime, and is asked again once it is known that nobody else has it.
    const moved = entry.begin > last + 1 && !gaps.has(author)
    if (came || moved || !peer.ahead.has(author)) return
    peer.vector.delete(author)
    peer.ahead.delete(author)
  }

  #stored(record: LogRecord, from: DeviceId | undefined): void {
    const { author } = record
    for (const peer of this.#peers.values()) {
      const entry = peer.ahead.has(author) ? peer.vector.get(author) : undefined
      if (entry !== undefined) this.#compare(peer, entry)
    }
    this.#teller.changed(author, from)
    this.#tools.owner.stored(record, from)
  }

  #failed(peer: LogPeer, now: Millis): void {
    peer.failures++
    peer.restUntil = after(now, REST_MS * Math.min(8, peer.failures))
    this.#pullMore(now)
  }

  // ── forks ──

  /** A record that cannot stand beside what is here at `seq`. */
  #parted(record: LogRecord, seq: number): void {
    const mine = this.#shelf.bytesAt(record.author, seq)
    if (mine !== undefined) this.#forkCame(mine, record.bytes, undefined)
  }

  #probed(peer: LogPeer, author: DeviceId, records: readonly Uint8Array[], now: Millis): void {
    const bytes = records[0]
    const record = bytes && this.#tools.owner.read(this.circle, bytes)
    if (record !== undefined && record.author !== author) throw invalid('a record nobody asked for')
    const differs = this.#hunt.found(peer, author, record)
    if (differs && record !== undefined) this.#parted(record, record.seq)
    this.#hunt.goOn(peer, author, now)
  }

  /** Both are checked as records are; kept when it lies before what is known. */
  #forkCame(first: Uint8Array, second: Uint8Array, from: LogPeer | undefined): void {
    const { owner } = this.#tools
    const proof = provenFork(owner.read(this.circle, first), owner.read(this.circle, second))
    if (proof === undefined) throw invalid('no fork')
    const { author, at } = proof
    if (owner.bound(this.circle, author) === 0 || !this.#shelf.freeze(proof)) return
    for (const peer of this.#peers.values()) {
      if (peer !== from) this.#sendProof(peer, proof)
      const entry = peer.vector.get(author)
      if (entry !== undefined) this.#compare(peer, entry)
    }
    this.#teller.changed(author, undefined)
    owner.forked(this.circle, author, at)
    this.#teller.tell()
  }

  /** It knows of a fork that is not known here, or lies earlier. */
  #mindFork(peer: LogPeer, entry: VectorEntry): void {
    if (entry.forkedAt === undefined || peer.proofsAsked.has(entry.author)) return
    const known = this.#shelf.get(entry.author)?.forkedAt
    if (known !== undefined && known <= entry.forkedAt) return
    if (this.#tools.owner.bound(this.circle, entry.author) === 0) return
    if (this.#send(peer, 'want-fork', { a: keyBytes(entry.author) })) peer.proofsAsked.add(entry.author)
  }

  #forkWanted(peer: LogPeer, author: DeviceId): void {
    const proof = this.#shelf.proof(author)
    if (proof !== undefined) this.#sendProof(peer, proof)
  }

  #sendProof(peer: LogPeer, { first, second }: ForkProof): void {
    this.#send(peer, 'fork', { f: first, s: second })
  }
}
