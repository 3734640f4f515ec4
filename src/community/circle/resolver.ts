// Which operations count: a pure function of the set of operations, whatever the order in which they came. Three steps:
// 1. an operation counts if its author might do it, as far as it saw (rules.ts), judged on operations that count;
// 2. a removal, demotion or revocation also takes away what it should have prevented: what its target did beside it. Those
//    that meet are applied from the most senior author down; one that was taken away takes nothing away;
// 3. of adds by one invite beyond its uses the most senior count.
// Promise: one operation more costs little unless it meets a revocation; then everything is judged again, once for a batch.

import { RecordError } from '../community-error.ts'
import type { DeviceId, PersonId, RecordId } from '../ids.ts'
import { byPlace, concurrent, type Node, type OperationGraph } from './graph.ts'
import type { Operation } from './operation.ts'
import { type Of, RANK, Register, type Seniority } from './register.ts'
import { allowed, isExcess, overrules, targetOf } from './rules.ts'

export type Standing =
  | 'counts'
  /** Its author might not. */
  | 'unauthorised'
  /** Taken away by a removal, demotion or revocation beside it. */
  | 'overruled'
  /** One add too many by its invite. */
  | 'excess'

/**
 * What does not count is kept, since it may count again, and others may rest on it. With so many of them only devices that
 * are in are heard any more: whoever is out cannot use up the circle's room.
 */
export const MAX_IDLE_OPERATIONS = 4_000

const REVOCATIONS: ReadonlySet<string> = new Set([
  'remove',
  'leave',
  'role',
  'device-remove',
  'invite-revoke',
])

export class Resolver {
  readonly graph: OperationGraph
  readonly register: Register
  readonly #standings: Standing[] = []
  readonly #revocations: Node[] = []
  /** Revocations that meet something, in the order in which they were applied. */
  #applied: Node[] = []
  /** Whom they are about, as it was when they were applied. */
  readonly #struck = new Map<Node, PersonId | undefined>()
  #stale = false
  #idle = 0

  constructor(graph: OperationGraph) {
    this.graph = graph
    this.register = new Register(graph, (node) => this.#standings[node.index] === 'counts')
    for (const node of graph.nodes) this.#enter(node)
  }

  /**
   * All that it rests on must be here.
   * @param needed something of a moderator rests on it
   * @returns false for what is here already
   * @throws RecordError
   */
  add(operation: Operation, needed = false): boolean {
    if (this.graph.isScarce && !needed && !this.#mayStill(operation))
      throw new RecordError('TOO_FAST', { what: 'operations of a circle' })
    if (this.#idle >= MAX_IDLE_OPERATIONS && !this.#isLive(operation.author))
      throw new RecordError('TOO_FAST', { what: 'operations of who is out' })
    const node = this.graph.add(operation)
    if (node === undefined) return false
    this.#enter(node)
    return true
  }

  standing(id: RecordId): Standing | undefined {
    this.settle()
    const node = this.graph.get(id)
    return node && this.#standings[node.index]
  }

  counts(node: Node): boolean {
    this.settle()
    return this.#standings[node.index] === 'counts'
  }

  /** Whether an operation that would be written now, resting on everything, would count. */
  wouldCount(operation: Operation): boolean {
    this.settle()
    const trial: Node = {
      index: this.graph.nodes.length,
      operation,
      hash: new Uint8Array(32),
      depth: Number.MAX_SAFE_INTEGER,
      past: this.graph.all(),
    }
    return allowed(trial, this.register)
  }

  /** Judges again where something that came changed what came before. */
  settle(): void {
    if (!this.#stale) return
    this.#stale = false
    this.#judgeAll()
  }

  /** With little room left: what moderators do, and that somebody goes. */
  #mayStill({ author, body }: Operation): boolean {
    return this.leads(author) || (body.kind === 'leave' && this.#isLive(author))
  }

  /** Whether a moderator's, or an owner's, as far as is known now. */
  leads(device: DeviceId): boolean {
    this.settle()
    const card = this.register.liveCard(device, undefined)
    const role = card && this.register.role(card.person, undefined)
    return role !== undefined && RANK[role] >= RANK.moderator
  }

  #isLive(device: DeviceId): boolean {
    this.settle()
    return this.register.liveCard(device, undefined) !== undefined
  }

  #enter(node: Node): void {
    this.register.enter(node)
    const revokes = REVOCATIONS.has(node.operation.body.kind)
    this.#standings.push('unauthorised')
    if (!this.#stale) this.#place(node, revokes)
    if (revokes) this.#revocations.push(node)
    if (!this.#stale && this.#standings[node.index] !== 'counts') this.#idle++
  }

  /** What has just come is in nobody's past: it changes what was judged only where it meets a revocation or displaces. */
  #place(node: Node, revokes: boolean): void {
    if (revokes ? this.#meets(node) : this.#matters(node)) this.#stale = true
    else this.#standings[node.index] = this.#judge(node, new Set())
  }

  /** Of what revokes nothing. More of whoever was put out already changes nothing, however much it is. */
  #matters(node: Node): boolean {
    if (!allowed(node, this.register)) return false
    if (this.#applied.some((other) => this.#strikes(other, node))) return false
    return this.#isMetByOneThatCounts(node) || this.#mayDisplace(node)
  }

  // ── Everything again ──

  #judgeAll(): void {
    const order = [...this.graph.nodes].sort(byPlace)
    const meeting = this.#revocations.filter((node) => this.#meets(node))
    const dead = new Set<Node>()
    this.#applied = []
    this.#struck.clear()
    this.#pass(order, 0, dead)
    for (;;) {
      // One that rested on something which was taken away since: it takes nothing away any more.
      const fallen = this.#applied.filter((node) => this.#standings[node.index] !== 'counts')
      if (fallen.length > 0) {
        for (const node of fallen) dead.add(node)
        this.#applied = this.#applied.filter((node) => !fallen.includes(node))
        this.#pass(order, 0, dead)
        continue
      }
      const next = this.#mostSenior(
        meeting.filter((node) => this.#standings[node.index] === 'counts' && !this.#applied.includes(node)),
      )
      if (next === undefined) break
      this.#applied.push(next)
      this.#struck.set(next, targetOf(next, this.register))
      this.#pass(order, this.#firstStruck(order, next), dead)
    }
    this.#idle = this.#standings.filter((standing) => standing !== 'counts').length
  }

  /** Judges all from a place on, each after what it saw. */
  #pass(order: readonly Node[], from: number, dead: ReadonlySet<Node>): void {
    // What was judged before must not be seen as it was then.
    for (let at = from; at < order.length; at++) this.#standings[(order[at] as Node).index] = 'unauthorised'
    for (let at = from; at < order.length; at++) {
      const node = order[at] as Node
      this.#standings[node.index] = this.#judge(node, dead)
    }
  }

  #firstStruck(order: readonly Node[], revocation: Node): number {
    const first = order.findIndex((node) => this.#strikes(revocation, node))
    return first < 0 ? order.length : first
  }

  #judge(node: Node, dead: ReadonlySet<Node>): Standing {
    if (!allowed(node, this.register)) return 'unauthorised'
    if (dead.has(node)) return 'overruled'
    const applied = this.#applied.indexOf(node)
    // Those of more senior authors were applied before it, and it stood; what comes later cannot take it away.
    if (applied < 0 && this.#applied.some((other) => this.#strikes(other, node))) return 'overruled'
    return isExcess(node, this.register, (other) => this.#standings[other.index] === 'counts')
      ? 'excess'
      : 'counts'
  }

  #strikes(revocation: Node, node: Node): boolean {
    return (
      concurrent(revocation, node) &&
      overrules(
        revocation,
        node,
        this.#struck.get(revocation) ?? targetOf(revocation, this.register),
        this.register,
      )
    )
  }

  /** The author that is longest in; of one author's the earlier one. */
  #mostSenior(nodes: readonly Node[]): Node | undefined {
    let first: { readonly node: Node; readonly seniority: Seniority } | undefined
    for (const node of nodes) {
      const seniority = this.register.seniority(node.operation.author, node)
      // It counts, so its author was in.
      if (seniority === undefined) continue
      const order =
        first === undefined
          ? -1
          : this.register.compareSeniority(seniority, first.seniority) || byPlace(node, first.node)
      if (order < 0) first = { node, seniority }
    }
    return first?.node
  }

  // ── Who meets whom, whether it counts or not ──

  /** Whether a revocation has anything beside it that it may take away, or is beside one that may take it away. */
  #meets(revocation: Node): boolean {
    if (this.#isMet(revocation)) return true
    const { body } = revocation.operation
    if (body.kind === 'invite-revoke')
      return this.register.backedBy(body.invite).some((add) => concurrent(add, revocation))
    for (const device of this.#targets(revocation))
      for (const node of this.graph.by(device)) if (concurrent(node, revocation)) return true
    return false
  }

  /** Whether some revocation beside it may take it away. */
  #isMet(node: Node): boolean {
    return this.#revocations.some((revocation) => this.#mayStrike(revocation, node))
  }

  /** Those that do not count now count only after something that has everything judged again. */
  #isMetByOneThatCounts(node: Node): boolean {
    return this.#revocations.some(
      (revocation) => this.#standings[revocation.index] === 'counts' && this.#mayStrike(revocation, node),
    )
  }

  #mayStrike(revocation: Node, node: Node): boolean {
    if (!concurrent(revocation, node)) return false
    const { body, author } = node.operation
    const ending = revocation.operation.body
    if (ending.kind === 'invite-revoke') return body.kind === 'add' && body.backing?.invite === ending.invite
    return this.#targets(revocation).has(author)
  }

  #targets(revocation: Node): ReadonlySet<DeviceId> {
    const { body, author } = revocation.operation
    if (body.kind === 'device-remove') return new Set([body.device])
    if (body.kind === 'remove' || body.kind === 'role') return this.register.devicesEver(body.person)
    const persons = this.register.personsOf(author)
    return new Set(persons.flatMap((person) => [...this.register.devicesEver(person)]))
  }

  /** Whether by coming late an add takes the place of one that counted. */
  #mayDisplace(node: Node): boolean {
    const { body } = node.operation
    if (body.kind !== 'add' || body.backing === undefined) return false
    const others = this.register.backedBy(body.backing.invite)
    if (!others.some((other) => other !== node && byPlace(node, other) < 0)) return false
    const invite = this.register.invite(body.backing.invite, undefined)
    const uses = (invite?.operation.body as Of<'invite'> | undefined)?.uses ?? 0
    return others.length > uses
  }
}
