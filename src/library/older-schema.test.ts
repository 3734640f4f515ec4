// A library of an older Shoal: it opens with the newest schema and holds what it held, whatever is killed meanwhile.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NOW } from '../../test/doubles/catalogues.ts'
import { digest } from '../../test/doubles/digest.ts'
import { openDatabase } from '../platform/database.ts'
import { AnswerStore } from './answer-store.ts'
import { EveryoneCatalogue } from './everyone-catalogue.ts'
import { FileRows } from './file-rows.ts'
import { FileStore } from './file-store.ts'
import { FolderStore } from './folder-store.ts'
import { LibraryWrites } from './library-writes.ts'
import { OfferStep } from './offer-step.ts'
import { OfferStore } from './offer-store.ts'
import { ReadingStore } from './reading-store.ts'
import { LibrarySearch } from './search/search.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'
import { Withheld } from './withheld.ts'

const [MUSIC, MINE] = ['0000000000000001', '0000000000000002']
const FILES = 300
const NEWEST = 4
/** Milliseconds after which whoever migrates is killed; it takes some 20. */
const KILLED_AFTER = [0, 2, 4, 6, 8, 11, 14, 18, 23, 30]
const ANSWERED = { path: '/music/a.jpg', lengthBytes: 5, modifiedMs: 7 }

/** The first migrations alone, as an older Shoal had them. */
function schemaUntil(folder: string, version: number): URL {
  const at = path.join(folder, `schema-${version}`)
  mkdirSync(at, { recursive: true })
  const all = fileURLToPath(LIBRARY_SCHEMA)
  for (const name of readdirSync(all).filter((each) => Number(each.slice(0, 4)) <= version))
    copyFileSync(path.join(all, name), path.join(at, name))
  return pathToFileURL(`${at}/`)
}

/** Two folders with hashed files; from the second schema on one of them is offered to everyone, and something was answered. */
function makeOld(folder: string, version: number): string {
  const file = path.join(folder, 'library.db')
  const opened = openDatabase({ path: file, migrations: schemaUntil(folder, version) })
  if (opened.kind !== 'opened') throw new Error(opened.code)
  const { database } = opened
  const writes = new LibraryWrites(database)
  const rows = new FileRows(writes)
  const reading = new ReadingStore(writes, rows, digest)
  const files = new FileStore(writes, rows)
  const folders = new FolderStore(writes, rows)
  const walked = Array.from({ length: FILES }, (_, at) => ({
    path: `album ${at % 9}/song ${at}.flac`,
    lengthBytes: 1 + at,
    modifiedMs: at + 0.5,
    inode: String(at),
  }))
  for (const [id, at] of [
    [MUSIC, '/music'],
    [MINE, '/mine'],
  ] as const) {
    folders.add(id, at, 1)
    files.apply(id, { added: walked, changed: [], gone: [], goneDirectories: [] })
  }
  for (const waiting of reading.unhashed(undefined, 3 * FILES)) {
    const root = new Uint8Array(32).fill(waiting.lengthBytes)
    reading.recordContent(waiting.id, waiting, { root, lengthBytes: waiting.lengthBytes })
  }
  if (version > 1) {
    new Withheld(writes)
    folders.setAudience(MUSIC, {
      audience: 'everyone',
      licence: { kind: 'own-work', id: null },
      publisher: 'Ana',
    })
    const offer = { folder: MUSIC, audience: 'everyone', review: 'r', madeAtMs: 1, keptBack: [] }
    new OfferStore(writes, digest).make({ ...offer, files: walked })
    new OfferStep(writes, files).take(MUSIC)
    new AnswerStore(writes).keep([{ file: ANSWERED, class: 'photo-place', answer: 'share' }], 'link', 9)
  }
  database.close()
  return file
}

/** Everything that was in it, in the newest schema. */
function checkNow(file: string, from: number): void {
  const opened = openDatabase({ path: file, migrations: LIBRARY_SCHEMA })
  assert.equal(opened.kind, 'opened')
  if (opened.kind !== 'opened') return
  assert.deepEqual([opened.setAside, opened.version], [undefined, NEWEST])
  const { database } = opened
  try {
    const { folders, offers, answers, withheld, writes } = libraryStores(database, digest)
    const all = folders.all().map(({ id, path: at, audience, publisher, files, hashedFiles }) => ({
      ...{ id, at, audience, publisher, files, hashedFiles },
    }))
    const offered = from > 1
    const counts = { files: FILES, hashedFiles: FILES }
    assert.deepEqual(all, [
      offered
        ? { id: MUSIC, at: '/music', audience: 'everyone', publisher: 'Ana', ...counts }
        : { id: MUSIC, at: '/music', audience: 'me', publisher: null, ...counts },
      { id: MINE, at: '/mine', audience: 'me', publisher: null, ...counts },
    ])
    const found = new LibrarySearch(database, Date.now).search({
      words: 'song 299',
      sort: 'fit',
      offset: 0,
      limit: 5,
    })
    assert.equal(found.entries[0]?.placeCount, 2)
    assert.equal(offers.files(MUSIC).length, offered ? FILES : 0)
    assert.equal(answers.of(ANSWERED).length, offered ? 1 : 0)
    for (const source of ['mine', 'lists'] as const)
      withheld.put(source, new Uint8Array(0), { first: true, last: true })
    const catalogue = new EveryoneCatalogue(writes, withheld, digest)
    while (catalogue.step(NOW));
    assert.equal(catalogue.seen('everyone', '', 0, 1).total, offered ? FILES : 0)
  } finally {
    database.close()
  }
}

/** Of a file that nobody has open: which schema it is, and that it is exactly that one. */
function schemaOf(file: string): { version: number; tables: unknown[] } {
  const database = new DatabaseSync(file)
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
    const tables = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
    return {
      version: Number(database.prepare('PRAGMA user_version').get()?.user_version),
      tables: tables.map((row) => ({ ...row })),
    }
  } finally {
    database.close()
  }
}

const OPENER = `
  const { openDatabase } = await import(${JSON.stringify(new URL('../platform/database.ts', import.meta.url).href)})
  process.stdout.write('.')
  openDatabase({ path: process.argv[1], migrations: new URL(${JSON.stringify(LIBRARY_SCHEMA.href)}) })
  process.kill(process.pid, 'SIGKILL')
`

async function killedWhileItOpens(file: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OPENER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  setTimeout(() => child.kill('SIGKILL'), afterMs)
  await ended
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-older-schema-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

for (const from of [1, 2]) {
  test(`a library of schema ${from} opens with the newest and holds what it held; the old one lies beside it`, (t) => {
    const folder = folderFor(t)
    const file = makeOld(folder, from)
    assert.equal(schemaOf(file).version, from)
    checkNow(file, from)
    assert.equal(schemaOf(`${file}.before-${from + 1}`).version, from)
    checkNow(file, from)
  })

  test(`killed at any instant while a library of schema ${from} is made new, it is one schema or another whole`, async (t) => {
    const folder = folderFor(t)
    const old = makeOld(folder, from)
    const whole = new Map<number, unknown[]>()
    for (let version = from; version <= NEWEST; version++) {
      const at = path.join(folder, `whole-${version}.db`)
      copyFileSync(old, at)
      const opened = openDatabase({ path: at, migrations: schemaUntil(folder, version) })
      if (opened.kind === 'opened') opened.database.close()
      whole.set(version, schemaOf(at).tables)
    }
    const seen: number[] = []
    for (const [round, afterMs] of KILLED_AFTER.entries()) {
      const file = path.join(folder, `killed-${round}.db`)
      copyFileSync(old, file)
      await killedWhileItOpens(file, afterMs)
      const { version, tables } = schemaOf(file)
      seen.push(version)
      assert.deepEqual(tables, whole.get(version), `schema ${version}`)
      checkNow(file, from)
    }
    t.diagnostic(`found: ${seen.join(' ')}`)
  })
}
