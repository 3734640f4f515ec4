// A wire sink that keeps everything it is told, in order, with each block's bytes.

import type { WireDecoder, WireSink } from '../../src/protocol/wire/decoder.ts'
import type { Message } from '../../src/protocol/wire/messages.ts'

export interface RecordedBlock {
  readonly type: 'block'
  readonly piece: number
  readonly begin: number
  readonly lengthBytes: number
  readonly stored: boolean
  /** What was written into the slot; undefined when none was lent. */
  readonly bytes: Uint8Array | undefined
}

export type Recorded = Message | RecordedBlock

export class RecordingSink implements WireSink {
  readonly events: Recorded[] = []
  /** Largest block for which memory was asked. */
  lentBytes = 0
  /** Called when a slot is asked for or a message arrives, before it is recorded. */
  onSlot: (piece: number, begin: number, lengthBytes: number) => 'lend' | 'refuse' = () => 'lend'
  onMessage: (message: Message) => void = () => {}
  #slot: Uint8Array | undefined

  slot(piece: number, begin: number, lengthBytes: number): Uint8Array | undefined {
    this.lentBytes = Math.max(this.lentBytes, lengthBytes)
    this.#slot =
      this.onSlot(piece, begin, lengthBytes) === 'lend' ? new Uint8Array(lengthBytes).fill(0xee) : undefined
    return this.#slot
  }

  block(piece: number, begin: number, lengthBytes: number, stored: boolean): void {
    this.events.push({ type: 'block', piece, begin, lengthBytes, stored, bytes: this.#slot })
    this.#slot = undefined
  }

  message(message: Message): void {
    this.onMessage(message)
    this.events.push(message)
  }

  get last(): Recorded | undefined {
    return this.events.at(-1)
  }
}

/** Pushes `bytes` in parts of the given sizes, the last size repeating; parts are overwritten once pushed, as sockets do. */
export function pushInParts(decoder: WireDecoder, bytes: Uint8Array, sizes: readonly number[]): void {
  let part = 0
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes[Math.min(part++, sizes.length - 1)] ?? bytes.length)
    const lent = bytes.slice(at, at + size)
    decoder.push(lent)
    lent.fill(0xdd)
    at += size
  }
}
