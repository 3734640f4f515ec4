// The one long-lived stream `/shoal/people/1` between two devices, as the node uses it.
// Promise: bytes are taken whole or not at all; `ended` is told once, and nothing after it.

import type { Connection, Stream } from '@libp2p/interface'
import type { DeviceId } from '../ids.ts'
import { type LinkWay, MAX_FRAME_BYTES } from '../service.ts'
import { STREAM_BUFFER_BYTES } from './deadlines.ts'

export interface LineEvents {
  received(line: PeopleLine, bytes: Uint8Array): void
  drained(line: PeopleLine): void
  ended(line: PeopleLine): void
}

export class PeopleLine {
  readonly device: DeviceId
  readonly way: LinkWay
  readonly connection: Connection
  readonly #stream: Stream
  #wanting = false
  #over = false

  constructor(device: DeviceId, way: LinkWay, connection: Connection, stream: Stream, events: LineEvents) {
    this.device = device
    this.way = way
    this.connection = connection
    this.#stream = stream
    stream.maxWriteBufferLength = STREAM_BUFFER_BYTES + 2 * MAX_FRAME_BYTES
    const end = (): void => {
      if (this.#over) return
      this.#over = true
      events.ended(this)
    }
    const room = (): void => {
      if (!this.#wanting || this.#over || stream.writeBufferLength > STREAM_BUFFER_BYTES) return
      this.#wanting = false
      events.drained(this)
    }
    stream.addEventListener('close', end)
    // Half a stream is none.
    stream.addEventListener('remoteCloseWrite', () => this.end())
    // What is written on drain is sent after this turn; then there is room.
    stream.addEventListener('drain', () => queueMicrotask(room))
    stream.addEventListener('idle', room)
    stream.addEventListener('message', ({ data }) => {
      if (!this.#over) events.received(this, data.subarray())
    })
    if (stream.status !== 'open') queueMicrotask(end)
  }

  get outgoing(): boolean {
    return this.connection.direction === 'outbound'
  }

  /** False where it is over, or too much waits already: drained() comes. */
  send(bytes: Uint8Array): boolean {
    if (this.#over || this.#stream.status !== 'open') return false
    if (this.#stream.writeBufferLength > STREAM_BUFFER_BYTES) {
      this.#wanting = true
      return false
    }
    this.#stream.send(bytes)
    return true
  }

  hold(held: boolean): void {
    if (this.#over || this.#stream.status !== 'open') return
    if (held) this.#stream.pause()
    else this.#stream.resume()
  }

  /** Ends the stream; the connection is the node's to close. */
  end(): void {
    this.#stream.abort(new Error('over'))
  }
}
