// The web seeds of one live torrent: who is asked next, over how many connections, and who is not asked any more.
// They are sources beside the peers: blocks come from the same picker, go into the same storage and are judged by the
// same hashes. Invariant: at most MAX_CONNECTIONS requests are out, and a dropped web seed has none.

import { after, earliest, type Millis, type PieceIndex } from '../../base/ids.ts'
import type { PeerKey } from '../picker/world.ts'
import type { SetbackCode } from './answer.ts'
import type { WebSeedHost } from './host.ts'
import { nameOf, type WebSeedSource } from './source.ts'
import { WebSeed } from './web-seed.ts'

/** Of a torrent, whatever it names: a server is not there for one person alone. */
export const MAX_CONNECTIONS = 4
/** How often idle web seeds are looked after while something is wanted. */
const LOOK_MS = 1_000

export interface WebSeedStatus {
  /** For people: the host. */
  readonly name: string
  readonly url: string
  readonly state: 'idle' | 'fetching' | 'waiting' | 'dropped'
  /** Why it waits or was dropped. */
  readonly reason: SetbackCode | undefined
  readonly downBytesPerSecond: number
  readonly downloadedBytes: number
}

export class WebSeeds {
  readonly #host: WebSeedHost
  readonly #seeds: readonly WebSeed[]
  readonly #byKey = new Map<PeerKey, WebSeed>()
  #closed = false
  #filling = false

  constructor(host: WebSeedHost, sources: readonly WebSeedSource[]) {
    this.#host = host
    this.#seeds = sources
      // BEP 17 knows v1 infohashes only.
      .filter(({ kind }) => kind === 'files' || host.metainfo.infohashV1 !== undefined)
      .map((source) => new WebSeed(host, source, () => this.fill(host.clock.now())))
    for (const seed of this.#seeds) this.#byKey.set(seed.key, seed)
  }

  /** Starts whatever may be started. Cheap when nothing may. */
  fill(now: Millis): void {
    // A run that ends at once (nothing to fetch in it) asks to fill again: the loop here does.
    if (this.#closed || this.#filling || !this.#host.content.receiving) return
    this.#filling = true
    for (const seed of this.#seeds) seed.retry(now)
    const idle = new Set(this.#seeds)
    for (;;) {
      const seed = this.#next(idle, now)
      if (seed === undefined) break
      if (!seed.begin(now, this.#host.rangeBytes)) idle.delete(seed)
    }
    this.#filling = false
  }

  /** Whoever has the fewest requests out, the fastest of these. */
  #next(candidates: ReadonlySet<WebSeed>, now: Millis): WebSeed | undefined {
    let busy = 0
    for (const seed of this.#seeds) busy += seed.busy
    if (busy >= MAX_CONNECTIONS) return undefined
    let best: WebSeed | undefined
    for (const seed of candidates) {
      if (!seed.mayBegin(now)) continue
      if (best === undefined || seed.busy < best.busy) best = seed
      else if (seed.busy === best.busy && seed.rate.rate(now) > best.rate.rate(now)) best = seed
    }
    return best
  }

  tick(now: Millis): void {
    for (const seed of this.#seeds) seed.tick(now)
    this.fill(now)
  }

  deadline(now: Millis): Millis | undefined {
    if (this.#closed || !this.#host.content.receiving) return undefined
    let at: Millis | undefined
    for (const { standing } of this.#seeds) {
      if (standing.dropped) continue
      const look = after(now, LOOK_MS)
      at = earliest(at, standing.retryAt === undefined || standing.retryAt < look ? look : standing.retryAt)
    }
    return at
  }

  /** Somebody else delivered this block first. */
  drop(key: PeerKey, piece: PieceIndex, block: number): void {
    this.#byKey.get(key)?.drop(piece, block)
  }

  /** Trouble: nothing that was asked is waited for. fill() begins anew. */
  stop(): void {
    for (const seed of this.#seeds) seed.stop()
  }

  close(): void {
    this.#closed = true
    this.stop()
  }

  // ── judged by hashes ──

  knows(key: PeerKey): boolean {
    return this.#byKey.has(key)
  }

  /** It may have given wrong bytes, beside others: from here on it gets pieces of its own only, which prove it. */
  suspect(key: PeerKey): void {
    const seed = this.#byKey.get(key)
    if (seed !== undefined) seed.exclusive = true
  }

  /** It was others. */
  acquit(key: PeerKey): void {
    const seed = this.#byKey.get(key)
    if (seed !== undefined) seed.exclusive = false
  }

  /** It gave wrong bytes, certainly: never asked again by this torrent. */
  ban(key: PeerKey, code: string): void {
    const seed = this.#byKey.get(key)
    if (seed === undefined || seed.standing.dropped) return
    seed.stop()
    seed.standing.setback({ kind: 'never', code: 'POISON' }, this.#host.clock.now())
    this.#host.banned(nameOf(seed.source), code)
  }

  // ── told ──

  /** Web seeds that are asked or could be. */
  get usable(): number {
    return this.#seeds.filter(({ standing }) => !standing.dropped && standing.retryAt === undefined).length
  }

  /** Web seeds that give now. */
  get giving(): number {
    return this.#seeds.filter(({ busy }) => busy > 0).length
  }

  /** One of them has proven to have what it promises: a copy that needs no peer. */
  get copies(): number {
    return this.#seeds.some(({ standing }) => standing.proven && !standing.dropped && standing.has.complete)
      ? 1
      : 0
  }

  status(now: Millis): readonly WebSeedStatus[] {
    return this.#seeds.map(({ source, standing, busy, rate }) => ({
      name: nameOf(source),
      url: source.url,
      state: standing.dropped
        ? 'dropped'
        : busy > 0
          ? 'fetching'
          : standing.retryAt !== undefined
            ? 'waiting'
            : 'idle',
      reason: standing.reason,
      downBytesPerSecond: rate.rate(now),
      downloadedBytes: rate.totalBytes,
    }))
  }
}
