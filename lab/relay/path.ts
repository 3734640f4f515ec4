// One direction of a bad way: what becomes of each packet, from a seed. It knows no sockets and no clock, so the relay
// between real programs and the simulated one between machines are bad in the same way.
// Invariants: packets go through the queue one after the other at the rate; what does not fit into the queue is lost.

import { type Random, randomFraction, randomInt } from '../../src/base/random.ts'

export interface PathOptions {
  /** Every packet takes at least the first and at most the second, in ms, so packets overtake each other. */
  readonly delayMs?: readonly [number, number]
  /** One packet in so many is lost. */
  readonly lossOneIn?: number
  /** One packet in so many is held back by REORDER_MS, behind those sent after it. */
  readonly reorderOneIn?: number
  /** One packet in so many arrives twice. */
  readonly duplicateOneIn?: number
  /** Longer packets are lost. */
  readonly mtuBytes?: number
  /** The narrowest link, in bytes per second. */
  readonly rate?: number
  /** What waits in front of it at most. */
  readonly queueBytes?: number
}

/** Long enough for many packets to pass. */
const REORDER_MS = 30

/** IP and UDP headers count on a link. */
const HEADERS_BYTES = 28

/** A quarter of a second at 20 Mbit/s. */
const QUEUE_BYTES = 625_000

export class Path {
  readonly options: PathOptions
  readonly #random: Random
  #freeAtMs = 0
  packets = 0
  lost = 0

  constructor(options: PathOptions, random: Random) {
    this.options = options
    this.#random = random
  }

  /** When a packet that is sent now arrives: once, not at all, or twice. */
  carry(lengthBytes: number, nowMs: number): readonly number[] {
    const { options } = this
    this.packets++
    const tooLong = options.mtuBytes !== undefined && lengthBytes > options.mtuBytes
    const throughMs =
      tooLong || this.#oneIn(options.lossOneIn) ? undefined : this.#throughMs(lengthBytes, nowMs)
    if (throughMs === undefined) {
      this.lost++
      return []
    }
    const heldMs = this.#oneIn(options.reorderOneIn) ? REORDER_MS : 0
    const arrival = throughMs + heldMs + this.#delayMs()
    return this.#oneIn(options.duplicateOneIn) ? [arrival, throughMs + this.#delayMs()] : [arrival]
  }

  #throughMs(lengthBytes: number, nowMs: number): number | undefined {
    const { rate, queueBytes = QUEUE_BYTES } = this.options
    if (rate === undefined) return nowMs
    const startMs = Math.max(nowMs, this.#freeAtMs)
    if (((startMs - nowMs) / 1000) * rate + lengthBytes > queueBytes) return undefined
    this.#freeAtMs = startMs + ((lengthBytes + HEADERS_BYTES) / rate) * 1000
    return this.#freeAtMs
  }

  #oneIn(count: number | undefined): boolean {
    return count !== undefined && randomInt(this.#random, count) === 0
  }

  #delayMs(): number {
    const [least, most] = this.options.delayMs ?? [0, 0]
    return least + randomFraction(this.#random) * (most - least)
  }
}

/** The conditions of libutp's own transfer test, there and back. */
export const CONDITIONS: Readonly<
  Record<'delay' | 'loss' | 'heavy loss' | 'reorder', [PathOptions, PathOptions]>
> = {
  delay: [{ delayMs: [10, 39] }, { delayMs: [10, 39] }],
  loss: [
    { delayMs: [10, 39], lossOneIn: 33 },
    { delayMs: [10, 39], lossOneIn: 47 },
  ],
  'heavy loss': [
    { delayMs: [10, 39], lossOneIn: 7 },
    { delayMs: [10, 39], lossOneIn: 13 },
  ],
  reorder: [
    { delayMs: [10, 39], reorderOneIn: 27 },
    { delayMs: [10, 39], reorderOneIn: 23 },
  ],
}
