// The one opener of SQLite: what it hands out is sound, in the newest schema this program knows, and nobody else's.
// Promises: a file of a newer program is refused and not a byte of it changes; a damaged one is set aside, never deleted;
// killed at any instant of a migration, the next start finds the old schema or the new one, never something between.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { copyAside, type Migration, migrate, readMigrations } from './database-migrations.ts'
import { errnoOf } from './socket-errors.ts'

export interface DatabasePlan {
  /** Absolute; its folder exists. */
  readonly path: string
  /** Folder of `NNNN-name.sql`. */
  readonly migrations: URL
  /** `normal`: after a crash of the computer the last transactions may be gone, never half there. */
  readonly synchronous?: 'normal' | 'full'
  readonly cacheKib?: number
}

export interface OpenedDatabase {
  readonly kind: 'opened'
  readonly database: DatabaseSync
  /** Number of the newest migration in it. */
  readonly version: number
  /** What it was when found; 0 for a new one. */
  readonly migratedFrom: number
  /** Where a damaged predecessor lies now. This one is then empty. */
  readonly setAside: string | undefined
}

export type RefusalCode = 'NEWER' | 'LOCKED' | 'UNREADABLE' | 'NO_SPACE' | 'MIGRATION_FAILED'

/** Nothing is open and nothing was changed. */
export interface RefusedDatabase {
  readonly kind: 'refused'
  readonly code: RefusalCode
  readonly path: string
  /** For developers and logs. */
  readonly why: string
  /** Its schema and the newest known one, where they matter. */
  readonly found?: number
  readonly known?: number
}

/** How long a statement waits for another connection: a checkpoint or a copy takes no longer on a disk that works. */
const BUSY_TIMEOUT_MS = 5_000
const CACHE_KIB = 8_192
/** Checked at each start up to this size (some 100 ms); larger ones after a start that ended without closing it. */
const ALWAYS_CHECKED_BYTES = 64 * 1_048_576
/** The log is cut back to this after a checkpoint, so that one large scan does not keep its space. */
const LOG_BYTES = 32 * 1_048_576
/** Damaged ones are kept for whoever can mend them, but a disk that keeps failing must not fill itself with them. */
const KEPT_DAMAGED = 3
/** Pages of the log before they are taken over (32 MiB): a page that many batches touch is written once, not once a batch. */
const LOG_PAGES = 8_192
const OWNER_ONLY = 0o600

/** First bytes of SQLite's primary result codes. */
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

/** Synchronous, and long where there is much to check or migrate: for a thread of its own. */
export function openDatabase(plan: DatabasePlan): OpenedDatabase | RefusedDatabase {
  const migrations = readMigrations(plan.migrations)
  const known = migrations.at(-1)?.number ?? 0
  let setAside: string | undefined
  // The second turn opens what replaces a damaged one.
  for (;;) {
    try {
      const found = existsSync(plan.path) ? versionOf(plan.path) : 0
      if (found > known) {
        const why = `schema ${found}, known up to ${known}`
        return { kind: 'refused', code: 'NEWER', path: plan.path, why, found, known }
      }
      return { kind: 'opened', ...openKnown(plan, migrations, found), migratedFrom: found, setAside }
    } catch (error) {
      if (!isDamage(error) || setAside !== undefined) return refusal(plan.path, error)
      try {
        setAside = setAsideDamaged(plan.path)
      } catch (cause) {
        return refusal(plan.path, cause)
      }
    }
  }
}

/** Whether an error of the database says that its file is damaged. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}

/** Moves a database nobody has open, with its log. @returns where it lies now */
export function setAsideDamaged(file: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, '').replace('.', '')
  let aside = `${file}.corrupt-${stamp}`
  for (let more = 1; existsSync(aside); more++) aside = `${file}.corrupt-${stamp}-${more}`
  // The log first: a new database must never meet the log of an old one.
  for (const part of ['-wal', '-shm', '']) {
    if (existsSync(file + part)) renameSync(file + part, aside + part)
  }
  syncFolder(path.dirname(file))
  const all = siblings(file, '.corrupt-').filter((name) => !/-(wal|shm)$/.test(name))
  for (const old of all.sort().slice(0, -KEPT_DAMAGED)) {
    for (const part of ['', '-wal', '-shm']) rmSync(old + part, { force: true })
  }
  return aside
}

/** Looked at without a right to write, so that one of a newer program stays as it is to the byte. */
function versionOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    return numberFrom(database, 'PRAGMA user_version')
  } finally {
    database.close()
  }
}

function openKnown(
  plan: DatabasePlan,
  migrations: readonly Migration[],
  found: number,
): { database: DatabaseSync; version: number } {
  const unclean = (statSync(`${plan.path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  // Made before SQLite makes it: names in it are private, and its log takes over its rights.
  closeSync(openSync(plan.path, 'a', OWNER_ONLY))
  const database = new DatabaseSync(plan.path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  try {
    database.exec('PRAGMA journal_mode = WAL')
    database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}`)
    database.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`)
    database.exec(`PRAGMA cache_size = ${-(plan.cacheKib ?? CACHE_KIB)}`)
    database.exec('PRAGMA temp_store = MEMORY')
    database.exec('PRAGMA cell_size_check = ON')
    database.exec('PRAGMA trusted_schema = OFF')
    database.enableDefensive(true)
    if (unclean || statSync(plan.path).size <= ALWAYS_CHECKED_BYTES) check(database)
    const due = migrations.filter(({ number }) => number > found)
    if (due.length > 0) {
      // A new one holds nothing that could be lost.
      if (found > 0) copyAside(database, plan.path, due[0]?.number ?? found)
      database.exec('PRAGMA synchronous = FULL')
      for (const migration of due) migrate(database, migration)
    }
    database.exec(`PRAGMA synchronous = ${plan.synchronous ?? 'normal'}`)
    return { database, version: due.at(-1)?.number ?? found }
  } catch (error) {
    database.close()
    throw error
  }
}

/** An error of SQLite's own, told apart from one of ours by its code. */
class DamageFound extends Error {
  readonly errcode = SQLITE_CORRUPT
}

function check(database: DatabaseSync): void {
  const answer = database.prepare('PRAGMA quick_check(1)').get()
  const said = Object.values(answer ?? {})[0]
  if (said !== 'ok') throw new DamageFound(String(said))
}

function refusal(file: string, error: unknown): RefusedDatabase {
  const why = error instanceof Error ? error.message : String(error)
  return { kind: 'refused', code: refusalCode(error), path: file, why }
}

function refusalCode(error: unknown): RefusalCode {
  const code = resultCode(error)
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) return 'LOCKED'
  if (code === SQLITE_FULL || ['ENOSPC', 'EDQUOT'].includes(errnoOf(error))) return 'NO_SPACE'
  return (error as { migration?: unknown }).migration === undefined ? 'UNREADABLE' : 'MIGRATION_FAILED'
}

/** The primary code of an SQLite error; its upper bits say more than matters here. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

function numberFrom(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(pragma).get() ?? {})[0])
}

function siblings(file: string, ending: string): string[] {
  const folder = path.dirname(file)
  const start = path.basename(file) + ending
  return readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => path.join(folder, name))
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
