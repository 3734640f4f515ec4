// How the blocks of one peer come: evenly, or in bursts with a silence of about a round trip after each. The latter is what a
// full window looks like from the other end: the sender has sent all that may be under way and waits for our word.
// Cost per block: nothing unless time has passed, then a few multiplications. What was long ago is forgotten by halves.

/** As rates and pauses of a pipeline: long enough for some round trips of any distance on earth. */
const HALF_LIFE_MS = 5_000
/** A gap counts as silence from this share of a round trip on; what shapers and disks leave between blocks is shorter. */
const LONG_SHARE = 0.5

export class Bursts {
  #totalMs = 0
  #silentMs = 0
  #silences = 0

  /** That much time passed between two blocks while some were outstanding. */
  gap(gapMs: number, roundTripMs: number): void {
    const decay = 2 ** (-gapMs / HALF_LIFE_MS)
    this.#totalMs = this.#totalMs * decay + gapMs
    this.#silentMs *= decay
    this.#silences *= decay
    if (gapMs < LONG_SHARE * roundTripMs) return
    this.#silentMs += gapMs
    this.#silences++
  }

  /** 0 … 1 of the recent time. */
  get silentShare(): number {
    return this.#totalMs === 0 ? 0 : this.#silentMs / this.#totalMs
  }

  /** 0 where there was none. */
  get meanSilenceMs(): number {
    return this.#silences === 0 ? 0 : this.#silentMs / this.#silences
  }
}
