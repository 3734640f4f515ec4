// One piece in work: which blocks are free, asked or here, who was asked, and who gave what.
//
//   blocks  ████▒▒▒▒░░░░░░░░ ▒▒░░░░░░░░░░░░░░ ░░░░░░░░    █ here  ▒ asked  ░ free
//   runs    └── peer 3 ────┘ └── peer 5 ────┘ └ nobody ┘
//
// Runs of 16 blocks are walked by one peer each, so that even with requests one at a time the sender reads and the
// storage writes long stretches; another peer enters a run only when no other has free blocks.
// Invariant: free + asked + here = blocks; an asked block has a first asker; whoever gave a block is remembered until
// it is reset. A block that is here may still be outstanding at others, until they are released or their copy comes.

import type { PieceIndex } from '../../base/ids.ts'
import type { BlockRef, PeerKey } from './world.ts'

/** 256 KiB: large enough that seeks, system calls and cache misses no longer matter, small enough to share a piece. */
export const RUN_BLOCKS = 16

const FREE = 0
const ASKED = 1
const HERE = 2
/** Nothing but zeros (BEP 47): here from the start, never asked, never wrong. */
const PADDING = 3
const NOBODY = 0

export type Receipt = 'first' | 'duplicate' | 'unwanted'

export class PartialPiece {
  readonly piece: PieceIndex
  readonly blocks: number
  /** Peers with a stake here: they ask for or gave blocks. Kept by the picker together with its books. */
  readonly members: PeerKey[] = []
  /** The peer on parole that has this piece to itself, and since when. */
  exclusive: PeerKey = NOBODY
  exclusiveSince = 0
  /** Bytes per second of the fastest peer that was asked. */
  pace = 0
  /** Place among the pieces with free blocks; kept by Partials. */
  looseAt = -1
  looseLevel = 0

  readonly #states: Uint8Array
  /** Asked: who was asked first. Here: who gave it. */
  readonly #peers: Int32Array
  /** Free blocks of each run. */
  readonly #runs: Uint8Array
  /** Who walks each run. */
  readonly #walkers: Int32Array
  /** Others that have the block outstanding (endgame). */
  #others: Map<number, PeerKey[]> | undefined
  #lowestRun = 0
  #free: number
  #here = 0
  #padding = 0

  constructor(piece: PieceIndex, blocks: number, isPadding: (block: number) => boolean) {
    this.piece = piece
    this.blocks = blocks
    this.#states = new Uint8Array(blocks)
    this.#peers = new Int32Array(blocks)
    this.#runs = new Uint8Array(Math.ceil(blocks / RUN_BLOCKS)).fill(RUN_BLOCKS)
    if (blocks % RUN_BLOCKS !== 0) this.#runs[this.#runs.length - 1] = blocks % RUN_BLOCKS
    this.#walkers = new Int32Array(this.#runs.length)
    this.#free = blocks
    for (let block = 0; block < blocks; block++) {
      if (!isPadding(block)) continue
      this.#takeFree(block)
      this.#states[block] = PADDING
      this.#padding++
    }
    this.#here = this.#padding
  }

  get free(): number {
    return this.#free
  }

  get here(): number {
    return this.#here
  }

  /** Blocks asked and not here. */
  get asked(): number {
    return this.blocks - this.#free - this.#here
  }

  /** Nothing is asked or here but padding. */
  get idle(): boolean {
    return this.#free + this.#padding === this.blocks
  }

  isHere(block: number): boolean {
    return (this.#states[block] as number) >= HERE
  }

  isAsked(block: number): boolean {
    return this.#states[block] === ASKED
  }

  isOutstanding(peer: PeerKey, block: number): boolean {
    if (this.#states[block] === ASKED && this.#peers[block] === peer) return true
    return this.#others?.get(block)?.includes(peer) ?? false
  }

  /** Peers that have the block outstanding, in the order they were asked. */
  askers(block: number): readonly PeerKey[] {
    const others = this.#others?.get(block) ?? []
    return this.#states[block] === ASKED ? [this.#peers[block] as PeerKey, ...others] : others
  }

  askerCount(block: number): number {
    return (this.#states[block] === ASKED ? 1 : 0) + (this.#others?.get(block)?.length ?? 0)
  }

  firstAsker(block: number): PeerKey {
    return this.#peers[block] as PeerKey
  }

  /** A block is here without anybody having given it: resumed from disk. */
  place(block: number): void {
    const state = this.#states[block] as number
    if (state >= HERE) return
    if (state === FREE) this.#takeFree(block)
    else this.#addOther(block, this.#peers[block] as PeerKey)
    this.#states[block] = HERE
    this.#peers[block] = NOBODY
    this.#here++
  }

  /**
   * Gives up to `count` free blocks to a peer, ascending within runs, and appends them to `into`.
   * Stops at a block for which there is no memory. @returns how many.
   */
  claim(peer: PeerKey, count: number, mayReceive: (block: number) => boolean, into: BlockRef[]): number {
    let taken = 0
    let run = this.#walkers.indexOf(peer)
    while (taken < count && this.#free > 0) {
      if (run < 0 || this.#runs[run] === 0) run = this.#nextRun(peer)
      const end = Math.min(this.blocks, (run + 1) * RUN_BLOCKS)
      for (let block = run * RUN_BLOCKS; block < end && taken < count; block++) {
        if (this.#states[block] !== FREE) continue
        if (!mayReceive(block)) return taken
        this.#takeFree(block)
        this.#states[block] = ASKED
        this.#peers[block] = peer
        into.push({ piece: this.piece, block })
        taken++
      }
      this.#walkers[run] = this.#runs[run] === 0 ? NOBODY : peer
    }
    return taken
  }

  /** One more peer is asked for a block that is already asked (endgame). */
  claimToo(peer: PeerKey, block: number): void {
    this.#addOther(block, peer)
  }

  /** A block came. `unwanted` when it is not outstanding at this peer. */
  receive(peer: PeerKey, block: number): Receipt {
    const state = this.#states[block] as number
    if (state >= HERE) {
      this.#dropOther(block, peer)
      return 'duplicate'
    }
    const first = this.#peers[block] as PeerKey
    if (state === ASKED && first === peer) {
      this.#states[block] = HERE
      this.#here++
      return 'first'
    }
    if (!this.#dropOther(block, peer)) return 'unwanted'
    this.#addOther(block, first)
    this.#states[block] = HERE
    this.#peers[block] = peer
    this.#here++
    return 'first'
  }

  /** The peer will not be waited for any longer. @returns whether it had the block outstanding. */
  release(peer: PeerKey, block: number): boolean {
    if (this.#states[block] === ASKED && this.#peers[block] === peer) this.#unask(block)
    else if (!this.#dropOther(block, peer)) return false
    this.#stopWalking(peer)
    return true
  }

  /** Nothing more comes from this peer. @returns how many blocks it had outstanding. */
  releaseAll(peer: PeerKey): number {
    let released = 0
    if (this.asked > 0) {
      for (let block = 0; block < this.blocks; block++) {
        if (this.#states[block] !== ASKED || this.#peers[block] !== peer) continue
        this.#unask(block)
        released++
      }
    }
    for (const block of [...(this.#others?.keys() ?? [])]) if (this.#dropOther(block, peer)) released++
    this.#stopWalking(peer)
    if (this.exclusive === peer) this.exclusive = NOBODY
    return released
  }

  /** A block that is here turned out to be wrong. Whoever still has it outstanding is asked for it again. */
  reset(block: number): void {
    if (this.#states[block] !== HERE) return
    this.#here--
    this.#makeFree(block)
    const other = this.#others?.get(block)?.[0]
    if (other === undefined) return
    this.#dropOther(block, other)
    this.#takeFree(block)
    this.#states[block] = ASKED
    this.#peers[block] = other
  }

  /** Blocks that are here, by who gave them; those that nobody gave are left out. */
  contributors(): Map<PeerKey, number[]> {
    const given = new Map<PeerKey, number[]>()
    for (let block = 0; block < this.blocks; block++) {
      const peer = this.#peers[block] as PeerKey
      if (this.#states[block] !== HERE || peer === NOBODY) continue
      const blocks = given.get(peer)
      if (blocks === undefined) given.set(peer, [block])
      else blocks.push(block)
    }
    return given
  }

  /** Whether nobody but `peer` gave or is asked for anything here. */
  belongsTo(peer: PeerKey): boolean {
    for (let block = 0; block < this.blocks; block++) {
      const who = this.#peers[block] as PeerKey
      if (who !== NOBODY && who !== peer) return false
    }
    return this.#others === undefined || this.#others.size === 0
  }

  /** Appends what the peer has outstanding here, ascending. */
  outstandingOf(peer: PeerKey, into: BlockRef[]): void {
    for (let block = 0; block < this.blocks; block++) {
      if (this.isOutstanding(peer, block)) into.push({ piece: this.piece, block })
    }
  }

  #nextRun(peer: PeerKey): number {
    while (this.#runs[this.#lowestRun] === 0) this.#lowestRun++
    for (let run = this.#lowestRun; run < this.#runs.length; run++) {
      const walker = this.#walkers[run]
      if (this.#runs[run] !== 0 && (walker === NOBODY || walker === peer)) return run
    }
    return this.#lowestRun
  }

  #stopWalking(peer: PeerKey): void {
    for (let run = this.#walkers.indexOf(peer); run >= 0; run = this.#walkers.indexOf(peer, run + 1)) {
      this.#walkers[run] = NOBODY
    }
  }

  #takeFree(block: number): void {
    const run = (block / RUN_BLOCKS) | 0
    this.#free--
    this.#runs[run] = (this.#runs[run] as number) - 1
  }

  #makeFree(block: number): void {
    const run = (block / RUN_BLOCKS) | 0
    this.#states[block] = FREE
    this.#peers[block] = NOBODY
    this.#free++
    this.#runs[run] = (this.#runs[run] as number) + 1
    if (run < this.#lowestRun) this.#lowestRun = run
  }

  /** The first asker of an asked block is gone: the next one takes its place, or the block is free. */
  #unask(block: number): void {
    const next = this.#others?.get(block)?.[0]
    if (next === undefined) {
      this.#makeFree(block)
      return
    }
    this.#dropOther(block, next)
    this.#peers[block] = next
  }

  #addOther(block: number, peer: PeerKey): void {
    this.#others ??= new Map()
    const others = this.#others.get(block)
    if (others === undefined) this.#others.set(block, [peer])
    else others.push(peer)
  }

  #dropOther(block: number, peer: PeerKey): boolean {
    const others = this.#others?.get(block)
    const at = others?.indexOf(peer) ?? -1
    if (others === undefined || at < 0) return false
    if (others.length === 1) this.#others?.delete(block)
    else others.splice(at, 1)
    return true
  }
}
