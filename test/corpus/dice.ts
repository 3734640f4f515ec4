// Seeded draws of the corpus, and numbers that pass their checks.

import { SplitMix } from './split-mix.ts'

export class Dice {
  readonly #source: SplitMix

  constructor(seed: number) {
    this.#source = new SplitMix(seed)
  }

  /** [0, below) */
  below(below: number): number {
    return this.#source.next() % below
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  digits(count: number): string {
    return Array.from({ length: count }, (_, i) =>
      String(i === 0 ? this.between(1, 9) : this.below(10)),
    ).join('')
  }

  from(alphabet: string, count: number): string {
    return Array.from({ length: count }, () => alphabet.charAt(this.below(alphabet.length))).join('')
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256))
  }

  date(from = 1950, to = 2005): { readonly day: string; readonly month: string; readonly year: string } {
    return {
      day: String(this.between(1, 28)).padStart(2, '0'),
      month: String(this.between(1, 12)).padStart(2, '0'),
      year: String(this.between(from, to)),
    }
  }

  card(): string {
    const body = this.of(['4539', '5412', '4916', '5290']) + this.digits(11)
    let sum = 0
    for (let i = 0; i < 15; i++) {
      let digit = Number(body[14 - i])
      if (i % 2 === 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2
      sum += digit
    }
    return body + String((10 - (sum % 10)) % 10)
  }

  iban(country: string, length: number): string {
    const account = this.digits(length - 4)
    const written = `${account}${[...country].map((sign) => sign.charCodeAt(0) - 55).join('')}00`
    let rest = 0
    for (const digit of written) rest = (rest * 10 + Number(digit)) % 97
    return `${country}${String(98 - rest).padStart(2, '0')}${account}`
  }
}
