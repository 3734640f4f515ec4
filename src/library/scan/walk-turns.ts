// When a folder is walked, and how much of it: a machine. Events are gathered until it is quiet, directories that are
// touched without end are looked at less and less often, too many events are one whole walk, and a whole walk comes by
// itself now and then, because no system promises to tell everything.

import type { TouchedDirectory } from './folder-scan.ts'

/** Programs write in bursts; a person hardly notices. */
const QUIET_MS = 500
/** Something is always being written somewhere: then it is walked all the same. */
const LONGEST_GATHER_MS = 5_000
/** Walks take at most this part of the time: a directory of 100,000 files in which something is written is walked each 5 s. */
const REST_FACTOR = 10
/** More touched directories than that are more work one by one than all together. */
const MAX_TOUCHED = 2_000
/** inotify keeps 16,384 events and loses the rest in silence: near that the folder is walked as a whole. */
const STORM_EVENTS = 8_000
/** A whole walk of 100,000 unchanged files takes half a second of one core. */
const WHOLE_EVERY_MS = 3_600_000
/** The same, where nothing tells of changes. */
const WHOLE_EVERY_BLIND_MS = 300_000
/** A folder that is not there costs one look. */
const LOOK_FOR_MISSING_MS = 15_000
/** After a volume came or went during a walk. */
const UNSETTLED_MS = 2_000

export type Walk =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly touched: TouchedDirectory[] }
export type WalkEnd = 'done' | 'missing' | 'failed' | 'unsettled'

export class WalkTurns {
  #touched = new Map<string, boolean>()
  #events = 0
  #firstEventAt: number | undefined
  #lastEventAt = 0
  #wholeAt = 0
  /** The next walk of touched directories, after the last one. */
  #notBefore = 0
  /** The next whole walk for a storm of events, after the last whole one. */
  #stormNotBefore = 0
  #beganAt: number | undefined
  #walking: Walk['kind'] = 'whole'
  #blind = false

  /** As soon as may be. */
  wholeNow(nowMs: number): void {
    this.#wholeAt = Math.min(this.#wholeAt, nowMs)
  }

  /** Nothing tells of changes any more: only walking does. */
  set blind(blind: boolean) {
    this.#blind = blind
  }

  touched(directories: readonly TouchedDirectory[], nowMs: number): void {
    this.#events++
    this.#firstEventAt ??= nowMs
    this.#lastEventAt = nowMs
    for (const { path, deep } of directories) {
      if (this.#touched.size >= MAX_TOUCHED) break
      this.#touched.set(path, deep || this.#touched.get(path) === true)
    }
  }

  /** The walk that is due now; it must be told over by ended(). */
  next(nowMs: number): Walk | undefined {
    const at = this.deadline()
    if (at === undefined || at > nowMs) return undefined
    const whole = this.#isStorm || this.#wholeAt <= nowMs
    const touched = [...this.#touched].map(([path, deep]) => ({ path, deep }))
    this.#touched.clear()
    this.#events = 0
    this.#firstEventAt = undefined
    this.#beganAt = nowMs
    this.#walking = whole ? 'whole' : 'part'
    if (whole) this.#wholeAt = Number.POSITIVE_INFINITY
    return whole ? { kind: 'whole' } : { kind: 'part', touched }
  }

  ended(end: WalkEnd, nowMs: number): void {
    const tookMs = nowMs - (this.#beganAt ?? nowMs)
    this.#beganAt = undefined
    if (this.#walking === 'part') this.#notBefore = nowMs + tookMs * REST_FACTOR
    else this.#stormNotBefore = nowMs + tookMs * REST_FACTOR
    if (end === 'missing' || end === 'failed') {
      this.#wholeAt = nowMs + LOOK_FOR_MISSING_MS
      this.#touched.clear()
      this.#firstEventAt = undefined
    } else if (end === 'unsettled') {
      this.#wholeAt = Math.min(this.#wholeAt, nowMs + UNSETTLED_MS)
    } else if (this.#walking === 'whole') {
      const everyMs = this.#blind ? WHOLE_EVERY_BLIND_MS : WHOLE_EVERY_MS
      this.#wholeAt = Math.min(this.#wholeAt, nowMs + Math.max(everyMs, tookMs * REST_FACTOR))
    }
  }

  /** When next() has something; undefined while a walk is under way. */
  deadline(): number | undefined {
    if (this.#beganAt !== undefined) return undefined
    const quietAt =
      this.#firstEventAt === undefined
        ? Number.POSITIVE_INFINITY
        : Math.min(this.#lastEventAt + QUIET_MS, this.#firstEventAt + LONGEST_GATHER_MS)
    const partAt = Math.max(this.#isStorm ? this.#stormNotBefore : this.#notBefore, quietAt)
    const at = Math.min(partAt, this.#wholeAt)
    return Number.isFinite(at) ? at : undefined
  }
  get #isStorm(): boolean {
    return this.#events >= STORM_EVENTS || this.#touched.size >= MAX_TOUCHED
  }
}
