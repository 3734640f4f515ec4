// A real `shoal share` process that gives one torrent, and what it says it has given, second by second.

import { dirname, join } from 'node:path'
import { Program } from '../netns/program.ts'
import { until } from '../netns/until.ts'
import type { Scene } from './scene.ts'

export const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')

/** Hashing what is shared comes before it is given. */
const READY_MS = 120_000
const NEXT_REPORT_MS = 30_000

interface Report {
  readonly atMs: number
  readonly givenBytes: number
}

export class Sharer {
  readonly #program: Program
  readonly #reports: Report[] = []
  #magnet: string | undefined

  private constructor(program: Program) {
    this.#program = program
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
    const sharer = new Sharer(new Program(`share ${scene.choice.name}`, command))
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

  /** At an earlier moment, by the straight line between two reports. */
  givenAt(atMs: number): number {
    const next = this.#reports.findIndex((report) => report.atMs >= atMs)
    const [a, b] = [this.#reports[next - 1], this.#reports[next]]
    if (b === undefined) return this.#reports.at(-1)?.givenBytes ?? 0
    if (a === undefined) return b.givenBytes
    return a.givenBytes + ((b.givenBytes - a.givenBytes) * (atMs - a.atMs)) / (b.atMs - a.atMs)
  }

  async stop(): Promise<void> {
    await this.#program.stop('SIGINT')
  }
}
