// SQL prepared once, by name.

import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type Statements<Sql> = Readonly<Record<keyof Sql, StatementSync>>

export function statements<Sql extends Readonly<Record<string, string>>>(
  database: DatabaseSync,
  sql: Sql,
): Statements<Sql> {
  return Object.fromEntries(
    Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
  ) as Statements<Sql>
}
