// Messages whose list of files is on its way: remembered until everything that stands in it is a transfer, also over a restart.
// Promise: what was asked for is fetched when somebody who has it comes, without being asked for again.

import { KeptFile, type KeptPlace } from '../kept-file.ts'

export interface WantedList {
  readonly conversation: string
  readonly message: string
  readonly saveFolder: string | null
}

/** Lists that are waited for; the oldest is given up for a newer one. */
const MAX_WANTED = 256

export class WantedLists {
  readonly #file: KeptFile<readonly WantedList[]>
  readonly #get: (wanted: WantedList) => Promise<'over' | 'later'>
  readonly #wanted = new Map<string, WantedList>()
  readonly #running = new Set<string>()

  /** @param get resolves when nothing is left to do for it, or it is to be tried again when something changed */
  constructor(place: KeptPlace, get: (wanted: WantedList) => Promise<'over' | 'later'>) {
    this.#file = new KeptFile(place, 'wanted-lists.json')
    this.#get = get
  }

  /** Of earlier runs. */
  async read(): Promise<void> {
    for (const wanted of (await this.#file.read()) ?? []) this.#wanted.set(keyOf(wanted), wanted)
  }

  /** Durable when it resolves. */
  async add(wanted: WantedList): Promise<void> {
    const [oldest] = this.#wanted.keys()
    if (this.#wanted.size >= MAX_WANTED && oldest !== undefined) this.#wanted.delete(oldest)
    this.#wanted.set(keyOf(wanted), wanted)
    await this.#write()
    void this.#run(keyOf(wanted), wanted)
  }

  /** Something changed: who is there, or people as a whole. */
  again(): void {
    for (const [key, wanted] of this.#wanted) void this.#run(key, wanted)
  }

  async #run(key: string, wanted: WantedList): Promise<void> {
    if (this.#running.has(key)) return
    this.#running.add(key)
    try {
      if ((await this.#get(wanted)) === 'later') return
      this.#wanted.delete(key)
      await this.#write()
    } finally {
      this.#running.delete(key)
    }
  }

  #write(): Promise<void> {
    return this.#file.write([...this.#wanted.values()])
  }
}

function keyOf({ conversation, message }: WantedList): string {
  return `${conversation} ${message}`
}
