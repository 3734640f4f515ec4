// The stores of scanning over a database of their own: a few tables, no search. For tests and figures of scanning alone.

import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { FileIdentity, MediaFacts } from '../../src/library/file-record.ts'
import type {
  ChangedFile,
  FactStore,
  HashCheckpoint,
  HashStore,
  KnownFile,
  ScanChanges,
  ScanMemory,
  ScanStore,
  WaitingFile,
  WaitingPlace,
} from '../../src/library/scan/scan-store.ts'
import { type ContentId, contentIdText, parseContentId } from '../../src/metainfo/content-id.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS file (
  id INTEGER PRIMARY KEY, folder TEXT NOT NULL, directory TEXT NOT NULL, name TEXT NOT NULL,
  length INTEGER NOT NULL, modified REAL NOT NULL, inode TEXT NOT NULL,
  content TEXT, trouble TEXT, read INTEGER NOT NULL DEFAULT 0, type TEXT, facts TEXT, fact_trouble TEXT,
  UNIQUE (folder, directory, name));
CREATE INDEX IF NOT EXISTS by_inode ON file (folder, inode);
CREATE INDEX IF NOT EXISTS unhashed ON file (length, id) WHERE content IS NULL AND length > 0 AND trouble IS NULL;
CREATE INDEX IF NOT EXISTS unread ON file (length, id) WHERE read = 0;
CREATE TABLE IF NOT EXISTS checkpoint (file INTEGER PRIMARY KEY REFERENCES file ON DELETE CASCADE, identity TEXT, layer BLOB);
CREATE TABLE IF NOT EXISTS memory (folder TEXT PRIMARY KEY, memory TEXT);
CREATE TABLE IF NOT EXISTS layer (content TEXT PRIMARY KEY, layer BLOB);`

type Row = Record<string, string | number | null>

export class ScanDatabase implements ScanStore, HashStore, FactStore {
  readonly database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** Every content id that was recorded, in order: nothing may be in it twice without need. */
  readonly recorded: { readonly path: string; readonly content: string }[] = []
  applied = 0

  constructor(path = ':memory:') {
    this.database = new DatabaseSync(path)
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    this.database.exec(SCHEMA)
  }

  filesIn(folder: string, directory: string): readonly KnownFile[] {
    const rows = this.#sql(
      'SELECT id, name, length, modified, inode FROM file WHERE folder = ? AND directory = ?',
    )
    return (rows.all(folder, directory) as Row[]).map((row) => ({
      id: row.id as number,
      name: row.name as string,
      ...identityIn(row),
    }))
  }

  directoriesIn(folder: string, directory: string): readonly string[] {
    const prefix = directory === '' ? '' : `${directory}/`
    const next = this.#sql(
      'SELECT directory FROM file WHERE folder = ? AND directory > ? AND directory < ? ORDER BY directory LIMIT 1',
    )
    const names: string[] = []
    for (let after = prefix; ; ) {
      const row = next.get(folder, after, `${prefix}\u{10ffff}`) as Row | undefined
      if (row === undefined) return names
      const name = (row.directory as string).slice(prefix.length).split('/')[0] as string
      names.push(name)
      // '0' comes right after '/': past everything below this one.
      after = `${prefix}${name}0`
      const sibling = this.#sql('SELECT 1 FROM file WHERE folder = ? AND directory = ? LIMIT 1').get(
        folder,
        after,
      )
      if (sibling !== undefined) names.push(`${name}0`)
    }
  }

  withIdentity(folder: string, identity: FileIdentity) {
    const row = this.#sql(
      `SELECT id, directory, name FROM file WHERE folder = ? AND inode = ? AND length = ? AND modified = ?
       ORDER BY content IS NULL LIMIT 1`,
    ).get(folder, identity.inode, identity.lengthBytes, identity.modifiedMs) as Row | undefined
    return row === undefined ? undefined : { id: row.id as number, path: pathIn(row) }
  }

  apply(folder: string, changes: ScanChanges): void {
    this.applied++
    this.#transaction(() => {
      const learnedFields = ['content', 'trouble', 'read', 'type', 'facts', 'fact_trouble']
      const learned = this.#sql(`SELECT ${learnedFields.join(', ')} FROM file WHERE id = ?`)
      const before = new Map<number, Row>()
      for (const { like } of [...changes.added, ...changes.changed] as { like?: number }[]) {
        const row = like === undefined ? undefined : (learned.get(like) as Row | undefined)
        if (like !== undefined && row !== undefined) before.set(like, row)
      }
      for (const id of changes.gone) this.#sql('DELETE FROM file WHERE id = ?').run(id)
      for (const directory of changes.goneDirectories) {
        this.#sql('DELETE FROM file WHERE folder = ? AND (directory = ? OR directory BETWEEN ? AND ?)').run(
          folder,
          directory,
          `${directory}/`,
          `${directory}/\u{10ffff}`,
        )
      }
      for (const file of changes.changed) this.#change(file)
      const learn = this.#sql(
        'UPDATE file SET content = ?, trouble = ?, read = ?, type = ?, facts = ?, fact_trouble = ? WHERE id = ?',
      )
      const takeOver = (id: number, like: number | undefined) => {
        const row = like === undefined ? undefined : before.get(like)
        if (row !== undefined) learn.run(...learnedFields.map((field) => row[field] ?? null), id)
      }
      for (const { id, like } of changes.changed) takeOver(id, like)
      const insert = this.#sql(
        'INSERT INTO file (folder, directory, name, length, modified, inode) VALUES (?, ?, ?, ?, ?, ?)',
      )
      for (const { path, lengthBytes, modifiedMs, inode, like } of changes.added) {
        const at = path.lastIndexOf('/')
        const directory = at < 0 ? '' : path.slice(0, at)
        const { lastInsertRowid } = insert.run(
          folder,
          directory,
          path.slice(at + 1),
          lengthBytes,
          modifiedMs,
          inode,
        )
        takeOver(Number(lastInsertRowid), like)
      }
    })
  }

  #change({ id, lengthBytes, modifiedMs, inode }: ChangedFile): void {
    this.#sql(
      `UPDATE file SET length = ?, modified = ?, inode = ?, content = NULL, trouble = NULL, read = 0, type = NULL,
       facts = NULL, fact_trouble = NULL WHERE id = ?`,
    ).run(lengthBytes, modifiedMs, inode, id)
    this.#sql('DELETE FROM checkpoint WHERE file = ?').run(id)
  }

  memory(folder: string): ScanMemory | undefined {
    const row = this.#sql('SELECT memory FROM memory WHERE folder = ?').get(folder) as Row | undefined
    return row === undefined ? undefined : (JSON.parse(row.memory as string) as ScanMemory)
  }

  keepMemory(folder: string, memory: ScanMemory): void {
    this.#sql('INSERT OR REPLACE INTO memory VALUES (?, ?)').run(folder, JSON.stringify(memory))
  }

  unhashed(after: WaitingPlace | undefined, limit: number, folder?: string): readonly WaitingFile[] {
    return this.#waiting('content IS NULL AND length > 0 AND trouble IS NULL', after, limit, folder)
  }

  unread(after: WaitingPlace | undefined, limit: number): readonly WaitingFile[] {
    return this.#waiting('read = 0', after, limit, undefined)
  }

  #waiting(what: string, after: WaitingPlace | undefined, limit: number, folder: string | undefined) {
    const rows = this.#sql(
      `SELECT id, folder, directory, name, length, modified, inode FROM file
       WHERE ${what} AND (length, id) > (?, ?) ${folder === undefined ? '' : 'AND folder = ?'} ORDER BY length, id LIMIT ?`,
    )
    const place = [
      after?.lengthBytes ?? -1,
      after?.id ?? -1,
      ...(folder === undefined ? [] : [folder]),
      limit,
    ]
    return (rows.all(...place) as Row[]).map((row) => ({
      id: row.id as number,
      folder: row.folder as string,
      path: pathIn(row),
      ...identityIn(row),
    }))
  }

  recordContent(id: number, identity: FileIdentity, content: ContentId, layer?: Uint8Array): boolean {
    return this.#transaction(() => {
      const { changes } = this.#sql(
        'UPDATE file SET content = ?, trouble = NULL WHERE id = ? AND length = ? AND modified = ? AND inode = ?',
      ).run(contentIdText(content), id, identity.lengthBytes, identity.modifiedMs, identity.inode)
      if (changes === 0) return false
      this.recorded.push({ path: this.#pathOf(id), content: contentIdText(content) })
      this.#sql('DELETE FROM checkpoint WHERE file = ?').run(id)
      if (layer !== undefined)
        this.#sql('INSERT OR IGNORE INTO layer VALUES (?, ?)').run(contentIdText(content), layer)
      return true
    })
  }

  contentOf(folder: string, identity: FileIdentity): ContentId | undefined {
    const row = this.#sql(
      'SELECT content FROM file WHERE folder = ? AND inode = ? AND length = ? AND modified = ? AND content IS NOT NULL',
    ).get(folder, identity.inode, identity.lengthBytes, identity.modifiedMs) as Row | undefined
    return row === undefined ? undefined : parseContentId(row.content as string)
  }

  recordTrouble(id: number, identity: FileIdentity, code: string): boolean {
    const { changes } = this.#sql(
      'UPDATE file SET trouble = ? WHERE id = ? AND modified = ? AND length = ?',
    ).run(code, id, identity.modifiedMs, identity.lengthBytes)
    return changes > 0
  }

  forgetTroubles(folder: string): void {
    this.#sql('UPDATE file SET trouble = NULL WHERE folder = ? AND trouble IS NOT NULL').run(folder)
  }

  checkpoint(id: number): HashCheckpoint | undefined {
    const row = this.#sql('SELECT identity, layer FROM checkpoint WHERE file = ?').get(id) as
      | { identity: string; layer: Uint8Array }
      | undefined
    return row === undefined
      ? undefined
      : { identity: JSON.parse(row.identity) as FileIdentity, layer: row.layer }
  }

  keepCheckpoint(id: number, checkpoint: HashCheckpoint | undefined): void {
    if (checkpoint === undefined) this.#sql('DELETE FROM checkpoint WHERE file = ?').run(id)
    else
      this.#sql('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)').run(
        id,
        JSON.stringify(checkpoint.identity),
        checkpoint.layer,
      )
  }

  recordFacts(
    id: number,
    identity: FileIdentity,
    mediaType: string | undefined,
    facts: MediaFacts,
    trouble?: string,
  ): boolean {
    const { changes } = this.#sql(
      'UPDATE file SET read = 1, type = ?, facts = ?, fact_trouble = ? WHERE id = ? AND length = ? AND modified = ?',
    ).run(
      mediaType ?? null,
      JSON.stringify(facts),
      trouble ?? null,
      id,
      identity.lengthBytes,
      identity.modifiedMs,
    )
    return changes > 0
  }

  /** Paths with what is known of each, in order. */
  files(folder: string): {
    path: string
    content: string | null
    trouble: string | null
    type: string | null
    facts: MediaFacts
  }[] {
    const rows = this.#sql('SELECT * FROM file WHERE folder = ? ORDER BY directory, name').all(
      folder,
    ) as Row[]
    return rows.map((row) => ({
      path: pathIn(row),
      content: row.content as string | null,
      trouble: (row.trouble ?? row.fact_trouble) as string | null,
      type: row.type as string | null,
      facts: JSON.parse((row.facts as string | null) ?? '{}') as MediaFacts,
    }))
  }

  layer(content: string): Uint8Array | undefined {
    const row = this.#sql('SELECT layer FROM layer WHERE content = ?').get(content) as
      | { layer: Uint8Array }
      | undefined
    return row?.layer
  }

  close(): void {
    this.database.close()
  }

  #pathOf(id: number): string {
    return pathIn(this.#sql('SELECT directory, name FROM file WHERE id = ?').get(id) as Row)
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = this.database.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }

  #transaction<T>(work: () => T): T {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.database.exec('COMMIT')
      return result
    } catch (error) {
      this.database.exec('ROLLBACK')
      throw error
    }
  }
}

function identityIn(row: Row): FileIdentity {
  return {
    lengthBytes: row.length as number,
    modifiedMs: row.modified as number,
    inode: row.inode as string,
  }
}

function pathIn(row: Row): string {
  return row.directory === '' ? (row.name as string) : `${row.directory}/${row.name}`
}
