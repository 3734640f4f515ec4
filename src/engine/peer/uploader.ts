// The giving half of one connection: requests wait in a bounded queue and leave in order, several blocks per read and write.
// Invariant: a block is sent only if it was asked, not cancelled, is had, and the peer was unchoked (or the piece allowed fast).

import type { Millis, PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { encodeReject, PIECE_HEADER_BYTES, pieceHeader } from '../../protocol/wire/encode.ts'
import { ALLOWED_FAST_PIECES } from './announcement.ts'
import type { Content } from './host.ts'
import type { Peer } from './peer.ts'
import { PeerError } from './peer-error.ts'

/** Requests we keep per peer: what we tell it as `reqq` (BEP 10; SAFETY.md). */
export const UPLOAD_QUEUE_LIMIT = 500

/** Requests that make no sense (out of range, not had, after a choke) before the peer is dropped (SAFETY.md). */
const INVALID_REQUESTS_ALLOWED = 100

/** Requests that crossed our choke on the way are no offence for this long (SAFETY.md). */
const CHOKE_GRACE_MS = 2_000

/** Blocks in one read and one write: 256 KiB is where loopback and disks stop getting faster (docs/performance.md). */
const BATCH_BLOCKS = 16

/** Stop feeding the connection above this: keeps the socket busy on fast links, bounds memory on slow ones. */
const SEND_HIGH_WATER_BYTES = 1 << 20

interface Wanted {
  readonly piece: PieceIndex
  readonly begin: number
  readonly lengthBytes: number
}

export class Uploader {
  readonly #peer: Peer
  #queue: Wanted[] = []
  #reading = false
  #invalid = 0
  #chokedAt: Millis | undefined
  /** Pieces this peer may ask for while choked (BEP 6), and how many bytes of each it may still get that way. */
  readonly #allowedFast = new Map<PieceIndex, number>()
  /** Pieces that we showed and lost: asking for them is no offence. */
  readonly #withdrawn = new Set<PieceIndex>()

  constructor(peer: Peer) {
    this.#peer = peer
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** These pieces may be asked for while choked, each once. */
  grantFast(pieces: readonly PieceIndex[]): void {
    const { content } = this.#peer.host
    for (const piece of pieces) this.#allowedFast.set(piece, content?.geometry.pieceBytes(piece) ?? 0)
  }

  /** @throws PeerError when the peer asked for nonsense too often */
  request(pieceNumber: number, begin: number, lengthBytes: number, now: Millis): void {
    const { content } = this.#peer.host
    const piece = content?.geometry.piece(pieceNumber)
    const sane =
      content !== undefined &&
      piece !== undefined &&
      lengthBytes <= BLOCK_BYTES &&
      content.geometry.mayBeAsked(piece, begin, lengthBytes)
    if (!sane || !content.have.has(piece) || !content.mayServe(this.#peer, piece)) {
      if (piece === undefined || !this.#withdrawn.has(piece)) this.#invalidRequest()
      this.#reject(pieceNumber, begin, lengthBytes)
      return
    }
    if (this.#peer.amChoking && !this.#allowedFast.has(piece)) {
      const late = this.#chokedAt === undefined || now > this.#chokedAt + CHOKE_GRACE_MS
      if (late) this.#invalidRequest()
      this.#reject(pieceNumber, begin, lengthBytes)
      return
    }
    if (
      this.#queue.length >= UPLOAD_QUEUE_LIMIT ||
      (this.#peer.amChoking && !this.#takeFast(piece, lengthBytes))
    ) {
      this.#reject(pieceNumber, begin, lengthBytes)
      return
    }
    this.#queue.push({ piece, begin, lengthBytes })
  }

  /**
   * BEP 6: fast pieces are for the starving, and once; otherwise choking would mean nothing. Never scarce ones: fifty
   * newcomers at a first seed would each get a fiftieth of its line, and nobody a whole piece to pass on.
   */
  #takeFast(piece: PieceIndex, lengthBytes: number): boolean {
    if (this.#peer.host.content?.picker.scarce(piece) !== false) return false
    const left = this.#allowedFast.get(piece) ?? 0
    if (left < lengthBytes || (this.#peer.pieces?.count ?? 0) >= ALLOWED_FAST_PIECES) return false
    this.#allowedFast.set(piece, left - lengthBytes)
    return true
  }

  cancel(piece: number, begin: number, lengthBytes: number): void {
    const at = this.#queue.findIndex(
      (wanted) => wanted.piece === piece && wanted.begin === begin && wanted.lengthBytes === lengthBytes,
    )
    if (at < 0) return
    this.#queue.splice(at, 1)
    // BEP 6: each request is answered, by the piece or by a reject.
    this.#reject(piece, begin, lengthBytes)
  }

  /** We choked the peer: what waits is refused, except allowed-fast pieces. */
  choked(now: Millis): void {
    this.#chokedAt = now
    const kept: Wanted[] = []
    for (const wanted of this.#queue) {
      if (this.#peer.remote.flags.fast && this.#takeFast(wanted.piece, wanted.lengthBytes)) kept.push(wanted)
      else this.#reject(wanted.piece, wanted.begin, wanted.lengthBytes)
    }
    this.#queue = kept
  }

  /** Pieces that are not there any more. */
  withdrawn(pieces: ReadonlySet<PieceIndex>): void {
    for (const piece of pieces) this.#withdrawn.add(piece)
    for (const wanted of this.#queue) {
      if (pieces.has(wanted.piece)) this.#reject(wanted.piece, wanted.begin, wanted.lengthBytes)
    }
    this.#queue = this.#queue.filter((wanted) => !pieces.has(wanted.piece))
  }

  /** Sends the next blocks if the connection has room. Called after requests, drains, reads and ticks. */
  pump(now: Millis): void {
    if (this.#reading || this.#queue.length === 0 || this.#peer.closed) return
    const { upAllowance } = this.#peer
    const { content } = this.#peer.host
    if (content === undefined || this.#peer.connection.queuedBytes >= SEND_HIGH_WATER_BYTES) return
    const run = this.#nextRun()
    let lengthBytes = 0
    for (const wanted of run) lengthBytes += wanted.lengthBytes
    if (!upAllowance.unlimited) {
      const granted = upAllowance.take(lengthBytes, now)
      while (run.length > 0 && lengthBytes > granted) {
        const put = run.pop() as Wanted
        this.#queue.unshift(put)
        lengthBytes -= put.lengthBytes
      }
      upAllowance.give(granted - lengthBytes, now)
      if (run.length === 0) {
        this.#peer.host.wakeAt(upAllowance.nextAt(now))
        return
      }
    }
    this.#reading = true
    this.#send(content, run, lengthBytes).catch((error: unknown) => {
      this.#peer.close({ code: 'INTERNAL', blame: 'local' })
      this.#peer.host.broken(error)
    })
  }

  /** Takes up to BATCH_BLOCKS requests that follow each other inside one piece. */
  #nextRun(): Wanted[] {
    const run: Wanted[] = []
    for (const wanted of this.#queue) {
      const last = run[run.length - 1]
      if (
        last !== undefined &&
        (wanted.piece !== last.piece || wanted.begin !== last.begin + last.lengthBytes)
      )
        break
      run.push(wanted)
      if (run.length === BATCH_BLOCKS) break
    }
    this.#queue.splice(0, run.length)
    return run
  }

  async #send(content: Content, run: readonly Wanted[], lengthBytes: number): Promise<void> {
    const { host, connection } = this.#peer
    const frame = host.frames.take(lengthBytes + run.length * PIECE_HEADER_BYTES)
    const first = run[0] as Wanted
    const pieceBytes = content.geometry.pieceBytes(first.piece)
    const views: Uint8Array[] = []
    let at = 0
    for (const wanted of run) {
      pieceHeader(frame, at, wanted.piece, wanted.begin, wanted.lengthBytes)
      at += PIECE_HEADER_BYTES
      const dataBytes = Math.min(wanted.lengthBytes, pieceBytes - wanted.begin)
      views.push(frame.subarray(at, at + dataBytes))
      // Behind the end of a v2 file there are zeros.
      if (dataBytes < wanted.lengthBytes) frame.fill(0, at + dataBytes, at + wanted.lengthBytes)
      at += wanted.lengthBytes
    }
    const outcome = await content.store.read(first.piece, first.begin, views)
    this.#reading = false
    if (outcome === 'ok' && !this.#peer.closed) {
      connection.write(frame.subarray(0, at), () => host.frames.give(frame))
      host.uploaded(this.#peer, lengthBytes)
    } else {
      host.frames.give(frame)
      if (!this.#peer.upAllowance.unlimited) this.#peer.upAllowance.give(lengthBytes, host.clock.now())
      for (const wanted of run) this.#reject(wanted.piece, wanted.begin, wanted.lengthBytes)
    }
    this.pump(host.clock.now())
  }

  #reject(piece: number, begin: number, lengthBytes: number): void {
    if (this.#peer.remote.flags.fast && !this.#peer.closed) {
      this.#peer.connection.write(encodeReject(piece, begin, lengthBytes))
    }
  }

  #invalidRequest(): void {
    if (++this.#invalid > INVALID_REQUESTS_ALLOWED)
      throw new PeerError('REQUESTS_INVALID', { count: this.#invalid })
  }
}
