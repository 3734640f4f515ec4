// What this device keeps about itself beside its keys: my name as others see it, which device the database belongs to.

import type { DatabaseSync } from 'node:sqlite'

export type MyFact =
  /** DeviceId that the database belongs to. */
  | 'device'
  /** `yes` while circles of the words are looked for. */
  | 'restoring'
  /** As I call myself; absent until asked for. */
  | 'name'
  /** How far direct messages of before were taken from another device of mine: the id of the last, or `all`. */
  | 'direct-history'

export class MyFacts {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(fact: MyFact): string | undefined {
    const row = this.#database.prepare('SELECT value FROM me WHERE key = ?').get(fact)
    return row === undefined ? undefined : String(row.value)
  }

  remove(fact: MyFact): void {
    this.#database.prepare('DELETE FROM me WHERE key = ?').run(fact)
  }

  set(fact: MyFact, value: string): void {
    this.#database
      .prepare(
        'INSERT INTO me (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(fact, value)
  }
}
