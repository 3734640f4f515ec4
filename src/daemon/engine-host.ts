// The engine of the daemon, opened by the settings, and opened anew when they ask for other connections.
// Promise: while a proxy or interface that is set is not there, there is no engine and nothing leaves; it is tried again by
// itself. A port that was free at the first start is kept, and one that cannot be had keeps nobody from running: any free one
// stands in for it, and that it does is told. Having the other back means connecting anew, so it is tried at the next start
// or change of connections, not in the middle of transfers.

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

/** Who just chose a port is told at once that it cannot be had. */
export type PortWish = 'that-one' | 'or-another'

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
  #portTrouble: Coded | null = null
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

  /** Why it is not on the port that somebody chose: PORT_IN_USE or PORT_DENIED. */
  get portTrouble(): Coded | null {
    return this.#portTrouble
  }

  /** @throws EngineHostError NO_WAY_OUT */
  need(): Engine {
    if (this.#engine === undefined)
      throw new EngineHostError('NO_WAY_OUT', { why: this.#trouble?.code, ...this.#trouble?.data })
    return this.#engine
  }

  /** @throws SocketError, SettingError, IpFilterError, DiskError */
  open(): Promise<void> {
    return this.#inTurn(() => this.#open('or-another'))
  }

  /** Two engines at once would leave by two ways. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    // Its failure is that of whoever asked; the next one goes on.
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #open(port: PortWish): Promise<void> {
    if (this.#closed || this.#engine !== undefined) return
    try {
      this.#engine = await this.#openWithPort(port)
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

  async #openWithPort(wish: PortWish): Promise<Engine> {
    const { chosenPort, keptPort, log } = this.#task
    const chosen = chosenPort()
    this.#portTrouble = null
    try {
      return await this.#openAt(chosen || keptPort())
    } catch (error) {
      const code = portCode(error)
      if (code === undefined || (chosen === 0 && keptPort() === 0)) throw error
      // Somebody else has the kept one today: any will do, and is kept from now on.
      if (chosen === 0) return await this.#openAt(0)
      if (wish === 'that-one') throw new EngineHostError(code, { port: chosen }, error)
      const engine = await this.#openAt(0)
      this.#portTrouble = coded(code, { port: chosen })
      log.write('warn', 'port-not-had', { why: code, port: chosen, instead: engine.session.listenPort })
      return engine
    }
  }

  #openAt(port: number): Promise<Engine> {
    const { stateFolder, wish } = this.#task
    return openEngine({ ...wish(port), stateFolder })
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

  /**
   * By the settings as they are now.
   * @param port whether another than the chosen one will do @throws as open(), and EngineHostError; then there is none
   */
  reopen(port: PortWish = 'or-another'): Promise<void> {
    return this.#inTurn(async () => {
      await this.#leave()
      await this.#open(port)
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

/** Of a port that cannot be listened on. */
function portCode(error: unknown): 'PORT_IN_USE' | 'PORT_DENIED' | undefined {
  if (!(error instanceof SocketError)) return undefined
  if (error.code === 'IN_USE') return 'PORT_IN_USE'
  return error.code === 'DENIED' ? 'PORT_DENIED' : undefined
}
