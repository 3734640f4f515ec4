// An offer in step with its folder: what changed or vanished leaves it, what was hashed since gets its content, and what appeared
// waits. Promise: nothing comes into an offer here; what comes, comes by a person's answer.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { FileIdentity } from './file-record.ts'
import type { FileStore } from './file-store.ts'
import type { LibraryWrites } from './library-writes.ts'

/** As many as one look before sharing takes; more than that wait without being listed. */
export const MAX_PROPOSALS = 100_000

interface Found extends FileIdentity {
  readonly root: Uint8Array | null
  readonly infohash20: Uint8Array | null
  readonly tag20: Uint8Array | null
}

export interface StepOutcome {
  /** Something left the offer, or got its content: whoever shows the offer shows it anew. */
  readonly offerChanged: boolean
  /** Files left it: the share of it holds what is no more. */
  readonly left: number
  readonly proposals: number
}

const UNCHANGED: StepOutcome = { offerChanged: false, left: 0, proposals: 0 }

export class OfferStep {
  readonly #database: DatabaseSync
  readonly #writes: LibraryWrites
  readonly #files: FileStore
  readonly #all: StatementSync

  constructor(writes: LibraryWrites, files: FileStore) {
    this.#database = writes.database
    this.#writes = writes
    this.#files = files
    this.#all = this.#database.prepare(`
      SELECT directory, files.name, files.length AS lengthBytes, modified_ms AS modifiedMs, inode, root, infohash20, tag20
      FROM files LEFT JOIN contents ON contents.id = files.content WHERE holder = ?`)
  }

  /** One transaction. A folder that offers nothing has nothing that waits. */
  take(folder: string): StepOutcome {
    const offer = this.#database.prepare('SELECT id FROM offers WHERE folder = ? AND ended = 0').get(folder)
      ?.id as number | undefined
    if (offer === undefined) return UNCHANGED
    return this.#writes.run(() => this.#take(folder, offer))
  }

  #take(folder: string, offer: number): StepOutcome {
    const found = this.#found(folder)
    const known = new Set<string>()
    const { changed, left } = this.#stepManifest(offer, found, known)
    const altered = this.#stepKeptBack(folder, found, known)
    for (const path of left) altered.add(path)
    const proposals = this.#propose(folder, found, known, altered)
    return { offerChanged: changed || left.length > 0, left: left.length, proposals }
  }

  #found(folder: string): Map<string, Found> {
    const found = new Map<string, Found>()
    const paths = new Map<unknown, string>()
    for (const row of this.#all.all(this.#files.holderOf(folder))) {
      let directory = paths.get(row.directory)
      if (directory === undefined) {
        directory = this.#writes.directories.componentsOf(row.directory as number).join('/')
        paths.set(row.directory, directory)
      }
      const path = directory === '' ? (row.name as string) : `${directory}/${row.name as string}`
      found.set(path, row as unknown as Found)
    }
    return found
  }

  /** @param known gets the paths that are as they were looked at */
  #stepManifest(
    offer: number,
    found: ReadonlyMap<string, Found>,
    known: Set<string>,
  ): { readonly changed: boolean; readonly left: string[] } {
    const learn = this.#database.prepare(
      'UPDATE manifest SET root = ?, infohash20 = ?, tag20 = ? WHERE offer = ? AND path = ?',
    )
    const drop = this.#database.prepare('DELETE FROM manifest WHERE offer = ? AND path = ?')
    const rows = this.#database
      .prepare(
        `SELECT path, length AS lengthBytes, modified_ms AS modifiedMs, inode, root, copy FROM manifest WHERE offer = ?`,
      )
      .all(offer)
    const left: string[] = []
    let changed = false
    for (const row of rows) {
      const path = row.path as string
      const now = found.get(path)
      if (now === undefined || !sameIdentity(now, row as unknown as FileIdentity)) {
        drop.run(offer, path)
        left.push(path)
        continue
      }
      known.add(path)
      if (row.root !== null || row.copy !== null || now.root === null) continue
      learn.run(now.root, now.infohash20, now.tag20, offer, path)
      changed = true
    }
    return { changed, left }
  }

  /** @returns what is another than was kept back: it is asked about again */
  #stepKeptBack(folder: string, found: ReadonlyMap<string, Found>, known: Set<string>): Set<string> {
    const drop = this.#database.prepare('DELETE FROM kept_back WHERE folder = ? AND path = ?')
    const rows = this.#database
      .prepare(
        'SELECT path, length AS lengthBytes, modified_ms AS modifiedMs, inode FROM kept_back WHERE folder = ?',
      )
      .all(folder)
    const altered = new Set<string>()
    for (const row of rows) {
      const path = row.path as string
      const now = found.get(path)
      if (now !== undefined && sameIdentity(now, row as unknown as FileIdentity)) known.add(path)
      else {
        drop.run(folder, path)
        altered.add(path)
      }
    }
    return altered
  }

  #propose(
    folder: string,
    found: ReadonlyMap<string, Found>,
    known: ReadonlySet<string>,
    altered: ReadonlySet<string>,
  ): number {
    const before = new Map(
      this.#database
        .prepare(
          'SELECT path, length AS lengthBytes, modified_ms AS modifiedMs, inode, why FROM proposals WHERE folder = ?',
        )
        .all(folder)
        .map((row) => [row.path as string, row as unknown as FileIdentity & { why: string }]),
    )
    const put = this.#database.prepare(
      'INSERT OR REPLACE INTO proposals (folder, path, length, modified_ms, inode, why) VALUES (?, ?, ?, ?, ?, ?)',
    )
    let count = 0
    for (const [path, { lengthBytes, modifiedMs, inode }] of found) {
      // Nothing of an empty file can be offered by its content, and nobody misses it.
      if (known.has(path) || lengthBytes === 0) continue
      const was = before.get(path)
      before.delete(path)
      if (count === MAX_PROPOSALS) continue
      count++
      if (was !== undefined && sameIdentity(was, { lengthBytes, modifiedMs, inode })) continue
      const why = altered.has(path) || was?.why === 'changed' ? 'changed' : 'new'
      put.run(folder, path, lengthBytes, modifiedMs, inode, why)
    }
    const drop = this.#database.prepare('DELETE FROM proposals WHERE folder = ? AND path = ?')
    for (const path of before.keys()) drop.run(folder, path)
    return count
  }
}

function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.inode === b.inode && a.lengthBytes === b.lengthBytes && a.modifiedMs === b.modifiedMs
}
