// v2 hashes from peers (BEP 52): fetches piece layers that a magnet cannot carry, and leaf hashes that tell which block of
// a bad piece was wrong. Invariant: nothing is learned that does not lead to a known node of the tree.

import { equalBytes, toHex } from '../../base/bytes.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import { climb, type HashRun, MAX_RUN_HASHES, provesToRoot, runsOfLayer } from '../../metainfo/hash-run.ts'
import {
  blocksOf,
  HASH_BYTES,
  hashesInLayer,
  pieceLayer,
  powerOfTwoAbove,
  rootLayer,
} from '../../metainfo/merkle.ts'
import type { TorrentFile } from '../../metainfo/metainfo.ts'
import { encodeHashRequest } from '../../protocol/wire/encode.ts'
import type { HashRange } from '../../protocol/wire/messages.ts'
import type { Peer } from '../peer/peer.ts'
import { ASKED_PER_SECOND, HashBudget } from './hash-budget.ts'
import type { HashTrees } from './hash-trees.ts'

/** Requests outstanding at one peer: an answer may be 16 KiB. */
const ASKED_PER_PEER = 4

/** An answer that does not come within this is asked of somebody else. */
const ANSWER_TIMEOUT_MS = 10_000

/** Runs looked at in one go, so that a torrent of 100,000 files without layers costs no more than any other. */
const LOOKS_AT_ONCE = 200

/** A peer that refused a file's hashes is not asked for them again within this. */
const REFUSED_PAUSE_MS = 60_000

/** Leaf hashes for blame are waited for this long; then the whole piece is fetched again. */
const BLAME_TIMEOUT_MS = 15_000

export interface HashExchangeOptions {
  readonly trees: HashTrees
  readonly now: () => Millis
  /** A whole piece layer became known. */
  readonly learned: () => void
  /** An answer was provably wrong. */
  readonly lied: (peer: Peer) => void
}

interface Wanted {
  readonly file: TorrentFile
  readonly run: HashRun
  /** Only who has this piece can tell its leaves; undefined for hashes that everybody with the metadata may know. */
  readonly piece: PieceIndex | undefined
  /** Takes a proven answer. */
  readonly accept: (hashes: Uint8Array) => void
  readonly proven: (answer: Uint8Array) => boolean
}

interface Asked {
  readonly wanted: Wanted
  readonly peer: Peer
  readonly at: Millis
}

interface Blame {
  readonly until: Millis
  readonly runs: readonly Wanted[]
  readonly done: (leaves: Uint8Array | undefined) => void
}

export class HashExchange {
  readonly #options: HashExchangeOptions
  /** Not asked of anybody now, in the order they are looked at. */
  readonly #waiting = new Map<string, Wanted>()
  /** At most ASKED_PER_PEER for each peer. */
  readonly #asked = new Map<string, Asked>()
  readonly #refusals = new WeakMap<Peer, Map<string, Millis>>()
  readonly #blames = new Set<Blame>()
  readonly #budget = new HashBudget(ASKED_PER_SECOND)
  #peers: Iterable<Peer> = []

  constructor(options: HashExchangeOptions) {
    this.#options = options
    for (const file of options.trees.expected.missing()) this.#wantLayer(file)
  }

  #wantLayer(file: TorrentFile): void {
    const { learned } = this.#options
    const { merkle, expected, metainfo } = this.#options.trees
    const root = file.root as Uint8Array
    const base = pieceLayer(metainfo.pieceLengthBytes)
    const rows = hashesInLayer(file.lengthBytes, base)
    const layer = new Uint8Array(rows * HASH_BYTES)
    const runs = runsOfLayer(file.lengthBytes, base)
    let missing = runs.length
    for (const run of runs) {
      this.#want({
        file,
        run,
        piece: undefined,
        proven: (answer) => provesToRoot(merkle, file.lengthBytes, run, answer, root),
        accept: (hashes) => {
          const take = Math.min(run.length, rows - run.index)
          layer.set(hashes.subarray(0, take * HASH_BYTES), run.index * HASH_BYTES)
          if (--missing > 0) return
          expected.learn(root, layer)
          learned()
        },
      })
    }
  }

  #want(wanted: Wanted): void {
    this.#waiting.set(runKey(wanted.file.root as Uint8Array, wanted.run), wanted)
  }

  /** Layers are not asked for any more: the files themselves will tell (v1-reliance.ts). */
  forgetLayers(): void {
    for (const [key, wanted] of this.#waiting) if (wanted.piece === undefined) this.#waiting.delete(key)
    for (const [key, { wanted }] of this.#asked) if (wanted.piece === undefined) this.#asked.delete(key)
  }

  /** Asks peers that can answer for what is missing. */
  consider(peers: Iterable<Peer>): void {
    this.#peers = peers
    if (this.#waiting.size === 0) return
    const now = this.#options.now()
    const load = new Map<Peer, number>()
    for (const { peer } of this.#asked.values()) load.set(peer, (load.get(peer) ?? 0) + 1)
    const able = [...peers].filter((peer) => !peer.closed && peer.v2 && (peer.pieces?.count ?? 0) > 0)
    let looks = Math.min(LOOKS_AT_ONCE, this.#waiting.size)
    for (const [key, wanted] of this.#waiting) {
      if (looks-- <= 0) return
      const { file, piece, run } = wanted
      let best: Peer | undefined
      for (const peer of able) {
        const carried = load.get(peer) ?? 0
        if (carried >= ASKED_PER_PEER || this.#refusedBy(peer, file, now)) continue
        if (piece !== undefined && !peer.pieces?.has(piece)) continue
        if (best === undefined || carried < (load.get(best) ?? 0)) best = peer
      }
      this.#waiting.delete(key)
      if (best !== undefined && !this.#budget.spend(best, run.length, now)) best = undefined
      if (best === undefined) {
        // Nobody now: others are looked at first next time.
        this.#waiting.set(key, wanted)
        continue
      }
      this.#asked.set(key, { wanted, peer: best, at: now })
      load.set(best, (load.get(best) ?? 0) + 1)
      best.send(encodeHashRequest({ root: file.root as Uint8Array, ...run }))
    }
  }

  answered(peer: Peer, message: HashRange & { readonly hashes: Uint8Array }): void {
    const key = runKey(message.root, message)
    const asked = this.#asked.get(key)
    if (asked?.peer !== peer || asked.wanted.run.proofLayers !== message.proofLayers) return
    this.#asked.delete(key)
    if (!asked.wanted.proven(message.hashes)) {
      this.#waiting.set(key, asked.wanted)
      this.#options.lied(peer)
    } else asked.wanted.accept(message.hashes)
    this.consider(this.#peers)
  }

  refused(peer: Peer, message: HashRange, now: Millis): void {
    const key = runKey(message.root, message)
    const asked = this.#asked.get(key)
    if (asked?.peer !== peer) return
    this.#asked.delete(key)
    this.#waiting.set(key, asked.wanted)
    const refusals = this.#refusals.get(peer) ?? new Map<string, Millis>()
    refusals.set(toHex(message.root), after(now, REFUSED_PAUSE_MS))
    this.#refusals.set(peer, refusals)
    this.consider(this.#peers)
  }

  gone(peer: Peer): void {
    for (const [key, asked] of this.#asked) {
      if (asked.peer !== peer) continue
      this.#asked.delete(key)
      this.#waiting.set(key, asked.wanted)
    }
  }

  tick(now: Millis): void {
    for (const { wanted, peer, at } of [...this.#asked.values()]) {
      if (now >= after(at, ANSWER_TIMEOUT_MS))
        this.refused(peer, { root: wanted.file.root as Uint8Array, ...wanted.run }, now)
    }
    for (const blame of [...this.#blames]) if (now >= blame.until) this.#endBlame(blame, undefined)
    this.consider(this.#peers)
  }

  #refusedBy(peer: Peer, file: TorrentFile, now: Millis): boolean {
    return now < (this.#refusals.get(peer)?.get(toHex(file.root as Uint8Array)) ?? now)
  }

  /** The right leaf hashes of a piece, 32 bytes per block, or undefined when nobody gave them in time. */
  leavesOf(piece: PieceIndex, done: (leaves: Uint8Array | undefined) => void): void {
    const { now, trees } = this.#options
    const { expected, merkle, metainfo } = trees
    const place = expected.place(piece)
    const root = place?.file.root
    const tree = place === undefined ? undefined : trees.of(place.file)
    if (place === undefined || root === undefined || tree === undefined) {
      done(undefined)
      return
    }
    const { file } = place
    const top = Math.min(pieceLayer(metainfo.pieceLengthBytes), rootLayer(file.lengthBytes))
    const first = place.pieceInFile * 2 ** top
    const count = Math.min(2 ** top, blocksOf(file.lengthBytes) - first)
    const length = Math.min(MAX_RUN_HASHES, powerOfTwoAbove(count))
    if (length < 2) {
      done(undefined)
      return
    }
    const leaves = new Uint8Array(count * HASH_BYTES)
    let missing = Math.ceil(count / length)
    const runs: Wanted[] = []
    const blame: Blame = { until: after(now(), BLAME_TIMEOUT_MS), runs, done }
    for (let index = first; index < first + count; index += length) {
      const run: HashRun = { baseLayer: 0, index, length, proofLayers: Math.max(0, top - 1) }
      runs.push({
        file,
        run,
        piece,
        proven: (answer) => {
          const node = climb(merkle, file.lengthBytes, run, answer)
          const known = node === undefined ? undefined : tree.node(node.layer, node.index)
          return node !== undefined && known !== undefined && equalBytes(known, node.hash)
        },
        accept: (hashes) => {
          const take = Math.min(length, first + count - index)
          leaves.set(hashes.subarray(0, take * HASH_BYTES), (index - first) * HASH_BYTES)
          if (--missing === 0) this.#endBlame(blame, leaves)
        },
      })
    }
    this.#blames.add(blame)
    for (const wanted of runs) this.#want(wanted)
    this.consider(this.#peers)
  }

  #endBlame(blame: Blame, leaves: Uint8Array | undefined): void {
    if (!this.#blames.delete(blame)) return
    for (const { file, run } of blame.runs) {
      const key = runKey(file.root as Uint8Array, run)
      this.#waiting.delete(key)
      this.#asked.delete(key)
    }
    blame.done(leaves)
  }
}

function runKey(
  root: Uint8Array,
  run: { readonly baseLayer: number; readonly index: number; readonly length: number },
): string {
  return `${toHex(root)} ${run.baseLayer} ${run.index} ${run.length}`
}
