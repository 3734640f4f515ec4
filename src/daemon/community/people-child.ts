// One people process as its parent sees it: calls out, answers in, and what it asks in turn. Every call settles exactly once: with
// its answer, its error, after its time, or when the process ends. Nothing of the daemon's environment or command line that
// is a secret reaches it, and it has a heap that it cannot outgrow.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import type { Log } from '../log.ts'
import { carried, errorFrom } from './carried-error.ts'
import { type PeopleError, unavailable } from './people-error.ts'
import type { FromPeople, PeopleAsks, PeoplePlan, ToPeople } from './people-messages.ts'

/** What strangers' bytes may cost in JavaScript before the process is ended: an idle one has a tenth. */
export const HEAP_CAP_MB = 512
const YOUNG_HEAP_MB = 16

/** Of the environment it needs this, and nothing else: where compiled code is kept, and what Windows cannot start without. */
const HANDED_ON = ['NODE_COMPILE_CACHE', 'SystemRoot', 'TMPDIR', 'TEMP', 'TZ', 'LANG']

/** Calls that wait for answers; whoever asks faster is told so. */
const MOST_CALLS = 1_000
const MOST_ASKS = 1_000
/** No call takes so long: those that wait for others say that they wait. */
export const CALL_MS = 30_000
const PING_EVERY_MS = 5_000
/** A process that does not answer for so long is stuck in a loop. */
const LONGEST_SILENCE_MS = 30_000
/** To write what is to be written and to say good-bye; then it is ended by force. */
const STOP_MS = 5_000
/** Of what it last said when it died, for the log. */
const LAST_WORDS_CHARACTERS = 2_000

export type Answerers = { readonly [Name in keyof PeopleAsks]?: PeopleAsks[Name] }

export interface ChildEvents {
  ready(port: number | undefined): void
  /** It cannot begin, for a reason that a person must know. It ends. */
  refused(error: Error): void
  changed(change: PeopleChange): void
  /** It is somebody else from now on (a device was linked), and wants to begin anew. */
  again(): void
  /** Once, last. */
  ended(why: string): void
}

export interface ChildSurroundings {
  readonly plan: PeoplePlan
  readonly clock: Clock
  readonly log: Log
  readonly asks: Answerers
  readonly program?: URL | undefined
}

interface Waiting {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
  readonly cancelDeadline: () => void
}

export class PeopleChild {
  readonly #child: ChildProcess
  readonly #around: ChildSurroundings
  readonly #events: ChildEvents
  readonly #calls = new Map<number, Waiting>()
  readonly #gone = Promise.withResolvers<void>()
  #next = 0
  #asks = 0
  #ended: string | undefined
  #cancelPing: () => void = () => undefined
  #heardAt: Millis
  #lastWords = ''

  constructor(around: ChildSurroundings, events: ChildEvents) {
    this.#around = around
    this.#events = events
    this.#heardAt = around.clock.now()
    const program = around.program ?? new URL('./people-process.ts', import.meta.url)
    this.#child = fork(fileURLToPath(program), [], {
      execArgv: [
        `--max-old-space-size=${HEAP_CAP_MB}`,
        `--max-semi-space-size=${YOUNG_HEAP_MB}`,
        '--disable-warning=ExperimentalWarning',
      ],
      env: Object.fromEntries(
        HANDED_ON.flatMap((name) => {
          const value = process.env[name]
          return value === undefined ? [] : [[name, value]]
        }),
      ),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    })
    this.#child.stderr?.setEncoding('utf8')
    this.#child.stderr?.on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_CHARACTERS)
    })
    this.#child.on('message', (message: FromPeople) => this.#onMessage(message))
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('close', (code, signal) => this.#end(signal ?? `exit code ${code}`))
    this.#send({ kind: 'start', plan: around.plan })
    this.#ping()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  call(name: string, input: unknown, deadlineMs = CALL_MS): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(unavailable(this.#ended))
    if (this.#calls.size >= MOST_CALLS) return Promise.reject(unavailable('it is asked too much at once'))
    const { clock } = this.#around
    const number = this.#next++
    return new Promise((resolve, reject) => {
      const cancelDeadline = clock.schedule((clock.now() + deadlineMs) as Millis, () => {
        this.#calls.delete(number)
        reject(unavailable('it did not answer in time'))
      })
      this.#calls.set(number, { resolve, reject, cancelDeadline })
      this.#send({ kind: 'call', number, name, input })
    })
  }

  /** In order; resolves when the process is gone. */
  async stop(): Promise<void> {
    const { clock } = this.#around
    this.#send({ kind: 'stop' })
    const cancel = clock.schedule((clock.now() + STOP_MS) as Millis, () => this.kill())
    await this.#gone.promise
    cancel()
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #send(message: ToPeople): void {
    if (!this.#child.connected) return
    // That it ended is told by its end.
    this.#child.send(message, () => undefined)
  }

  #ping(): void {
    const { clock } = this.#around
    this.#cancelPing = clock.schedule((clock.now() + PING_EVERY_MS) as Millis, () => {
      if (clock.now() - this.#heardAt > LONGEST_SILENCE_MS) {
        this.#lastWords = 'it stopped answering'
        this.kill()
        return
      }
      this.#send({ kind: 'ping' })
      this.#ping()
    })
  }

  #onMessage(message: FromPeople): void {
    this.#heardAt = this.#around.clock.now()
    switch (message.kind) {
      case 'ready':
        this.#events.ready(message.port)
        break
      case 'refused':
        this.#events.refused(errorFrom(message.error))
        break
      case 'answer':
        this.#take(message.number)?.resolve(message.output)
        break
      case 'failure':
        this.#take(message.number)?.reject(errorFrom(message.error))
        break
      case 'ask':
        void this.#answer(message)
        break
      case 'event':
        this.#events.changed(message.change)
        break
      case 'log':
        this.#around.log.write(message.level, message.event, message.facts)
        break
      case 'again':
        this.#events.again()
        break
      case 'pong':
        break
    }
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#calls.get(number)
    this.#calls.delete(number)
    waiting?.cancelDeadline()
    return waiting
  }

  async #answer({ number, name, input }: Extract<FromPeople, { kind: 'ask' }>): Promise<void> {
    if (this.#asks >= MOST_ASKS) {
      this.#send({ kind: 'failure', number, error: carried(unavailable('it asks too much at once')) })
      return
    }
    this.#asks++
    try {
      const { asks } = this.#around
      const answer = Object.hasOwn(asks, name) ? (asks[name] as (input: unknown) => unknown) : undefined
      if (answer === undefined) throw new TypeError(`the daemon has no answer to ${name}`)
      this.#send({ kind: 'answer', number, output: await answer(input) })
    } catch (error) {
      this.#send({ kind: 'failure', number, error: carried(error) })
    } finally {
      this.#asks--
    }
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return
    this.#ended = why
    this.#cancelPing()
    const gone: PeopleError = unavailable('its process ended')
    for (const { reject, cancelDeadline } of this.#calls.values()) {
      cancelDeadline()
      reject(gone)
    }
    this.#calls.clear()
    const said = this.#lastWords.trim()
    this.#gone.resolve()
    this.#events.ended(said === '' ? why : `${why}: ${said}`)
  }
}
