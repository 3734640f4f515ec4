// The receiving half of one connection: which blocks are asked of this peer, and where their bytes go.
// Invariant: bytes are only ever written into memory of a block that is outstanding at this peer and not yet here;
// in endgame, where two peers may send the same block, the later one writes into scratch memory of its own.

import type { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { WireDecoder } from '../../protocol/wire/decoder.ts'
import { encodeCancel, encodeCancels, encodeRequests } from '../../protocol/wire/encode.ts'
import type { Content } from './host.ts'
import type { Peer } from './peer.ts'
import { PeerError } from './peer-error.ts'
import { Pipeline } from './pipeline.ts'

/** Blocks that were never asked for before the peer is dropped. Late answers to what was cancelled are not among them. */
const UNASKED_BLOCKS_ALLOWED = 200

/** Suggested pieces (BEP 6) kept as hints, newest last. */
const SUGGESTIONS_KEPT = 16

/** Allowed-fast pieces believed of a peer (BEP 6 uses 10). */
const ALLOWED_FAST_KEPT = 64

/** Asked of a peer that let its requests time out, until something comes: others can have all the rest. */
const PROBE_BLOCKS = 1

/** A second timeout in a row: pause before the next probe, doubled each time. */
const SNUBBED_PAUSE_MS = 10_000
const MAX_SNUBBED_PAUSE_MS = 300_000

/** A piece refused although we are not choked is not asked of this peer for so long: it may be gone there. */
const REFUSED_PAUSE_MS = 10_000

/** A peer that refuses so many pieces at a time gives nothing: it is left alone until the first pause is over. */
const REFUSED_PIECES = 32

export class Downloader {
  readonly #peer: Peer
  readonly pipeline: Pipeline
  /** Pieces we may request while choked (BEP 6). */
  readonly #allowedFast = new Set<PieceIndex>()
  readonly #suggested: PieceIndex[] = []
  #scratch: Uint8Array | undefined
  #scratchBlock: { readonly piece: number; readonly begin: number } | undefined
  /** Allowed-fast pieces told before the metadata was known. */
  #earlyFast: number[] = []
  #unasked = 0
  /** Requests given up and not answered yet: their blocks may still come, and nobody is to blame for that. */
  #late = 0
  /** Timeouts since the last block. */
  #snubs = 0
  #pausedUntil: Millis | undefined
  /** Until when a piece that was refused is not asked again. */
  readonly #refused = new Map<PieceIndex, Millis>()
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

  /** Requests timed out and nothing came since (BEP 3, anti-snubbing). */
  get snubbed(): boolean {
    return this.#snubs > 0
  }

  /** Asks for more blocks if the pipeline has room. Cheap when it has not. */
  fill(now: Millis): void {
    const { content } = this.#peer.host
    if (content === undefined || !content.receiving || this.#peer.closed) return
    if (!this.#peer.amInterested || now < (this.#pausedUntil ?? now)) return
    const only = this.#peer.peerChoking ? this.#allowedFast : undefined
    if (only !== undefined && only.size === 0) return
    const depth = this.snubbed ? PROBE_BLOCKS : this.pipeline.depth(now)
    const room = depth - this.outstanding
    // Refill in runs: many small asks cost more here and give the other side smaller reads.
    if (room < Math.max(1, Math.min(depth >> 2, 32))) return
    const has = this.#willing(now)
    if (has === undefined) return
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
    if (!allowance.unlimited && blocks.length < count) {
      allowance.give((count - blocks.length) * BLOCK_BYTES, now)
      allowance.satisfied()
    }
    if (blocks.length === 0) return
    const { geometry } = content
    this.pipeline.requested(blocks.length, now)
    this.#peer.send(
      encodeRequests(
        blocks.map(({ piece, block }) => ({
          piece,
          begin: block * BLOCK_BYTES,
          lengthBytes: geometry.blockBytes(piece, block),
        })),
      ),
    )
  }

  /** The pieces that may be asked of this peer now: those it has and did not just refuse. */
  #willing(now: Millis): Bitfield | undefined {
    const { pieces } = this.#peer
    if (this.#refused.size === 0 || pieces === undefined) return pieces
    for (const [piece, until] of this.#refused) if (now >= until) this.#refused.delete(piece)
    if (this.#refused.size >= REFUSED_PIECES) return undefined
    const willing = pieces.clone()
    for (const piece of this.#refused.keys()) willing.clear(piece)
    return willing
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

  /** WireSink: a payload is complete, or there is none: the other side says "rejected" that way (BitComet). */
  block(pieceNumber: number, begin: number, lengthBytes: number, stored: boolean, now: Millis): void {
    if (lengthBytes === 0) {
      this.rejected(pieceNumber, begin, now)
      return
    }
    const { host } = this.#peer
    const { content } = host
    const piece = content?.geometry.piece(pieceNumber)
    const isBlock =
      content !== undefined && piece !== undefined && content.geometry.isBlock(piece, begin, lengthBytes)
    const block = begin / BLOCK_BYTES
    if (!isBlock || !content.picker.isOutstanding(this.#peer.key, piece, block)) {
      this.#unexpected(lengthBytes)
      return
    }
    this.pipeline.blockArrived(lengthBytes, now)
    this.#alive()
    if (!stored) {
      // There was no memory for it, or what came first made it needless while it was arriving.
      content.picker.released(this.#peer.key, piece, block)
      this.#unreserve(content, piece, block)
      host.wasted(this.#peer, lengthBytes)
      return
    }
    const rivals = content.picker.othersAsked(this.#peer.key, piece, block)
    if (content.picker.received(this.#peer.key, piece, block) !== 'first') {
      host.wasted(this.#peer, lengthBytes)
      return
    }
    for (const key of rivals) host.dropElsewhere(key, piece, block)
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

  /** A block that is not outstanding here: the late answer to a request that was given up, or never asked for. */
  #unexpected(lengthBytes: number): void {
    this.#peer.host.wasted(this.#peer, lengthBytes)
    if (this.#late > 0) {
      this.#late--
      this.#alive()
      return
    }
    if (++this.#unasked > UNASKED_BLOCKS_ALLOWED)
      throw new PeerError('PIECE_NOT_REQUESTED', { count: this.#unasked })
  }

  #alive(): void {
    this.#snubs = 0
    this.#pausedUntil = undefined
  }

  /** Somebody else delivered this block first: cancel it here and stop writing if it is just arriving. */
  drop(piece: PieceIndex, block: number): void {
    const { content } = this.#peer.host
    if (content === undefined || this.#peer.closed) return
    this.#stopWriting(piece, block)
    if (!content.picker.released(this.#peer.key, piece, block)) return
    const begin = block * BLOCK_BYTES
    this.#peer.send(encodeCancel(piece, begin, content.geometry.blockBytes(piece, block)))
    this.pipeline.released(1)
    this.#late++
  }

  /** The remote refused a request (BEP 6). */
  rejected(pieceNumber: number, begin: number, now: Millis): void {
    const { content } = this.#peer.host
    const piece = content?.geometry.piece(pieceNumber)
    if (content === undefined || piece === undefined) return
    const block = Math.floor(begin / BLOCK_BYTES)
    if (!content.picker.released(this.#peer.key, piece, block)) {
      if (this.#late > 0) this.#late--
      return
    }
    this.#unreserve(content, piece, block)
    this.pipeline.released(1)
    this.#giveBack(content.geometry.blockBytes(piece, block), now)
    // Refused while unchoked, the piece may be gone there; while choked, it is not allowed fast any more.
    if (this.#peer.peerChoking) this.#allowedFast.delete(piece)
    else this.#refused.set(piece, after(now, REFUSED_PAUSE_MS))
  }

  /** Choked without BEP 6 means every request is forgotten (BEP 3); with it the rejects come one by one. */
  choked(now: Millis): void {
    this.pipeline.choked(now)
    if (!this.#peer.remote.flags.fast) this.abandon(now)
  }

  /** Nothing that was asked will come any more. */
  abandon(now: Millis): void {
    this.#giveBack(this.#releaseAll(), now)
  }

  /** Nothing asked of this peer is waited for any longer. @returns how many bytes that was */
  #releaseAll(): number {
    const { content } = this.#peer.host
    if (content === undefined) return 0
    this.pipeline.released(this.pipeline.outstanding)
    if (this.outstanding === 0) return 0
    this.#peer.decoder.discardPayload()
    const dropped = [...content.picker.outstanding(this.#peer.key)]
    content.picker.releasedAll(this.#peer.key)
    let lengthBytes = 0
    for (const { piece, block } of dropped) {
      lengthBytes += content.geometry.blockBytes(piece, block)
      this.#unreserve(content, piece, block)
    }
    this.#late += dropped.length
    return lengthBytes
  }

  /** Cancels everything asked and not yet here, and lets others have it. */
  cancelAll(): void {
    const { content } = this.#peer.host
    if (content === undefined || this.#peer.closed) return
    this.#sendCancels(content, content.picker.outstanding(this.#peer.key))
    this.#releaseAll()
  }

  /** Cancels what was asked last, but never what is just arriving. */
  #cancelLast(content: Content, count: number): void {
    const { receiving } = this.#peer.decoder
    const last = content.picker
      .outstanding(this.#peer.key)
      .filter(({ piece, block }) => piece !== receiving?.piece || block * BLOCK_BYTES !== receiving.begin)
      .slice(-count)
    this.#sendCancels(content, last)
    for (const { piece, block } of last) {
      content.picker.released(this.#peer.key, piece, block)
      this.#unreserve(content, piece, block)
    }
    this.pipeline.released(last.length)
    this.#late += last.length
  }

  #sendCancels(
    content: Content,
    blocks: readonly { readonly piece: PieceIndex; readonly block: number }[],
  ): void {
    if (blocks.length === 0) return
    this.#peer.send(
      encodeCancels(
        blocks.map(({ piece, block }) => ({
          piece,
          begin: block * BLOCK_BYTES,
          lengthBytes: content.geometry.blockBytes(piece, block),
        })),
      ),
    )
  }

  /** Bytes that were asked for within a limit and will not come. */
  #giveBack(lengthBytes: number, now: Millis): void {
    const { downAllowance } = this.#peer
    if (lengthBytes > 0 && !downAllowance.unlimited) downAllowance.give(lengthBytes, now)
  }

  /** What was told in numbers before gets its meaning. */
  contentKnown(content: Content): void {
    const early = this.#earlyFast
    this.#earlyFast = []
    for (const piece of early) if (content.geometry.piece(piece) !== undefined) this.allowFast(piece)
  }

  allowFast(pieceNumber: number): void {
    const { content } = this.#peer.host
    if (content === undefined) {
      if (this.#earlyFast.length < ALLOWED_FAST_KEPT) this.#earlyFast.push(pieceNumber)
      return
    }
    const piece = content.geometry.piece(pieceNumber)
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
    const { content } = this.#peer.host
    if (content === undefined || this.outstanding === 0) return
    if (!this.pipeline.snubbed(now)) {
      const excess = this.pipeline.excess(now)
      if (excess > 0) this.#cancelLast(content, excess)
      return
    }
    this.cancelAll()
    if (this.#peer.peerChoking) return
    this.#snubs++
    // The first probe goes out at once: a sole source that hiccuped is back with the next block.
    if (this.#snubs > 1) {
      const pauseMs = SNUBBED_PAUSE_MS * 2 ** (this.#snubs - 2)
      this.#pausedUntil = after(now, Math.min(pauseMs, MAX_SNUBBED_PAUSE_MS))
    }
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
