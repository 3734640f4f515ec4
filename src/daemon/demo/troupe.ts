// The four processes together: starts them, knows what they last said, and lets the story wait for something to be true.
// Promise: a wait ends with the first failure of any of them, with the person's wish to stop, or when nothing moves any more.

import { explain } from '../../api/errors.ts'
import { CAST, type FishName } from './cast.ts'
import { DemoError } from './demo-error.ts'
import { FishError } from './fish.ts'
import { FishHandle, type FishListener } from './fish-handle.ts'
import type { FishEvent, FishReport } from './fish-messages.ts'
import type { Stage } from './stage.ts'

export type Sharing = Extract<FishEvent, { event: 'sharing' }>
export type Left = Extract<FishEvent, { event: 'left' }>

export interface TroupeEvents {
  hashing(doneBytes: number): void
  /** @returns whether anything moved since the last one */
  reported(name: FishName, report: FishReport): boolean
}

/** With nothing moving for this long something is wrong; a slow disk may take some seconds to make much durable. */
const STALL_MS = 60_000

export class Troupe implements FishListener {
  readonly #signal: AbortSignal
  readonly #events: TroupeEvents
  readonly #fish = new Map<FishName, FishHandle>()
  readonly #ports = new Map<FishName, number>()
  readonly #joined = new Set<FishName>()
  readonly #left = new Map<FishName, Left>()
  /** Those that were asked to end. */
  readonly #dismissed = new Set<FishName>()
  #sharing: Sharing | undefined
  #failure: DemoError | undefined
  #movedAt = performance.now()
  #wake = (): void => {}

  constructor(signal: AbortSignal, events: TroupeEvents) {
    this.#signal = signal
    this.#events = events
  }

  /** Starts all processes; resolves when they listen. */
  async start(stage: Stage): Promise<void> {
    for (const name of CAST) {
      const fish = new FishHandle(name, await stage.place('state', name), this)
      stage.add(fish)
      this.#fish.set(name, fish)
    }
  }

  /** Resolves when all listen. */
  ready(): Promise<void> {
    return this.until(() => this.#ports.size === CAST.length)
  }

  port(name: FishName): number {
    return this.#ports.get(name) ?? 0
  }

  pid(name: FishName): number {
    return this.#fish.get(name)?.pid ?? 0
  }

  /** Resolves when others can get it. */
  async share(name: FishName, path: string, upBytesPerSecond: number): Promise<Sharing> {
    this.#fish.get(name)?.order({ order: 'share', path, upBytesPerSecond })
    await this.until(() => this.#sharing !== undefined)
    return this.#sharing as Sharing
  }

  give(name: FishName, upBytesPerSecond: number): void {
    this.#fish.get(name)?.order({ order: 'give', upBytesPerSecond })
  }

  /** Resolves when it takes connections. */
  async get(
    name: FishName,
    what: {
      readonly magnet: string
      readonly folder: string
      readonly peers: readonly string[]
      readonly upBytesPerSecond: number
    },
  ): Promise<void> {
    this.#fish.get(name)?.order({ order: 'get', ...what })
    await this.until(() => this.#joined.has(name))
  }

  /** Lets it leave in order. @returns its last count, once its process is gone */
  async dismiss(name: FishName): Promise<Left> {
    this.#dismissed.add(name)
    await this.#fish.get(name)?.end()
    const left = this.#left.get(name)
    if (left === undefined) throw new DemoError('DEMO_FISH_FAILED', { name, why: 'It did not end in order.' })
    return left
  }

  /** Everybody's process is gone when it resolves. */
  async end(): Promise<void> {
    for (const name of CAST) this.#dismissed.add(name)
    await Promise.all([...this.#fish.values()].map((fish) => fish.end()))
  }

  /** @throws DemoError DEMO_FISH_FAILED, DEMO_STALLED, INTERRUPTED */
  async until(condition: () => boolean): Promise<void> {
    const wake = (): void => this.#wake()
    this.#signal.addEventListener('abort', wake)
    try {
      while (!condition()) {
        if (this.#signal.aborted) throw new DemoError('INTERRUPTED', { name: 'the demo' })
        if (this.#failure !== undefined) throw this.#failure
        const stillMs = performance.now() - this.#movedAt
        if (stillMs >= STALL_MS) {
          throw new DemoError('DEMO_STALLED', { seconds: Math.round(stillMs / 1_000) })
        }
        await this.#news(STALL_MS - stillMs)
      }
    } finally {
      this.#signal.removeEventListener('abort', wake)
    }
  }

  #news(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, atMostMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  // ── FishListener ──

  heard(name: FishName, event: FishEvent): void {
    let moved = true
    switch (event.event) {
      case 'ready':
        this.#ports.set(name, event.port)
        break
      case 'hashing':
        this.#events.hashing(event.doneBytes)
        break
      case 'sharing':
        this.#sharing = event
        break
      case 'joined':
        this.#joined.add(name)
        break
      case 'report':
        moved = this.#events.reported(name, event)
        break
      case 'left':
        this.#left.set(name, event)
        break
      case 'failed':
        this.#fail(name, explain(new FishError(event.code, event.data)).report.message)
        break
    }
    if (moved) this.#movedAt = performance.now()
    this.#wake()
  }

  ended(name: FishName, how: string): void {
    if (!this.#dismissed.has(name)) this.#fail(name, `Its process ended (${how}).`)
    this.#wake()
  }

  /** The first failure counts; what follows comes of it. */
  #fail(name: FishName, why: string): void {
    this.#failure ??= new DemoError('DEMO_FISH_FAILED', { name, why })
  }
}
