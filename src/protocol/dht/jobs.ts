// What a node is looking for: each wish is a lookup, and then a round of stores if it has something to leave.
// Promises: each wish ends with one `done` unless it was cancelled; what comes for one that has ended does nothing.

import type { BDict } from '../../base/bencode-value.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import type { DhtEffect } from './api.ts'
import type { Contact } from './contact.ts'
import { K } from './limits.ts'
import { type Errand, StoreRound } from './store-round.ts'
import type { StoreQuery, Task } from './task.ts'

export interface Job {
  /** Of who wished; undefined for the table's own lookups. */
  readonly id: number | undefined
  readonly task: Task
  /** Undefined while the lookup goes on. */
  round: StoreRound | undefined
  /** Had more to ask than could be asked. */
  stalled: boolean
}

/** Why somebody is asked. */
export type Question =
  | { readonly kind: 'lookup'; readonly job: Job; readonly contact: Contact }
  | { readonly kind: 'store'; readonly job: Job; readonly errand: Errand }

/** One call of the machine: the time it happens at, and what comes of it. */
export interface Turn {
  readonly now: Millis
  readonly effects: DhtEffect[]
}

/** What the jobs need of the node. */
export interface Asking {
  /** No more may be asked now. */
  isFull(): boolean
  ask(to: Endpoint, question: Question, method: string, args: StoreQuery['args'], turn: Turn): void
  /** The closest to a target are known. @returns whether we are one of them, and keep what is to be left there */
  keeps(task: Task, closest: readonly Contact[], turn: Turn): boolean
}

export class Jobs {
  readonly #asking: Asking
  readonly #jobs = new Set<Job>()

  constructor(asking: Asking) {
    this.#asking = asking
  }

  get size(): number {
    return this.#jobs.size
  }

  has(job: Job): boolean {
    return this.#jobs.has(job)
  }

  /** @param from nodes to begin with */
  start(task: Task, id: number | undefined, from: readonly Contact[], turn: Turn): Job {
    const job: Job = { id, task, round: undefined, stalled: false }
    this.#jobs.add(job)
    task.lookup.add(from)
    this.#goOn(job, turn)
    return job
  }

  cancel(id: number): void {
    for (const job of this.#jobs) if (job.id === id) this.#jobs.delete(job)
  }

  /** Another beginning told of nodes to ask. */
  feed(job: Job, contacts: readonly Contact[], turn: Turn): void {
    job.task.lookup.addPath(contacts)
    this.#goOn(job, turn)
  }

  /** Those that could not ask earlier. */
  resume(turn: Turn): void {
    for (const job of this.#jobs) if (job.stalled) this.#goOn(job, turn)
  }

  /** @param contacts nodes that the answer tells of */
  answered(question: Question, from: Contact, values: BDict, contacts: readonly Contact[], turn: Turn): void {
    const { job } = question
    if (!this.#jobs.has(job)) return
    if (question.kind === 'store') {
      job.round?.took(question.errand)
      this.#endRound(job, turn)
      return
    }
    const { lookup } = job.task
    const token = values.bytes('token')?.slice()
    if (job.round === undefined && lookup.answered(from.endpoint, from.id, token))
      lookup.add(contacts, from.endpoint)
    const { effects, enough } = job.task.heard(values, from.endpoint)
    for (const effect of effects) turn.effects.push(effect)
    if (enough && job.round === undefined) this.#leave(job, turn)
    else this.#goOn(job, turn)
  }

  /** It lets us wait. */
  late({ job, ...question }: Question, to: Endpoint, turn: Turn): void {
    if (!this.#jobs.has(job)) return
    if (question.kind === 'store') {
      this.#send(job, job.round?.late(question.errand), turn)
      return
    }
    job.task.lookup.late(to)
    this.#goOn(job, turn)
  }

  /** @param refusal code of an error, where that is what came */
  failed({ job, ...question }: Question, refusal: number | undefined, to: Endpoint, turn: Turn): void {
    if (!this.#jobs.has(job)) return
    if (question.kind === 'store') {
      const { errand } = question
      this.#send(
        job,
        refusal === undefined ? job.round?.failed(errand) : job.round?.refused(errand, refusal),
        turn,
      )
      this.#endRound(job, turn)
      return
    }
    job.task.lookup.failed(to)
    this.#goOn(job, turn)
  }

  /** Asks whom there is to ask, and ends what has nobody left. */
  #goOn(job: Job, turn: Turn): void {
    if (job.round !== undefined || !this.#jobs.has(job)) return
    const { lookup, method, args } = job.task
    job.stalled = false
    for (;;) {
      if (this.#asking.isFull()) {
        job.stalled = true
        break
      }
      const contact = lookup.next()
      if (contact === undefined) break
      this.#asking.ask(contact.endpoint, { kind: 'lookup', job, contact }, method, args, turn)
    }
    if (lookup.done) this.#leave(job, turn)
  }

  /** The closest are known: what is to be left there is sent, and the answers are waited for. */
  #leave(job: Job, turn: Turn): void {
    const { lookup } = job.task
    const closest = lookup.closest(this.#asking.keeps(job.task, lookup.closest(K), turn) ? K - 1 : K)
    job.round = new StoreRound(closest.length, [...closest, ...lookup.spare()], (to) => job.task.store(to))
    for (const errand of job.round.begin()) this.#send(job, errand, turn)
    this.#endRound(job, turn)
  }

  #send(job: Job, errand: Errand | undefined, turn: Turn): void {
    if (errand === undefined || job.round === undefined) return
    job.round.sent(errand)
    const { method, args } = errand.query
    this.#asking.ask(errand.to.endpoint, { kind: 'store', job, errand }, method, args, turn)
  }

  #endRound(job: Job, turn: Turn): void {
    if (job.round?.done !== true) return
    this.#jobs.delete(job)
    const result = job.task.result(job.round.stored, job.round.refusals)
    if (result === undefined || job.id === undefined) return
    const { askedCount: asked, answeredCount: answered, hops } = job.task.lookup
    turn.effects.push({ kind: 'done', id: job.id, result, figures: { asked, answered, hops } })
  }
}
