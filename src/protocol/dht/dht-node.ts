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
import { type Contact, contactsIn, type Family } from './contact.ts'
import { encodeQuery, type Krpc, parseKrpc } from './krpc.ts'
import { K, MAX_DATAGRAM_BYTES, PINGS_PER_UPKEEP, UPKEEP_MS } from './limits.ts'
import { idFits, makeNodeId, NODE_ID_BYTES } from './node-id.ts'
import { Responder } from './responder.ts'
import { RoutingTable } from './routing-table.ts'
import { FindItem, FindNode, FindPeers, Sample, type StoreQuery, type Task } from './task.ts'
import { Throttle } from './throttle.ts'
import { Traffic } from './traffic.ts'
import { Transactions } from './transactions.ts'

/** `SH`, version 0.1. */
const OUR_VERSION = Uint8Array.of(0x53, 0x48, 0, 1)
/** Addresses asked at once when beginning. */
const MAX_BEGINNINGS = 64
/** Nodes that asked us and are being asked back, at once. */
const MAX_GREETINGS = 32
/** Nodes saved for the next start. */
const MAX_SAVED = 200

interface Job {
  readonly id: number | undefined
  readonly task: Task
  /** Stores that wait for an answer; undefined while the lookup goes on. */
  storing: number | undefined
  stored: number
  readonly refusals: number[]
}

type Asked =
  | { readonly kind: 'ping' | 'begin' }
  | { readonly kind: 'lookup'; readonly job: Job; readonly nodeId: Uint8Array }
  | { readonly kind: 'store'; readonly job: Job }

export class DhtNode implements Machine<DhtInput, DhtEffect>, NodeSource {
  readonly family: Family
  readonly #options: DhtNodeOptions
  readonly #table: RoutingTable
  readonly #responder: Responder
  readonly #throttle: Throttle
  readonly #transactions: Transactions<Asked>
  readonly #vote = new AddressVote()
  readonly #jobs = new Set<Job>()
  readonly #traffic = new Traffic()
  readonly #version: Uint8Array
  #greetings = 0
  #upkeepAt: Millis
  #joining: Job | undefined

  constructor(options: DhtNodeOptions) {
    const { random, now, nodeId } = options
    this.family = options.family
    this.#options = options
    this.#version = options.version ?? OUR_VERSION
    this.#table = new RoutingTable(nodeId ?? makeNodeId(undefined, random), now)
    this.#throttle = new Throttle(now)
    this.#responder = new Responder(options, this.#table, this.#throttle, this.#version)
    this.#transactions = new Transactions(random)
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
    return earliest(this.#upkeepAt, this.#transactions.deadline())
  }

  /** For the next start: nodes that answered lately, the closest to us first. */
  saved(now: Millis): { readonly nodeId: Uint8Array; readonly nodes: readonly Endpoint[] } {
    const nodes = this.#table.closest(this.nodeId, MAX_SAVED).map(({ endpoint }) => endpoint)
    this.#responder.expire(now)
    return { nodeId: this.nodeId, nodes }
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
    const effects: DhtEffect[] = []
    switch (input.kind) {
      case 'datagram':
        this.#datagram(input.bytes, input.from, now, effects)
        break
      case 'tick':
        this.#tick(now, effects)
        break
      case 'nodes':
        for (const endpoint of input.endpoints.slice(0, MAX_BEGINNINGS)) this.#begin(endpoint, now, effects)
        break
      case 'contacts':
        for (const { endpoint } of input.contacts.slice(0, K)) this.#begin(endpoint, now, effects)
        break
      case 'cancel':
        for (const job of this.#jobs) if (job.id === input.id) this.#jobs.delete(job)
        break
      case 'network-changed':
        this.#vote.clear()
        break
      case 'find-peers':
        this.#start(new FindPeers({ ...input, digest: this.#options.digest }), input.id, now, effects)
        break
      case 'sample':
        this.#start(new Sample(input.target), input.id, now, effects)
        break
      case 'get-immutable':
      case 'get-mutable':
      case 'put-immutable':
      case 'put-mutable': {
        const { digest, signatures } = this.#options
        this.#start(new FindItem(input, digest, signatures), input.id, now, effects)
        break
      }
    }
    return effects
  }

  // ── What comes in ──

  #datagram(bytes: Uint8Array, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    this.#traffic.received(bytes.length)
    if (bytes.length > MAX_DATAGRAM_BYTES || !this.#isOurs(from) || from.port === 0) return
    const message = parseKrpc(bytes)
    if (message === undefined) return
    if (message.kind === 'query') this.#query(message, from, now, effects)
    else if (message.kind === 'reply') this.#reply(message, from, now, effects)
    else this.#error(message, from, now, effects)
  }

  #query(query: Extract<Krpc, { kind: 'query' }>, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    this.#traffic.askedBy(from)
    // BEP 43: who only reads does not answer.
    if (this.#options.readOnly === true || !this.#throttle.mayAsk(from, now)) {
      this.#traffic.queriesDropped++
      return
    }
    const answer = this.#responder.answer(query, from, now)
    if (!this.#throttle.mayReply(answer.length, now)) {
      this.#traffic.queriesDropped++
      return
    }
    this.#traffic.queriesAnswered++
    this.#emit(answer, from, effects)
    const id = query.args.bytes('id')
    if (id?.length !== NODE_ID_BYTES || query.readOnly) return
    if (!this.#table.asked({ id: id.slice(), endpoint: from }, now) || this.#greetings >= MAX_GREETINGS)
      return
    this.#greetings++
    this.#ask(from, { kind: 'ping' }, 'ping', {}, now, effects)
  }

  #reply(reply: Extract<Krpc, { kind: 'reply' }>, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    const asked = this.#transactions.end(reply.transaction, from)
    if (asked === undefined) return
    const { what } = asked
    if (what.kind === 'ping') this.#greetings = Math.max(0, this.#greetings - 1)
    const id = reply.values.bytes('id')
    if (id?.length !== NODE_ID_BYTES) {
      this.#failedToAnswer(what, from, now, effects)
      return
    }
    this.#table.answered({ id: id.slice(), endpoint: from }, now)
    this.#seenAs(reply.ip, from, now, effects)
    if (what.kind === 'begin') this.#begun(reply.values, from, now, effects)
    else if (what.kind === 'store') this.#storeEnded(what.job, undefined, effects)
    else if (what.kind === 'lookup') {
      const honest = equalBytes(id, what.nodeId)
      if (honest) this.#lookupAnswered(what.job, reply.values, from, now, effects)
      else this.#failedToAnswer(what, from, now, effects)
    }
  }

  #error(error: Extract<Krpc, { kind: 'error' }>, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    const asked = this.#transactions.end(error.transaction, from)
    if (asked === undefined) return
    if (asked.what.kind === 'ping') this.#greetings = Math.max(0, this.#greetings - 1)
    if (asked.what.kind === 'store') this.#storeEnded(asked.what.job, error.code, effects)
    else this.#failedToAnswer(asked.what, from, now, effects)
  }

  /** Our own address as they see it (BEP 42); where enough agree, our id follows it. */
  #seenAs(ip: Uint8Array | undefined, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    const addressBytes = this.family === 4 ? 4 : 16
    if (ip?.length !== addressBytes + 2) return
    const host = canonicalIp(formatIp(ip.subarray(0, addressBytes)))
    if (host === undefined || isIPv6(host) !== (this.family === 6) || !mayContact(host, from.host)) return
    if (this.#vote.vote(from.host, host) === undefined) return
    effects.push({ kind: 'external-address', host })
    if (idFits(this.nodeId, host)) return
    this.#table.rename(makeNodeId(host, this.#options.random), now)
    effects.push({ kind: 'node-id', nodeId: this.nodeId })
    this.#join([], now, effects)
  }

  // ── Beginning, and keeping the table ──

  #begin(endpoint: Endpoint, now: Millis, effects: DhtEffect[]): void {
    if (!this.#isOurs(endpoint) || this.#transactions.isFull) return
    const known = this.#table.find(endpoint)
    if (known !== undefined && known.failures === 0) return
    this.#ask(endpoint, { kind: 'begin' }, 'find_node', { target: this.nodeId }, now, effects)
  }

  /** Somebody we began with answered: its nodes lead to our own neighbourhood. */
  #begun(values: BDict, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    const contacts = this.#contactsIn(values, from, effects)
    if (this.#joining === undefined) this.#join(contacts, now, effects)
    else {
      this.#joining.task.lookup.add(contacts)
      this.#goOn(this.#joining, now, effects)
    }
  }

  #join(contacts: readonly Contact[], now: Millis, effects: DhtEffect[]): void {
    if (this.#joining !== undefined) return
    const task = new FindNode(this.nodeId)
    task.lookup.add(contacts)
    this.#joining = this.#start(task, undefined, now, effects)
    if (!this.#jobs.has(this.#joining)) this.#joining = undefined
  }

  #tick(now: Millis, effects: DhtEffect[]): void {
    const { late, failed } = this.#transactions.expire(now)
    for (const { what, to } of late) {
      if (what.kind !== 'lookup') continue
      what.job.task.lookup.late(to)
      this.#goOn(what.job, now, effects)
    }
    for (const { what, to } of failed) {
      if (what.kind === 'ping') this.#greetings = Math.max(0, this.#greetings - 1)
      this.#table.failed(to, now)
      this.#failedToAnswer(what, to, now, effects)
    }
    if (now < this.#upkeepAt) return
    this.#upkeepAt = after(now, this.#transactions.jitter(UPKEEP_MS))
    this.#responder.expire(now)
    for (const node of this.#table.questionable(now, PINGS_PER_UPKEEP)) {
      node.pingedAt = now
      this.#ask(node.endpoint, { kind: 'ping' }, 'ping', {}, now, effects)
      this.#greetings++
    }
    if (this.#table.size === 0) return
    const target = this.#table.stale(now, this.#options.random)
    if (target !== undefined) this.#start(new FindNode(target), undefined, now, effects)
    else if (this.isHungry) this.#join([], now, effects)
  }

  // ── Lookups ──

  #start(task: Task, id: number | undefined, now: Millis, effects: DhtEffect[]): Job {
    const job: Job = { id, task, storing: undefined, stored: 0, refusals: [] }
    this.#jobs.add(job)
    task.lookup.add(this.#table.closest(task.lookup.target, 2 * K))
    this.#goOn(job, now, effects)
    return job
  }

  /** Asks whom there is to ask, and ends what has nobody left. */
  #goOn(job: Job, now: Millis, effects: DhtEffect[]): void {
    if (job.storing !== undefined || !this.#jobs.has(job)) return
    const { lookup, method, args } = job.task
    while (!this.#transactions.isFull) {
      const next = lookup.next()
      if (next === undefined) break
      const what: Asked = { kind: 'lookup', job, nodeId: next.id }
      this.#ask(next.endpoint, what, method, args, now, effects)
    }
    if (lookup.done) this.#found(job, now, effects)
  }

  #lookupAnswered(job: Job, values: BDict, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    const contacts = this.#contactsIn(values, from, effects)
    if (!this.#jobs.has(job)) return
    const { lookup } = job.task
    if (job.storing === undefined && lookup.answered(from, values.bytes('token')?.slice()))
      lookup.add(contacts, from)
    const { effects: told, enough } = job.task.heard(values, from)
    for (const effect of told) effects.push(effect)
    if (enough && job.storing === undefined) this.#found(job, now, effects)
    else this.#goOn(job, now, effects)
  }

  /** The closest are known: what is to be stored there is sent, and the answers are waited for. */
  #found(job: Job, now: Millis, effects: DhtEffect[]): void {
    const stores: { readonly to: Endpoint; readonly query: StoreQuery }[] = []
    for (const answerer of job.task.lookup.closest()) {
      const query = job.task.store(answerer)
      if (query !== undefined) stores.push({ to: answerer.endpoint, query })
    }
    job.storing = stores.length
    for (const { to, query } of stores) {
      this.#ask(to, { kind: 'store', job }, query.method, query.args, now, effects)
    }
    if (stores.length === 0) this.#finish(job, effects)
  }

  /** @param refusal code of an error; undefined when it was stored; 0 when nothing was heard */
  #storeEnded(job: Job, refusal: number | undefined, effects: DhtEffect[]): void {
    if (!this.#jobs.has(job) || job.storing === undefined) return
    if (refusal === undefined) job.stored++
    else if (refusal !== 0) job.refusals.push(refusal)
    job.storing--
    if (job.storing === 0) this.#finish(job, effects)
  }

  #finish(job: Job, effects: DhtEffect[]): void {
    this.#jobs.delete(job)
    if (job === this.#joining) this.#joining = undefined
    const result = job.task.result(job.stored, job.refusals)
    if (result === undefined || job.id === undefined) return
    const { askedCount: asked, answeredCount: answered, hops } = job.task.lookup
    effects.push({ kind: 'done', id: job.id, result, figures: { asked, answered, hops } })
  }

  #failedToAnswer(what: Asked, from: Endpoint, now: Millis, effects: DhtEffect[]): void {
    if (what.kind === 'store') this.#storeEnded(what.job, 0, effects)
    if (what.kind !== 'lookup') return
    what.job.task.lookup.failed(from)
    this.#goOn(what.job, now, effects)
  }

  /** Nodes of our family that may be asked; those of the other are told on. */
  #contactsIn(values: BDict, from: Endpoint, effects: DhtEffect[]): Contact[] {
    const other: Family = this.family === 4 ? 6 : 4
    const { allows } = this.#options
    const told = contactsIn(values, other, from, allows)
    if (told.length > 0) effects.push({ kind: 'other-family', contacts: told })
    return contactsIn(values, this.family, from, allows).filter(({ id }) => !equalBytes(id, this.nodeId))
  }

  // ── What goes out ──

  #ask(
    to: Endpoint,
    what: Asked,
    method: string,
    args: StoreQuery['args'],
    now: Millis,
    effects: DhtEffect[],
  ): void {
    const { bytes: transaction } = this.#transactions.begin(to, what, now)
    const readOnly = this.#options.readOnly === true
    const hungry =
      this.#options.sibling?.()?.isHungry === true && what.kind !== 'ping' && what.kind !== 'store'
    const want = hungry ? { want: ['n4', 'n6'] } : {}
    const query = { id: this.nodeId, ...want, ...args }
    this.#traffic.wroteTo(to)
    this.#emit(
      encodeQuery({ transaction, method, args: query, readOnly, version: this.#version }),
      to,
      effects,
    )
  }

  #emit(bytes: Uint8Array, to: Endpoint, effects: DhtEffect[]): void {
    this.#traffic.sent(bytes.length)
    effects.push({ kind: 'send', bytes, to })
  }

  /** Of our family, and not barred. */
  #isOurs({ host }: Endpoint): boolean {
    return isIPv6(host) === (this.family === 6) && this.#options.allows?.(host) !== false
  }
}
