// Which copies lie here for which circle, and how much room each circle was given.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { CircleId } from '../../../community/ids.ts'

export class KeptCopies {
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#statements = Object.fromEntries(
      Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as Readonly<Record<keyof typeof SQL, StatementSync>>
  }

  /** Lengths by contentIdText(). */
  of(circle: CircleId): Map<string, number> {
    const rows = this.#statements.of.all(circle) as unknown as { content: string; length: number }[]
    return new Map(rows.map(({ content, length }) => [content, length]))
  }

  put(circle: CircleId, content: string, lengthBytes: number): void {
    this.#statements.put.run(circle, content, lengthBytes)
  }

  remove(circle: CircleId, content: string): void {
    this.#statements.remove.run(circle, content)
  }

  forget(circle: CircleId): void {
    this.#statements.forget.run(circle)
  }

  spaceBytes(circle: CircleId): number {
    return (this.#statements.space.get(circle) as { bytes: number } | undefined)?.bytes ?? 0
  }

  give(circle: CircleId, bytes: number): void {
    this.#statements.give.run(circle, bytes)
  }
}

const SQL = {
  of: 'SELECT content, length FROM kept_copies WHERE circle = ?',
  put: 'INSERT OR REPLACE INTO kept_copies (circle, content, length) VALUES (?, ?, ?)',
  remove: 'DELETE FROM kept_copies WHERE circle = ? AND content = ?',
  forget: 'DELETE FROM kept_copies WHERE circle = ?',
  space: 'SELECT bytes FROM keep_space WHERE circle = ?',
  give: 'INSERT OR REPLACE INTO keep_space (circle, bytes) VALUES (?, ?)',
} as const
