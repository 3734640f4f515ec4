// The numbered .sql files of a database: each runs in one transaction together with its number, so that a schema is
// the old one or the new one. Before the first of a start the file is copied, for whoever has to go back.

import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** What is wrong with a migration itself; the database is as it was before it. */
export class MigrationFailure extends Error {
  readonly migration: string
  /** SQLite's own, so that a damaged file or a full disk is known as that. */
  readonly errcode: number | undefined

  constructor(migration: string, cause: unknown) {
    super(`${migration}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.migration = migration
    this.errcode = (cause as { errcode?: number } | null)?.errcode
  }
}

/** A second start may be killed in a later migration than the first; the copy from before both is still there then. */
const KEPT_COPIES = 2

/** Ascending. Numbers may leave gaps, but none may come twice. */
export function readMigrations(folder: URL): Migration[] {
  const found = readdirSync(folder)
    .filter((name) => /^[0-9]{4}-.+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(new URL(encodeURIComponent(name), folderUrl(folder)), 'utf8'),
    }))
  const twice = found.find(({ number }, index) => number < 1 || number === found[index - 1]?.number)
  if (twice !== undefined) throw new TypeError(`the number of ${twice.name} is taken`)
  return found
}

/** @throws MigrationFailure */
export function migrate(database: DatabaseSync, { number, name, sql }: Migration): void {
  // A table that is made anew is dropped in between, and what points at it must not go with it.
  database.exec('PRAGMA foreign_keys = OFF')
  try {
    database.exec('BEGIN IMMEDIATE')
    database.exec(sql)
    const orphans = database.prepare('PRAGMA foreign_key_check').all()
    if (orphans.length > 0) throw new Error(`${orphans.length} rows point at nothing`)
    database.exec(`PRAGMA user_version = ${number}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw new MigrationFailure(name, error)
  } finally {
    database.exec('PRAGMA foreign_keys = ON')
  }
}

/** `X.db.before-N`: whole or absent, as of before migration N. */
export function copyAside(database: DatabaseSync, file: string, before: number): void {
  // What is only in the log would be missing in the copy.
  const [busy] = Object.values(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {})
  if (busy !== 0) throw new Error('its log is in use')
  const copy = `${file}.before-${before}`
  const partial = `${copy}.new`
  try {
    copyFileSync(file, partial, constants.COPYFILE_FICLONE)
    sync(partial)
    renameSync(partial, copy)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
  const numbers = readdirSync(path.dirname(file))
    .filter((name) => name.startsWith(`${path.basename(file)}.before-`))
    .map((name) => Number(name.slice(name.lastIndexOf('-') + 1)))
    .filter((number) => Number.isInteger(number))
    .sort((a, b) => a - b)
  for (const old of numbers.slice(0, -KEPT_COPIES)) rmSync(`${file}.before-${old}`)
}

function sync(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function folderUrl(folder: URL): URL {
  return folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`)
}
