// The command line as a script uses it: bin/shoal in a process of its own, its JSON lines, its exit code. Everything
// stays on 127.0.0.1 and below one temporary folder, which is also its home.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ending, Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')
/** A machine that does many things at once takes its time; what hangs is found all the same. */
const PATIENCE_MS = 90_000

/** A line of --json. Fields are looked at by those who know which line it is. */
// biome-ignore lint/suspicious/noExplicitAny: it is the shape of these lines that is tested
export type Said = Readonly<Record<string, any>>

export interface Outcome {
  readonly code: number | null
  readonly lines: readonly Said[]
  readonly last: Said
}

export class Running {
  readonly lines: Said[] = []
  /** Lines on standard output that are no JSON: there must be none. */
  readonly strays: string[] = []
  readonly program: Program

  constructor(program: Program) {
    this.program = program
    program.onLine((line) => {
      try {
        this.lines.push(JSON.parse(line) as Said)
      } catch {
        this.strays.push(line)
      }
    })
  }

  /** The first line of this kind that fits. Fails when the program ends without it. */
  said(event: string, fits: (said: Said) => boolean = () => true): Promise<Said> {
    const look = () => this.lines.find((said) => said.event === event && fits(said))
    return until(`it says "${event}"`, look, { deadlineMs: PATIENCE_MS, program: this.program })
  }

  async ended(): Promise<Outcome> {
    const timer = setTimeout(() => this.program.signal('SIGKILL'), PATIENCE_MS)
    const { code } = await this.program.ended
    clearTimeout(timer)
    const { lines, strays } = this
    if (strays.length > 0) throw new Error(`not JSON on standard output: ${strays[0]}`)
    return { code, lines, last: lines.at(-1) ?? {} }
  }

  async stop(signal: NodeJS.Signals): Promise<Outcome> {
    this.program.signal(signal)
    return await this.ended()
  }

  /** `kill -9`. */
  async kill(): Promise<Ending> {
    this.program.signal('SIGKILL')
    return await this.program.ended
  }
}

/** One temporary folder and all that was started in it. */
export class CommandLine {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'shoal-e2e-')))
  readonly home = join(this.folder, 'home')
  readonly #running: Program[] = []
  #folders = 0

  constructor() {
    mkdirSync(this.home)
  }

  /** A new, empty folder. */
  place(name = 'place'): string {
    const path = join(this.folder, `${name}-${this.#folders++}`)
    mkdirSync(path)
    return path
  }

  /** Nobody outside is asked for nodes of the DHT, whatever is run. */
  get #environment(): Record<string, string> {
    return {
      HOME: this.home,
      XDG_STATE_HOME: join(this.home, 'state'),
      SHOAL_DHT_ROUTER: 'none',
      SHOAL_CHECKS_SCANNER: 'off',
    }
  }

  /** As given, with --json. */
  run(
    words: readonly string[],
    more: {
      readonly cwd?: string
      readonly stdin?: string | Uint8Array
      readonly env?: Readonly<Record<string, string>>
    } = {},
  ): Running {
    const program = new Program(`shoal ${words[0]}`, [process.execPath, SHOAL, ...words, '--json'], {
      cwd: more.cwd ?? this.folder,
      env: { ...this.#environment, ...more.env },
    })
    this.#running.push(program)
    const running = new Running(program)
    if (more.stdin !== undefined) program.closeInput(more.stdin)
    return running
  }

  /** `shoal share`, on loopback, with a state folder of its own. */
  share(...words: readonly string[]): Running {
    return this.run([
      'share',
      ...words,
      '--bind',
      '127.0.0.1',
      '--no-lsd',
      '--state-dir',
      this.place('state'),
    ])
  }

  /** The same, until it has said the link. */
  async sharing(...words: readonly string[]): Promise<Sharing> {
    const running = this.share(...words)
    const said = await running.said('sharing')
    return { running, link: said.magnet as string, address: `127.0.0.1:${said.port}`, said }
  }

  /** `shoal get`, on loopback. */
  get(state: string, ...words: readonly string[]): Running {
    return this.run(['get', ...words, '--bind', '127.0.0.1', '--no-lsd', '--state-dir', state])
  }

  /** What a person sees: both outputs as text. */
  plain(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [SHOAL, ...words], {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((program) => program.stop('SIGKILL')))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface Sharing {
  readonly running: Running
  readonly link: string
  readonly address: string
  readonly said: Said
}
