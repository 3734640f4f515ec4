// Keeps the answer to "why is it slow" from flickering: a cause must have held for most of the last seconds before it is named, and
// for as long not before it is not. What is certain (paused, a full disk, nobody there) is named at once. A machine: what was
// found and when goes in, what to say comes out.

import type { Millis } from '../../base/ids.ts'
import type { Bottleneck, BottleneckCode } from './bottleneck.ts'

/** What was found this long ago counts half. */
const HALF_LIFE_MS = 3_000
/** Found in so much of the recent time, weighted: it is named. A steady cause gets there after four seconds. */
const NAMED_SHARE = 0.6
/** What is named and found in less than this gives way to whatever is found most. */
const KEPT_SHARE = 0.2
/** Nobody looked for so long: what was before means nothing. */
const FORGOTTEN_AFTER_MS = 10_000

/** Not measured but known. */
const CERTAIN: ReadonlySet<BottleneckCode> = new Set([
  'PAUSED',
  'CHECKING',
  'DISK_TROUBLE',
  'NO_SOURCES',
  'UNREACHABLE',
  'CONNECTING',
  'ASKING_FOR_LIST',
])

export class SettledBottleneck {
  readonly #shares = new Map<BottleneckCode, number>()
  #named: Bottleneck | undefined
  #lookedAt: Millis | undefined

  look(found: Bottleneck, now: Millis): Bottleneck {
    const passedMs = this.#lookedAt === undefined ? Number.POSITIVE_INFINITY : now - this.#lookedAt
    this.#lookedAt = now
    const named = this.#named
    if (named === undefined || passedMs > FORGOTTEN_AFTER_MS || CERTAIN.has(found.code))
      return this.#begin(found)
    // What follows on something certain has only begun: nothing is said against it yet.
    if (CERTAIN.has(named.code)) return this.#begin({ code: 'NONE', evidence: {} })
    const kept = 2 ** (-passedMs / HALF_LIFE_MS)
    for (const [code, share] of this.#shares) this.#shares.set(code, share * kept)
    const share = (this.#shares.get(found.code) ?? 0) + 1 - kept
    this.#shares.set(found.code, share)
    const weak = (this.#shares.get(named.code) ?? 0) < KEPT_SHARE && found.code === this.#mostFound()
    // The same cause with newer figures, or another one.
    if (found.code === named.code || share >= NAMED_SHARE || weak) this.#named = found
    return this.#named ?? found
  }

  #begin(named: Bottleneck): Bottleneck {
    this.#shares.clear()
    this.#shares.set(named.code, 1)
    this.#named = named
    return named
  }

  #mostFound(): BottleneckCode | undefined {
    let most: BottleneckCode | undefined
    let best = 0
    for (const [code, share] of this.#shares) {
      if (share <= best) continue
      best = share
      most = code
    }
    return most
  }
}
