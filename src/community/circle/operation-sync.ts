// Brings the operations of a circle together with devices that are let in: sums tell whether anything is missing, vectors
// what, pages bring it, heads tell of new ones at once. Both branches of a fork are told to everybody, so that all judge the
// same. Promise: nothing is sent to, or asked of, a device that was not opened; what is kept while its parents are fetched
// is bounded, and a page is waited for before the next is sent; so is the work that one device makes.
// Frames: sum {c, h}, vector {c, v}, page {c, r, m}, got {c}, heads {c, i}, want {c, i}.

import type { BDict } from '../../base/bencode-value.ts'
import { equalBytes } from '../../base/bytes.ts'
import { after, earliest, type Millis } from '../../base/ids.ts'
import { RecordError } from '../community-error.ts'
import { type CircleId, type DeviceId, KEY_BYTES, keyBytes, keyText, type RecordId } from '../ids.ts'
import type { ServiceOut } from '../service.ts'
import type { Node, OperationGraph } from './graph.ts'
import { MAX_EPOCH_BYTES } from './limits.ts'
import type { Operation } from './operation.ts'
import { mayHave, newSession, type Session, spend } from './operation-session.ts'
import { lackingOf, vectorOf } from './operation-vector.ts'
import { anyBytes, fixed, idsOf, invalid, join } from './sync-fields.ts'
import { WaitingOperations } from './waiting-operations.ts'

/** COMMUNITY.md: a page is at most 256 KiB, the largest operation. */
const PAGE_BYTES = MAX_EPOCH_BYTES
/** An operation has 250 bytes at least. */
const PAGE_OPERATIONS = 1_024
/** COMMUNITY.md: heads are at most 256 bytes. */
const MAX_HEADS = 7
/** Missing parents asked for at once. */
const MAX_WANTS = 64
/** What was asked of one device is asked of another after this. */
const ANSWER_MS = 5_000
/** A page of 256 KiB over a link of 5 KB/s. */
const PAGE_MS = 60_000
const MAX_ASKED = 2_048

/** What a frame costs, in units of WorkBudget: a vector is read over the whole graph. */
const WORK: Readonly<Record<string, number>> = { sum: 1, vector: 8, page: 1, got: 1, heads: 1, want: 3 }
/** Of a page: a signature that was checked for nothing, and a hash. */
const VAIN_WORK = 1
const KNOWN_WORK = 1 / 16

export interface SyncCircle {
  readonly graph: OperationGraph
  /** Its name, if it is one: what is here already is not read again. */
  idOf(bytes: Uint8Array): RecordId
  /** Shape and signature. @throws RecordError */
  read(bytes: Uint8Array): Operation
  /** @param needed something of a moderator waits for it @throws RecordError */
  take(operation: Operation, needed: boolean): boolean
  /** Whether it is a moderator's. */
  leads(device: DeviceId): boolean
}

export interface SyncOwner {
  circle(id: CircleId): SyncCircle | undefined
  /** What came of one frame was taken. */
  took(circle: CircleId, operations: readonly Operation[], from: DeviceId, now: Millis): void
  /** Both have the same. */
  same(circle: CircleId, device: DeviceId, now: Millis): void
}

interface Asked {
  until: Millis
  readonly circle: CircleId
  /** Who else has it. */
  readonly others: DeviceId[]
}

export class OperationSync {
  readonly #out: ServiceOut
  readonly #owner: SyncOwner
  readonly #sessions = new Map<string, Session>()
  readonly #waiting = new WaitingOperations()
  readonly #asked = new Map<RecordId, Asked>()

  constructor(out: ServiceOut, owner: SyncOwner) {
    this.#out = out
    this.#owner = owner
  }

  opened(circle: CircleId, device: DeviceId, takeOnly: boolean): void {
    const session = newSession(circle, device, takeOnly)
    this.#sessions.set(keyOf(circle, device), session)
    this.#sendSum(session)
  }

  closed(circle: CircleId, device: DeviceId): void {
    this.#sessions.delete(keyOf(circle, device))
  }

  /** A device that is out is told so: it gets what puts it out, and what that rests on where it asks for it; nothing else. */
  farewell(circle: CircleId, device: DeviceId, ending: readonly Node[], now: Millis): void {
    const last = ending.slice(-MOST_LAST)
    if (last.length === 0) return
    const session = newSession(circle, device, false)
    this.#sessions.set(keyOf(circle, device), session)
    session.ending = last
    session.queue = [...last]
    this.#sendPage(session, now)
  }

  isOpen(circle: CircleId, device: DeviceId): boolean {
    return this.#sessions.has(keyOf(circle, device))
  }

  unlinked(device: DeviceId): void {
    this.#waiting.gone(device)
    for (const [key, session] of this.#sessions) if (session.device === device) this.#sessions.delete(key)
  }

  forget(circle: CircleId): void {
    for (const [key, session] of this.#sessions) if (session.circle === circle) this.#sessions.delete(key)
    this.#waiting.forget(circle)
  }

  /** Tells everybody who may know of what is new here. */
  tell(circle: CircleId, operations: readonly Operation[], except: DeviceId | undefined): void {
    const graph = this.#owner.circle(circle)?.graph
    if (graph === undefined) return
    const nodes = operations.flatMap(({ id }) => graph.get(id) ?? [])
    for (const session of this.#sessions.values()) {
      if (session.circle !== circle || session.device === except || session.takeOnly) continue
      if (session.ending.length > 0) continue
      session.fresh.push(...nodes)
      this.#sendHeads(session)
    }
  }

  drained(device: DeviceId, now: Millis): void {
    for (const session of this.#sessions.values()) {
      if (session.device !== device) continue
      if (session.owesGot) this.#sendGot(session)
      if (session.owesVector) this.#sendVector(session)
      if (session.behind) this.#sendSum(session)
      this.#sendPage(session, now)
    }
  }

  /** Asks somebody else for what was not brought in time. */
  wake(now: Millis): void {
    for (const session of this.#sessions.values()) {
      if (session.unansweredUntil === undefined || session.unansweredUntil > now) continue
      session.unansweredUntil = undefined
      session.settled = ''
      this.#sendSum(session)
      this.#sendPage(session, now)
    }
    for (const [id, asked] of this.#asked) {
      if (asked.until > now) continue
      this.#asked.delete(id)
      if (this.#owner.circle(asked.circle)?.graph.has(id) !== false) continue
      const next = asked.others.shift()
      if (next === undefined) continue
      const session = this.#sessions.get(keyOf(asked.circle, next))
      if (session === undefined) continue
      this.#asked.set(id, { ...asked, until: after(now, ANSWER_MS) })
      this.#sendWant(session, [id])
    }
  }

  deadline(): Millis | undefined {
    let first: Millis | undefined
    for (const { until } of this.#asked.values()) first = earliest(first, until)
    for (const { unansweredUntil } of this.#sessions.values()) first = earliest(first, unansweredUntil)
    return first
  }

  /** False: not a kind of this. @throws RecordError */
  received(from: DeviceId, kind: string, body: BDict, now: Millis): boolean {
    if (!KINDS.has(kind)) return false
    const circle = keyText<CircleId>(fixed(body, 'c', KEY_BYTES))
    const session = this.#sessions.get(keyOf(circle, from))
    const known = this.#owner.circle(circle)
    // The other side may have let us in before we let it in, or not have heard yet that it is out.
    if (session === undefined || known === undefined) return true
    spend(session, WORK[kind] ?? 1, now)
    if (session.ending.length > 0 && kind !== 'want' && kind !== 'got') return true
    if (kind === 'sum') this.#readSum(session, known, fixed(body, 'h', KEY_BYTES), now)
    else if (kind === 'vector') this.#readVector(session, known, anyBytes(body, 'v'), now)
    else if (kind === 'page') this.#readPage(session, known, body, now)
    else if (kind === 'got') {
      session.unansweredUntil = undefined
      this.#sendPage(session, now)
    } else if (kind === 'heads') this.#readHeads(session, known, idsOf(body, MAX_HEADS), now)
    else this.#readWants(session, known, idsOf(body, MAX_WANTS), now)
    return true
  }

  // ── Sums and vectors ──

  #readSum(session: Session, { graph }: SyncCircle, theirs: Uint8Array, now: Millis): void {
    const mine = graph.sum()
    if (equalBytes(mine, theirs)) {
      this.#owner.same(session.circle, session.device, now)
      return
    }
    const pair = `${mine.join()}/${theirs.join()}`
    if (session.settled === pair) return
    session.settled = pair
    this.#sendVector(session)
  }

  #sendVector(session: Session): void {
    const graph = this.#owner.circle(session.circle)?.graph
    session.owesVector = graph !== undefined && !this.#send(session, 'vector', { v: vectorOf(graph) })
  }

  /** Queues what it lacks, in our order: parents first. */
  #readVector(session: Session, { graph }: SyncCircle, vector: Uint8Array, now: Millis): void {
    if (session.takeOnly) return
    const lacking = lackingOf(graph, vector)
    session.queue = graph.nodes.filter((node) => lacking.has(node))
    this.#sendPage(session, now)
  }

  #sendSum(session: Session): void {
    const graph = this.#owner.circle(session.circle)?.graph
    if (graph === undefined || session.ending.length > 0) return
    session.fresh = []
    session.behind = !this.#out.send(session.device, 'sum', { c: keyBytes(session.circle), h: graph.sum() })
  }

  // ── Pages ──

  #sendPage(session: Session, now: Millis): void {
    if (session.unansweredUntil !== undefined || session.queue.length === 0) return
    const page: Uint8Array[] = []
    let lengthBytes = 0
    for (const { operation } of session.queue) {
      lengthBytes += operation.bytes.length + 8
      if (page.length > 0 && (lengthBytes > PAGE_BYTES || page.length >= PAGE_OPERATIONS)) break
      page.push(operation.bytes)
    }
    const more = session.queue.length > page.length ? 1 : 0
    const sent = this.#out.send(session.device, 'page', { c: keyBytes(session.circle), m: more, r: page })
    if (!sent) return
    session.queue = session.queue.slice(page.length)
    session.unansweredUntil = after(now, PAGE_MS)
    // Said once all of it is on its way: the other side says then what is still missing.
    if (more === 0) this.#sendSum(session)
  }

  #readPage(session: Session, circle: SyncCircle, body: BDict, now: Millis): void {
    const list = body.list('r')
    const more = body.int('m')
    if (list === undefined || list.length > PAGE_OPERATIONS || more === undefined) throw invalid('page')
    this.#sendGot(session)
    const taken: Operation[] = []
    try {
      for (const item of list) {
        if (!(item instanceof Uint8Array)) throw invalid('page')
        this.#takeOne(session, circle, item, taken, now)
      }
    } finally {
      // Also what came before something that is none: it is in the log, and what follows from it must follow.
      if (taken.length > 0) this.#owner.took(session.circle, taken, session.device, now)
    }
  }

  #sendGot(session: Session): void {
    session.owesGot = !this.#send(session, 'got', {})
  }

  #takeOne(session: Session, circle: SyncCircle, bytes: Uint8Array, taken: Operation[], now: Millis): void {
    const id = circle.idOf(bytes)
    this.#asked.delete(id)
    if (circle.graph.has(id) || this.#waiting.has(session.circle, id)) {
      spend(session, KNOWN_WORK, now)
      return
    }
    const operation = circle.read(bytes)
    if (operation.circle !== session.circle) throw invalid('circle')
    const missing = circle.graph.missing(operation)
    if (missing.length > 0) {
      spend(session, VAIN_WORK, now)
      this.#wait(session, operation, missing, now)
    } else if (!this.#takeWhole(circle, operation, taken)) spend(session, VAIN_WORK, now)
  }

  /** And what waited for it. What exceeds the circle's room is nobody's fault who passes it on; everything else is. */
  #takeWhole(circle: SyncCircle, operation: Operation, taken: Operation[]): boolean {
    try {
      const { id, circle: of } = operation
      const needed =
        circle.graph.isScarce && this.#waiting.isNeeded(of, id, ({ author }) => circle.leads(author))
      if (!circle.take(operation, needed)) return false
    } catch (error) {
      if (error instanceof RecordError && error.code === 'TOO_FAST') return false
      throw error
    }
    taken.push(operation)
    const next = this.#waiting.came(operation.circle, operation.id, circle.graph)
    for (const waiting of next) this.#takeLate(circle, waiting, taken)
    return true
  }

  /** What is none is nobody's fault who brought what it waited for. */
  #takeLate(circle: SyncCircle, operation: Operation, taken: Operation[]): void {
    try {
      this.#takeWhole(circle, operation, taken)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
    }
  }

  #wait(session: Session, operation: Operation, missing: readonly RecordId[], now: Millis): void {
    if (!this.#waiting.put(operation, session.device, missing)) return
    const wanted = missing.filter((id) => !this.#waiting.has(session.circle, id))
    this.#want(session, wanted, now)
  }

  // ── Heads and wants ──

  #sendHeads(session: Session): void {
    if (session.behind) return
    if (session.fresh.length > MAX_HEADS) {
      this.#sendSum(session)
      return
    }
    const ids = session.fresh.map(({ hash }) => hash)
    session.fresh = []
    if (!this.#send(session, 'heads', { i: join(ids) })) session.behind = true
  }

  #readHeads(session: Session, { graph }: SyncCircle, ids: readonly RecordId[], now: Millis): void {
    this.#want(
      session,
      ids.filter((id) => !graph.has(id)),
      now,
    )
  }

  #want(session: Session, ids: readonly RecordId[], now: Millis): void {
    const wanted: RecordId[] = []
    for (const id of ids.slice(0, MAX_WANTS)) {
      const asked = this.#asked.get(id)
      if (asked !== undefined && asked.until > now) {
        if (asked.others.length < 8 && !asked.others.includes(session.device))
          asked.others.push(session.device)
        continue
      }
      if (this.#asked.size >= MAX_ASKED) continue
      this.#asked.set(id, { until: after(now, ANSWER_MS), circle: session.circle, others: [] })
      wanted.push(id)
    }
    if (wanted.length > 0) this.#sendWant(session, wanted)
  }

  #sendWant(session: Session, ids: readonly RecordId[]): void {
    // Where there is no room its answer to what is here, told as soon as there is, brings them, too.
    if (!this.#send(session, 'want', { i: join(ids.map((id) => keyBytes(id))) })) session.owesVector = true
  }

  #readWants(session: Session, { graph }: SyncCircle, ids: readonly RecordId[], now: Millis): void {
    if (session.takeOnly) return
    const queued = new Set(session.queue)
    const nodes = ids
      .flatMap((id) => graph.get(id) ?? [])
      .filter((node) => !queued.has(node) && mayHave(session, node))
    session.queue = [...nodes.sort((a, b) => a.index - b.index), ...session.queue]
    this.#sendPage(session, now)
  }

  #send(session: Session, kind: string, body: { readonly [key: string]: Uint8Array }): boolean {
    return this.#out.send(session.device, kind, { c: keyBytes(session.circle), ...body })
  }
}

/** Of 64 KiB each: one page. */
const MOST_LAST = 3

const KINDS: ReadonlySet<string> = new Set(['sum', 'vector', 'page', 'got', 'heads', 'want'])

function keyOf(circle: CircleId, device: DeviceId): string {
  return `${circle}/${device}`
}
