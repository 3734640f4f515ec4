// What a person answered at earlier looks before sharing, for files that are unchanged since.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { LibraryWrites } from './library-writes.ts'

export interface AnsweredFile {
  /** Absolute. */
  readonly path: string
  readonly lengthBytes: number
  readonly modifiedMs: number
}

export interface AnswerRecord {
  readonly class: string
  readonly answer: string
  /** Whom it would have been shared with. */
  readonly audience: string
}

export interface NewAnswer {
  readonly file: AnsweredFile
  readonly class: string
  /** Null takes it back. */
  readonly answer: string | null
}

export interface KeptAnswerRow extends AnswerRecord {
  readonly path: string
  readonly atMs: number
}

/** Some 200 bytes each; whoever answers more is asked again about the oldest. */
export const MAX_KEPT_ANSWERS = 200_000

export class AnswerStore {
  readonly #database: DatabaseSync
  readonly #writes: LibraryWrites
  readonly #of: StatementSync
  readonly #put: StatementSync
  readonly #drop: StatementSync

  constructor(writes: LibraryWrites) {
    const { database } = writes
    this.#database = database
    this.#writes = writes
    this.#of = database.prepare(
      'SELECT class, answer, audience FROM answers WHERE path = ? AND length = ? AND modified_ms = ?',
    )
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO answers (path, class, length, modified_ms, answer, audience, at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#drop = database.prepare('DELETE FROM answers WHERE path = ? AND class = ?')
  }

  of({ path, lengthBytes, modifiedMs }: AnsweredFile): AnswerRecord[] {
    return this.#of.all(path, lengthBytes, modifiedMs) as unknown as AnswerRecord[]
  }

  /** Durable when it returns. */
  keep(answers: readonly NewAnswer[], audience: string, atMs: number): void {
    this.#writes.run(() => {
      for (const { file, class: kind, answer } of answers)
        if (answer === null) this.#drop.run(file.path, kind)
        else this.#put.run(file.path, kind, file.lengthBytes, file.modifiedMs, answer, audience, atMs)
      const count = this.#count()
      if (count > MAX_KEPT_ANSWERS)
        this.#database
          .prepare(
            `DELETE FROM answers WHERE (path, class) IN
              (SELECT path, class FROM answers ORDER BY at_ms LIMIT ?)`,
          )
          .run(count - MAX_KEPT_ANSWERS)
    }, 'full')
  }

  list(offset: number, limit: number): { total: number; answers: KeptAnswerRow[] } {
    const answers = this.#database
      .prepare(
        `SELECT path, class, answer, audience, at_ms AS atMs FROM answers
        ORDER BY at_ms DESC, path, class LIMIT ? OFFSET ?`,
      )
      .all(limit, offset) as unknown as KeptAnswerRow[]
    return { total: this.#count(), answers }
  }

  /** @param path undefined for all */
  forget(path: string | undefined): void {
    this.#writes.run(() => {
      if (path === undefined) this.#database.exec('DELETE FROM answers')
      else this.#database.prepare('DELETE FROM answers WHERE path = ?').run(path)
    }, 'full')
  }

  #count(): number {
    return this.#database.prepare('SELECT count(*) AS count FROM answers').get()?.count as number
  }
}
