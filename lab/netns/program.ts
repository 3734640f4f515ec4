// One real program that a test or measurement started: its input, its output, its end.
// Promise: nothing it prints is lost, `stop` ends exactly this process (by its id), and a failure can always show
// the last lines it printed.

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Host } from './lan.ts'

export interface ProgramOptions {
  /** Runs there; else where the caller runs. */
  readonly host?: Pick<Host, 'prefix'> | undefined
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Lines of standard output that say nothing about a failure, and are kept out of `tail`. */
  readonly chatter?: (line: string) => boolean
}

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const TAIL_LINES = 40
const TAIL_COLUMNS = 300
const GRACE_MS = 5_000

export class Program {
  readonly name: string
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  readonly #recent: string[] = []
  readonly #listeners: ((line: string) => void)[] = []
  readonly #chatter: (line: string) => boolean
  #ending: Ending | undefined

  constructor(name: string, command: readonly string[], options: ProgramOptions = {}) {
    this.name = name
    this.#chatter = options.chatter ?? (() => false)
    const [program = '', ...args] = [...(options.host?.prefix ?? []), ...command]
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...environment(), ...options.env },
    })
    // Writing to a program that has just ended is no failure of its own: its end is what tests look at.
    this.#child.stdin?.on('error', (error) => this.#remember(`(input) ${error.message}`))
    this.#read('stdout')
    this.#read('stderr')
    this.ended = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.#ending = ending
        this.#remember(`(ended) code ${ending.code}, signal ${ending.signal}`)
        resolve(ending)
      }
      this.#child.once('error', (error) => {
        this.#remember(`(not started) ${error.message}`)
        end({ code: null, signal: null })
      })
      // 'close' and not 'exit': by then all output has been read.
      this.#child.once('close', (code, signal) => end({ code, signal }))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** How it ended, or undefined while it runs. */
  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Calls `listener` with every line of standard output from now on. */
  onLine(listener: (line: string) => void): void {
    this.#listeners.push(listener)
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** @param last bytes that come before the end, as they are */
  closeInput(last?: string | Uint8Array): void {
    if (last === undefined) this.#child.stdin?.end()
    else this.#child.stdin?.end(last)
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#ending === undefined) this.#child.kill(signal)
  }

  /** Asks it to end, and ends it after a grace period. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = GRACE_MS): Promise<Ending> {
    this.closeInput()
    this.signal(signal)
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs)
    const ending = await this.ended
    clearTimeout(timer)
    return ending
  }

  /** The last lines of both outputs, for the message of a failing test. */
  tail(): string {
    return [`--- ${this.name} (process ${this.pid})`, ...this.#recent].join('\n')
  }

  #read(which: 'stdout' | 'stderr'): void {
    const stream = this.#child[which]
    if (stream === null) return
    createInterface({ input: stream }).on('line', (line) => {
      if (which === 'stderr' || !this.#chatter(line)) this.#remember(line)
      if (which === 'stdout') for (const listener of this.#listeners) listener(line)
    })
  }

  #remember(line: string): void {
    this.#recent.push(line.length > TAIL_COLUMNS ? `${line.slice(0, TAIL_COLUMNS)}...` : line)
    if (this.#recent.length > TAIL_LINES) this.#recent.shift()
  }
}

/** Ours, without what would make a started Node believe that it is a test file of ours. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _context, NODE_TEST_WORKER_ID: _worker, ...rest } = process.env
  return rest
}
