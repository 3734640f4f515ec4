// What a command with an engine of its own has locked: by torrent and file, so that the same command again neither fetches nor gives it.

import { KeptFile, type KeptPlace } from '../kept-file.ts'
import type { LockedEntry } from './file-state.ts'

type Locks = Readonly<Record<string, Readonly<Record<string, LockedEntry>>>>

const FILE = 'locked.json'
/** Torrents with something locked; the oldest are forgotten. */
const MAX_TORRENTS = 1_000

export class OwnLocks {
  readonly #file: KeptFile<Locks>
  #locks: Locks

  private constructor(file: KeptFile<Locks>, locks: Locks) {
    this.#file = file
    this.#locks = locks
  }

  /** @throws StateError, DiskError */
  static async open(place: KeptPlace): Promise<OwnLocks> {
    const file = new KeptFile<Locks>(place, FILE)
    return new OwnLocks(file, (await file.read()) ?? {})
  }

  /** @param torrent its hash on the wire */
  of(torrent: string): Readonly<Record<string, LockedEntry>> {
    return this.#locks[torrent] ?? {}
  }

  /** @throws DiskError */
  async add(torrent: string, index: number, entry: LockedEntry): Promise<void> {
    const { [torrent]: before, ...others } = this.#locks
    const kept = Object.entries(others).slice(1 - MAX_TORRENTS)
    this.#locks = { ...Object.fromEntries(kept), [torrent]: { ...before, [index]: entry } }
    await this.#file.write(this.#locks)
  }
}
