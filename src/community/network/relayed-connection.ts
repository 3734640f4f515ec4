// A stream that a third device carries, as the ground for a connection of its own: handshake and streams run inside it.

import type { Stream } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { SILENT_LOG } from './silent-log.ts'
import { MOST_UNSENT_BYTES } from './wire-connection.ts'

const MOST_UNREAD_BYTES = 512 * 1024

export class RelayedConnection extends AbstractMultiaddrConnection {
  readonly #stream: Stream

  constructor(stream: Stream, early: Uint8Array, remoteAddr: Multiaddr, direction: 'inbound' | 'outbound') {
    super({
      remoteAddr,
      direction,
      log: SILENT_LOG.forComponent('relayed'),
      maxReadBufferLength: MOST_UNREAD_BYTES,
      maxWriteBufferLength: MOST_UNSENT_BYTES,
    })
    this.#stream = stream
    stream.maxWriteBufferLength = MOST_UNSENT_BYTES
    if (early.length > 0) this.onData(early)
    stream.addEventListener('message', ({ data }) => this.onData(data))
    stream.addEventListener('drain', () => queueMicrotask(() => this.#drained()))
    stream.addEventListener('idle', () => this.#drained())
    stream.addEventListener('remoteCloseWrite', () => stream.abort(new Error('over')))
    stream.addEventListener('close', () => this.onTransportClosed())
  }

  #drained(): void {
    if (!this.#stream.writableNeedsDrain) this.safeDispatchEvent('drain')
  }

  override sendData(data: { readonly byteLength: number; subarray(): Uint8Array }): {
    sentBytes: number
    canSendMore: boolean
  } {
    const sentBytes = data.byteLength
    return { sentBytes, canSendMore: this.#stream.send(data.subarray()) }
  }

  override sendReset(): void {
    this.#stream.abort(new Error('reset'))
  }

  override sendPause(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  override sendResume(): void {
    if (this.#stream.readStatus === 'paused') this.#stream.resume()
  }

  override async sendClose(): Promise<void> {
    await this.#stream.close({ signal: AbortSignal.timeout(CLOSE_MS) })
  }
}

const CLOSE_MS = 1_000
