// Bytes that were written and are in no packet yet, in order, with what is to be called once they are.
// Invariant: `lengthBytes` is the sum of what is left; `sent` of every write runs once, in order, when its last byte was
// taken or the queue is cleared.

interface Write {
  readonly bytes: Uint8Array
  readonly sent: (() => void) | undefined
}

export class WriteQueue {
  lengthBytes = 0
  /** Oldest first from `#head`; emptied in one go, so that no write costs a shift. */
  #writes: Write[] = []
  #head = 0
  /** Taken of the first. */
  #taken = 0
  /** Writes whose bytes are all taken, to be told by settle(). */
  #done: (() => void)[] = []

  push(bytes: Uint8Array, sent: (() => void) | undefined): void {
    this.#writes.push({ bytes, sent })
    this.lengthBytes += bytes.length
    if (bytes.length === 0) this.#skipEmpty()
  }

  /** Moves the next `lengthBytes` bytes, which must be there, to `into` from `at`. */
  take(into: Uint8Array, at: number, lengthBytes: number): void {
    let left = lengthBytes
    let to = at
    while (left > 0) {
      const { bytes } = this.#writes[this.#head] as Write
      const from = this.#taken
      const count = Math.min(left, bytes.length - from)
      into.set(count === bytes.length ? bytes : bytes.subarray(from, from + count), to)
      to += count
      left -= count
      this.#taken += count
      if (this.#taken === bytes.length) this.#next()
    }
    this.lengthBytes -= lengthBytes
    this.#skipEmpty()
  }

  /** Calls `sent` of what was taken; whoever is called may write again. */
  settle(): void {
    while (this.#done.length > 0) {
      const done = this.#done
      this.#done = []
      for (const sent of done) sent()
    }
  }

  clear(): void {
    while (this.#head < this.#writes.length) this.#next()
    this.lengthBytes = 0
    this.#writes = []
    this.#head = 0
    this.#taken = 0
  }

  #next(): void {
    const { sent } = this.#writes[this.#head] as Write
    this.#writes[this.#head++] = NOTHING
    this.#taken = 0
    if (this.#head === this.#writes.length) {
      this.#writes = []
      this.#head = 0
    }
    if (sent !== undefined) this.#done.push(sent)
  }

  #skipEmpty(): void {
    while (this.#taken === 0 && this.#writes[this.#head]?.bytes.length === 0) this.#next()
  }
}

const NOTHING: Write = { bytes: new Uint8Array(0), sent: undefined }
