// The receiving half of one connection: which blocks are asked of this peer, and where their bytes go.
// Invariant: bytes are only ever written into memory of a block that is outstanding at this peer and not yet here;
// in endgame, where two peers may send the same block, the later one writes into scratch memory of its own.

import type { Millis, PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { WireDecoder } from '../../protocol/wire/decoder.ts'
import { encodeCancel, encodeRequests } from '../../protocol/wire/encode.ts'
import type { Content } from './host.ts'
import type { Peer } from './peer.ts'
import { PeerError } from './peer-error.ts'
import { Pipeline } from './pipeline.ts'

/** Blocks that came without being asked for before the peer is dropped: late answers to cancels are normal, floods are not. */
const UNASKED_BLOCKS_ALLOWED = 200

/** Suggested pieces (BEP 6) kept as hints, newest last. */
const SUGGESTIONS_KEPT = 16

/** Allowed-fast pieces believed of a peer (BEP 6 uses 10). */
const ALLOWED_FAST_KEPT = 64

export class Downloader {
  readonly #peer: Peer
  readonly pipeline: Pipeline
  /** Pieces we may request while choked (BEP 6). */
  readonly #allowedFast = new Set<PieceIndex>()
  readonly #suggested: PieceIndex[] = []
  #scratch: Uint8Array | undefined
  #scratchBlock: { readonly piece: number; readonly begin: number } | undefined
  #unasked = 0
  /** Only pieces that nobody else contributed to: after a bad shared piece (parole). */
  exclusive = false
  #lastBlockAt: Millis | undefined

  constructor(peer: Peer, remoteQueue: number | undefined) {
    this.#peer = peer
    this.pipeline = new Pipeline(remoteQueue === undefined ? {} : { remoteQueue })
  }

  get outstanding(): number {
    return this.#peer.host.content?.picker.outstandingCount(this.#peer.key) ?? 0
  }

  /** When the last wanted block arrived. */
  get lastBlockAt(): Millis | undefined {
    return this.#lastBlockAt
  }

  /** Asks for more blocks if the pipeline has room. Cheap when it has not. */
  fill(now: Millis): void {
    const { content } = this.#peer.host
    const has = this.#peer.pieces
    if (content === undefined || has === undefined || !content.receiving || this.#peer.closed) return
    if (!this.#peer.amInterested) return
    const only = this.#peer.peerChoking ? this.#allowedFast : undefined
    if (only !== undefined && only.size === 0) return
    const depth = this.pipeline.depth(now)
    const room = depth - this.outstanding
    // Refill in runs: many small asks cost more here and give the other side smaller reads.
    if (room < Math.max(1, Math.min(depth >> 2, 32))) return
    const allowance = this.#peer.downAllowance
    let count = room
    if (!allowance.unlimited) {
      const granted = allowance.take(room * BLOCK_BYTES, now)
      count = Math.floor(granted / BLOCK_BYTES)
      allowance.give(granted - count * BLOCK_BYTES, now)
      if (count === 0) {
        this.#peer.host.wakeAt(allowance.nextAt(now))
        return
      }
    }
    const blocks = content.picker.pick({
      peer: this.#peer.key,
      has,
      count,
      now,
      exclusive: this.exclusive,
      only,
      rate: this.pipeline.bytesPerSecond,
      suggested: this.#suggested.length > 0 ? this.#suggested : undefined,
    })
    if (!allowance.unlimited) allowance.give((count - blocks.length) * BLOCK_BYTES, now)
    if (blocks.length === 0) return
    const { geometry } = content
    this.pipeline.requested(blocks.length, now)
    this.#peer.connection.write(
      encodeRequests(
        blocks.map(({ piece, block }) => ({
          piece,
          begin: block * BLOCK_BYTES,
          lengthBytes: geometry.blockBytes(piece, block),
        })),
      ),
    )
  }

  /** WireSink: memory for a block's payload. */
  slot(pieceNumber: number, begin: number, lengthBytes: number): Uint8Array | undefined {
    const { content } = this.#peer.host
    this.#scratchBlock = undefined
    const piece = content?.geometry.piece(pieceNumber)
    if (
      content === undefined ||
      piece === undefined ||
      !content.geometry.isBlock(piece, begin, lengthBytes)
    ) {
      if (
        content === undefined ||
        piece === undefined ||
        !content.geometry.contains(piece, begin, lengthBytes)
      ) {
        throw new PeerError('PIECE_OUT_OF_RANGE', { piece: pieceNumber, begin, length: lengthBytes })
      }
      return undefined
    }
    const block = begin / BLOCK_BYTES
    if (!content.picker.isOutstanding(this.#peer.key, piece, block)) return undefined
    if (content.picker.othersAsked(this.#peer.key, piece, block).length > 0) {
      this.#scratch ??= new Uint8Array(BLOCK_BYTES)
      this.#scratchBlock = { piece, begin }
      return this.#scratch.subarray(0, lengthBytes)
    }
    return content.store.slot(piece, begin, lengthBytes)
  }

  /** WireSink: a payload is complete. */
  block(pieceNumber: number, begin: number, lengthBytes: number, stored: boolean, now: Millis): void {
    const { host } = this.#peer
    const { content } = host
    const piece = content?.geometry.piece(pieceNumber)
    if (
      content === undefined ||
      piece === undefined ||
      !content.geometry.isBlock(piece, begin, lengthBytes)
    ) {
      this.#notAsked(lengthBytes)
      return
    }
    const block = begin / BLOCK_BYTES
    const asked = content.picker.isOutstanding(this.#peer.key, piece, block)
    if (asked) this.pipeline.blockArrived(lengthBytes, now)
    if (!stored) {
      if (asked && content.picker.released(this.#peer.key, piece, block))
        this.#unreserve(content, piece, block)
      this.#notAsked(lengthBytes)
      return
    }
    const rivals = content.picker.othersAsked(this.#peer.key, piece, block)
    if (content.picker.received(this.#peer.key, piece, block) !== 'first') {
      host.wasted(this.#peer, lengthBytes)
      return
    }
    for (const key of rivals) host.other(key)?.download.drop(piece, block)
    if (this.#scratchBlock !== undefined && !this.#keepScratch(content, piece, begin, lengthBytes)) {
      content.picker.failed(piece, [block])
      host.wasted(this.#peer, lengthBytes)
      return
    }
    this.#lastBlockAt = now
    content.store.blockStored(piece, block)
    host.received(this.#peer, piece, block, lengthBytes)
  }

  #keepScratch(content: Content, piece: PieceIndex, begin: number, lengthBytes: number): boolean {
    const slot = content.store.slot(piece, begin, lengthBytes)
    if (slot === undefined || this.#scratch === undefined) return false
    slot.set(this.#scratch.subarray(0, lengthBytes))
    return true
  }

  #notAsked(lengthBytes: number): void {
    this.#peer.host.wasted(this.#peer, lengthBytes)
    if (++this.#unasked > UNASKED_BLOCKS_ALLOWED)
      throw new PeerError('PIECE_NOT_REQUESTED', { count: this.#unasked })
  }

  /** Somebody else delivered this block first: cancel it here and stop writing if it is just arriving. */
  drop(piece: PieceIndex, block: number): void {
    const { content } = this.#peer.host
    if (content === undefined || this.#peer.closed) return
    this.#stopWriting(piece, block)
    const begin = block * BLOCK_BYTES
    this.#peer.connection.write(encodeCancel(piece, begin, content.geometry.blockBytes(piece, block)))
    this.pipeline.released(1)
  }

  /** The remote refused a request (BEP 6). */
  rejected(pieceNumber: number, begin: number): void {
    const { content } = this.#peer.host
    const piece = content?.geometry.piece(pieceNumber)
    if (content === undefined || piece === undefined) return
    const block = Math.floor(begin / BLOCK_BYTES)
    if (!content.picker.released(this.#peer.key, piece, block)) return
    this.#unreserve(content, piece, block)
    this.pipeline.released(1)
    // A refusal while unchoked and not re-asked at once: the piece may be gone, or the fast set exhausted.
    if (this.#peer.peerChoking) this.#allowedFast.delete(piece)
  }

  /** Choked without BEP 6 means every request is forgotten (BEP 3); with it the rejects come one by one. */
  choked(now: Millis): void {
    this.pipeline.choked(now)
    if (!this.#peer.remote.flags.fast) this.releaseAll()
  }

  releaseAll(): void {
    const { content } = this.#peer.host
    if (content === undefined) return
    const count = this.outstanding
    if (count === 0) return
    this.#peer.decoder.discardPayload()
    const dropped = [...content.picker.outstanding(this.#peer.key)]
    content.picker.releasedAll(this.#peer.key)
    for (const { piece, block } of dropped) this.#unreserve(content, piece, block)
    this.pipeline.released(count)
  }

  /** Cancels everything asked and not yet here, and lets others have it. */
  cancelAll(): void {
    const { content } = this.#peer.host
    if (content === undefined || this.#peer.closed) return
    for (const { piece, block } of content.picker.outstanding(this.#peer.key)) {
      const begin = block * BLOCK_BYTES
      this.#peer.connection.write(encodeCancel(piece, begin, content.geometry.blockBytes(piece, block)))
    }
    this.releaseAll()
  }

  allowFast(pieceNumber: number): void {
    const piece = this.#peer.host.content?.geometry.piece(pieceNumber)
    if (piece !== undefined && this.#allowedFast.size < ALLOWED_FAST_KEPT) this.#allowedFast.add(piece)
  }

  suggest(pieceNumber: number): void {
    const piece = this.#peer.host.content?.geometry.piece(pieceNumber)
    if (piece === undefined) return
    if (this.#suggested.length >= SUGGESTIONS_KEPT) this.#suggested.shift()
    this.#suggested.push(piece)
  }

  /** Nothing came for too long while something is outstanding: others may have it (anti-snubbing). */
  tick(now: Millis): void {
    if (this.outstanding === 0) return
    if (this.pipeline.snubbed(now)) this.cancelAll()
  }

  /** Another peer may still be asked for the same block (endgame): then its memory stays. */
  #unreserve(content: Content, piece: PieceIndex, block: number): void {
    if (content.picker.othersAsked(this.#peer.key, piece, block).length === 0)
      content.store.unreserve(piece, block)
  }

  #stopWriting(piece: PieceIndex, block: number): void {
    const decoder: WireDecoder = this.#peer.decoder
    const { receiving } = decoder
    if (receiving?.piece === piece && receiving.begin === block * BLOCK_BYTES) decoder.discardPayload()
  }
}
