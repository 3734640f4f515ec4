// One transaction of an SQL database: all of the work or nothing of it, whatever is thrown.
// Structural, so that every area can use it with the database it was handed.

export interface Transacting {
  exec(sql: string): void
  readonly isTransaction: boolean
}

/** `full`: durable when it returns, at the price of a sync. `normal`: sound after a crash, but the last ones may be gone. */
export type Durability = 'normal' | 'full'

/**
 * Joins a transaction that runs already, whose durability then counts. `work` must not be asynchronous: other statements
 * would slip in.
 */
export function inTransaction<T>(database: Transacting, work: () => T, durability: Durability = 'normal'): T {
  if (database.isTransaction) return work()
  // May not be changed within one. The log is one file, so this sync covers all earlier commits too.
  if (durability === 'full') database.exec('PRAGMA synchronous = FULL')
  try {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } finally {
      // Still open only when something was thrown; SQLite ends it by itself when the disk is full or fails.
      if (database.isTransaction) database.exec('ROLLBACK')
    }
  } finally {
    if (durability === 'full') database.exec('PRAGMA synchronous = NORMAL')
  }
}
