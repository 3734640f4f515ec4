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
  readonly #drop: StatementSync
  readonly #children: StatementSync
  /** By holder and path, for the length of one transaction: files come directory by directory. */
  readonly #ids = new Map<string, number>()
  readonly #changes = new Map<number, Change>()

  constructor(database: DatabaseSync) {
    this.#top = database.prepare('SELECT id FROM directories WHERE holder = ? AND parent IS NULL')
    this.#child = database.prepare('SELECT id FROM directories WHERE parent = ? AND name = ?')
    this.#insert = database.prepare('INSERT INTO directories (holder, parent, name) VALUES (?, ?, ?)')
    this.#row = database.prepare('SELECT holder, parent, name FROM directories WHERE id = ?')
    this.#add = database.prepare(
      'UPDATE directories SET files = files + ?, bytes = bytes + ? WHERE id = ? RETURNING files, parent',
    )
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
    // A level at a time: what several children carry up is added to their parent once.
    let level = new Map(this.#changes)
    const empty: number[] = []
    while (level.size > 0) {
      const above = new Map<number, Change>()
      for (const [id, { files, bytes }] of level) {
        const row = this.#add.get(files, bytes, id)
        if (row === undefined || row.parent === null) continue
        if (row.files === 0) empty.push(id)
        const parent = row.parent as number
        const sum = above.get(parent) ?? { files: 0, bytes: 0 }
        above.set(parent, { files: sum.files + files, bytes: sum.bytes + bytes })
      }
      level = above
    }
    // Deepest first came first; one that was filled again by a later level is not empty.
    for (const id of new Set(empty)) this.#dropEmpty(id)
  }

  forget(): void {
    this.#ids.clear()
    this.#changes.clear()
  }

  #dropEmpty(id: number): void {
    const row = this.#add.get(0, 0, id)
    if (row?.files === 0 && this.#children.get(id) === undefined) this.#drop.run(id)
  }
}
