// One web seed with its connections: what is asked of it next, in ranges, in whole files or in pieces.
// Invariant: at most MAX_CONNECTIONS_PER_SEED requests are out here, one while nothing came yet or ranges are not known.

import { hashBytes, type Infohash, type Millis, type PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { TorrentFile } from '../../metainfo/metainfo.ts'
import { RateMeter } from '../peer/rate.ts'
import type { PeerKey } from '../picker/world.ts'
import type { Setback } from './answer.ts'
import { BlockWriter } from './block-writer.ts'
import { type Fetch, fileFetches, pieceFetches } from './fetches.ts'
import { FileWriter } from './file-writer.ts'
import type { WebSeedHost } from './host.ts'
import { Lane } from './lane.ts'
import { WebSeedReach, type WebSeedSource } from './source.ts'
import { Standing } from './standing.ts'
import { fileUrl, pieceUrl } from './url.ts'

/** While one answer comes, the next request is already on its way. */
export const MAX_CONNECTIONS_PER_SEED = 2
/** BEP 19 leaves it open; larger ones save nothing, and each holds memory and what is lost when it breaks. */
export const MAX_RANGE_BYTES = 16 * 1024 * 1024
/** Asked of a seed whose rate is not known yet, and at least. */
const FIRST_RANGE_BYTES = 1024 * 1024
/** A range lasts about as long at the rate seen. */
const RANGE_MS = 4_000
/** A whole file is fetched no more often than this: what others kept for themselves may come free behind us. */
const MAX_PASSES = 3

export class WebSeed {
  readonly source: WebSeedSource
  readonly key: PeerKey
  readonly standing: Standing
  readonly rate = new RateMeter()
  exclusive = false
  readonly #host: WebSeedHost
  readonly #lanes: readonly Lane[]
  /** How often each file was begun, once it is known that the server knows no ranges. */
  #passes: Map<number, number> | undefined

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
        urlOf: (fetch) => this.#urlOf(fetch),
        mayConnect: (address, hop) => reach.mayConnect(address, hop),
        took: (lengthBytes) => this.rate.add(lengthBytes, host.clock.now()),
        answered: () => this.standing.answered(),
        ended: (setback) => {
          if (setback !== undefined) this.#setback(setback)
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
    const lanes = this.standing.proven && this.#passes === undefined ? MAX_CONNECTIONS_PER_SEED : 1
    return this.busy < lanes && this.standing.mayAsk(now)
  }

  /** @returns whether there was something to ask of it */
  begin(now: Millis, mostBytes: number): boolean {
    if (this.#passes !== undefined) return this.#beginFile(this.#passes, now)
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
    const files = this.source.kind === 'files'
    const writer = new BlockWriter({ host: this.#host, key: this.key, blocks, padsLeftOut: files })
    this.#start(writer, (files ? fileFetches : pieceFetches)(content.geometry, blocks))
    return true
  }

  /** The first file of which something is free. */
  #beginFile(passes: Map<number, number>, now: Millis): boolean {
    const { metainfo } = this.#host
    for (const { index, pad, lengthBytes } of metainfo.files) {
      const passed = passes.get(index) ?? 0
      if (pad || lengthBytes === 0 || passed >= MAX_PASSES) continue
      const { key, exclusive } = this
      const { has } = this.standing
      const rate = this.rate.rate(now)
      const writer = new FileWriter({ host: this.#host, key, has, file: index, exclusive, rate })
      if (!writer.wanted) continue
      passes.set(index, passed + 1)
      this.#start(writer, [{ kind: 'whole', file: index, lengthBytes }])
      return true
    }
    return false
  }

  #start(sink: BlockWriter | FileWriter, fetches: readonly Fetch[]): void {
    this.#lanes.find(({ busy }) => !busy)?.start(sink, fetches)
  }

  #setback(setback: Setback): void {
    // No reason to give it up: files can still be had whole.
    if (setback.code === 'RANGES_IGNORED' && this.#passes === undefined) this.#passes = new Map()
    else this.standing.setback(setback, this.#host.clock.now())
    if (this.standing.dropped) this.stop()
  }

  /** There may be memory for what waits. */
  retry(now: Millis): void {
    for (const lane of this.#lanes) lane.retry(now)
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
    if (fetch.kind !== 'piece')
      return fileUrl(this.source.url, metainfo, metainfo.files[fetch.file] as TorrentFile)
    return pieceUrl(this.source.url, hashBytes(metainfo.infohashV1 as Infohash), fetch.piece, fetch.ranges)
  }
}
