// How many peers are given something at once: as few as use up what we can send.
//
// A piece is of use to others only when it is whole, and ten halves are worth less than five wholes. Measured with
// 50 leechers that send as fast as the seed (lab/bench/swarm-model.ts), the last one is done after 1.11 times the
// least possible time with 4 slots, 1.19 with 8, and 1.33 with 12. So it starts with four, and more are opened only
// where four leave capacity unused, as with many slow receivers.
//
// With an upload limit that is seen directly: less than 90 % of it flows while somebody waits → one half more slots.
// Without, it is tried: half more slots for two rounds; kept if the total grew by at least half of what the new slots
// would bring at the old rate each, else taken back, and tried again after a pause that doubles.
// Invariant: between MIN_SLOTS and MAX_SLOTS unless fixed.

/** BEP 3: three for tit for tat and one optimistic. */
export const MIN_SLOTS = 4
/** As many as a torrent has connections (SAFETY.md). */
export const MAX_SLOTS = 50
/** Below this share of the limit, capacity is left unused. */
const USED_SHARE = 0.9
/** Slots fewer are tried after this many rounds in which the limit was used up. */
const SHRINK_ROUNDS = 6
/** A new slot needs one round to get up to speed and one to be measured. */
const TRIAL_ROUNDS = 2
/** Pauses between trials, in rounds of 10 s: half a minute at first, ten minutes at most. */
const FIRST_PAUSE_ROUNDS = 3
const MAX_PAUSE_ROUNDS = 60

export class UploadSlots {
  readonly #fixed: number | undefined
  #slots = MIN_SLOTS
  /** Rounds since something was changed. */
  #rounds = 0
  #pause = FIRST_PAUSE_ROUNDS
  #trial: { readonly slots: number; readonly bytesPerSecond: number } | undefined

  constructor(fixed?: number) {
    this.#fixed = fixed === undefined ? undefined : Math.max(1, Math.trunc(fixed))
  }

  get count(): number {
    return this.#fixed ?? this.#slots
  }

  /**
   * Once a round.
   * @param bytesPerSecond what all unchoked peers together get now
   * @param wanted whether all slots are taken and somebody waits
   */
  round(bytesPerSecond: number, wanted: boolean, limitBytesPerSecond: number | undefined): void {
    this.#rounds++
    if (this.#fixed !== undefined) return
    if (!wanted) {
      // Whatever flows now says nothing about one slot more or less.
      if (this.#trial !== undefined) this.#set(this.#trial.slots)
      this.#trial = undefined
    } else if (limitBytesPerSecond !== undefined) this.#followLimit(bytesPerSecond, limitBytesPerSecond)
    else if (this.#trial !== undefined) this.#judgeTrial(this.#trial, bytesPerSecond)
    else if (this.#rounds >= this.#pause) {
      this.#trial = { slots: this.#slots, bytesPerSecond }
      this.#set(more(this.#slots))
    }
  }

  #followLimit(bytesPerSecond: number, limit: number): void {
    this.#trial = undefined
    if (bytesPerSecond < USED_SHARE * limit) {
      if (this.#rounds >= TRIAL_ROUNDS) this.#set(more(this.#slots))
    } else if (this.#rounds >= SHRINK_ROUNDS) this.#set(Math.max(MIN_SLOTS, this.#slots - 1))
  }

  #judgeTrial(
    before: { readonly slots: number; readonly bytesPerSecond: number },
    bytesPerSecond: number,
  ): void {
    if (this.#rounds < TRIAL_ROUNDS) return
    const expected = (before.bytesPerSecond * this.#slots) / before.slots
    this.#trial = undefined
    if (bytesPerSecond > (before.bytesPerSecond + expected) / 2) {
      this.#pause = 1
      this.#rounds = 0
      return
    }
    this.#pause = Math.min(MAX_PAUSE_ROUNDS, Math.max(FIRST_PAUSE_ROUNDS, 2 * this.#pause))
    this.#set(before.slots)
  }

  #set(slots: number): void {
    this.#slots = Math.min(MAX_SLOTS, slots)
    this.#rounds = 0
  }
}

function more(slots: number): number {
  return Math.min(MAX_SLOTS, slots + Math.max(1, slots >> 1))
}
