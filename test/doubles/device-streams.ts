// Byte streams between two people processes that are none: what one end writes the other reads, a little later, with room for 64 KiB.

import type { DeviceStream } from '../../src/daemon/community/stream-end.ts'

const ROOM_BYTES = 65_536

class End implements DeviceStream {
  events = { data(_bytes: Uint8Array) {}, drain() {}, closed() {} }
  other: End | undefined
  paused = false
  readonly #held: Uint8Array[] = []
  #heldBytes = 0
  #full = false
  #over = false
  /** The most that ever waited here to be read. */
  mostHeld = 0

  write(bytes: Uint8Array): boolean {
    return this.other?.take(bytes) ?? false
  }

  take(bytes: Uint8Array): boolean {
    if (this.#over) return false
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    this.mostHeld = Math.max(this.mostHeld, this.#heldBytes)
    setImmediate(() => this.#give())
    this.#full = this.#heldBytes > ROOM_BYTES
    return !this.#full
  }

  #give(): void {
    while (!this.paused && this.#held.length > 0) {
      const bytes = this.#held.shift() as Uint8Array
      this.#heldBytes -= bytes.length
      this.events.data(bytes)
    }
    if (this.#full && this.#heldBytes <= ROOM_BYTES) {
      this.#full = false
      this.other?.events.drain()
    }
    if (this.#over && this.#held.length === 0) this.events.closed()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    setImmediate(() => this.#give())
  }

  close(): void {
    this.abort()
  }

  abort(): void {
    for (const end of [this, this.other]) end?.end()
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    setImmediate(() => this.#give())
  }
}

export function streamPair(): [End, End] {
  const [a, b] = [new End(), new End()]
  a.other = b
  b.other = a
  return [a, b]
}
