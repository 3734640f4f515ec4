// Bytes per second over the last few seconds.

const WINDOW_MS = 5_000
const SLOT_MS = 500

export class ByteRate {
  /** Start of each slot and its bytes, oldest first: at most WINDOW_MS / SLOT_MS + 1. */
  #slots: { readonly atMs: number; bytes: number }[] = []

  add(bytes: number, nowMs: number): void {
    const last = this.#slots.at(-1)
    if (last !== undefined && nowMs - last.atMs < SLOT_MS) last.bytes += bytes
    else this.#slots.push({ atMs: nowMs, bytes })
    this.#drop(nowMs)
  }

  perSecond(nowMs: number): number {
    this.#drop(nowMs)
    const first = this.#slots[0]
    if (first === undefined) return 0
    const bytes = this.#slots.reduce((sum, slot) => sum + slot.bytes, 0)
    return (bytes * 1_000) / Math.max(SLOT_MS, nowMs - first.atMs)
  }

  #drop(nowMs: number): void {
    const kept = this.#slots.findIndex(({ atMs }) => nowMs - atMs <= WINDOW_MS)
    this.#slots = kept < 0 ? [] : this.#slots.slice(kept)
  }
}
