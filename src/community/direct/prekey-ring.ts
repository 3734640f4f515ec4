// My own prekeys: a new one each week, and the old ones for as long as something sealed to them may still arrive.
// Promise: 14 days after another took its place a private half is gone, and with it whatever was sealed to it.

import type { DirectRecords } from './direct-records.ts'
import { PREKEY_KEPT_SECONDS, PREKEY_LIFE_SECONDS } from './limits.ts'
import type { OwnPrekey } from './prekey.ts'

export class PrekeyRing {
  readonly #records: DirectRecords
  #keys: readonly OwnPrekey[]

  constructor(records: DirectRecords) {
    this.#records = records
    this.#keys = records.prekeys()
  }

  /** Newest first: what came is tried with each. */
  get keys(): readonly OwnPrekey[] {
    return this.#keys
  }

  /** What others are to seal to. */
  get newest(): OwnPrekey | undefined {
    return this.#keys[0]
  }

  /** Whether it is time for another. A clock that went back far makes one, too. @param now seconds since 1970 */
  isDue(now: number): boolean {
    const made = this.newest?.made
    return made === undefined || now - made >= PREKEY_LIFE_SECONDS || made - now >= PREKEY_LIFE_SECONDS
  }

  add(key: OwnPrekey): void {
    this.#records.putPrekey(key)
    this.#keys = this.#records.prekeys()
  }

  tidy(now: number): void {
    this.#keys.forEach(({ publicKey }, i) => {
      const successor = this.#keys[i - 1]
      if (successor !== undefined && now - successor.made >= PREKEY_KEPT_SECONDS)
        this.#records.removePrekey(publicKey)
    })
    this.#keys = this.#records.prekeys()
  }
}
