// The people process as the rest of the daemon knows it: ask and be answered. Promise: without it the daemon runs on; calls are
// then refused with PEOPLE_UNAVAILABLE, and it is started again: at once, and ever later where it dies as soon as it lives.

import type { PeopleRouteName } from '../../api/people-routes.ts'
import type { OutputOf, ValidInputOf } from '../../api/routes.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { Log } from '../log.ts'
import { type Answerers, PeopleChild } from './people-child.ts'
import { PeopleError, unavailable } from './people-error.ts'
import type { InnerCalls, PeoplePlan } from './people-messages.ts'

export type PeopleState = 'starting' | 'running' | 'restarting' | 'off'

export interface LinkTask {
  readonly clock: Clock
  readonly log: Log
  /** By the settings as they are now; or why it does not run. */
  plan(): PeoplePlan | PeopleError
  readonly asks: Answerers
  changed(change: PeopleChange): void
  /** Where it listens, once it does: kept for the next start. */
  listening?(port: number): void
  readonly program?: URL
}

/** A process that died is there again within two seconds (it takes one to begin). */
export const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 60_000
/** Whoever lived so long did not die of how it began. */
const LIVED_MS = 10_000

export class PeopleLink {
  readonly #task: LinkTask
  #child: PeopleChild | undefined
  #state: PeopleState = 'off'
  #problem: PeopleError | undefined
  #port: number | undefined
  #restarts = 0
  #waitMs = FIRST_WAIT_MS
  #startedAt: Millis
  #cancelRestart: (() => void) | undefined
  /** Calls made while it begins for the first time wait for it. */
  #starting: PromiseWithResolvers<void> | undefined
  /** The last one has not let go of its database yet. */
  #ending: Promise<void> | undefined
  #closed = false

  constructor(task: LinkTask) {
    this.#task = task
    this.#startedAt = task.clock.now()
  }

  get state(): PeopleState {
    return this.#state
  }

  /** Why it is off or restarting. */
  get problem(): PeopleError | undefined {
    return this.#problem
  }

  /** Times that it died and was started again. */
  get restarts(): number {
    return this.#restarts
  }

  get port(): number | undefined {
    return this.#port
  }

  /** Of the process, for figures and tests. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it unless it runs. */
  begin(): void {
    const busy = this.#child !== undefined || this.#ending !== undefined || this.#cancelRestart !== undefined
    if (!this.#closed && !busy) this.#start()
  }

  /** @throws PeopleError, CommunityError */
  async call<Name extends PeopleRouteName>(
    name: Name,
    input: ValidInputOf<Name>,
    deadlineMs?: number,
  ): Promise<OutputOf<Name>> {
    return (await this.#ask(name, input, deadlineMs)) as OutputOf<Name>
  }

  /** What only the daemon itself asks. @throws as call() */
  async inner<Name extends keyof InnerCalls>(
    name: Name,
    input: Parameters<InnerCalls[Name]>[0],
    deadlineMs?: number,
  ): Promise<Awaited<ReturnType<InnerCalls[Name]>>> {
    return (await this.#ask(name, input, deadlineMs)) as Awaited<ReturnType<InnerCalls[Name]>>
  }

  async #ask(name: string, input: unknown, deadlineMs?: number): Promise<unknown> {
    await this.#ending
    this.begin()
    await this.#starting?.promise
    if (this.#state !== 'running' || this.#child === undefined)
      throw this.#problem ?? unavailable('it is being started again')
    return this.#child.call(name, input, deadlineMs)
  }

  /** By the plan as it is now; one that nobody asked for yet stays unasked for. */
  async restart(): Promise<void> {
    if (this.#child === undefined && this.#cancelRestart === undefined && this.#problem === undefined) return
    await this.#end()
    this.begin()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
    this.#problem ??= unavailable('it is closed')
  }

  async #end(): Promise<void> {
    this.#cancelRestart?.()
    this.#cancelRestart = undefined
    const child = this.#child
    this.#child = undefined
    this.#state = 'off'
    this.#problem = undefined
    this.#port = undefined
    this.#settleStarting()
    if (child === undefined) return await this.#ending
    this.#ending = child.stop().then(() => {
      this.#ending = undefined
    })
    await this.#ending
  }

  #start(): void {
    const plan = this.#task.plan()
    if (plan instanceof PeopleError) {
      this.#state = 'off'
      this.#problem = plan
      this.#tell()
      return
    }
    const first = this.#problem === undefined
    this.#state = first ? 'starting' : 'restarting'
    if (first) this.#starting = Promise.withResolvers()
    const { clock, log, asks, program } = this.#task
    this.#startedAt = clock.now()
    const child = new PeopleChild(
      { plan, clock, log, asks, program },
      {
        ready: (port) => {
          if (this.#child !== child) return
          this.#port = port
          this.#state = 'running'
          this.#problem = undefined
          if (port !== undefined) this.#task.listening?.(port)
          this.#settleStarting()
          this.#tell()
        },
        refused: (error) => {
          if (this.#child !== child) return
          log.write('error', 'people-refused', { why: error.message })
          this.#problem = error instanceof PeopleError ? error : unavailable(error.message)
        },
        changed: (change) => {
          if (this.#child === child) this.#task.changed(change)
        },
        again: () => {
          if (this.#child === child) void this.restart()
        },
        ended: (why) => {
          if (this.#child === child) this.#lost(why)
        },
      },
    )
    this.#child = child
  }

  #lost(why: string): void {
    const { clock, log } = this.#task
    this.#child = undefined
    this.#port = undefined
    const lived = clock.now() - this.#startedAt >= LIVED_MS
    if (lived) this.#waitMs = FIRST_WAIT_MS
    log.write('warn', 'people-process-ended', { why: why.slice(0, 500), again: this.#waitMs })
    // What it said of itself (a key that cannot be read) says more than that it ended.
    if (this.#state !== 'restarting' || this.#problem === undefined)
      this.#problem ??= unavailable('its process ended and is started again')
    this.#state = 'restarting'
    this.#settleStarting()
    const waitMs = this.#waitMs
    this.#waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
    this.#cancelRestart = clock.schedule((clock.now() + waitMs) as Millis, () => {
      this.#cancelRestart = undefined
      this.#restarts++
      this.#start()
    })
    this.#tell()
  }

  #settleStarting(): void {
    this.#starting?.resolve()
    this.#starting = undefined
  }

  #tell(): void {
    this.#task.changed({ kind: 'network', id: null })
  }
}
