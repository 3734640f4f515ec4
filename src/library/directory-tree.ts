// Directories of folders and transfers: paths to ids and back, and how many files lie below each.
// Invariant: after a transaction every directory holds files at some depth, but for the tops of holders.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

interface Change {
  files: number
  bytes: number
}

export class DirectoryTree {
  readonly #top: StatementSync
  readonly #child: StatementSync
  readonly #insert: StatementSync
  readonly #row: StatementSync
  readonly #add: StatementSync
  readonly #files: StatementSync
  readonly #drop: StatementSync
  readonly #children: StatementSync
  /** By holder and path, for the length of one transaction: files come directory by directory. */
  readonly #ids = new Map<string, number>()
  readonly #parents = new Map<number, number | null>()
  readonly #changes = new Map<number, Change>()

  constructor(database: DatabaseSync) {
    this.#top = database.prepare('SELECT id FROM directories WHERE holder = ? AND parent IS NULL')
    this.#child = database.prepare('SELECT id FROM directories WHERE parent = ? AND name = ?')
    this.#insert = database.prepare('INSERT INTO directories (holder, parent, name) VALUES (?, ?, ?)')
    this.#row = database.prepare('SELECT holder, parent, name FROM directories WHERE id = ?')
    this.#add = database.prepare('UPDATE directories SET files = files + ?, bytes = bytes + ? WHERE id = ?')
    this.#files = database.prepare('SELECT files FROM directories WHERE id = ?')
    this.#drop = database.prepare('DELETE FROM directories WHERE id = ?')
    this.#children = database.prepare(
      'SELECT id, name, files, bytes FROM directories WHERE parent = ? ORDER BY name',
    )
  }

  /** Undefined when nothing is known there. `path` is below the holder, with `/`; empty for its top. */
  find(holder: number, path: string): number | undefined {
    const key = `${holder}/${path}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const slash = path.lastIndexOf('/')
    let row: { id?: unknown } | undefined
    if (path === '') row = this.#top.get(holder)
    else {
      const parent = this.find(holder, slash === -1 ? '' : path.slice(0, slash))
      row = parent === undefined ? undefined : this.#child.get(parent, path.slice(slash + 1))
    }
    return row?.id as number | undefined
  }

  /** Only within LibraryWrites.run. */
  make(holder: number, path: string): number {
    const key = `${holder}/${path}`
    const known = this.#ids.get(key) ?? this.find(holder, path)
    if (known !== undefined) {
      this.#ids.set(key, known)
      return known
    }
    const slash = path.lastIndexOf('/')
    const parent = path === '' ? null : this.make(holder, slash === -1 ? '' : path.slice(0, slash))
    const made = Number(this.#insert.run(holder, parent, path.slice(slash + 1)).lastInsertRowid)
    this.#ids.set(key, made)
    this.#parents.set(made, parent)
    return made
  }

  /** Names from the top down; empty for the top itself. */
  componentsOf(id: number): string[] {
    const components: string[] = []
    for (let at: number | null = id; at !== null; ) {
      const row = this.#row.get(at)
      if (row === undefined || row.parent === null) break
      components.unshift(row.name as string)
      at = row.parent as number
    }
    return components
  }

  childrenOf(id: number): { id: number; name: string; files: number; bytes: number }[] {
    return this.#children.all(id) as { id: number; name: string; files: number; bytes: number }[]
  }

  count(id: number, files: number, bytes: number): void {
    const change = this.#changes.get(id)
    if (change === undefined) this.#changes.set(id, { files, bytes })
    else {
      change.files += files
      change.bytes += bytes
    }
  }

  /** Carries the changes up to the tops and lets go of what holds nothing any more. */
  settle(): void {
    const sums = new Map<number, Change>()
    for (const [id, { files, bytes }] of this.#changes) {
      for (let at: number | null = id; at !== null; at = this.#parentOf(at)) {
        const sum = sums.get(at)
        if (sum === undefined) sums.set(at, { files, bytes })
        else {
          sum.files += files
          sum.bytes += bytes
        }
      }
    }
    const fewer: number[] = []
    for (const [id, { files, bytes }] of sums) {
      this.#add.run(files, bytes, id)
      if (files <= 0) fewer.push(id)
    }
    for (const id of fewer) this.#dropEmpty(id)
  }

  forget(): void {
    this.#ids.clear()
    this.#parents.clear()
    this.#changes.clear()
  }

  /** And what is above it, where it was the last there. */
  #dropEmpty(id: number): void {
    const parent = this.#parentOf(id)
    if (parent === null || this.#files.get(id)?.files !== 0) return
    if (this.#children.get(id) !== undefined) return
    this.#drop.run(id)
    this.#dropEmpty(parent)
  }

  #parentOf(id: number): number | null {
    let parent = this.#parents.get(id)
    if (parent === undefined) {
      parent = (this.#row.get(id)?.parent ?? null) as number | null
      this.#parents.set(id, parent)
    }
    return parent
  }
}
