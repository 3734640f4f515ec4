// How much may be on its way: LEDBAT (BEP 29, RFC 6817), which keeps the delay it adds near TARGET_DELAY_MS and so goes
// out of the way of whoever fills queues.
// Invariant: `windowBytes` lies between LEAST_WINDOW_PACKETS packets and SEND_WINDOW_BYTES.
//
// Below the target it grows like other clients' uTP, by GAIN_BYTES_PER_ROUND_TRIP in proportion to the distance. Above
// it shrinks by the share it is above, a half at most a round trip: BEP 29's few kilobytes a round trip would hold a
// queue that somebody else filled for many seconds.

import {
  GAIN_BYTES_PER_ROUND_TRIP,
  INITIAL_WINDOW_BYTES,
  LEAST_WINDOW_PACKETS,
  MOST_PACKET_BYTES,
  SEND_WINDOW_BYTES,
  SLOW_START_SHARE,
  TARGET_DELAY_MS,
} from './limits.ts'

const LEAST_BYTES = LEAST_WINDOW_PACKETS * MOST_PACKET_BYTES

export class Congestion {
  #windowBytes = INITIAL_WINDOW_BYTES
  /** Slow start ends here at the latest. */
  #thresholdBytes = SEND_WINDOW_BYTES
  #slowStart = true
  /** As it was before the last loss. */
  #before:
    | { readonly windowBytes: number; readonly thresholdBytes: number; readonly slowStart: boolean }
    | undefined

  get windowBytes(): number {
    return this.#windowBytes
  }

  get slowStart(): boolean {
    return this.#slowStart
  }

  /**
   * `bytes` arrived. `queueingMs`: the delay we add, undefined when unknown. `limited`: the window was in use; one that
   * was not says nothing about what the path carries and does not grow.
   */
  acked(bytes: number, queueingMs: number | undefined, limited: boolean): void {
    const share = (queueingMs ?? 0) / TARGET_DELAY_MS
    if (this.#slowStart && share >= SLOW_START_SHARE) this.#slowStart = false
    if (share > 1) this.#shrink(bytes, share)
    else if (limited) this.#grow(bytes, share)
  }

  #grow(bytes: number, share: number): void {
    if (this.#slowStart) {
      this.#set(this.#windowBytes + bytes)
      if (this.#windowBytes >= this.#thresholdBytes) this.#slowStart = false
      return
    }
    const ofWindow = Math.min(1, bytes / this.#windowBytes)
    this.#set(this.#windowBytes + GAIN_BYTES_PER_ROUND_TRIP * ofWindow * (1 - share))
  }

  #shrink(bytes: number, share: number): void {
    const ofWindow = Math.min(1, bytes / this.#windowBytes)
    this.#set(this.#windowBytes * (1 - ofWindow * Math.min(0.5, share - 1)))
  }

  /** Packets were lost; the caller sees to it that this is said once a round trip. */
  lost(): void {
    this.#remember()
    this.#set(this.#windowBytes / 2)
    this.#thresholdBytes = this.#windowBytes
    this.#slowStart = false
  }

  /** Nothing arrives any more: begin again. */
  timedOut(): void {
    this.#remember()
    this.#thresholdBytes = Math.max(LEAST_BYTES, this.#windowBytes / 2)
    this.#windowBytes = LEAST_BYTES
    this.#slowStart = true
  }

  /** Nothing was sent for longer than a timeout: what the path carries now is found out again, quickly (RFC 2861). */
  rested(): void {
    if (this.#windowBytes <= INITIAL_WINDOW_BYTES) return
    this.#before = undefined
    this.#thresholdBytes = this.#windowBytes
    this.#windowBytes = INITIAL_WINDOW_BYTES
    this.#slowStart = true
  }

  /** What was told as lost had only been overtaken. */
  mistaken(): void {
    if (this.#before === undefined) return
    const { windowBytes, thresholdBytes, slowStart } = this.#before
    this.#before = undefined
    this.#set(Math.max(windowBytes, this.#windowBytes))
    this.#thresholdBytes = thresholdBytes
    this.#slowStart = slowStart
  }

  #remember(): void {
    this.#before = {
      windowBytes: this.#windowBytes,
      thresholdBytes: this.#thresholdBytes,
      slowStart: this.#slowStart,
    }
  }

  #set(bytes: number): void {
    this.#windowBytes = Math.min(SEND_WINDOW_BYTES, Math.max(LEAST_BYTES, bytes))
  }
}
