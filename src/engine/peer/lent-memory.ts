// Memory in which received bytes are decrypted: one for all connections of a session, because received bytes are lent for
// the length of a call only. It is as large as the longest read so far; what the adapter lent stays as it was.

/** One read of a socket (platform/tcp.ts). */
const USUAL_BYTES = 262_144

export class LentMemory {
  #bytes: Uint8Array | undefined
  #lent = false

  /** Lends at least this much to `use`, for the call. */
  lend(lengthBytes: number, use: (memory: Uint8Array) => void): void {
    // A read inside the call for another read: no adapter of ours does it, and it would spoil what is being read.
    if (this.#lent) {
      use(new Uint8Array(lengthBytes))
      return
    }
    let memory = this.#bytes
    if (memory === undefined || memory.length < lengthBytes) {
      memory = new Uint8Array(Math.max(lengthBytes, USUAL_BYTES))
      this.#bytes = memory
    }
    this.#lent = true
    try {
      use(memory)
    } finally {
      this.#lent = false
    }
  }
}
