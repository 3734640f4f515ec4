// A real `shoal share` process that gives one torrent, and what it says it has given, second by second.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'
import type { Scene } from './scene.ts'

export const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')

/** Hashing what is shared comes before it is given. */
const READY_MS = 120_000
const NEXT_REPORT_MS = 30_000

/** How exactly it is known when bytes were sent, and for how long that is remembered. */
const SAMPLE_MS = 25
const SAMPLES_KEPT = 4_000

interface Report {
  readonly atMs: number
  readonly givenBytes: number
}

interface Sample {
  readonly atMs: number
  /** Handed to the system since the process began. */
  readonly bytes: number
}

export class Sharer {
  readonly upBytesPerSecond: number
  readonly #program: Program
  readonly #reports: Report[] = []
  readonly #sent: Sample[] = []
  readonly #sampling: NodeJS.Timeout
  #magnet: string | undefined

  private constructor(program: Program, upBytesPerSecond: number) {
    this.upBytesPerSecond = upBytesPerSecond
    this.#program = program
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_MS)
    program.onLine((line) => {
      const said = JSON.parse(line) as { event?: string; magnet?: string; givenBytes?: number }
      if (said.event === 'sharing') this.#magnet = said.magnet
      if (said.event === 'progress') {
        this.#reports.push({ atMs: performance.now(), givenBytes: said.givenBytes ?? 0 })
      }
    })
  }

  static async start(scene: Scene, upBytesPerSecond: number): Promise<Sharer> {
    const words = ['share', scene.torrentPath, '--dir', scene.sourceFolder, '--up', String(upBytesPerSecond)]
    const fixed = ['--json', '--bind', '127.0.0.1', '--no-lsd', '--no-pex']
    const state = ['--state-dir', join(dirname(scene.torrentPath), 'sharer')]
    const command = [process.execPath, SHOAL, ...words, ...fixed, ...state]
    const sharer = new Sharer(new Program(`share ${scene.choice.name}`, command), upBytesPerSecond)
    sharer.#program.ended.then(() => clearInterval(sharer.#sampling))
    await until('it shares', () => sharer.#magnet, { deadlineMs: READY_MS, program: sharer.#program })
    return sharer
  }

  get magnet(): string {
    return this.#magnet ?? ''
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    const named = /x\.pe=([^&]+)/.exec(this.magnet)?.[1]
    if (named === undefined) throw new Error(`no address in ${this.magnet}`)
    return decodeURIComponent(named)
  }

  /** Blocks handed to connections so far: all that a getter can have received, and a little that was on its way. */
  async given(): Promise<number> {
    const asked = performance.now()
    const report = await until('it reports', () => this.#reports.findLast(({ atMs }) => atMs > asked), {
      deadlineMs: NEXT_REPORT_MS,
      everyMs: 20,
      program: this.#program,
    })
    return report.givenBytes
  }

  /** Bytes that left between two moments: blocks, and what little is said around them. */
  sentBetween(fromMs: number, toMs: number): number {
    return this.#sentBy(toMs) - this.#sentBy(fromMs)
  }

  #sentBy(atMs: number): number {
    return (this.#sent.findLast((sample) => sample.atMs <= atMs) ?? this.#sent[0])?.bytes ?? 0
  }

  /** proc_pid_io(5): `wchar` counts what was written to sockets too. A sharer writes hardly anything else. */
  #sample(): void {
    const bytes = Number(/^wchar: (\d+)/m.exec(readIo(this.#program.pid))?.[1] ?? 0)
    this.#sent.push({ atMs: performance.now(), bytes })
    if (this.#sent.length > SAMPLES_KEPT) this.#sent.splice(0, SAMPLES_KEPT / 2)
  }

  async stop(): Promise<void> {
    await this.#program.stop('SIGINT')
  }
}

function readIo(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/io`, 'latin1')
  } catch {
    // It has just ended; whoever waits for it will say so.
    return ''
  }
}
