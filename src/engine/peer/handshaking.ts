// The first 68 bytes on a new connection, both ways (BEP 3): who is there, for which torrent, what they can do.
// Owns the connection until it is done; then hands it over with the bytes that came after the handshake.

import { CodedError } from '../../base/errors.ts'
import { after, type Millis, type PeerId, type WireHash } from '../../base/ids.ts'
import type { Clock, Connection, SocketError } from '../../base/ports.ts'
import { WireError } from '../../protocol/wire/error.ts'
import { encodeHandshake, type Handshake, HandshakeDecoder } from '../../protocol/wire/handshake.ts'

/** Whole handshake, connection time not included (SAFETY.md: 10 s in total). */
export const HANDSHAKE_TIMEOUT_MS = 10_000

export type HandshakeFailure =
  | 'TIMEOUT'
  | 'CLOSED'
  | 'NOT_BITTORRENT'
  | 'UNKNOWN_TORRENT'
  | 'WRONG_TORRENT'
  | 'SELF'
  | 'REFUSED'

export class HandshakeError extends CodedError<HandshakeFailure> {}

/** What to say, once it is known which torrent this is about. */
export interface HandshakeAnswer {
  readonly handshake: Handshake
  /** Hashes that the other side may name: one, or both of a hybrid (BEP 52 upgrade). */
  readonly accepts: readonly WireHash[]
  /** The one of them that stands for v2; undefined while none is known. */
  readonly v2Hash?: WireHash | undefined
  /** Our own ids in this torrent: a connection to ourselves is dropped. */
  readonly ourId: PeerId
}

export interface HandshakeDone {
  readonly connection: Connection
  readonly remote: Handshake
  readonly answer: HandshakeAnswer
  /** Bytes that followed the handshake (a copy), to be given to the wire decoder first. */
  readonly rest: Uint8Array
  /** Dialled: how long the transport took to connect, which is a round trip; undefined for accepted ones. */
  readonly connectedInMs?: number | undefined
  /** Whether the connection ended before its new owner set its events: it will not be told again. */
  readonly ended: () => boolean
}

export interface HandshakeOptions {
  readonly connection: Connection
  readonly clock: Clock
  /** Dialled: what we say at once. Accepted: undefined, and `lookup` is asked for the hash the other side names. */
  readonly opening: HandshakeAnswer | undefined
  /** Nothing more is read while it is looked for. */
  readonly lookup: (remote: {
    readonly hash: WireHash
    readonly v2: boolean
  }) => HandshakeAnswer | undefined | Promise<HandshakeAnswer | undefined>
  readonly connectedInMs?: number | undefined
}

/** Resolves when both handshakes are exchanged. @throws HandshakeError, after closing the connection */
export function exchangeHandshakes(options: HandshakeOptions): Promise<HandshakeDone> {
  return new Promise((resolve, reject) => new Handshaking(options, resolve, reject))
}

class Handshaking {
  readonly #options: HandshakeOptions
  readonly #decoder = new HandshakeDecoder()
  readonly #resolve: (done: HandshakeDone) => void
  readonly #reject: (error: HandshakeError) => void
  readonly #cancelTimeout: () => void
  #answer: HandshakeAnswer | undefined
  #asked = false
  #over = false
  #ended = false

  constructor(
    options: HandshakeOptions,
    resolve: (done: HandshakeDone) => void,
    reject: (error: HandshakeError) => void,
  ) {
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
    const { clock, connection } = options
    const deadline: Millis = after(clock.now(), HANDSHAKE_TIMEOUT_MS)
    this.#cancelTimeout = clock.schedule(deadline, () => this.#fail('TIMEOUT'))
    connection.events = {
      data: (bytes) => this.#data(bytes),
      drain: () => {},
      closed: (error) => {
        this.#ended = true
        this.#fail('CLOSED', error)
      },
    }
    if (options.opening !== undefined) {
      this.#answer = options.opening
      connection.write(encodeHandshake(options.opening.handshake))
    }
  }

  #data(bytes: Uint8Array): void {
    if (this.#over) return
    let consumed: number
    try {
      consumed = this.#decoder.push(bytes)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#fail('NOT_BITTORRENT', error)
      return
    }
    const { hash, flags } = this.#decoder
    const rest = bytes.slice(consumed)
    if (hash !== undefined && flags !== undefined && this.#answer === undefined && !this.#asked) {
      this.#asked = true
      const answer = this.#options.lookup({ hash, v2: flags.v2 })
      if (answer instanceof Promise) {
        this.#options.connection.pause()
        const answered = (found: HandshakeAnswer | undefined) => this.#answered(found, rest, 'waited')
        // A lookup that failed found nothing: to whoever asks it is one torrent more that is not here.
        void answer.then(answered, () => answered(undefined))
        return
      }
      this.#answered(answer, rest, 'at once')
      return
    }
    this.#finishWith(rest)
  }

  #answered(answer: HandshakeAnswer | undefined, rest: Uint8Array, how: 'at once' | 'waited'): void {
    if (this.#over) return
    if (answer === undefined) {
      this.#fail('UNKNOWN_TORRENT')
      return
    }
    this.#answer = answer
    this.#options.connection.write(encodeHandshake(answer.handshake))
    this.#finishWith(rest)
    if (how === 'waited' && !this.#over) this.#options.connection.resume()
  }

  /** Once both sides have said all of theirs. */
  #finishWith(rest: Uint8Array): void {
    const remote = this.#decoder.handshake
    if (remote !== undefined && this.#answer !== undefined) this.#finish(remote, this.#answer, rest)
  }

  #finish(remote: Handshake, answer: HandshakeAnswer, rest: Uint8Array): void {
    const wrong = !answer.accepts.includes(remote.hash)
    if (wrong || remote.peerId === answer.ourId) {
      this.#fail(wrong ? 'WRONG_TORRENT' : 'SELF')
      return
    }
    this.#over = true
    this.#cancelTimeout()
    const { connection, connectedInMs } = this.#options
    // Whatever arrives before the new owner sets its events would be lost: hold it back.
    connection.pause()
    this.#resolve({ connection, remote, answer, rest, connectedInMs, ended: () => this.#ended })
  }

  #fail(code: HandshakeFailure, cause?: SocketError | WireError): void {
    if (this.#over) return
    this.#over = true
    this.#cancelTimeout()
    // Ourselves at the other end must be told, or would take it for a peer that hung up and dial again.
    this.#options.connection.close(code === 'SELF')
    this.#reject(new HandshakeError(code, {}, cause))
  }
}
