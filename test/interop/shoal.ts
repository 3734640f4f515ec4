// Shoal as everybody runs it: bin/shoal in a process of its own, understood through its --json lines only.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { PEER_PORT } from './libtorrent.ts'
import type { Scene } from './scene.ts'

const SHOAL = join(import.meta.dirname, '..', '..', 'bin', 'shoal')

const READY_DEADLINE_MS = 60_000
const DONE_DEADLINE_MS = 90_000

export interface SharingEvent {
  readonly event: 'sharing'
  readonly magnet: string
  readonly infohashV1: string | null
  readonly infohashV2: string | null
  readonly port: number
}

export interface DoneEvent {
  readonly event: 'done'
  readonly path: string
  readonly bytes: number
  readonly seconds: number
  readonly takenBytes: number
}

export interface ProgressEvent {
  readonly event: 'progress'
  readonly doneBytes: number
  readonly totalBytes: number
  readonly peers: number
  readonly takenBytes: number
  readonly webSeeds: readonly {
    readonly name: string
    readonly state: string
    readonly downloadedBytes: number
  }[]
}

type ShoalLine =
  | SharingEvent
  | DoneEvent
  | ProgressEvent
  | { readonly event?: undefined; readonly error: unknown }

export class Shoal {
  readonly program: Program
  readonly lines: ShoalLine[] = []

  private constructor(program: Program) {
    this.program = program
    program.onLine((line) => this.lines.push(JSON.parse(line) as ShoalLine))
  }

  /** `shoal ARGUMENTS --json`, with a state folder of its own unless `words` name one, on the port all clients use. */
  static async start(scene: Scene, host: Host, ...words: readonly string[]): Promise<Shoal> {
    const state = words.includes('--state-dir') ? [] : ['--state-dir', await scene.folder('shoal-state')]
    // Other ways to find peers are tested one at a time; `words` may name a node.
    const dht = words.includes('--dht-node') ? ['--dht-router', 'none'] : ['--no-dht']
    const fixed = [...dht, '--json', '--port', String(PEER_PORT), ...state]
    const name = `shoal ${words[0]} on ${host.name}`
    return new Shoal(scene.start(name, [process.execPath, SHOAL, ...words, ...fixed], { host }))
  }

  /** A command that ends by itself: what it printed last. */
  static async run<Result>(scene: Scene, ...words: readonly string[]): Promise<Result> {
    const name = `shoal ${words[0]}`
    const program = scene.start(name, [process.execPath, SHOAL, ...words, '--json'])
    const lines: string[] = []
    program.onLine((line) => lines.push(line))
    const { code } = await program.ended
    assert.equal(code, 0, program.tail())
    return JSON.parse(lines.at(-1) ?? 'null') as Result
  }

  /** `shoal share`: waits until it gives. */
  static async share(
    scene: Scene,
    host: Host,
    ...words: readonly string[]
  ): Promise<SharingEvent & { shoal: Shoal }> {
    // Made-up trees have hidden files (fixtures.ts), which a person is asked about.
    const shoal = await Shoal.start(scene, host, 'share', ...words, '--allow', 'hidden-file')
    return { ...(await shoal.event('sharing', READY_DEADLINE_MS)), shoal }
  }

  /** `shoal get`: does not wait. */
  static get(scene: Scene, host: Host, source: string, ...words: readonly string[]): Promise<Shoal> {
    return Shoal.start(scene, host, 'get', source, ...words)
  }

  done(): Promise<DoneEvent> {
    return this.event('done', DONE_DEADLINE_MS)
  }

  /** The first line of that kind. Fails at once if the program ends without it. */
  event<Kind extends 'sharing' | 'done' | 'progress'>(
    kind: Kind,
    deadlineMs: number,
  ): Promise<Extract<ShoalLine, { event: Kind }>> {
    return until(
      `shoal says "${kind}"`,
      () => this.lines.find((line): line is Extract<ShoalLine, { event: Kind }> => line.event === kind),
      { deadlineMs, program: this.program },
    )
  }
}
