// Holds what is wrong now, and tries from time to time whether it still is.
// Invariant: trouble() and recovered() alternate, except that trouble() may follow trouble() when the cause changed.

import { after, type Millis } from '../../base/ids.ts'
import type { StorageProblem } from './trouble.ts'
import { needsPerson } from './trouble.ts'

/** Soon enough for a person who just freed space to see it go on. */
const PROBE_EVERY_MS = 5_000

export interface DeskEvents {
  /** Tries everything again; what is still wrong is raised while it runs. */
  attempt(problem: StorageProblem): Promise<void>
  trouble(problem: StorageProblem): void
  recovered(): void
}

export class TroubleDesk {
  readonly #now: () => Millis
  readonly #events: DeskEvents
  #problem: StorageProblem | undefined
  #since: Millis | undefined
  #probeAt: Millis | undefined
  #probing: Promise<void> | undefined
  /** Raised again during the attempt under way. */
  #again: StorageProblem | undefined

  constructor(now: () => Millis, events: DeskEvents) {
    this.#now = now
    this.#events = events
  }

  get problem(): StorageProblem | undefined {
    return this.#problem
  }

  /** Since when there has been trouble without a break. */
  get since(): Millis | undefined {
    return this.#since
  }

  raise(problem: StorageProblem): void {
    if (this.#probing !== undefined) this.#again = worse(this.#again, problem)
    const current = this.#problem
    const shown = this.#again ?? worse(current, problem)
    this.#since ??= this.#now()
    if (this.#probing === undefined) this.#probeAt ??= after(this.#now(), PROBE_EVERY_MS)
    if (current !== undefined && sameProblem(current, shown)) return
    this.#problem = shown
    this.#events.trouble(shown)
  }

  deadline(): Millis | undefined {
    return this.#problem !== undefined && !needsPerson(this.#problem) ? this.#probeAt : undefined
  }

  tick(now: Millis): void {
    const deadline = this.deadline()
    if (deadline !== undefined && now >= deadline) void this.probe()
  }

  /** Tries now. */
  async probe(): Promise<void> {
    if (this.#probing !== undefined) return await this.#probing
    const problem = this.#problem
    if (problem === undefined) return
    this.#again = undefined
    this.#probeAt = undefined
    this.#probing = this.#events.attempt(problem)
    try {
      await this.#probing
    } finally {
      this.#probing = undefined
      if (this.#again === undefined) this.#clear()
      else this.#probeAt = after(this.#now(), PROBE_EVERY_MS)
    }
  }

  #clear(): void {
    if (this.#problem === undefined) return
    this.#problem = undefined
    this.#since = undefined
    this.#events.recovered()
  }
}

/** A missing volume explains everything else; otherwise the first one said stays. */
function worse(first: StorageProblem | undefined, second: StorageProblem): StorageProblem {
  if (first === undefined || second.code === 'MISSING_VOLUME') return second
  return first
}

function sameProblem(a: StorageProblem, b: StorageProblem): boolean {
  return a.code === b.code && a.path === b.path
}
