// The totals that go with every event: rates, peers, what is offered, limits in force. Made often, and so cheap: free space
// is asked for now and then, and told coarsely, so that a disk that others write to does not make news.

import type { Totals } from '../api/schemas/status.ts'
import type { Disk } from '../base/ports.ts'
import type { EngineHost } from './engine-host.ts'
import type { Resting } from './resting.ts'
import type { Limits } from './settings/speed.ts'
import { freeBytesAt } from './transfers/places.ts'
import { moment } from './transfers/transfer-row.ts'
import type { Transfers } from './transfers/transfers.ts'

const SPACE_EVERY_MS = 30_000
/** A hundredth of what is free, but no finer than this. */
const SPACE_STEP_BYTES = 16 * 1_048_576

export interface TotalsParts {
  readonly transfers: Transfers
  readonly host: EngineHost
  readonly resting: Resting
  readonly disk: Disk
  limits(): Limits
  saveFolder(): string
  now(): number
}

export class TotalsMaker {
  readonly #parts: TotalsParts
  #freeBytes: number | null = null
  #askedAt = Number.NEGATIVE_INFINITY
  #sharing: Totals['sharing'] = { link: 0, everyone: 0 }
  /** What they were counted at. */
  #countedAt = { touches: -1, resting: false }

  constructor(parts: TotalsParts) {
    this.#parts = parts
  }

  make(): Totals {
    const { transfers, host, resting, limits } = this.#parts
    if (this.#parts.now() - this.#askedAt >= SPACE_EVERY_MS) void this.lookAtSpace()
    let [down, up, peers] = [0, 0, 0]
    for (const { torrent } of transfers.livelyOnes()) {
      if (torrent === undefined || torrent.swarm.peers.size === 0) continue
      const { now, swarm } = torrent
      down += swarm.downRate.rate(now)
      up += swarm.upRate.rate(now)
      peers += swarm.peers.size
    }
    const { up: upLimit, down: downLimit, slow } = limits()
    const { until } = resting
    return {
      downBytesPerSecond: Math.round(down),
      upBytesPerSecond: Math.round(up),
      peers,
      reach: host.engine?.session.reach.judge().answer ?? 'no',
      sharing: { ...this.#countSharing() },
      pausedUntil: typeof until === 'number' ? moment(until) : until,
      upLimit,
      downLimit,
      slow,
      freeBytes: this.#freeBytes,
    }
  }

  /** Counted again when something was told of a transfer, not while thousands rest. */
  #countSharing(): Totals['sharing'] {
    const { transfers, resting } = this.#parts
    const { touches } = transfers
    if (this.#countedAt.touches === touches && this.#countedAt.resting === resting.on) return this.#sharing
    const sharing = { link: 0, everyone: 0 }
    for (const { record, rests, problem } of transfers) {
      const offered = record.role === 'share' || record.summary.finished
      if (offered && !rests && problem === null) sharing[record.audience]++
    }
    this.#sharing = sharing
    this.#countedAt = { touches, resting: resting.on }
    return sharing
  }

  /** Also when things are saved elsewhere from now on. */
  async lookAtSpace(): Promise<void> {
    const { disk, saveFolder, now } = this.#parts
    this.#askedAt = now()
    const freeBytes = await freeBytesAt(disk, saveFolder())
    this.#freeBytes = freeBytes === null ? null : coarse(freeBytes)
  }
}

function coarse(freeBytes: number): number {
  const step = Math.max(SPACE_STEP_BYTES, 2 ** Math.floor(Math.log2(Math.max(1, freeBytes / 100))))
  return Math.floor(freeBytes / step) * step
}
