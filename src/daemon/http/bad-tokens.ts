// How often somebody may try a wrong token: ten a minute, then a pause of a minute in which none is looked at (SAFETY.md).
// Bounded: the source heard of longest ago is forgotten first.

const MOST_PER_MINUTE = 10
const WINDOW_MS = 60_000
const PAUSE_MS = 60_000
/** An address and a kind of credential each; whoever has more addresses than this still faces 256 bits. */
const MAX_SOURCES = 1_000

interface Tries {
  readonly since: number
  readonly count: number
  readonly pausedUntil: number
}

export class BadTokens {
  readonly #now: () => number
  readonly #sources = new Map<string, Tries>()

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @returns milliseconds until a token of this source is looked at again; 0 for now */
  pauseMs(source: string): number {
    return Math.max(0, (this.#sources.get(source)?.pausedUntil ?? 0) - this.#now())
  }

  tried(source: string): void {
    const now = this.#now()
    const known = this.#sources.get(source)
    const fresh = known === undefined || now - known.since >= WINDOW_MS
    const count = fresh ? 1 : known.count + 1
    this.#sources.delete(source)
    if (this.#sources.size >= MAX_SOURCES) {
      const [oldest] = this.#sources.keys()
      if (oldest !== undefined) this.#sources.delete(oldest)
    }
    const paused = count >= MOST_PER_MINUTE
    this.#sources.set(source, {
      since: fresh || paused ? now : known.since,
      count: paused ? 0 : count,
      pausedUntil: paused ? now + PAUSE_MS : 0,
    })
  }

  get size(): number {
    return this.#sources.size
  }
}
