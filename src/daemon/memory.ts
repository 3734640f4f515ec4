// What the daemon remembers of itself beside settings and transfers: the port it was given, until when everything rests,
// categories with their folders, whether anything was ever added, its ids in the DHT.

import type { Category } from '../api/schemas/machine.ts'
import { fromHex, toHex } from '../base/bytes.ts'
import type { DhtIds } from '../engine/discovery/dht.ts'
import { KeptFile, type KeptPlace } from './kept-file.ts'

export interface Remembered {
  /** The port that was free at the first start; 0 before it. */
  readonly listenPort: number
  /** The same of the people process. */
  readonly peoplePort: number
  /** Milliseconds since 1970, or until a person says so; null when nothing rests. */
  readonly pausedUntil: number | 'told' | null
  readonly categories: readonly Category[]
  /** Something was added once: nobody is new here. */
  readonly everUsed: boolean
  /** Of our nodes of the DHT, as hex digits. */
  readonly dhtIds: Readonly<Partial<Record<'4' | '6', string>>>
}

const NOTHING: Remembered = {
  listenPort: 0,
  peoplePort: 0,
  pausedUntil: null,
  categories: [],
  everUsed: false,
  dhtIds: {},
}
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

  get dhtIds(): DhtIds {
    const { 4: four, 6: six } = this.#now.dhtIds
    return new Map([
      ...(four === undefined ? [] : [[4, fromHex(four)] as const]),
      ...(six === undefined ? [] : [[6, fromHex(six)] as const]),
    ])
  }

  /** Their routing tables know us by them: the next start is no newcomer. */
  async keepDhtIds(ids: DhtIds): Promise<void> {
    const dhtIds = Object.fromEntries([...ids].map(([family, id]) => [family, toHex(id)]))
    if (JSON.stringify(dhtIds) !== JSON.stringify(this.#now.dhtIds)) await this.change({ dhtIds })
  }

  /** Holds at once; durable when it resolves. @throws DiskError */
  async change(change: Partial<Remembered>): Promise<void> {
    this.#now = { ...this.#now, ...change }
    await this.#file.write(this.#now)
  }
}
