// What the daemon remembers of itself beside settings and transfers: the port it was given, until when everything rests,
// categories with their folders, whether anything was ever added, its ids in the DHT.

import type { Category } from '../api/schemas/machine.ts'
import { KeptFile, type KeptPlace } from './kept-file.ts'

export interface Remembered {
  /** The port that was free at the first start; 0 before it. */
  readonly listenPort: number
  /** Milliseconds since 1970, or until a person says so; null when nothing rests. */
  readonly pausedUntil: number | 'told' | null
  readonly categories: readonly Category[]
  /** Something was added once: nobody is new here. */
  readonly everUsed: boolean
}

const NOTHING: Remembered = { listenPort: 0, pausedUntil: null, categories: [], everUsed: false }
const FILE = 'memory.json'

export class Memory {
  readonly #file: KeptFile<Remembered>
  #now: Remembered

  private constructor(file: KeptFile<Remembered>, now: Remembered) {
    this.#file = file
    this.#now = now
  }

  /** @throws StateError STATE_NEWER, DiskError */
  static async open(place: KeptPlace): Promise<Memory> {
    const file = new KeptFile<Remembered>(place, FILE)
    return new Memory(file, { ...NOTHING, ...(await file.read()) })
  }

  get now(): Remembered {
    return this.#now
  }

  /** Holds at once; durable when it resolves. @throws DiskError */
  async change(change: Partial<Remembered>): Promise<void> {
    this.#now = { ...this.#now, ...change }
    await this.#file.write(this.#now)
  }
}
