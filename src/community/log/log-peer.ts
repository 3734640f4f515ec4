// What is known of one linked device within one circle: what it says it holds, what is asked of it, what it asks.
// Invariant: `ahead` are exactly the authors of whom it can give something that is wanted here, as CircleLog last saw it.

import type { Millis } from '../../base/ids.ts'
import type { DeviceId } from '../ids.ts'
import type { Want } from './log-frames.ts'
import { MAX_AUTHORS, type VectorEntry } from './log-vector.ts'
import { WorkBudget } from './work-budget.ts'

/** What was asked of it and is not answered yet. */
export interface Pull {
  readonly number: number
  readonly wants: ReadonlyMap<DeviceId, number>
  /** Whose chain may begin later than where it was asked from: nobody linked has what was before. */
  readonly gaps: ReadonlySet<DeviceId>
  readonly askedAt: Millis
  /** Given up waiting; it may still come. */
  late: boolean
}

/** A search for the first place where two copies of a chain differ: they are the same at `low`, and differ at `high`. */
export interface ForkSearch {
  low: number
  high: number
  /** The place asked about, with the number of the pull. */
  asked: { readonly number: number; readonly seq: number; readonly at: Millis } | undefined
}

export interface Asked {
  readonly number: number
  readonly wants: readonly Want[]
  readonly probe: boolean
}

export class LogPeer {
  readonly device: DeviceId
  readonly relayed: boolean
  readonly vector = new Map<DeviceId, VectorEntry>()
  readonly ahead = new Set<DeviceId>()
  readonly searches = new Map<DeviceId, ForkSearch>()
  /** Authors of whom it was not told the newest. */
  readonly untold = new Set<DeviceId>()
  /** Proofs asked for, each once a link. */
  readonly proofsAsked = new Set<DeviceId>()
  readonly budget: WorkBudget
  pull: Pull | undefined
  /** What it asks and could not be sent yet: one, the newest. */
  asked: Asked | undefined
  /** Pages that did not come, or brought nothing. */
  failures = 0
  restUntil: Millis | undefined
  /** A frame was refused: it is told everything again when there is room. */
  behind = false
  /** Parts of a vector that is coming. */
  parts = 0

  constructor(device: DeviceId, relayed: boolean, now: Millis) {
    this.device = device
    this.relayed = relayed
    this.budget = new WorkBudget(now)
  }

  /** False where there is no room for one more author. */
  learn(entry: VectorEntry): boolean {
    if (!this.vector.has(entry.author) && this.vector.size >= MAX_AUTHORS) return false
    this.vector.set(entry.author, entry)
    return true
  }
}
