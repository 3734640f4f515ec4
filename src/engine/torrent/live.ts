// A torrent whose files are open: it joins picker, choker, storage and peers, and decides nothing that they decide.
// Invariant: a piece is announced only after storage said it is verified and readable.

import type { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { Geometry } from '../../metainfo/geometry.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { encodeHaves } from '../../protocol/wire/encode.ts'
import { type ChokeCandidate, Choker } from '../choker/choker.ts'
import { type Reveal, SUPER_SEED_PATIENCE_MS, SuperSeed } from '../choker/super-seed.ts'
import type { Content } from '../peer/host.ts'
import type { Peer } from '../peer/peer.ts'
import { Picker, type PickerWorld } from '../picker/picker.ts'
import type { TorrentStorage } from '../storage/torrent-storage.ts'
import type { StorageProblem } from '../storage/trouble.ts'
import { NOTHING_WITHHELD, withheldPieces } from '../storage/withheld.ts'
import type { ExpectedPieces } from './expected-hashes.ts'
import type { PeerTable } from './peer-table.ts'

export interface LiveOptions {
  readonly metainfo: Metainfo
  readonly storage: TorrentStorage
  readonly expected: ExpectedPieces
  readonly peers: PeerTable
  readonly random: Random
  readonly sequential: boolean
  readonly superSeed: boolean
  /** 0 … 7 per file, pads included. */
  readonly priorities: readonly number[]
  readonly withheld?: ReadonlySet<number>
  readonly uploadLimit: () => number | undefined
  readonly now: () => Millis
}

export class Live implements Content, PickerWorld {
  readonly geometry: Geometry
  readonly store: TorrentStorage
  readonly picker: Picker
  readonly #options: LiveOptions
  readonly #choker: Choker
  #superSeed: SuperSeed | undefined
  #problem: StorageProblem | undefined
  /** Since when blocks wait for memory to ask for them, and how long they did before. */
  #memoryWaitsSince: Millis | undefined
  #memoryWaitedMs = 0
  #verifying = 0
  /** When somebody last announced a piece that we lack. */
  #newsAt: Millis | undefined
  #chokeAt: Millis | undefined
  /** Peers that super-seeding has begun with. */
  readonly #revealedTo = new Set<number>()
  /** Who was connected when super-seeding began: they were told of everything. */
  readonly #sawAll = new Set<number>()
  /** When peers that nobody takes pieces from are shown more all the same. */
  #patienceEndsAt: Millis | undefined
  /** Pieces of files that are kept locked. */
  #withheld: Bitfield | undefined
  #wantedFiles: readonly boolean[] = []
  #wantedBytes = 0
  #doneBytes = 0

  constructor(options: LiveOptions) {
    this.#options = options
    this.geometry = options.metainfo.geometry
    this.store = options.storage
    this.picker = new Picker(this, options.random)
    this.#choker = new Choker(options.random, { uploadLimitBytesPerSecond: options.uploadLimit })
    this.setPriorities(options.priorities, options.withheld)
    this.picker.setSequential(options.sequential)
    this.#problem = options.storage.problem
    for (const piece of options.storage.have.ones()) this.picker.markHave(piece as PieceIndex)
    for (const { piece, blocks } of options.storage.partials) {
      for (const block of blocks.ones()) this.picker.markBlock(piece, block)
    }
    if (options.superSeed && this.complete && this.#withheld === undefined)
      this.#superSeed = new SuperSeed(this.pieceCount, options.random)
  }

  // ── Content, as peers see it ──

  get have(): Bitfield {
    return this.store.have
  }

  get receiving(): boolean {
    return this.#problem === undefined && !this.picker.done
  }

  mayServe(peer: Peer, piece: PieceIndex): boolean {
    if (this.isWithheld(piece)) return false
    return this.#sawAll.has(peer.key) || (this.#superSeed?.revealed(peer.key, piece) ?? true)
  }

  isWithheld(piece: PieceIndex): boolean {
    return this.#withheld?.has(piece) === true
  }

  // ── PickerWorld ──

  get pieceCount(): number {
    return this.geometry.pieceCount
  }

  blockCount(piece: PieceIndex): number {
    return this.geometry.blockCount(piece)
  }

  isPadding(piece: PieceIndex, block: number): boolean {
    return this.geometry.isPadding(piece, block)
  }

  mayReceive(piece: PieceIndex, block: number): boolean {
    const held = this.store.reserve(piece, block)
    if (!held) this.#memoryWaitsSince ??= this.#options.now()
    return held
  }

  verifiable(piece: PieceIndex): boolean {
    return this.#options.expected.verifiable(piece)
  }

  // ── state ──

  get complete(): boolean {
    return this.have.complete
  }

  /** All wanted pieces are verified. */
  get done(): boolean {
    return this.picker.done
  }

  get problem(): StorageProblem | undefined {
    return this.#problem
  }

  /** How long it could not ask for blocks, as there was no memory for them, since it is live. */
  memoryWaitedMs(now: Millis): number {
    const since = this.#memoryWaitsSince
    return this.#memoryWaitedMs + (since === undefined ? 0 : now - since)
  }

  get verifying(): number {
    return this.#verifying
  }

  /** Bytes of wanted files. */
  get wantedBytes(): number {
    return this.#wantedBytes
  }

  /** Verified bytes of wanted files. */
  get doneBytes(): number {
    return this.#doneBytes
  }

  #wantedOf(piece: PieceIndex): number {
    let bytes = 0
    for (const part of this.geometry.parts(piece)) if (this.#wantedFiles[part.file]) bytes += part.lengthBytes
    return bytes
  }

  #recount(): void {
    this.#wantedBytes = 0
    this.#doneBytes = 0
    for (const file of this.#options.metainfo.files) {
      if (this.#wantedFiles[file.index]) this.#wantedBytes += file.lengthBytes
    }
    for (const piece of this.have.ones()) this.#doneBytes += this.#wantedOf(piece as PieceIndex)
  }

  /** File priorities become piece priorities: a piece has the highest of the files in it, or none if it is withheld. */
  setPriorities(priorities: readonly number[], withheld: ReadonlySet<number> = NOTHING_WITHHELD): void {
    this.#withhold(withheld)
    const byPiece = new Uint8Array(this.geometry.pieceCount)
    this.#wantedFiles = this.#options.metainfo.files.map(
      (file) => !file.pad && (priorities[file.index] ?? DEFAULT_PRIORITY) > 0,
    )
    for (const file of this.#options.metainfo.files) {
      const range = this.geometry.piecesOf(file.index)
      const priority = file.pad ? 0 : (priorities[file.index] ?? DEFAULT_PRIORITY)
      if (range === undefined || priority === 0) continue
      for (let piece = range.first as number; piece <= range.last; piece++) {
        if ((byPiece[piece] as number) < priority) byPiece[piece] = priority
      }
    }
    for (const piece of this.geometry.pieces())
      this.picker.setPriority(piece, this.isWithheld(piece) ? 0 : (byPiece[piece] as number))
    this.#recount()
  }

  /** What was shown is taken back, and what may be given again is shown. */
  #withhold(files: ReadonlySet<number>): void {
    const before = this.#withheld
    this.#withheld = withheldPieces(this.geometry, files)
    if (this.#withheld !== undefined) this.setSuperSeed(false)
    const had = (pieces: Bitfield | undefined, without: Bitfield | undefined): PieceIndex[] =>
      [...(pieces?.ones() ?? [])].filter(
        (piece): piece is PieceIndex => this.have.has(piece) && without?.has(piece) !== true,
      )
    const [taken, back] = [had(this.#withheld, before), had(before, this.#withheld)]
    for (const peer of this.#options.peers) {
      peer.upload.withdrawn(new Set(taken))
      for (const piece of taken) peer.announceLoss(piece)
      for (const piece of back) peer.announce(piece)
    }
  }

  // ── what storage tells ──

  verified(piece: PieceIndex): void {
    this.picker.passed(piece)
    this.#doneBytes += this.#wantedOf(piece)
    this.#verifying = Math.max(0, this.#verifying - 1)
    // The last wanted piece: nobody should wait for the next batch to be told that all is here.
    if (this.picker.done) void this.store.flush()
    for (const peer of this.#options.peers) {
      if (this.mayServe(peer, piece)) peer.announce(piece)
      if (peer.amInterested) peer.reviewInterest()
    }
  }

  lost(pieces: readonly PieceIndex[]): void {
    const gone = new Set(pieces)
    for (const piece of pieces) {
      this.picker.markMissing(piece)
      this.#doneBytes -= this.#wantedOf(piece)
    }
    for (const peer of this.#options.peers) {
      peer.upload.withdrawn(gone)
      for (const piece of pieces) peer.announceLoss(piece)
      peer.reviewInterest()
    }
  }

  /** Blocks that were here are not any more: a write failed, a file changed. */
  blocksLost(piece: PieceIndex, blocks: readonly number[]): void {
    this.picker.failed(piece, blocks)
    for (const peer of this.#options.peers) peer.reviewInterest()
  }

  memoryAvailable(now: Millis): void {
    this.#memoryWaitedMs = this.memoryWaitedMs(now)
    this.#memoryWaitsSince = undefined
    for (const peer of this.#options.peers) peer.download.fill(now)
  }

  trouble(problem: StorageProblem): void {
    this.#problem = problem
    for (const peer of this.#options.peers) peer.download.cancelAll()
  }

  recovered(now: Millis): void {
    this.#problem = undefined
    for (const peer of this.#options.peers) {
      peer.reviewInterest()
      peer.download.fill(now)
    }
  }

  // ── what peers tell ──

  received(piece: PieceIndex): void {
    if (this.picker.complete(piece)) this.#verifying++
  }

  verificationFailed(): void {
    this.#verifying = Math.max(0, this.#verifying - 1)
  }

  /** When somebody last announced a piece that we lack: the swarm gets on. */
  get newsAt(): Millis | undefined {
    return this.#newsAt
  }

  gained(peer: Peer, piece: PieceIndex): void {
    if (!this.have.has(piece)) this.#newsAt = this.#options.now()
    const superSeed = this.#superSeed
    if (superSeed === undefined) return
    this.revealFirst(peer)
    this.#reveal(superSeed.peerHas(peer.key, piece, (key) => this.#options.peers.get(key)?.pieces))
  }

  #reveal(reveals: readonly Reveal[]): void {
    for (const { key, piece } of reveals) this.#options.peers.get(key)?.announce(piece)
  }

  /** BEP 16, for those who come from now on; it needs everything. Ended, all are shown what was hidden from them. */
  setSuperSeed(on: boolean): void {
    if (on === (this.#superSeed !== undefined)) return
    if (on && (!this.complete || this.#withheld !== undefined)) return
    const { peers, random } = this.#options
    if (on) {
      for (const peer of peers) this.#sawAll.add(peer.key)
      this.#superSeed = new SuperSeed(this.pieceCount, random)
      return
    }
    const superSeed = this.#superSeed as SuperSeed
    this.#superSeed = undefined
    for (const peer of peers) {
      const hidden = [...this.have.ones()].filter(
        (piece) =>
          !this.isWithheld(piece as PieceIndex) &&
          !this.#sawAll.has(peer.key) &&
          !superSeed.revealed(peer.key, piece as PieceIndex),
      )
      if (!peer.isSeed && hidden.length > 0) peer.send(encodeHaves(hidden))
    }
    this.#sawAll.clear()
    this.#revealedTo.clear()
    this.#patienceEndsAt = undefined
  }

  /** Super-seeding begins with a peer once it said what it has, or stayed silent for a moment. */
  revealFirst(peer: Peer): void {
    if (this.#superSeed === undefined || this.#revealedTo.has(peer.key) || this.#sawAll.has(peer.key)) return
    this.#revealedTo.add(peer.key)
    for (const piece of this.#superSeed.joined(peer.key, peer.pieces)) peer.announce(piece)
  }

  peerLeft(peer: Peer): void {
    this.#revealedTo.delete(peer.key)
    this.#sawAll.delete(peer.key)
    this.#superSeed?.left(peer.key)
  }

  tick(now: Millis): void {
    this.store.tick(now)
    if (this.#superSeed !== undefined) {
      for (const peer of this.#options.peers)
        if (now >= after(peer.connectedAt, SILENCE_MS)) this.revealFirst(peer)
      if (now >= (this.#patienceEndsAt ?? now)) {
        this.#reveal(this.#superSeed.patienceEnded((key) => this.#options.peers.get(key)?.pieces))
        this.#patienceEndsAt = after(now, SUPER_SEED_PATIENCE_MS)
      }
    }
    if ((this.#chokeAt ?? now) <= now && this.#options.peers.size > 0) this.choke(now)
  }

  // ── choking ──

  /** Somebody became interested or left: a free slot need not wait for the next round. */
  reconsiderChoking(now: Millis): void {
    const waiting = [...this.#options.peers].some((peer) => peer.peerInterested && peer.amChoking)
    const unchoked = [...this.#options.peers].filter((peer) => !peer.amChoking && peer.peerInterested).length
    if (waiting && unchoked < this.#choker.slots()) this.choke(now)
    else this.#chokeAt ??= this.#choker.deadline() ?? now
  }

  choke(now: Millis): void {
    const candidates: ChokeCandidate[] = []
    for (const peer of this.#options.peers) {
      candidates.push({
        key: peer.key,
        interested: peer.peerInterested,
        unchoked: !peer.amChoking,
        snubbed: peer.amInterested && peer.snubbed,
        downBytesPerSecond: peer.downRate.rate(now),
        upBytesPerSecond: peer.upRate.rate(now),
        givenBytes: peer.uploadedBytes,
        connectedAt: peer.connectedAt,
        unchokedAt: peer.unchokedAt,
        preferred: peer.preferred,
        uploadOnly: peer.uploadOnly || peer.isSeed,
      })
    }
    const unchoked = this.#choker.decide(candidates, this.done, now)
    for (const peer of this.#options.peers) {
      if (unchoked.has(peer.key)) peer.unchoke(now)
      else peer.choke(now)
    }
    this.#chokeAt = this.#choker.deadline() ?? after(now, CHOKE_ROUND_MS)
  }
}

/** Between 1 (last) and 7 (first); 0 is not wanted. */
export const DEFAULT_PRIORITY = 4

/** A peer without pieces need not say so (BEP 3): after this it is taken to have none. */
const SILENCE_MS = 1_000

/** BEP 3: choking is decided every ten seconds. */
const CHOKE_ROUND_MS = 10_000
