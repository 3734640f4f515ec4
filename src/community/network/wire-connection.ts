// A byte stream of a wire as libp2p wants it. Promise: back-pressure passes through both ways, and no more than
// MOST_UNSENT_BYTES wait to be sent: who makes us write and does not read is let go.

import type { Logger } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Connection, LOW_WATER_BYTES } from '../../base/ports.ts'

/** What one read of a socket may bring (256 KiB), twice: it comes before a pause is felt. */
const MOST_UNREAD_BYTES = 512 * 1024
/** Answers to pings and window updates are written whether or not the other side reads. */
export const MOST_UNSENT_BYTES = 1024 * 1024

/**
 * Until the handshake is over: it has 2 KiB, and nothing may follow it unasked. libp2p's negotiation answers every few bytes of junk
 * with a word of its own, so that what one read of a socket brings would cost half a second.
 */
const MOST_HANDSHAKE_BYTES = 16 * 1024

export class WireConnection extends AbstractMultiaddrConnection {
  readonly #connection: Connection
  /** What may still come before the handshake is over; undefined after it. */
  #mayComeBytes: number | undefined = MOST_HANDSHAKE_BYTES

  constructor(connection: Connection, remoteAddr: Multiaddr, direction: 'inbound' | 'outbound', log: Logger) {
    super({
      remoteAddr,
      direction,
      log,
      maxReadBufferLength: MOST_UNREAD_BYTES,
      maxWriteBufferLength: MOST_UNSENT_BYTES,
    })
    this.#connection = connection
    connection.events = {
      data: (bytes) => this.#came(bytes),
      drain: () => this.safeDispatchEvent('drain'),
      closed: (error) => this.onTransportClosed(error),
    }
  }

  #came(bytes: Uint8Array): void {
    if (this.#mayComeBytes !== undefined) {
      this.#mayComeBytes -= bytes.length
      if (this.#mayComeBytes < 0) {
        this.abort(new Error('no handshake'))
        return
      }
    }
    this.onData(bytes.slice())
  }

  /** The handshake is over: from here on the muxer's windows bound what comes. */
  shookHands(): void {
    this.#mayComeBytes = undefined
  }

  override sendData(data: { readonly byteLength: number; subarray(): Uint8Array }): {
    sentBytes: number
    canSendMore: boolean
  } {
    const sentBytes = data.byteLength
    // The list is emptied by who gave it, its parts are not written to again.
    this.#connection.write(data.subarray())
    return { sentBytes, canSendMore: this.#connection.queuedBytes <= LOW_WATER_BYTES }
  }

  override sendReset(): void {
    this.#connection.close()
  }

  override sendPause(): void {
    this.#connection.pause()
  }

  override sendResume(): void {
    this.#connection.resume()
  }

  override async sendClose(): Promise<void> {
    this.#connection.close(true)
  }
}
