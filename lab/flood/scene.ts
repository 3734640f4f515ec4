// A target, a good peer beside it, and what a flood does to both: the good peer's throughput against the same peer's
// just before and after, the target's memory, descriptors and event-loop lag. All in one run, so that figures compare.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { Infohash } from '../../src/base/ids.ts'
import { RawPeer } from '../../test/doubles/raw-peer.ts'
import type { Flood } from './floods.ts'
import type { GoodFigures, TargetFigures, TargetOrder, TargetReady } from './messages.ts'

/** An honest peer that waits longer for an answer goes elsewhere. */
const PATIENCE_MS = 2_000
const NEWCOMER_EVERY_MS = 200
const PAYLOAD_BYTES = 64 * 1024 * 1024

export interface Victim {
  readonly endpoint: Endpoint
  readonly hash: Infohash
  readonly pieceCount: number
  /** v2 root of the only file. */
  readonly root: Uint8Array
  /** Addresses an attacker may come from; empty: the system's choice. */
  readonly addresses: readonly string[]
}

/** Where a flood comes from; a new set each time, since who was banned stays away. */
export type Addresses = () => readonly string[]

export interface FloodFigures {
  readonly name: string
  /** Attacks per second, in the flood's own unit. */
  readonly perSecond: number
  readonly unit: string
  /** Of the good peer, bytes per second: the mean of before and after, and during. */
  readonly calmBytesPerSecond: number
  readonly floodedBytesPerSecond: number
  readonly ratio: number
  /** Honest peers that came during the flood, and those that were let in within two seconds. */
  readonly newcomers: number
  readonly newcomersIn: number
  readonly calm: TargetFigures
  readonly flooded: TargetFigures
}

export interface SceneOptions {
  readonly host: string
  /** Where the good peer comes from. */
  readonly goodFrom: string
  readonly addresses: Addresses
  /** Where further honest peers come from, one after another. */
  readonly newcomerFrom: (index: number) => string | undefined
  /** What the good peer takes at most, 0 for all it gets. */
  readonly goodBytesPerSecond: number
  readonly directory?: string
}

export class FloodScene {
  readonly victim: Victim
  readonly #folder: string
  readonly #target: ChildProcess
  readonly #good: ChildProcess

  readonly #addresses: Addresses
  readonly #newcomerFrom: (index: number) => string | undefined
  #newcomer = 0

  private constructor(
    victim: Victim,
    folder: string,
    target: ChildProcess,
    good: ChildProcess,
    options: SceneOptions,
  ) {
    this.#addresses = options.addresses
    this.#newcomerFrom = options.newcomerFrom
    this.victim = victim
    this.#folder = folder
    this.#target = target
    this.#good = good
  }

  static async open(options: SceneOptions): Promise<FloodScene> {
    const folder = await mkdtemp(join(options.directory ?? tmpdir(), 'shoal-flood-'))
    const target = start('target.ts', [folder, options.host, String(PAYLOAD_BYTES)])
    const ready = await answer<TargetReady>(target, 'ready')
    const { port, infohash, pieceCount, root } = ready
    const victim: Victim = {
      endpoint: { host: options.host, port },
      hash: infohash as Infohash,
      pieceCount,
      root: new Uint8Array(Buffer.from(root, 'hex')),
      addresses: [],
    }
    const good = start('good-peer.ts', [
      options.host,
      String(port),
      infohash,
      String(pieceCount),
      options.goodFrom,
      String(options.goodBytesPerSecond),
    ])
    await answer(good, 'ready')
    const scene = new FloodScene(victim, folder, target, good, options)
    await scene.#taken(1_000)
    return scene
  }

  /** Calm, flooded, calm again. */
  async measure(flood: Flood, seconds: number): Promise<FloodFigures> {
    await this.figures(true)
    const before = await this.#taken(seconds * 1_000)
    const calm = await this.figures(true)
    const attack = flood.begin({ ...this.victim, addresses: this.#addresses() })
    await attack.underWay
    await this.figures(true)
    const started = { count: attack.count(), at: performance.now() }
    const [during, guests] = await Promise.all([
      this.#taken(seconds * 1_000),
      this.#newcomers(seconds * 1_000),
    ])
    const flooded = await this.figures(true)
    const perSecond = (1_000 * (attack.count() - started.count)) / (performance.now() - started.at)
    await attack.end()
    // What is left of it goes before the next figures are taken.
    await this.#taken(500)
    const after = await this.#taken(seconds * 1_000)
    const calmBytesPerSecond = (before + after) / 2
    return {
      name: flood.name,
      perSecond,
      unit: flood.unit,
      calmBytesPerSecond,
      floodedBytesPerSecond: during,
      ratio: during / calmBytesPerSecond,
      newcomers: guests.came,
      newcomersIn: guests.letIn,
      calm,
      flooded,
    }
  }

  /** Honest peers that come one after another, say hello and go. */
  async #newcomers(ms: number): Promise<{ came: number; letIn: number }> {
    const end = performance.now() + ms
    let came = 0
    let letIn = 0
    while (performance.now() < end) {
      const from = this.#newcomerFrom(this.#newcomer++)
      came++
      const options = from === undefined ? {} : { from }
      const hello = RawPeer.greeted(this.victim.endpoint, { hash: this.victim.hash }, options).then(
        async (peer) => {
          // Who is thrown out again at once was not let in.
          await Promise.race([peer.ended, pause(100)])
          if (!peer.over) letIn++
          peer.end()
        },
        () => undefined,
      )
      await Promise.race([hello, pause(PATIENCE_MS)])
      await pause(NEWCOMER_EVERY_MS)
    }
    return { came, letIn }
  }

  async figures(reset: boolean): Promise<TargetFigures> {
    const order: TargetOrder = { type: 'figures', reset }
    this.#target.send(order)
    return await answer<TargetFigures>(this.#target, 'figures')
  }

  /** Whether the good peer was never cut off. */
  async goodStays(): Promise<boolean> {
    return (await this.#good_()).connected
  }

  async #good_(): Promise<GoodFigures> {
    this.#good.send({})
    return await answer<GoodFigures>(this.#good, 'taken')
  }

  /** Bytes per second that the good peer takes during this time. */
  async #taken(ms: number): Promise<number> {
    const from = { ...(await this.#good_()), at: performance.now() }
    await pause(ms)
    const to = await this.#good_()
    return (1_000 * (to.takenBytes - from.takenBytes)) / (performance.now() - from.at)
  }

  async close(): Promise<void> {
    for (const child of [this.#good, this.#target]) {
      child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function start(file: string, words: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), words, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--expose-gc', ...(process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [])],
  })
}

function answer<T>(child: ChildProcess, type: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = () => {
      child.off('message', heard)
      child.off('exit', ended)
    }
    const heard = (message: { readonly type?: string }) => {
      if (message.type !== type) return
      done()
      resolve(message as T)
    }
    const ended = (code: number | null) => {
      done()
      reject(new Error(`a process of the flood ended with ${code}`))
    }
    child.on('message', heard)
    child.on('exit', ended)
  })
}
