// Dials one address in several ways at once (happy eyeballs, RFC 8305): the first connection wins, the others are given up.
// Promise: one result; no connection but the winner's stays open; a way that fails at once lets the next one begin at once.

import type { Endpoint } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import { type Clock, type Connection, SocketError, type Tcp } from '../../base/ports.ts'

/** A way to connect: TCP, uTP. */
export type Dialer = Pick<Tcp, 'dial'>

/** RFC 8305, Connection Attempt Delay: the way that is preferred gets this much of a lead. */
export const LEAD_MS = 250

export interface Attempt {
  readonly result: Promise<Connection | SocketError>
  cancel(): void
}

export interface RacedAttempt extends Attempt {
  /** Once it is connected: how long the way that won took for it, which is a round trip. */
  tookMs(): number | undefined
}

/** @param ways the preferred one first; with none of them the address is unreachable */
export function race(ways: readonly Dialer[], to: Endpoint, timeoutMs: number, clock: Clock): RacedAttempt {
  const running = new Race(ways, to, timeoutMs, clock)
  return {
    result: running.result,
    cancel: () => running.end(new SocketError('CLOSED')),
    tookMs: () => running.tookMs,
  }
}

class Race {
  readonly result: Promise<Connection | SocketError>
  readonly #ways: readonly Dialer[]
  readonly #to: Endpoint
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #resolve: (outcome: Connection | SocketError) => void
  readonly #attempts: Attempt[] = []
  tookMs: number | undefined
  #failed = 0
  #firstFailure: SocketError | undefined
  #over = false
  #cancelLead: (() => void) | undefined

  constructor(ways: readonly Dialer[], to: Endpoint, timeoutMs: number, clock: Clock) {
    this.#ways = ways
    this.#to = to
    this.#timeoutMs = timeoutMs
    this.#clock = clock
    const { promise, resolve } = Promise.withResolvers<Connection | SocketError>()
    this.result = promise
    this.#resolve = resolve
    this.#begin()
  }

  /** Starts the next way, if there is one. */
  #begin(): void {
    const way = this.#ways[this.#attempts.length]
    if (way === undefined) {
      if (this.#failed === this.#attempts.length)
        this.end(this.#firstFailure ?? new SocketError('UNREACHABLE'))
      return
    }
    const attempt = way.dial(this.#to, this.#timeoutMs)
    this.#attempts.push(attempt)
    const since = this.#clock.now()
    void attempt.result.then((outcome) => this.#answered(outcome, since))
    if (this.#attempts.length < this.#ways.length)
      this.#cancelLead = this.#clock.schedule(after(since, LEAD_MS), () => this.#begin())
  }

  #answered(outcome: Connection | SocketError, since: Millis): void {
    if (this.#over) {
      // Connected in the same moment as the winner, or after everybody gave up.
      if (!(outcome instanceof SocketError)) discard(outcome)
      return
    }
    if (!(outcome instanceof SocketError)) {
      this.tookMs = this.#clock.now() - since
      this.end(outcome)
      return
    }
    this.#failed++
    this.#firstFailure ??= outcome
    this.#cancelLead?.()
    this.#begin()
  }

  end(outcome: Connection | SocketError): void {
    if (this.#over) return
    this.#over = true
    this.#cancelLead?.()
    for (const attempt of this.#attempts) attempt.cancel()
    this.#resolve(outcome)
  }
}

/** Closes a connection that nobody wants. */
export function discard(connection: Connection): void {
  connection.events = { data: () => {}, drain: () => {}, closed: () => {} }
  connection.close()
}
