// Memory for outgoing piece messages, reused: a frame holds a batch of blocks with their headers between them.
// Invariant: at most KEPT_FRAMES are kept idle; whatever is larger or more than that is left to the collector.

import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { FramePool } from './host.ts'

/** 16 blocks and their 13-byte headers, rounded up. */
const FRAME_BYTES = 16 * (BLOCK_BYTES + 16)

/** Idle frames kept (16 MiB): what a few fast links have in flight. */
const KEPT_FRAMES = 64

export class ReusedFrames implements FramePool {
  readonly #idle: Uint8Array[] = []

  take(lengthBytes: number): Uint8Array {
    if (lengthBytes > FRAME_BYTES) return new Uint8Array(lengthBytes)
    return this.#idle.pop() ?? new Uint8Array(FRAME_BYTES)
  }

  give(frame: Uint8Array): void {
    if (frame.length === FRAME_BYTES && this.#idle.length < KEPT_FRAMES) this.#idle.push(frame)
  }
}
