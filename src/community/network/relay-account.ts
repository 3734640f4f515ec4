// What this device carries for others: bytes of a circle a day, and how fast. Two members that cannot reach each other talk
// through a third; that must cost the third little (people.md).
// Invariant: of one circle no more than DAY_BYTES pass in a UTC day, however often links are made anew.

import { after, type Millis } from '../../base/ids.ts'
import { Allowance } from '../allowance.ts'
import { dayOf } from '../rendezvous/meeting-keys.ts'

/** people.md: 128 kB/s, 16 MB a day and circle. */
export const RELAY_BYTES_PER_SECOND = 128_000
export const RELAY_DAY_BYTES = 16_000_000
/** Of those for files, kept to by both ends of a relayed link: who carries it cannot tell what the bytes are. */
export const RELAY_FILE_DAY_BYTES = 4_000_000
/** A page of history goes at once. */
const BURST_BYTES = 512 * 1024
/** Circles (64), or pairs for files; the oldest is forgotten. */
const MOST_ACCOUNTS = 256

interface Account {
  day: number
  usedBytes: number
  readonly rate: Allowance
}

export class RelayAccounts {
  readonly #dayBytes: number
  readonly #now: () => Millis
  readonly #seconds: () => number
  readonly #accounts = new Map<string, Account>()

  constructor(dayBytes: number, now: () => Millis, seconds: () => number) {
    this.#dayBytes = dayBytes
    this.#now = now
    this.#seconds = seconds
  }

  /** Whether anything may still pass today. */
  isOpen(name: string): boolean {
    return this.#of(name).usedBytes < this.#dayBytes
  }

  /** @returns undefined where that is too much for today; else when the next bytes may pass */
  take(name: string, lengthBytes: number): Millis | undefined {
    const account = this.#of(name)
    if (account.usedBytes + lengthBytes > this.#dayBytes) {
      // What is over is over: a smaller part would only tear the stream later.
      account.usedBytes = this.#dayBytes
      return undefined
    }
    account.usedBytes += lengthBytes
    const now = this.#now()
    return account.rate.charge(lengthBytes, now) ? now : after(account.rate.evenAt(now), 0)
  }

  #of(name: string): Account {
    const day = dayOf(this.#seconds())
    const known = this.#accounts.get(name)
    const account = known ?? {
      day,
      usedBytes: 0,
      rate: new Allowance(RELAY_BYTES_PER_SECOND, BURST_BYTES, this.#now()),
    }
    if (account.day !== day) {
      account.day = day
      account.usedBytes = 0
    }
    if (known !== undefined) return account
    this.#accounts.set(name, account)
    if (this.#accounts.size > MOST_ACCOUNTS) {
      this.#accounts.delete(this.#accounts.keys().next().value as string)
    }
    return account
  }
}
