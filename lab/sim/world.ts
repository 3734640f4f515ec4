// Virtual time: a world runs what was scheduled, one event after the other, and everything each event sets off in
// promises before time goes on.
// Promises: the same seed and the same program give the same run; nothing here takes real time; a run that cannot reach
// its goal says so, with the seed that replays it.
//
// The program inside must wait for nothing outside: no real timers, sockets or threads.

import { SeededRandom } from '../../src/base/random.ts'
import { EventQueue } from './event-queue.ts'

/** Events between two breaths of the real event loop (signals, test timeouts). */
const EVENTS_PER_BREATH = 5000

export class WorldError extends Error {
  readonly seed: number

  constructor(seed: number, what: string) {
    super(`${what} (seed ${seed})`)
    this.name = 'WorldError'
    this.seed = seed
  }
}

export class World {
  readonly seed: number
  /** Events run so far: two runs of one seed agree on it. */
  events = 0
  readonly #queue = new EventQueue()
  #nowMs = 0
  #running = false

  constructor(seed: number) {
    this.seed = seed >>> 0
  }

  /** Milliseconds since the beginning of this world. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** A generator of its own for every name: what one part draws does not change what another does. */
  random(name: string): SeededRandom {
    let mixed = this.seed ^ 0x811c9dc5
    for (let i = 0; i < name.length; i++) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193)
    return new SeededRandom(mixed)
  }

  /** Runs `run` at that moment, or as soon as possible if it is over; never synchronously. Returns the cancellation. */
  at(atMs: number, run: () => void): () => void {
    const event = this.#queue.add(Math.max(this.#nowMs, atMs), run)
    return () => this.#queue.cancel(event)
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.#nowMs + delayMs, run)
  }

  /** Resolves after that much virtual time: for scenarios, which are part of the world. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Lets `durationMs` pass, or less if nothing is left to happen. */
  async runFor(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs
    await this.#drive(() => {
      const next = this.#queue.peek()
      if (next === undefined || next > endMs) return false
      this.#runNext()
      return true
    })
    this.#nowMs = endMs
  }

  /**
   * Runs until `reached` holds, asked after each event (so it must be cheap).
   * @throws WorldError when nothing is left to happen or `withinMs` have passed
   */
  async runUntil(what: string, reached: () => boolean, withinMs: number): Promise<void> {
    const startMs = this.#nowMs
    await this.#drive(() => {
      if (reached()) return false
      const next = this.#queue.peek()
      if (next === undefined)
        throw this.failure(`${what}: nothing is left to happen after ${this.#since(startMs)}`)
      if (next > startMs + withinMs) throw this.failure(`${what}: not within ${withinMs / 1000} s`)
      this.#runNext()
      return true
    })
  }

  /** Runs `scenario` as part of the world, until it returns. */
  async run<T>(what: string, scenario: () => Promise<T>, withinMs: number): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined
    this.after(0, () => {
      scenario().then(
        (value) => {
          outcome = { value }
        },
        (error: unknown) => {
          outcome = { error }
        },
      )
    })
    await this.runUntil(what, () => outcome !== undefined, withinMs)
    if (outcome !== undefined && 'error' in outcome) throw outcome.error
    return (outcome as unknown as { readonly value: T }).value
  }

  failure(what: string): WorldError {
    return new WorldError(this.seed, what)
  }

  #since(startMs: number): string {
    return `${((this.#nowMs - startMs) / 1000).toFixed(3)} s`
  }

  #runNext(): void {
    const event = this.#queue.pop()
    if (event?.run === undefined) return
    const { run } = event
    event.run = undefined
    this.#nowMs = event.at
    this.events++
    run()
  }

  /**
   * Calls `step` again and again until it says false. Between two calls every promise reaction runs that can: a
   * microtask asks for a tick, and ticks come only when no microtask is left. (300 ns; setImmediate would cost 2 µs.)
   */
  #drive(step: () => boolean): Promise<void> {
    if (this.#running) throw this.failure('a world runs in one place only')
    this.#running = true
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let breath = 0
    const turn = (): void => {
      try {
        if (!step()) {
          this.#running = false
          resolve()
          return
        }
      } catch (error) {
        this.#running = false
        reject(error)
        return
      }
      queueMicrotask(goOn)
    }
    const goOn = (): void => {
      if (++breath % EVENTS_PER_BREATH === 0) setImmediate(turn)
      else process.nextTick(turn)
    }
    process.nextTick(() => queueMicrotask(goOn))
    return promise
  }
}
