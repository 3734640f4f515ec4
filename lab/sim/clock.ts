// The Clock port on virtual time, one per program: its zero is its own, and it stops with its program.

import type { Millis } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/ports.ts'
import type { SimProgram } from './host.ts'
import type { World } from './world.ts'

/** 2026-01-01: every world begins that day. */
const EPOCH_MS = Date.UTC(2026, 0, 1)

export class SimClock implements Clock {
  readonly #world: World
  readonly #offsetMs: number
  readonly #program: SimProgram

  constructor(world: World, offsetMs: number, program: SimProgram) {
    this.#world = world
    this.#offsetMs = offsetMs
    this.#program = program
  }

  now(): Millis {
    return (this.#world.nowMs + this.#offsetMs) as Millis
  }

  wallMs(): number {
    return EPOCH_MS + this.#world.nowMs
  }

  schedule(at: Millis, wake: () => void): () => void {
    return this.#world.at(at - this.#offsetMs, () => {
      if (!this.#program.ended) wake()
    })
  }
}
