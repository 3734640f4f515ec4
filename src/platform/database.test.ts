import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isDamage, type OpenedDatabase, openDatabase } from './database.ts'

interface Scene {
  readonly file: string
  readonly migrations: URL
  write(migrations: Readonly<Record<string, string>>): void
  open(): OpenedDatabase
}

function scene(t: TestContext): Scene {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-database-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'x.db')
  const write = (migrations: Readonly<Record<string, string>>) => {
    for (const [name, sql] of Object.entries(migrations)) writeFileSync(path.join(folder, name), sql)
  }
  const migrations = pathToFileURL(folder)
  const open = () => {
    const opened = openDatabase({ path: file, migrations })
    assert.equal(opened.kind, 'opened', JSON.stringify(opened))
    const { database } = opened as OpenedDatabase
    t.after(() => database.isOpen && database.close())
    return opened as OpenedDatabase
  }
  return { file, migrations, write, open }
}

const FIRST = { '0001-first.sql': 'CREATE TABLE names (name TEXT) STRICT; INSERT INTO names VALUES (1);' }
const SECOND = {
  '0002-second.sql': 'ALTER TABLE names ADD COLUMN age INTEGER; CREATE TABLE more (x TEXT) STRICT;',
}
const names = (database: DatabaseSync) => database.prepare('SELECT name FROM names').all()
const rows = (database: DatabaseSync, sql: string) =>
  database
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }))
/** Ends it as a crash does: the log stays, and is not taken over. */
function crash(file: string, database: DatabaseSync): { readonly bytes: Buffer; readonly log: Buffer } {
  const [bytes, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
  database.close()
  writeFileSync(file, bytes)
  writeFileSync(`${file}-wal`, log)
  return { bytes, log }
}
/** Its schema as text. */
const schema = (database: DatabaseSync) => rows(database, 'SELECT sql FROM sqlite_schema ORDER BY name')

test('a new database has all migrations, the log, foreign keys, and is its owner’s alone', (t) => {
  const { file, write, open } = scene(t)
  write({ ...FIRST, '0005-later.sql': 'CREATE TABLE later (x INTEGER) STRICT' })
  const { database, version, migratedFrom, setAside } = open()
  assert.deepEqual([version, migratedFrom, setAside], [5, 0, undefined])
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  assert.deepEqual(
    ['journal_mode', 'foreign_keys', 'synchronous', 'user_version', 'busy_timeout'].map(pragma),
    ['wal', 1, 1, 5, 5_000],
  )
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('before the first migration of a start the file is copied, with what was only in its log', (t) => {
  const { file, write, open } = scene(t)
  write(FIRST)
  const first = open().database
  first.exec("INSERT INTO names VALUES ('kept')")
  crash(file, first)
  write(SECOND)
  const { database, migratedFrom } = open()
  assert.equal(migratedFrom, 1)
  assert.deepEqual(names(database).length, 2)
  const copy = new DatabaseSync(`${file}.before-2`, { readOnly: true })
  t.after(() => copy.close())
  assert.deepEqual(rows(copy, 'SELECT name FROM names'), [{ name: '1' }, { name: 'kept' }])
  assert.equal(readdirSync(path.dirname(file)).filter((name) => name.endsWith('.new')).length, 0)
})

test('a start without migrations copies nothing', (t) => {
  const { file, write, open } = scene(t)
  write(FIRST)
  open().database.close()
  open()
  assert.deepEqual(
    readdirSync(path.dirname(file)).filter((name) => name.includes('before')),
    [],
  )
})

test('one of a newer program is refused and stays as it is to the byte', (t) => {
  const { file, write, migrations } = scene(t)
  write(FIRST)
  const newer = new DatabaseSync(file)
  newer.exec(
    "PRAGMA journal_mode = WAL; PRAGMA user_version = 7; CREATE TABLE unknown (x); INSERT INTO unknown VALUES ('y')",
  )
  const { bytes, log } = crash(file, newer)
  const refused = openDatabase({ path: file, migrations })
  assert.equal(refused.kind, 'refused')
  assert.deepEqual(
    { ...refused, path: '', why: '' },
    { kind: 'refused', code: 'NEWER', path: '', why: '', found: 7, known: 1 },
  )
  assert.deepEqual(readFileSync(file), bytes)
  assert.deepEqual(readFileSync(`${file}-wal`), log)
})

test('a migration that fails changes nothing and says which it was', (t) => {
  const { write, open, migrations, file } = scene(t)
  write(FIRST)
  const before = open()
  const old = schema(before.database)
  before.database.close()
  write({ '0002-wrong.sql': 'CREATE TABLE half (x INTEGER) STRICT; CREATE TABLE names (x INTEGER) STRICT' })
  const refused = openDatabase({ path: file, migrations })
  assert.equal(refused.kind === 'refused' && refused.code, 'MIGRATION_FAILED')
  assert.match(refused.kind === 'refused' ? refused.why : '', /0002-wrong\.sql/)
  const after = new DatabaseSync(file)
  t.after(() => after.close())
  assert.deepEqual(schema(after), old)
})

test('a migration may make a table anew that others point at, but not leave them pointing at nothing', (t) => {
  const { write, open, migrations, file } = scene(t)
  write({
    '0001-two.sql':
      'CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE b (a INTEGER REFERENCES a (id)) STRICT; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)',
    '0002-anew.sql':
      'CREATE TABLE n (id INTEGER PRIMARY KEY, x TEXT) STRICT; INSERT INTO n SELECT id, NULL FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a',
  })
  open().database.close()
  write({ '0003-orphans.sql': 'DELETE FROM a' })
  const refused = openDatabase({ path: file, migrations })
  assert.equal(refused.kind === 'refused' && refused.code, 'MIGRATION_FAILED')
})

for (const [what, damage] of [
  ['is no database', (file: string) => writeFileSync(file, 'This is no database.'.repeat(500))],
  [
    'has a damaged page',
    (file: string) => {
      const bytes = readFileSync(file)
      bytes.fill(0xa5, 4_096, bytes.length - 100)
      writeFileSync(file, bytes)
    },
  ],
] as const) {
  test(`a file that ${what} is set aside and a new one begun`, (t) => {
    const { file, write, open } = scene(t)
    write(FIRST)
    open().database.close()
    damage(file)
    const damaged = readFileSync(file)
    const { database, setAside } = open()
    assert.ok(setAside?.startsWith(`${file}.corrupt-`))
    assert.deepEqual(readFileSync(setAside ?? ''), damaged)
    assert.deepEqual(names(database).length, 1)
  })
}

test('the log of a damaged one goes with it, and no more than three are kept', (t) => {
  const { file, write, open } = scene(t)
  write(FIRST)
  for (let turn = 0; turn < 5; turn++) {
    writeFileSync(file, 'no database')
    writeFileSync(`${file}-wal`, 'its log')
    open().database.close()
  }
  const aside = readdirSync(path.dirname(file)).filter((name) => name.includes('.corrupt-'))
  assert.equal(aside.filter((name) => !/-(wal|shm)$/.test(name)).length, 3)
  assert.equal(aside.filter((name) => name.endsWith('-wal')).length, 3)
})

test('damage that is met while running is told from other errors', (t) => {
  const { write, open } = scene(t)
  write(FIRST)
  const { database } = open()
  assert.throws(
    () => database.exec('no sql'),
    (error) => !isDamage(error),
  )
  assert.equal(isDamage(Object.assign(new Error('malformed'), { errcode: 11 | (1 << 8) })), true)
  assert.equal(isDamage(undefined), false)
})

test('a folder that is not there is a refusal, not an exception', (t) => {
  const { file, migrations } = scene(t)
  const refused = openDatabase({ path: path.join(file, 'nowhere', 'y.db'), migrations })
  assert.equal(refused.kind === 'refused' && refused.code, 'UNREADABLE')
})

/** Opens the database of argv, in a process of its own that can be killed. */
const OPENER = `
  const { openDatabase } = await import(${JSON.stringify(new URL('./database.ts', import.meta.url).href)})
  process.stdout.write('go')
  const opened = openDatabase({ path: process.argv[1], migrations: new URL(process.argv[2]) })
  process.stdout.write(opened.kind)
`

test('killed at any instant of a migration, the schema is the old or the new one, never mixed', async (t) => {
  const { file, write, migrations } = scene(t)
  const rowsOf = (count: number) =>
    `INSERT INTO big SELECT value, hex(randomblob(100)) FROM generate_rows LIMIT ${count}`
  const series =
    'WITH RECURSIVE generate_rows (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM generate_rows)'
  write({
    '0001-big.sql': `CREATE TABLE big (id INTEGER PRIMARY KEY, text TEXT) STRICT; ${series} ${rowsOf(30_000)};`,
  })
  const first = openDatabase({ path: file, migrations })
  assert.equal(first.kind, 'opened')
  if (first.kind === 'opened') first.database.close()
  const original = readFileSync(file)
  write({
    '0002-anew.sql':
      'CREATE TABLE anew (id INTEGER PRIMARY KEY, text TEXT, more TEXT) STRICT; INSERT INTO anew SELECT id, text, lower(text) FROM big; DROP TABLE big; ALTER TABLE anew RENAME TO big; CREATE INDEX big_more ON big (more)',
  })
  const seen = { old: 0, new: 0 }
  for (let delayMs = 0; delayMs < 400; delayMs += delayMs < 100 ? 10 : 60) {
    for (const name of readdirSync(path.dirname(file))) {
      if (name.startsWith('x.db')) rmSync(path.join(path.dirname(file), name))
    }
    writeFileSync(file, original)
    const child = spawn(process.execPath, ['--input-type=module', '-e', OPENER, file, migrations.href])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    setTimeout(() => child.kill('SIGKILL'), delayMs)
    await ended
    const database = new DatabaseSync(file)
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      user_version: number
    }
    const columns = rows(database, "SELECT name FROM pragma_table_info('big')").length
    assert.equal(columns, version === 2 ? 3 : 2)
    assert.deepEqual(rows(database, 'SELECT count(*) AS n FROM big'), [{ n: 30_000 }])
    assert.equal(rows(database, "SELECT name FROM sqlite_schema WHERE name = 'anew'").length, 0)
    assert.deepEqual(rows(database, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }])
    database.close()
    const copy = `${file}.before-2`
    if (version === 2) assert.ok(existsSync(copy))
    if (existsSync(copy)) assert.deepEqual(readFileSync(copy), original, 'the copy is whole')
    seen[version === 2 ? 'new' : 'old']++
    const again = openDatabase({ path: file, migrations })
    assert.equal(again.kind === 'opened' && again.version, 2)
    if (again.kind === 'opened') again.database.close()
  }
  assert.ok(seen.old > 0, 'some were killed in time')
})
