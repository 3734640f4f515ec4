// The engine of the daemon, opened by the settings, and opened anew when they ask for other connections.
// Promise: while a proxy or interface that is set is not there, there is no engine and nothing leaves; it is tried again by
// itself. A port that was free at the first start is kept.

import type { Coded } from '../api/schemas/primitives.ts'
import { CodedError } from '../base/errors.ts'
import { after } from '../base/ids.ts'
import { type Clock, SocketError } from '../base/ports.ts'
import { ExitError } from '../platform/exit/exit.ts'
import { type Engine, type EngineOptions, openEngine } from './compose.ts'
import type { Log } from './log.ts'
import { coded } from './transfers/transfer-row.ts'

/** NO_WAY_OUT: what is set to leave by is not there. PORT_IN_USE, PORT_DENIED: of a port that somebody chose. */
export class EngineHostError extends CodedError<'NO_WAY_OUT' | 'PORT_IN_USE' | 'PORT_DENIED'> {}

/** Between tries to leave by what is set. */
const RETRY_MS = 10_000

export interface EngineTask {
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
  /** By the settings as they are now; `port` 0 takes any. @throws SettingError */
  wish(port: number): Omit<EngineOptions, 'stateFolder'>
  /** Of the settings; 0 where nobody chose one. */
  chosenPort(): number
  keptPort(): number
  keepPort(port: number): Promise<void>
  /** Nothing can leave, and everything waits. */
  withoutWay(): void
  /** It is there, and everything can be opened in it. */
  opened(): void
  /** It is about to be closed: what was counted is to be kept. */
  leaving(engine: Engine): Promise<void>
}

export class EngineHost {
  readonly #task: EngineTask
  #engine: Engine | undefined
  #trouble: Coded | null = null
  #cancelRetry = () => {}
  #closed = false
  /** Opening and closing one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(task: EngineTask) {
    this.#task = task
  }

  /** Undefined while nothing can leave, or it is being opened anew. */
  get engine(): Engine | undefined {
    return this.#engine
  }

  /** Why there is none. */
  get trouble(): Coded | null {
    return this.#trouble
  }

  /** @throws EngineHostError NO_WAY_OUT */
  need(): Engine {
    if (this.#engine === undefined)
      throw new EngineHostError('NO_WAY_OUT', { why: this.#trouble?.code, ...this.#trouble?.data })
    return this.#engine
  }

  /** @throws EngineHostError, SettingError, IpFilterError, DiskError */
  open(): Promise<void> {
    return this.#inTurn(() => this.#open())
  }

  /** Two engines at once would leave by two ways. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #open(): Promise<void> {
    if (this.#closed || this.#engine !== undefined) return
    try {
      this.#engine = await this.#openWithPort()
    } catch (error) {
      if (!(error instanceof ExitError)) throw error
      this.#trouble = coded(error.code, error.data)
      this.#task.log.write('warn', 'no-way-out', { why: error.code })
      this.#task.withoutWay()
      this.#retryLater()
      return
    }
    this.#trouble = null
    const { listenPort } = this.#engine.session
    if (this.#task.chosenPort() === 0 && listenPort !== 0 && listenPort !== this.#task.keptPort())
      await this.#task.keepPort(listenPort)
    this.#task.opened()
  }

  async #openWithPort(): Promise<Engine> {
    const { stateFolder, chosenPort, keptPort } = this.#task
    const chosen = chosenPort()
    try {
      return await openEngine({ ...this.#task.wish(chosen || keptPort()), stateFolder })
    } catch (error) {
      if (!(error instanceof SocketError) || (error.code !== 'IN_USE' && error.code !== 'DENIED')) throw error
      if (chosen !== 0)
        throw new EngineHostError(
          error.code === 'IN_USE' ? 'PORT_IN_USE' : 'PORT_DENIED',
          { port: chosen },
          error,
        )
      if (keptPort() === 0) throw error
    }
    // Somebody else has the kept one today: any will do, and is kept from now on.
    return await openEngine({ ...this.#task.wish(0), stateFolder })
  }

  #retryLater(): void {
    const { clock, log } = this.#task
    this.#cancelRetry = clock.schedule(after(clock.now(), RETRY_MS), () => {
      this.open().catch((error: unknown) => {
        if (!(error instanceof CodedError)) throw error
        this.#trouble = coded(error.code, error.data)
        log.write('error', 'engine-not-opened', { why: error.code })
        if (!this.#closed) this.#retryLater()
      })
    })
  }

  /** By the settings as they are now. @throws as open(); then there is none */
  reopen(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#leave()
      await this.#open()
    })
  }

  async #leave(): Promise<void> {
    this.#cancelRetry()
    const engine = this.#engine
    if (engine === undefined) return
    await this.#task.leaving(engine)
    this.#engine = undefined
    await engine.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#inTurn(() => this.#leave())
  }
}
