// Random `kill -9` of real downloads: `npm run lab:crash -- [--kills 200] [--seed N] [--size 96M] [--piece 1M]
// [--up 10M] [--lanes 2] [--only WORDS] [--seconds N]`. Promises looked at after every kill (SAFETY.md G1 and G3): every
// piece and block that the journal records is on disk and right; at most the larger of 16 MiB or 5 s of received data
// must come again; nothing recorded is hashed again at the next start. At the end every file is byte for byte right.

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SeededRandom } from '../../src/base/random.ts'
import { RATE, SIZE } from '../../src/cli/readers.ts'
import { Download, type Kill } from './download.ts'
import { MIB, type Scene, SceneMaker, sceneChoices } from './scene.ts'
import { Sharer } from './sharer.ts'
import { tableOf } from './table.ts'

export interface CrashOptions {
  readonly kills: number
  readonly seed: number
  readonly lengthBytes: number
  readonly pieceLengthBytes: number | undefined
  readonly upBytesPerSecond: number
  /** Downloads at the same time. */
  readonly lanes: number
  /** Only torrents whose name holds one of these. */
  readonly only?: readonly string[]
  /** No kill is made after this; downloads under way are finished. */
  readonly mostSeconds?: number
  readonly say?: (line: string) => void
}

export interface CrashResult {
  readonly seed: number
  readonly kills: readonly Kill[]
  readonly downloads: number
  readonly faults: readonly string[]
  readonly seconds: number
}

export async function crashLab(options: CrashOptions): Promise<CrashResult> {
  const maker = await SceneMaker.open()
  const sharers: Sharer[] = []
  try {
    return await new Lab(options, maker, sharers).run()
  } finally {
    await Promise.all(sharers.map((sharer) => sharer.stop()))
    await maker.remove()
  }
}

class Lab {
  readonly #options: CrashOptions
  readonly #maker: SceneMaker
  readonly #sharers: Sharer[]
  readonly #kills: Kill[] = []
  readonly #faults: string[] = []
  #begunAtMs = performance.now()
  #downloads = 0

  constructor(options: CrashOptions, maker: SceneMaker, sharers: Sharer[]) {
    this.#options = options
    this.#maker = maker
    this.#sharers = sharers
  }

  async run(): Promise<CrashResult> {
    const { seed, lengthBytes, pieceLengthBytes, only, lanes } = this.#options
    const choices = sceneChoices(lengthBytes, pieceLengthBytes).filter(
      ({ name }) => only === undefined || only.some((word) => name.includes(word)),
    )
    const ready: { scene: Scene; sharer: Sharer }[] = []
    for (const choice of choices) {
      const scene = await this.#maker.make(choice, seed)
      const sharer = await Sharer.start(scene, this.#options.upBytesPerSecond)
      this.#sharers.push(sharer)
      ready.push({ scene, sharer })
    }
    this.#begunAtMs = performance.now()
    let turn = 0
    const lane = async (): Promise<void> => {
      while (this.#mayKill()) {
        const next = ready.shift()
        if (next === undefined) return
        await this.#download(next.scene, next.sharer, turn++)
        ready.push(next)
      }
    }
    await Promise.all(Array.from({ length: Math.min(lanes, ready.length) }, lane))
    return {
      seed,
      kills: this.#kills,
      downloads: this.#downloads,
      faults: this.#faults,
      seconds: (performance.now() - this.#begunAtMs) / 1_000,
    }
  }

  async #download(scene: Scene, sharer: Sharer, turn: number): Promise<void> {
    const { say, seed } = this.#options
    const download = new Download({
      scene,
      sharer,
      folder: join(this.#maker.folder, `download-${turn}`),
      random: new SeededRandom(seed * 1_000 + turn),
      mayKill: () => this.#mayKill(),
      killed: (kill) => {
        this.#kills.push(kill)
        say?.(lineOf(this.#kills.length, kill))
      },
      fault: (sentence) => {
        this.#faults.push(sentence)
        say?.(`WRONG: ${sentence}`)
      },
    })
    try {
      await download.run()
      this.#downloads++
    } catch (error) {
      this.#faults.push(`${scene.choice.name}: ${error instanceof Error ? error.message : error}`)
    }
  }

  #mayKill(): boolean {
    const { kills, mostSeconds } = this.#options
    const late = mostSeconds !== undefined && performance.now() - this.#begunAtMs > mostSeconds * 1_000
    return this.#kills.length < kills && !late
  }
}

function lineOf(number: number, kill: Kill): string {
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`
  const life = `${(kill.livedMs / 1_000).toFixed(1)} s`
  const bytes = `received ${mib(kill.receivedBytes)}, again ${mib(kill.repeatedBytes)} of ${mib(kill.allowedBytes)}`
  return `${number}. ${kill.torrent}: killed at ${kill.moment} after ${life}; ${bytes}; ${kill.recordedPieces} pieces recorded`
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string' },
      size: { type: 'string', default: '96M' },
      piece: { type: 'string' },
      up: { type: 'string', default: '10M' },
      lanes: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true },
      seconds: { type: 'string' },
    },
  })
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed)
  console.log(`seed ${seed}`)
  const result = await crashLab({
    kills: Number(values.kills),
    seed,
    lengthBytes: Number(SIZE.read(values.size)),
    pieceLengthBytes: values.piece === undefined ? undefined : Number(SIZE.read(values.piece)),
    upBytesPerSecond: Number(RATE.read(values.up)),
    lanes: Number(values.lanes),
    ...(values.only === undefined ? {} : { only: values.only }),
    ...(values.seconds === undefined ? {} : { mostSeconds: Number(values.seconds) }),
    say: console.log,
  })
  console.log(`\n${tableOf(result)}`)
  if (result.faults.length > 0) process.exitCode = 1
}
