// One node of the mainline DHT (BEP 5, 32, 33, 42, 43, 44, 51) for one address family: a machine that answers others,
// keeps its table fresh, and looks for what it is wished to.
// Promises: nothing a datagram holds throws; an answer counts only from whom it was asked of; each wish ends with one `done`.

import { canonicalIp, formatIp, mayContact } from '../../base/address.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { equalBytes } from '../../base/bytes.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import type { Machine } from '../../base/machine.ts'
import { AddressVote } from './address-vote.ts'
import type { DhtEffect, DhtInput, DhtNodeOptions, DhtStats, NodeSource } from './api.ts'
import { Beginnings } from './beginnings.ts'
import { type Contact, contactsIn, type Family } from './contact.ts'
import { type Job, Jobs, type Question, type Turn } from './jobs.ts'
import { encodeQuery, type Krpc, looksLikeQuery, parseKrpc } from './krpc.ts'
import { K, MAX_DATAGRAM_BYTES, PINGS_PER_UPKEEP, UPKEEP_MS } from './limits.ts'
import { compareDistance, idFits, makeNodeId, NODE_ID_BYTES } from './node-id.ts'
import { Responder } from './responder.ts'
import { RoutingTable } from './routing-table.ts'
import { FindItem, FindNode, FindPeers, Sample, type StoreQuery } from './task.ts'
import { Throttle } from './throttle.ts'
import { Traffic } from './traffic.ts'
import { Transactions } from './transactions.ts'

/** `SH`, version 0.1. */
const OUR_VERSION = Uint8Array.of(0x53, 0x48, 0, 1)
/** Addresses asked at once when beginning. */
const MAX_BEGINNING = 16
/** Nodes that asked us and are being asked back, at once. */
const MAX_PINGS = 32
/** A home router that starts again is silent for less. */
const CUT_OFF_MS = 5 * 60_000
/** Nodes saved for the next start. */
const MAX_SAVED = 200

type Asked = Question | { readonly kind: 'ping' } | { readonly kind: 'begin' }

export class DhtNode implements Machine<DhtInput, DhtEffect>, NodeSource {
  readonly family: Family
  readonly #options: DhtNodeOptions
  readonly #table: RoutingTable
  readonly #responder: Responder
  readonly #throttle: Throttle
  readonly #transactions: Transactions<Asked>
  readonly #jobs: Jobs
  readonly #beginnings = new Beginnings()
  readonly #vote = new AddressVote()
  readonly #traffic = new Traffic()
  readonly #version: Uint8Array
  /** Pings, and first questions to beginnings, that wait for an answer. */
  readonly #open = { ping: 0, begin: 0 }
  #upkeepAt: Millis
  #joining: Job | undefined
  /** When anybody answered last: while nobody does, it is our network that fails and not theirs. */
  #answeredAt: Millis
  /** Questions that failed since. */
  #unanswered = 0

  constructor(options: DhtNodeOptions) {
    const { random, now, nodeId } = options
    this.family = options.family
    this.#options = options
    this.#version = options.version ?? OUR_VERSION
    this.#table = new RoutingTable(nodeId ?? makeNodeId(undefined, random), now)
    this.#throttle = new Throttle(now)
    this.#responder = new Responder(options, this.#table, this.#throttle, this.#version)
    this.#transactions = new Transactions(random)
    this.#jobs = new Jobs({
      isFull: () => this.#transactions.isFull,
      ask: (to, question, method, args, turn) => this.#ask(to, question, method, args, turn),
      keeps: (task, closest, { now }) =>
        this.#isOneOf(task.lookup.target, closest) && task.keep(this.#responder.items, now),
    })
    this.#answeredAt = now
    this.#upkeepAt = after(now, this.#transactions.jitter(UPKEEP_MS))
  }

  get nodeId(): Uint8Array {
    return this.#table.ownId
  }

  closest(target: Uint8Array, count: number): readonly Contact[] {
    return this.#table.closest(target, count)
  }

  /** Nodes in the table. */
  get size(): number {
    return this.#table.size
  }

  get isHungry(): boolean {
    return this.#table.size < K
  }

  deadline(): Millis | undefined {
    const begins = this.isHungry && this.#open.begin < MAX_BEGINNING
    const roundAt = begins ? this.#beginnings.roundAt : undefined
    return earliest(this.#upkeepAt, this.#transactions.deadline(), roundAt)
  }

  /** For the next start: nodes that answered lately, the closest to us first. */
  saved(now: Millis): { readonly nodeId: Uint8Array; readonly nodes: readonly Endpoint[] } {
    const nodes = this.#table.closest(this.nodeId, MAX_SAVED).map(({ endpoint }) => endpoint)
    this.#responder.expire(now)
    return { nodeId: this.nodeId, nodes: nodes.length === 0 ? this.#beginnings.last(MAX_SAVED) : nodes }
  }

  stats(now: Millis): DhtStats {
    return {
      nodes: this.#table.size,
      goodNodes: this.#table.goodCount(now),
      lookups: this.#jobs.size,
      torrentsKept: this.#responder.peers.torrents,
      itemsKept: this.#responder.items.size,
      ...this.#traffic.figures(),
    }
  }

  handle(input: DhtInput, now: Millis): DhtEffect[] {
    const turn: Turn = { now, effects: [] }
    switch (input.kind) {
      case 'datagram':
        this.#datagram(input.bytes, input.from, turn)
        break
      case 'tick':
        this.#tick(turn)
        break
      case 'nodes':
        this.#beginnings.add(input.endpoints.filter((endpoint) => this.#isOurs(endpoint)))
        this.#begin(turn)
        break
      case 'contacts':
        for (const { endpoint } of input.contacts.slice(0, K)) this.#beginWith(endpoint, turn)
        break
      case 'cancel':
        this.#jobs.cancel(input.id)
        break
      case 'network-changed':
        this.#vote.clear()
        this.#beginnings.restart()
        this.#join([], turn)
        this.#begin(turn)
        break
      case 'find-peers':
        this.#start(new FindPeers({ ...input, ...this.#options }), input.id, turn)
        break
      case 'sample':
        this.#start(new Sample(input.target), input.id, turn)
        break
      case 'get-immutable':
      case 'get-mutable':
      case 'put-immutable':
      case 'put-mutable': {
        const { digest, signatures } = this.#options
        this.#start(new FindItem(input, digest, signatures), input.id, turn)
        break
      }
    }
    return turn.effects
  }

  #start(task: Job['task'], id: number | undefined, turn: Turn): Job {
    task.lookup.networkSize = this.#table.networkSize()
    for (const effect of task.remember(this.#responder, turn.now)) turn.effects.push(effect)
    return this.#jobs.start(task, id, this.#table.closest(task.lookup.target, 2 * K), turn)
  }

  /** Whether we belong to the closest, as far as those who answered tell. */
  #isOneOf(target: Uint8Array, closest: readonly Contact[]): boolean {
    const last = closest[K - 1]
    if (this.#options.readOnly === true) return false
    return last === undefined || compareDistance(target, this.nodeId, last.id) < 0
  }

  // ── What comes in ──

  #datagram(bytes: Uint8Array, from: Endpoint, turn: Turn): void {
    this.#traffic.received(bytes.length)
    if (bytes.length > MAX_DATAGRAM_BYTES || !this.#isOurs(from) || from.port === 0) return
    // A flood of questions must not cost their parsing too.
    const asks = looksLikeQuery(bytes)
    if (asks && !this.#mayAsk(from, turn.now)) return
    const message = parseKrpc(bytes)
    if (message === undefined) return
    if (message.kind === 'query') {
      if (asks || this.#mayAsk(from, turn.now)) this.#query(message, from, turn)
    }
    if (message.kind === 'reply') this.#reply(message, from, turn)
    if (message.kind === 'error') this.#error(message, from, turn)
  }

  #mayAsk(from: Endpoint, now: Millis): boolean {
    this.#traffic.askedBy(from)
    // BEP 43: who only reads does not answer.
    const may = this.#options.readOnly !== true && this.#throttle.mayAsk(from, now)
    if (!may) this.#traffic.queriesDropped++
    return may
  }

  #query(query: Extract<Krpc, { kind: 'query' }>, from: Endpoint, turn: Turn): void {
    const { now } = turn
    const answer = this.#responder.answer(query, from, now)
    this.#throttle.replied(answer.length)
    this.#traffic.queriesAnswered++
    this.#emit(answer, from, turn)
    const id = query.args.bytes('id')
    if (id?.length !== NODE_ID_BYTES || query.readOnly) return
    if (!this.#table.asked({ id: id.slice(), endpoint: from }, now) || this.#open.ping >= MAX_PINGS) return
    this.#ask(from, { kind: 'ping' }, 'ping', {}, turn)
  }

  #reply(reply: Extract<Krpc, { kind: 'reply' }>, from: Endpoint, turn: Turn): void {
    const what = this.#ended(this.#transactions.end(reply.transaction, from))
    if (what === undefined) return
    const { values } = reply
    const id = values.bytes('id')
    if (id?.length !== NODE_ID_BYTES) {
      this.#failedToAnswer(what, undefined, from, turn)
      return
    }
    const contact = { id: id.slice(), endpoint: from }
    this.#answeredAt = turn.now
    this.#unanswered = 0
    this.#table.answered(contact, turn.now)
    this.#seenAs(reply.ip, from, turn)
    if (what.kind === 'ping') return
    const contacts = what.kind === 'store' ? [] : this.#contactsIn(values, from, turn)
    if (what.kind === 'begin') this.#begun(contacts, turn)
    else this.#jobs.answered(what, contact, values, contacts, turn)
  }

  #error(error: Extract<Krpc, { kind: 'error' }>, from: Endpoint, turn: Turn): void {
    const what = this.#ended(this.#transactions.end(error.transaction, from))
    if (what === undefined) return
    this.#answeredAt = turn.now
    this.#unanswered = 0
    this.#seenAs(error.ip, from, turn)
    this.#failedToAnswer(what, error.code, from, turn)
  }

  /** One fewer is waited for. */
  #ended(transaction: { readonly what: Asked } | undefined): Asked | undefined {
    const what = transaction?.what
    if (what?.kind === 'ping' || what?.kind === 'begin') this.#open[what.kind]--
    return what
  }

  #failedToAnswer(what: Asked, refusal: number | undefined, from: Endpoint, turn: Turn): void {
    if (what.kind === 'begin') this.#begin(turn)
    else if (what.kind !== 'ping') this.#jobs.failed(what, refusal, from, turn)
  }

  /** Our own address as they see it (BEP 42); where enough agree, our id follows it. */
  #seenAs(ip: Uint8Array | undefined, from: Endpoint, turn: Turn): void {
    const addressBytes = this.family === 4 ? 4 : 16
    if (ip?.length !== addressBytes + 2) return
    const host = canonicalIp(formatIp(ip.subarray(0, addressBytes)))
    if (host === undefined || isIPv6(host) !== (this.family === 6) || !mayContact(host, from.host)) return
    if (this.#vote.vote(from.host, host) === undefined) return
    turn.effects.push({ kind: 'external-address', host })
    if (idFits(this.nodeId, host)) return
    this.#table.rename(makeNodeId(host, this.#options.random), turn.now)
    turn.effects.push({ kind: 'node-id', nodeId: this.nodeId })
    this.#join([], turn)
  }

  // ── Beginning, and keeping the table ──

  /** Asks where nodes may be, a few at once, for as long as we know too few. */
  #begin(turn: Turn): void {
    while (this.#open.begin < MAX_BEGINNING) {
      const endpoint = this.#beginnings.next(turn.now)
      if (endpoint === undefined) return
      this.#beginWith(endpoint, turn)
    }
  }

  #beginWith(endpoint: Endpoint, turn: Turn): void {
    if (!this.#isOurs(endpoint) || this.#transactions.isFull) return
    const known = this.#table.find(endpoint)
    if (known !== undefined && known.failures === 0) return
    if (this.isHungry) this.#ask(endpoint, { kind: 'begin' }, 'find_node', { target: this.nodeId }, turn)
    else if (this.#open.ping < MAX_PINGS) this.#ask(endpoint, { kind: 'ping' }, 'ping', {}, turn)
  }

  /** Somebody we began with answered: its nodes lead to our own neighbourhood. */
  #begun(contacts: readonly Contact[], turn: Turn): void {
    this.#join(contacts, turn)
    this.#begin(turn)
  }

  /** Looks for our own id: who is near us learns of us, and we of them. */
  #join(contacts: readonly Contact[], turn: Turn): void {
    if (this.#joining !== undefined && this.#jobs.has(this.#joining)) {
      this.#jobs.feed(this.#joining, contacts, turn)
      return
    }
    const task = new FindNode(this.nodeId)
    task.lookup.addPath(contacts)
    this.#joining = this.#start(task, undefined, turn)
  }

  #tick(turn: Turn): void {
    const { now } = turn
    const { late, failed } = this.#transactions.expire(now)
    for (const { what, to } of late) {
      if (what.kind === 'lookup' || what.kind === 'store') this.#jobs.late(what, to, turn)
    }
    for (const transaction of failed) {
      this.#ended(transaction)
      this.#unanswered++
      const { what, to, sentAt } = transaction
      if (this.#answeredAt >= sentAt) this.#table.failed(to, now)
      this.#failedToAnswer(what, undefined, to, turn)
    }
    this.#jobs.resume(turn)
    if (this.isHungry) this.#begin(turn)
    if (now >= this.#upkeepAt) this.#keepUp(turn)
  }

  #keepUp(turn: Turn): void {
    const { now } = turn
    this.#upkeepAt = after(now, this.#transactions.jitter(UPKEEP_MS))
    this.#responder.expire(now)
    if (this.#isCutOff(now)) this.#beginAnew(turn)
    for (const node of this.#table.questionable(now, PINGS_PER_UPKEEP)) {
      node.pingedAt = now
      this.#ask(node.endpoint, { kind: 'ping' }, 'ping', {}, turn)
    }
    if (this.#table.size === 0) return
    if (this.isHungry) this.#join([], turn)
    const target = this.#table.stale(now, this.#options.random)
    if (target !== undefined) this.#start(new FindNode(target), undefined, turn)
  }

  /** Everybody was asked, and nobody answered for minutes. */
  #isCutOff(now: Millis): boolean {
    const { size } = this.#table
    return size > 0 && this.#unanswered >= Math.max(K, size) && after(this.#answeredAt, CUT_OFF_MS) <= now
  }

  /** We were offline, or asleep until all we knew had gone: whom we knew is tried like any other beginning. */
  #beginAnew(turn: Turn): void {
    this.#unanswered = 0
    this.#beginnings.add(this.#table.clear(turn.now).map(({ endpoint }) => endpoint))
    this.#beginnings.restart()
    this.#begin(turn)
  }

  /** Nodes of our family that may be asked; those of the other are told on. */
  #contactsIn(values: BDict, from: Endpoint, turn: Turn): Contact[] {
    const { allows } = this.#options
    if (this.#siblingIsHungry) {
      const told = contactsIn(values, this.family === 4 ? 6 : 4, from, allows)
      if (told.length > 0) turn.effects.push({ kind: 'other-family', contacts: told })
    }
    return contactsIn(values, this.family, from, allows).filter(({ id }) => !equalBytes(id, this.nodeId))
  }

  // ── What goes out ──

  #ask(to: Endpoint, what: Asked, method: string, args: StoreQuery['args'], turn: Turn): void {
    const { bytes: transaction } = this.#transactions.begin(to, what, turn.now)
    if (what.kind === 'ping' || what.kind === 'begin') this.#open[what.kind]++
    const readOnly = this.#options.readOnly === true
    const looks = what.kind === 'begin' || what.kind === 'lookup'
    const want = looks && this.#siblingIsHungry ? { want: ['n4', 'n6'] } : {}
    const query = { id: this.nodeId, ...want, ...args }
    this.#traffic.wroteTo(to)
    this.#emit(encodeQuery({ transaction, method, args: query, readOnly, version: this.#version }), to, turn)
  }

  #emit(bytes: Uint8Array, to: Endpoint, turn: Turn): void {
    this.#traffic.sent(bytes.length)
    turn.effects.push({ kind: 'send', bytes, to })
  }

  /** BEP 32: then, and only then, nodes of the other family are asked for. */
  get #siblingIsHungry(): boolean {
    return this.#options.sibling?.()?.isHungry === true
  }

  /** Of our family, and not barred. */
  #isOurs({ host }: Endpoint): boolean {
    return isIPv6(host) === (this.family === 6) && this.#options.allows?.(host) !== false
  }
}
