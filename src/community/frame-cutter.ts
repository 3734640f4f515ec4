// Cuts a stream of bytes into frames that are preceded by their length (4 bytes, big endian). One for each link.
// Promise: never holds more than one frame and what came with its end, in one piece of memory however small the parts
// are; a frame that is too long is refused by its length, before anything of it is awaited.

import { EMPTY, readUint32 } from '../base/bytes.ts'
import { RecordError } from './community-error.ts'

export const LENGTH_BYTES = 4
/** Most frames are a few hundred bytes. */
const FIRST_BYTES = 1024

export class FrameCutter {
  #buffer: Uint8Array = EMPTY
  #start = 0
  #end = 0

  /** A copy is kept. */
  put(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length)
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** A whole frame without its length, in memory of its own; undefined until more comes. @throws RecordError */
  next(mostBytes: number): Uint8Array | undefined {
    if (this.heldBytes < LENGTH_BYTES) return undefined
    const lengthBytes = readUint32(this.#buffer, this.#start)
    if (lengthBytes === 0 || lengthBytes > mostBytes) {
      throw new RecordError('FRAME_INVALID', { what: 'LENGTH', lengthBytes })
    }
    const from = this.#start + LENGTH_BYTES
    if (from + lengthBytes > this.#end) return undefined
    this.#start = from + lengthBytes
    const frame = this.#buffer.slice(from, this.#start)
    // Nothing is held between frames: a link that is quiet costs nothing.
    if (this.#start === this.#end) {
      this.#buffer = EMPTY
      this.#start = 0
      this.#end = 0
    }
    return frame
  }

  get heldBytes(): number {
    return this.#end - this.#start
  }

  #makeRoom(forBytes: number): void {
    const held = this.heldBytes
    const room = new Uint8Array(Math.max(FIRST_BYTES, 2 * held, held + forBytes))
    room.set(this.#buffer.subarray(this.#start, this.#end))
    this.#buffer = room
    this.#start = 0
    this.#end = held
  }
}
