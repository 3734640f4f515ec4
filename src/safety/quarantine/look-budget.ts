// How much one look into a file may cost, all archives inside of archives together. Invariant: whoever reads asks here first,
// and what was refused once leaves its mark: the look did not see everything.

/** SAFETY.md: archives are looked into this deep, … */
export const MAX_DEPTH = 3
/** … for so many entries, … */
export const MAX_ENTRIES = 10_000
/** … so many bytes unpacked, … */
export const MAX_UNPACKED_BYTES = 1_073_741_824
/** … and no more of them than this for each packed one: the best that real files do is about a hundred. */
export const MAX_RATIO = 200
/** Little files of zeros may pack better. */
const RATIO_FROM_BYTES = 8 * 1_048_576
/** An archive inside of an archive is unpacked into memory, so no larger than this. */
export const MAX_NESTED_BYTES = 32 * 1_048_576
/** A look at one file is over after this long; a disk that has fallen asleep wakes within it. */
const LOOK_MS = 20_000

/** How much is inside of a file, all that is packed in it unpacked. */
export interface Extent {
  readonly entries: number
  readonly unpackedBytes: number
  readonly largestBytes: number
  /** Something packed could not be measured. */
  readonly opaque: boolean
  /** The largest of what scanners take apart by themselves: documents, programs. */
  readonly takenApartBytes: number
}

export class LookBudget {
  readonly #now: () => number
  readonly #endsAt: number
  #entries = 0
  #unpackedBytes = 0
  #largestBytes = 0
  #opaque = false
  #takenApartBytes = 0
  #exceeded = false

  constructor(now: () => number) {
    this.#now = now
    this.#endsAt = now() + LOOK_MS
  }

  /** Something was too deep, too much, or took too long: not everything was seen. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** What was seen to be inside. */
  get extent(): Extent {
    return {
      entries: this.#entries,
      unpackedBytes: this.#unpackedBytes,
      largestBytes: this.#largestBytes,
      opaque: this.#opaque,
      takenApartBytes: this.#takenApartBytes,
    }
  }

  /** One of the things inside has this size. */
  holds(bytes: number): void {
    this.#largestBytes = Math.max(this.#largestBytes, bytes)
  }

  /** There is something inside of which nobody here knows how large it gets. */
  hides(): void {
    this.#opaque = true
  }

  /** A document or program of this size, the file itself or inside of it. */
  takesApart(bytes: number): void {
    this.#takenApartBytes = Math.max(this.#takenApartBytes, bytes)
  }

  exceed(): void {
    this.#exceeded = true
  }

  /** @returns whether there may be one more */
  entry(): boolean {
    this.#entries++
    return this.#allow(this.#entries <= MAX_ENTRIES && this.#now() < this.#endsAt)
  }

  /** @returns whether so many more bytes may be unpacked */
  unpack(bytes: number): boolean {
    this.#unpackedBytes += bytes
    return this.#allow(this.#unpackedBytes <= MAX_UNPACKED_BYTES && this.#now() < this.#endsAt)
  }

  /** @returns whether what comes out is in proportion to what went in */
  proportionate(unpackedBytes: number, packedBytes: number): boolean {
    return this.#allow(
      unpackedBytes < RATIO_FROM_BYTES || unpackedBytes <= MAX_RATIO * Math.max(1, packedBytes),
    )
  }

  /** @returns whether an archive at this depth, 1 being the file itself, is looked into */
  depth(depth: number): boolean {
    return this.#allow(depth <= MAX_DEPTH)
  }

  #allow(allowed: boolean): boolean {
    if (!allowed) this.#exceeded = true
    return allowed
  }
}
