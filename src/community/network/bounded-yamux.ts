// Yamux, with a bound on how often its small frames come: each costs a decryption and, for a ping, an answer, whatever its
// sender reads. Whoever exceeds it loses the connection before the frames are looked at.
// Wire form of a frame: version, type, flags (2), stream (4), length (4); data (type 0) is followed by that many bytes.

import type { StreamMuxerFactory } from '@libp2p/interface'
import type { Millis } from '../../base/ids.ts'
import { Allowance } from '../allowance.ts'

const HEADER_BYTES = 12
const TYPE_AT = 1
const LENGTH_AT = 8
const DATA = 0
const PING = 2
/** Nobody needs more: we ask for a word every 15 s ourselves. */
const PINGS_PER_SECOND = 5
const PINGS_BURST = 50
/** A link at 100 MB/s in blocks of 16 KiB has 6,000 window updates a second. */
const SMALL_PER_SECOND = 8_000
const SMALL_BURST = 16_000
const SMALL_BYTES = 1_024

type Factory<C> = (components: C) => StreamMuxerFactory

export function boundedYamux<C>(factory: Factory<C>, now: () => Millis): Factory<C> {
  return (components) => {
    const inner = factory(components)
    return {
      protocol: inner.protocol,
      createStreamMuxer: (stream) => {
        const meter = new FrameMeter(now())
        // Before the muxer's own: what is too much does not reach it.
        stream.addEventListener('message', (event) => {
          if (meter.take(event.data.subarray(), now())) return
          event.stopImmediatePropagation()
          stream.abort(new Error('too many small frames'))
        })
        return inner.createStreamMuxer(stream)
      },
    }
  }
}

export class FrameMeter {
  readonly #pings: Allowance
  readonly #small: Allowance
  /** Of the frame whose header is not whole yet. */
  readonly #header = new Uint8Array(HEADER_BYTES)
  #headerBytes = 0
  #bodyBytes = 0

  constructor(now: Millis) {
    this.#pings = new Allowance(PINGS_PER_SECOND, PINGS_BURST, now)
    this.#small = new Allowance(SMALL_PER_SECOND, SMALL_BURST, now)
  }

  /** Bytes as they come, cut anywhere. @returns false once it is too much */
  take(bytes: Uint8Array, now: Millis): boolean {
    let at = 0
    while (at < bytes.length) {
      const skipped = Math.min(this.#bodyBytes, bytes.length - at)
      this.#bodyBytes -= skipped
      at += skipped
      const part = bytes.subarray(at, at + HEADER_BYTES - this.#headerBytes)
      if (part.length === 0) break
      this.#header.set(part, this.#headerBytes)
      this.#headerBytes += part.length
      at += part.length
      if (this.#headerBytes < HEADER_BYTES) break
      this.#headerBytes = 0
      if (!this.#frame(now)) return false
    }
    return true
  }

  #frame(now: Millis): boolean {
    const header = this.#header
    const type = header[TYPE_AT]
    const lengthBytes = new DataView(header.buffer).getUint32(LENGTH_AT)
    if (type === DATA) this.#bodyBytes = lengthBytes
    if (type === PING && !this.#pings.take(1, now)) return false
    return (type === DATA && lengthBytes >= SMALL_BYTES) || this.#small.take(1, now)
  }
}
