// The last ten minutes of a transfer's rates, for its chart. Memory is taken by transfers that moved something only.

/** docs/design/daemon.md. */
export const HISTORY_STEPS = 300
export const STEP_SECONDS = 2

export class History {
  readonly #down = new Float32Array(HISTORY_STEPS)
  readonly #up = new Float32Array(HISTORY_STEPS)
  #steps = 0

  add(downBytesPerSecond: number, upBytesPerSecond: number): void {
    const at = this.#steps++ % HISTORY_STEPS
    this.#down[at] = downBytesPerSecond
    this.#up[at] = upBytesPerSecond
  }

  /** Nothing moved in all of it. */
  get still(): boolean {
    return this.#down.every((rate) => rate === 0) && this.#up.every((rate) => rate === 0)
  }

  /** The newest last. */
  read(): { readonly down: number[]; readonly up: number[] } {
    const kept = Math.min(this.#steps, HISTORY_STEPS)
    const order = Array.from({ length: kept }, (_, i) => (this.#steps - kept + i) % HISTORY_STEPS)
    const rates = (ring: Float32Array): number[] => order.map((at) => Math.round(ring[at] ?? 0))
    return { down: rates(this.#down), up: rates(this.#up) }
  }
}
