// Memory for outgoing packets. A packet belongs to the network from the moment it is sent and is never written again,
// so it cannot be reused; but one allocation serves many packets.

/** Some 46 full packets. Larger slabs would be kept whole by a single packet that waits for its ack. */
const SLAB_BYTES = 65_536

export class PacketMemory {
  #slab = new Uint8Array(0)
  #used = 0

  /** All zeros; at most a slab long. */
  take(lengthBytes: number): Uint8Array {
    if (this.#used + lengthBytes > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES)
      this.#used = 0
    }
    const at = this.#used
    this.#used += lengthBytes
    return this.#slab.subarray(at, at + lengthBytes)
  }
}
