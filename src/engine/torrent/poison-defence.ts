// Carries out what poison.ts decides: asks for leaf hashes where v2 allows it, prices and bans peers, resets blocks.
// Invariant: a failed piece is reset exactly once, whatever its contributors did meanwhile.

import type { Endpoint } from '../../base/endpoint.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { TrustTable } from '../peer/trust.ts'
import type { HashExchange } from './hash-exchange.ts'
import type { Live } from './live.ts'
import type { PeerTable } from './peer-table.ts'
import { judgeBlocks, judgePiece, type Verdict } from './poison.ts'

export interface PoisonOptions {
  readonly live: Live
  readonly hashes: HashExchange
  readonly peers: PeerTable
  readonly trust: TrustTable
  /** Ends the connection and bans the address; also for peers that left meanwhile. */
  readonly ban: (endpoint: Endpoint, code: string) => void
}

export class PoisonDefence {
  readonly #options: PoisonOptions

  constructor(options: PoisonOptions) {
    this.#options = options
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
  }

  /** @param found leaf hashes of what arrived (v2), 32 bytes per block. */
  failed(piece: PieceIndex, found: Uint8Array | undefined): void {
    const { live, hashes } = this.#options
    live.verificationFailed()
    const contributors = live.picker.contributors(piece)
    const coarse = judgePiece(contributors, this.#receivedBlocks(piece))
    if (found === undefined || coarse.guilty.length > 0) {
      this.#carryOut(piece, coarse)
      return
    }
    // Everyone is a suspect: the leaf hashes can tell exactly who it was.
    hashes.leavesOf(piece, (right) => {
      this.#carryOut(piece, right === undefined ? coarse : judgeBlocks(contributors, right, found))
    })
  }

  #receivedBlocks(piece: PieceIndex): number {
    const { geometry } = this.#options.live
    let blocks = 0
    for (let block = 0; block < geometry.blockCount(piece); block++)
      if (!geometry.isPadding(piece, block)) blocks++
    return blocks
  }

  #carryOut(piece: PieceIndex, verdict: Verdict): void {
    const { live, peers, trust } = this.#options
    live.picker.failed(piece, verdict.bad)
    live.store.resetBlocks(piece, verdict.bad)
    for (const key of verdict.suspects) {
      const endpoint = peers.endpointOf(key)
      if (endpoint === undefined) continue
      const peer = peers.get(key)
      // Pieces that were under verification when it was banned accuse it again: once is enough.
      if (trust.banned(endpoint)) continue
      if (trust.bad(endpoint) === 'banned') this.#options.ban(endpoint, 'POISON_REPEATED')
      else if (peer !== undefined) peer.download.exclusive = true
    }
    for (const key of verdict.guilty) {
      const endpoint = peers.endpointOf(key)
      if (endpoint !== undefined && !trust.banned(endpoint)) this.#options.ban(endpoint, 'POISON_PROVEN')
    }
    for (const peer of peers) peer.reviewInterest()
  }
}
