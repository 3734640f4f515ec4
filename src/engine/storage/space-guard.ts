// Keeps a reserve of the volume free: the smaller of 1 GiB and 1 % (SAFETY.md G6), looked at before and while
// downloading. Invariant: between two looks no more is let through than the last look said is free.

import { after, type Millis } from '../../base/ids.ts'
import type { Clock, Disk } from '../../base/ports.ts'

const RESERVE_BYTES = 1_073_741_824
const RESERVE_FRACTION = 0.01
/** Others fill the disk too. */
const LOOK_EVERY_MS = 5_000
/** When it seems full: our own writes may have been into space that was allocated already. */
const LOOK_AGAIN_MS = 500

export class SpaceGuard {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #folder: () => string
  readonly #looked: (bytesMissing: number) => void
  /** May be written before the next look; unlimited until the first. */
  #budgetBytes = Number.POSITIVE_INFINITY
  #nextLook: Millis | undefined
  #looking: Promise<void> | undefined

  /** @param looked told after each look made by tick(): more than 0 bytes are missing when the reserve is touched */
  constructor(disk: Disk, clock: Clock, folder: () => string, looked: (bytesMissing: number) => void) {
    this.#disk = disk
    this.#clock = clock
    this.#folder = folder
    this.#looked = looked
  }

  /** Bytes that must become free so that `neededBytes` fit beside the reserve; 0 or less: they fit. @throws DiskError */
  async missingFor(neededBytes: number): Promise<number> {
    const { freeBytes, totalBytes } = await this.#disk.space(this.#folder())
    const usable = freeBytes - Math.min(RESERVE_BYTES, totalBytes * RESERVE_FRACTION)
    this.#budgetBytes = Math.max(0, usable)
    return Math.ceil(neededBytes - usable)
  }

  /** @param comingBytes asked for or received, and not written yet */
  admits(comingBytes: number): boolean {
    if (this.#budgetBytes > comingBytes) return true
    this.#nextLook ??= after(this.#clock.now(), LOOK_AGAIN_MS)
    return false
  }

  wrote(lengthBytes: number): void {
    this.#budgetBytes -= lengthBytes
    const now = this.#clock.now()
    this.#nextLook ??= after(now, LOOK_EVERY_MS)
    if (this.#budgetBytes <= 0) this.#nextLook = now
  }

  deadline(): Millis | undefined {
    return this.#looking === undefined ? this.#nextLook : undefined
  }

  tick(now: Millis): void {
    if (this.#nextLook === undefined || now < this.#nextLook || this.#looking !== undefined) return
    this.#nextLook = undefined
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined
    })
  }

  /** A folder that cannot be asked is noticed by whoever writes to it. */
  async #look(): Promise<void> {
    const missing = await this.missingFor(0).catch(() => undefined)
    if (missing !== undefined) this.#looked(missing)
  }
}
