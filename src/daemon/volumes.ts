// How much went each way: today, this month, in all. Days and months are those of this computer's calendar.
// Invariant: what was counted once stays counted, whatever becomes of the transfer it was counted for.

import type { OutputOf } from '../api/routes.ts'
import { KeptFile, type KeptPlace } from './kept-file.ts'

const FILE = 'volumes.json'

interface Sums {
  readonly takenBytes: number
  readonly givenBytes: number
}

interface Kept {
  /** `2026-11-28`. */
  readonly day: string
  readonly today: Sums
  readonly month: Sums
  readonly all: Sums
}

const ZERO: Sums = { takenBytes: 0, givenBytes: 0 }
const NOTHING: Kept = { day: '', today: ZERO, month: ZERO, all: ZERO }
const MONTH_CHARACTERS = '2026-11'.length

export class Volumes {
  readonly #file: KeptFile<Kept>
  readonly #wallMs: () => number
  #kept: Kept
  #changed = false

  private constructor(file: KeptFile<Kept>, kept: Kept, wallMs: () => number) {
    this.#file = file
    this.#kept = kept
    this.#wallMs = wallMs
  }

  /** @throws StateError STATE_NEWER, DiskError */
  static async open(place: KeptPlace): Promise<Volumes> {
    const file = new KeptFile<Kept>(place, FILE)
    return new Volumes(file, (await file.read()) ?? NOTHING, () => place.wallMs())
  }

  /** Moved since the last time. */
  add(takenBytes: number, givenBytes: number): void {
    if (takenBytes === 0 && givenBytes === 0) return
    const { today, month, all, day } = this.#current()
    const more = (sums: Sums): Sums => ({
      takenBytes: sums.takenBytes + takenBytes,
      givenBytes: sums.givenBytes + givenBytes,
    })
    this.#kept = { day, today: more(today), month: more(month), all: more(all) }
    this.#changed = true
  }

  read(): OutputOf<'network'>['volumes'] {
    const { today, month, all } = this.#current()
    return { today: { ...today }, month: { ...month }, all: { ...all } }
  }

  /** @throws DiskError */
  async keep(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    await this.#file.write(this.#kept)
  }

  /** Another day begins at nothing, and so does another month. */
  #current(): Kept {
    const day = dayOf(this.#wallMs())
    const { day: before, today, month, all } = this.#kept
    if (day === before) return this.#kept
    const sameMonth = day.slice(0, MONTH_CHARACTERS) === before.slice(0, MONTH_CHARACTERS)
    return { day, today: day === before ? today : ZERO, month: sameMonth ? month : ZERO, all }
  }
}

function dayOf(wallMs: number): string {
  const now = new Date(wallMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}
