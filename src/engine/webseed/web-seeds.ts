// The web seeds of one live torrent: who is asked next, over how many connections, and who is not asked any more.
// They are sources beside the peers: blocks come from the same picker, go into the same storage and are judged by the
// same hashes. Invariant: at most MAX_CONNECTIONS requests are out, and a dropped web seed has none.

import { after, earliest, hashBytes, type Infohash, type Millis, type PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { TorrentFile } from '../../metainfo/metainfo.ts'
import { RateMeter } from '../peer/rate.ts'
import type { PeerKey } from '../picker/world.ts'
import type { SetbackCode } from './answer.ts'
import { type Fetch, fileFetches, pieceFetches } from './fetches.ts'
import type { WebSeedHost } from './host.ts'
import { Lane } from './lane.ts'
import { nameOf, WebSeedReach, type WebSeedSource } from './source.ts'
import { Standing } from './standing.ts'
import { fileUrl, pieceUrl } from './url.ts'

/** Of a torrent, whatever it names: a server is not there for one person alone. */
export const MAX_CONNECTIONS = 4
/** At one web seed: while one answer comes, the next request is already on its way. */
export const MAX_CONNECTIONS_PER_SEED = 2
/** BEP 19 leaves it open; larger ones save nothing, and each holds memory and what is lost when it breaks. */
export const MAX_RANGE_BYTES = 16 * 1024 * 1024
/** Asked of a seed whose rate is not known yet, and at least. */
const FIRST_RANGE_BYTES = 1024 * 1024
/** A range lasts about as long at the rate seen. */
const RANGE_MS = 4_000
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

/** One of them with its connections. */
class WebSeed {
  readonly source: WebSeedSource
  readonly key: PeerKey
  readonly standing: Standing
  readonly rate = new RateMeter()
  exclusive = false
  readonly #host: WebSeedHost
  readonly #lanes: readonly Lane[]

  constructor(host: WebSeedHost, source: WebSeedSource, freed: () => void) {
    this.#host = host
    this.source = source
    this.key = host.newKey()
    this.standing = new Standing(host.content.geometry)
    const reach = new WebSeedReach(source)
    const lane = (): Lane =>
      new Lane({
        host,
        key: this.key,
        padsLeftOut: source.kind === 'files',
        urlOf: (fetch) => this.#urlOf(fetch),
        mayConnect: (address, hop) => reach.mayConnect(address, hop),
        took: (lengthBytes) => this.rate.add(lengthBytes, host.clock.now()),
        answered: () => this.standing.answered(),
        ended: (setback) => {
          if (setback !== undefined) this.standing.setback(setback, host.clock.now())
          if (this.standing.dropped) this.stop()
          freed()
        },
      })
    this.#lanes = Array.from({ length: MAX_CONNECTIONS_PER_SEED }, lane)
  }

  get busy(): number {
    let busy = 0
    for (const lane of this.#lanes) if (lane.busy) busy++
    return busy
  }

  mayBegin(now: Millis): boolean {
    // Until something came from it, one request shows whether it is worth a second.
    const lanes = this.standing.proven ? MAX_CONNECTIONS_PER_SEED : 1
    return this.busy < lanes && this.standing.mayAsk(now)
  }

  /** @returns whether there was something to ask of it */
  begin(now: Millis, mostBytes: number): boolean {
    const { content } = this.#host
    const rate = this.rate.rate(now)
    const usualBytes = Math.max(FIRST_RANGE_BYTES, (rate * RANGE_MS) / 1_000 / MAX_CONNECTIONS_PER_SEED)
    // A whole piece where it fits: then whoever gave it is known, and its memory is needed for a short time.
    const wishBytes = Math.max(usualBytes, content.geometry.pieceLengthBytes)
    const blocks = content.picker.pick({
      peer: this.key,
      has: this.standing.has,
      count: Math.floor(Math.min(wishBytes, mostBytes, MAX_RANGE_BYTES) / BLOCK_BYTES),
      now,
      exclusive: this.exclusive,
      only: undefined,
      rate,
      suggested: undefined,
      stretch: true,
    })
    if (blocks.length === 0) return false
    // The last blocks come in another order; neighbours belong into one request.
    blocks.sort((a, b) => a.piece - b.piece || a.block - b.block)
    const fetches = this.source.kind === 'files' ? fileFetches : pieceFetches
    this.#lanes.find(({ busy }) => !busy)?.start(blocks, fetches(content.geometry, blocks))
    return true
  }

  tick(now: Millis): void {
    for (const lane of this.#lanes) lane.tick(now)
  }

  drop(piece: PieceIndex, block: number): void {
    for (const lane of this.#lanes) lane.drop(piece, block)
  }

  stop(): void {
    for (const lane of this.#lanes) lane.stop()
  }

  #urlOf(fetch: Fetch): string {
    const { metainfo } = this.#host
    if (fetch.kind === 'file')
      return fileUrl(this.source.url, metainfo, metainfo.files[fetch.file] as TorrentFile)
    return pieceUrl(this.source.url, hashBytes(metainfo.infohashV1 as Infohash), fetch.piece, fetch.ranges)
  }
}
