// Getting the info dictionary from peers (BEP 9). Each peer's answer is kept apart, so when a whole one does not hash
// right it is known exactly who lied. Invariant: at most ATTEMPTS_LIMIT buffers of at most METADATA_LIMIT_BYTES exist, each
// made when its peer gave something.

import { after, type Millis } from '../../base/ids.ts'
import {
  decodeMetadataMessage,
  encodeMetadataReject,
  encodeMetadataRequest,
  METADATA_PIECE_BYTES,
} from '../../protocol/wire/metadata-message.ts'
import type { Peer } from '../peer/peer.ts'

/** SAFETY.md: an info dictionary above this is refused. */
export const METADATA_LIMIT_BYTES = 8 * 1024 * 1024

/** Peers asked at the same time that answer as they should: one may lie. */
const PARALLEL_PEERS = 3

/** Those that hesitate included; a further peer takes the place of whoever hesitates. */
const ATTEMPTS_LIMIT = 10

/** Pieces of 16 KiB asked of one peer at once. */
const REQUESTS_AHEAD = 8

/** No piece for this long and another peer gets the place. */
const PROGRESS_TIMEOUT_MS = 15_000

/** A peer that refused or stalled is asked again after this. */
const RETRY_AFTER_MS = 30_000

/** A peer that gives nothing for this long, or less than 16 kB/s since, hesitates: others need not wait for it. */
const HESITATION_MS = 2_000
const PIECE_MS = 1_000

interface Attempt {
  readonly peer: Peer
  readonly totalBytes: number
  readonly pieces: number
  /** Made with the first piece that comes, so that a promise costs nothing. */
  bytes: Uint8Array | undefined
  readonly got: Set<number>
  readonly asked: Set<number>
  readonly startedAt: Millis
  progressAt: Millis
}

export interface MetadataEvents {
  /** A whole answer; returns whether it was the right one (hash and form). */
  complete(infoBytes: Uint8Array): boolean
  /** This peer's whole answer was wrong: certainly guilty. */
  lied(peer: Peer): void
}

export class MetadataFetch {
  readonly #events: MetadataEvents
  readonly #attempts = new Map<Peer, Attempt>()
  readonly #notBefore = new WeakMap<Peer, Millis>()
  /** Attempts that came to nothing: who has fewer goes first, so that a crowd of liars holds nobody up for long. */
  readonly #failures = new WeakMap<Peer, number>()

  constructor(events: MetadataEvents) {
    this.#events = events
  }

  /** Fraction of the best attempt, 0 … 1, for progress. */
  get progress(): number {
    let best = 0
    for (const attempt of this.#attempts.values()) best = Math.max(best, attempt.got.size / attempt.pieces)
    return best
  }

  /** Starts with peers that offer it, as long as too few answer. */
  consider(peers: Iterable<Peer>, now: Millis): void {
    const able = [...peers].filter((peer) => this.#mayAsk(peer, now))
    able.sort((a, b) => (this.#failures.get(a) ?? 0) - (this.#failures.get(b) ?? 0))
    for (const peer of able) {
      if (!this.#makeRoom(now)) return
      const size = peer.extensions?.metadataBytes ?? 0
      const attempt: Attempt = {
        peer,
        totalBytes: size,
        pieces: Math.ceil(size / METADATA_PIECE_BYTES),
        bytes: undefined,
        got: new Set(),
        asked: new Set(),
        startedAt: now,
        progressAt: now,
      }
      this.#attempts.set(peer, attempt)
      this.#ask(attempt)
    }
  }

  #mayAsk(peer: Peer, now: Millis): boolean {
    const size = peer.extensions?.metadataBytes
    if (size === undefined || size <= 0 || size > METADATA_LIMIT_BYTES) return false
    if (peer.closed || this.#attempts.has(peer) || now < (this.#notBefore.get(peer) ?? now)) return false
    return peer.extensions?.ids.has('ut_metadata') ?? false
  }

  /** Whether one more may be asked; ends the oldest attempt that hesitates when there are too many. */
  #makeRoom(now: Millis): boolean {
    let oldest: Attempt | undefined
    let busy = 0
    for (const attempt of this.#attempts.values()) {
      if (now < after(attempt.startedAt, HESITATION_MS + attempt.got.size * PIECE_MS)) busy++
      else oldest ??= attempt
    }
    if (busy >= PARALLEL_PEERS) return false
    if (this.#attempts.size < ATTEMPTS_LIMIT) return true
    if (oldest === undefined) return false
    this.#setAside(oldest, now)
    return true
  }

  /** @throws WireError on a malformed message */
  message(peer: Peer, payload: Uint8Array, now: Millis): void {
    const attempt = this.#attempts.get(peer)
    const message = decodeMetadataMessage(payload)
    if (message?.type === 'request') {
      // BEP 9: whoever does not have it says so.
      peer.sendExtension('ut_metadata', encodeMetadataReject(message.piece))
      return
    }
    if (attempt === undefined || message === undefined) return
    if (message.type !== 'data') {
      this.#setAside(attempt, now)
      return
    }
    const { piece, bytes, totalBytes } = message
    if (!attempt.asked.has(piece) || attempt.got.has(piece)) return
    if (totalBytes !== attempt.totalBytes) {
      this.#attempts.delete(peer)
      this.#events.lied(peer)
      return
    }
    attempt.bytes ??= new Uint8Array(attempt.totalBytes)
    attempt.bytes.set(bytes, piece * METADATA_PIECE_BYTES)
    attempt.got.add(piece)
    attempt.progressAt = now
    if (attempt.got.size < attempt.pieces) {
      this.#ask(attempt)
      return
    }
    this.#attempts.delete(peer)
    if (!this.#events.complete(attempt.bytes)) this.#events.lied(peer)
  }

  gone(peer: Peer): void {
    this.#attempts.delete(peer)
  }

  tick(now: Millis): void {
    for (const attempt of [...this.#attempts.values()]) {
      if (now >= after(attempt.progressAt, PROGRESS_TIMEOUT_MS)) this.#setAside(attempt, now)
    }
  }

  #setAside(attempt: Attempt, now: Millis): void {
    this.#attempts.delete(attempt.peer)
    this.#failures.set(attempt.peer, (this.#failures.get(attempt.peer) ?? 0) + 1)
    this.#notBefore.set(attempt.peer, after(now, RETRY_AFTER_MS))
  }

  #ask(attempt: Attempt): void {
    for (let piece = 0; piece < attempt.pieces; piece++) {
      if (attempt.asked.size - attempt.got.size >= REQUESTS_AHEAD) return
      if (attempt.asked.has(piece)) continue
      attempt.asked.add(piece)
      attempt.peer.sendExtension('ut_metadata', encodeMetadataRequest(piece))
    }
  }
}
