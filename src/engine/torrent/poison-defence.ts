// Carries out what poison.ts decides: asks for leaf hashes where v2 allows it, prices and bans peers, resets blocks.
// Without leaf hashes what came wrong is remembered block by block, and compared when the piece has come right.
// Invariant: a failed piece is reset exactly once, whatever its contributors did meanwhile.

import type { Endpoint } from '../../base/endpoint.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { TrustTable } from '../peer/trust.ts'
import type { WebSeeds } from '../webseed/web-seeds.ts'
import type { HashExchange } from './hash-exchange.ts'
import type { Live } from './live.ts'
import type { PeerTable } from './peer-table.ts'
import { type Contributors, judgeBlocks, judgePiece, type Verdict } from './poison.ts'
import { SuspectedPieces, type Suspicion } from './suspected-pieces.ts'

export interface PoisonOptions {
  readonly live: Live
  readonly hashes: HashExchange
  readonly peers: PeerTable
  readonly trust: TrustTable
  /** Sources without an address of their own: judged by URL, for this torrent. */
  readonly webSeeds?: Pick<WebSeeds, 'suspect' | 'acquit' | 'ban'>
  /**
   * A hash of each block of a piece as it lies on disk, 32 bytes per block, the leaf hashes of v2 where there are such;
   * undefined when it cannot be read. The piece is one that failed and was not reset, or one that passed.
   */
  readonly blockHashes: (piece: PieceIndex) => Promise<Uint8Array | undefined>
  /** Ends the connection and bans the address; also for peers that left meanwhile. */
  readonly ban: (endpoint: Endpoint, code: string) => void
}

export class PoisonDefence {
  readonly #options: PoisonOptions
  readonly #suspected = new SuspectedPieces()
  #closed = false

  constructor(options: PoisonOptions) {
    this.#options = options
  }

  /** Nobody is judged any more: what is being read or asked for comes to nothing. */
  close(): void {
    this.#closed = true
  }

  /** Good bytes are credited to whoever gave them, and lift suspicion. Call before the picker forgets contributors. */
  passed(piece: PieceIndex): void {
    const { live, peers, trust } = this.#options
    for (const key of live.picker.contributors(piece).keys()) {
      const endpoint = peers.endpointOf(key)
      if (endpoint === undefined) continue
      trust.good(endpoint)
      const peer = peers.get(key)
      if (peer?.download.exclusive) peer.download.exclusive = trust.onParole(endpoint)
    }
    const suspicions = this.#suspected.take(piece)
    if (suspicions.length > 0) void this.#solve(piece, suspicions)
  }

  /** The piece is right: whose blocks were not, earlier? */
  async #solve(piece: PieceIndex, suspicions: readonly Suspicion[]): Promise<void> {
    const { peers, trust, webSeeds } = this.#options
    const right = await this.#hashes(piece)
    if (right === undefined) return
    for (const { contributors, found, charged } of suspicions) {
      const { guilty, cleared } = judgeBlocks(contributors, right, found)
      for (const key of guilty) this.#convict(key)
      for (const key of cleared) {
        const endpoint = peers.endpointOf(key)
        if (endpoint === undefined) webSeeds?.acquit(key)
        if (endpoint === undefined || !charged.includes(key)) continue
        trust.acquit(endpoint)
        const peer = peers.get(key)
        if (peer !== undefined) peer.download.exclusive = trust.onParole(endpoint)
      }
    }
  }

  async #hashes(piece: PieceIndex): Promise<Uint8Array | undefined> {
    try {
      const hashes = await this.#options.blockHashes(piece)
      return this.#closed ? undefined : hashes
    } catch (error) {
      // Disk and hasher may be gone by then.
      if (this.#closed) return undefined
      throw error
    }
  }

  /** @param found leaf hashes of what arrived (v2), 32 bytes per block. */
  failed(piece: PieceIndex, found: Uint8Array | undefined): void {
    const { live, hashes } = this.#options
    live.verificationFailed()
    const contributors = live.picker.contributors(piece)
    const coarse = judgePiece(contributors, this.#receivedBlocks(piece))
    if (coarse.guilty.length > 0 || coarse.suspects.length === 0) {
      this.#carryOut(piece, coarse)
      return
    }
    if (found === undefined) {
      void this.#suspect(piece, contributors, coarse)
      return
    }
    // Everyone is a suspect: the leaf hashes can tell exactly who it was.
    hashes.leavesOf(piece, (right) => {
      if (this.#closed) return
      if (right !== undefined) this.#carryOut(piece, judgeBlocks(contributors, right, found))
      else this.#suspected.add(piece, { contributors, found, charged: this.#carryOut(piece, coarse) })
    })
  }

  async #suspect(piece: PieceIndex, contributors: Contributors, verdict: Verdict): Promise<void> {
    const found = await this.#hashes(piece)
    if (this.#closed) return
    const charged = this.#carryOut(piece, verdict)
    if (found !== undefined) this.#suspected.add(piece, { contributors, found, charged })
  }

  #receivedBlocks(piece: PieceIndex): number {
    const { geometry } = this.#options.live
    let blocks = 0
    for (let block = 0; block < geometry.blockCount(piece); block++)
      if (!geometry.isPadding(piece, block)) blocks++
    return blocks
  }

  /** @returns the suspects whose trust it cost something */
  #carryOut(piece: PieceIndex, verdict: Verdict): readonly number[] {
    const { live, peers, trust, webSeeds } = this.#options
    live.picker.failed(piece, verdict.bad)
    live.store.resetBlocks(piece, verdict.bad)
    const charged: number[] = []
    for (const key of verdict.suspects) {
      const endpoint = peers.endpointOf(key)
      if (endpoint === undefined) webSeeds?.suspect(key)
      // On parole nothing is shared any more: what was begun before counts once, however many pieces it spoiled.
      if (endpoint === undefined || trust.banned(endpoint) || trust.onParole(endpoint)) continue
      charged.push(key)
      const peer = peers.get(key)
      if (trust.bad(endpoint) === 'banned') this.#options.ban(endpoint, 'POISON_REPEATED')
      else if (peer !== undefined) peer.download.exclusive = true
    }
    for (const key of verdict.guilty) this.#convict(key)
    for (const peer of peers) peer.reviewInterest()
    return charged
  }

  #convict(key: number): void {
    const { ban, peers, trust, webSeeds } = this.#options
    const endpoint = peers.endpointOf(key)
    if (endpoint === undefined) webSeeds?.ban(key, 'POISON_PROVEN')
    // Pieces that were under verification when it was banned accuse it again: once is enough.
    if (endpoint !== undefined && !trust.banned(endpoint)) ban(endpoint, 'POISON_PROVEN')
  }
}
