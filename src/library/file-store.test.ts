import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { SystemDigest } from '../platform/digest.ts'
import type { WalkedFile } from './file-record.ts'
import type { FileChanges } from './file-store.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'

const FOLDER = '0000000000000001'
const OTHER = '0000000000000002'
const NOTHING: FileChanges = { added: [], changed: [], gone: [], goneDirectories: [] }

function scene(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-files-'))
  const opened = openDatabase({ path: path.join(folder, 'library.db'), migrations: LIBRARY_SCHEMA })
  assert.equal(opened.kind, 'opened')
  if (opened.kind !== 'opened') throw new Error('not opened')
  t.after(() => {
    opened.database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const stores = libraryStores(opened.database, new SystemDigest())
  stores.folders.add(FOLDER, '/music', 1)
  stores.folders.add(OTHER, '/films', 2)
  const add = (folder: string, ...files: WalkedFile[]) =>
    stores.files.apply(folder, { ...NOTHING, added: files })
  return { ...stores, database: opened.database, add }
}

let inodes = 0
const walked = (at: string, lengthBytes = 10): WalkedFile => ({
  path: at,
  lengthBytes,
  modifiedMs: 1_700_000_000_000.25,
  inode: String(++inodes),
})
const content = (byte: number, lengthBytes = 10) => ({ root: new Uint8Array(32).fill(byte), lengthBytes })

test('a walk finds what it added, directory by directory', (t) => {
  const { files, add, folders } = scene(t)
  add(FOLDER, walked('a.mp3'), walked('x/y/b.mp3', 30), walked('x/y/c.mp3'))
  assert.deepEqual(
    files.filesIn(FOLDER, 'x/y').map(({ name }) => name),
    ['b.mp3', 'c.mp3'],
  )
  assert.deepEqual(files.filesIn(FOLDER, 'x'), [])
  assert.deepEqual(files.directoriesIn(FOLDER, ''), ['x'])
  assert.deepEqual(files.directoriesIn(FOLDER, 'nowhere'), [])
  const { files: count, totalBytes } = folders.get(FOLDER)
  assert.deepEqual([count, totalBytes], [3, 50])
  assert.equal(folders.get(OTHER).files, 0)
})

test('directories go with their last file', (t) => {
  const { files, add, database } = scene(t)
  add(FOLDER, walked('x/y/b.mp3'), walked('x/z/c.mp3'))
  const id = files.filesIn(FOLDER, 'x/y')[0]?.id ?? 0
  files.apply(FOLDER, { ...NOTHING, gone: [id] })
  assert.deepEqual(files.directoriesIn(FOLDER, 'x'), ['z'])
  files.apply(FOLDER, { ...NOTHING, goneDirectories: ['x'] })
  assert.equal(
    database.prepare('SELECT count(*) AS n FROM directories').get()?.n,
    2,
    'only the tops are left',
  )
})

test('a content id is kept only for the file that was read, and once for all that hold it', (t) => {
  const { files, reading, add, folders, database } = scene(t)
  const [one, two] = [walked('one'), walked('two')]
  add(FOLDER, one, two)
  assert.deepEqual(
    reading.unhashed(undefined, 10).map((file) => file.path),
    ['one', 'two'],
  )
  const [first, second] = files.filesIn(FOLDER, '')
  assert.equal(reading.recordContent(first?.id ?? 0, { ...one, modifiedMs: 5 }, content(1)), false)
  assert.equal(reading.recordContent(first?.id ?? 0, one, content(1), new Uint8Array(64)), true)
  assert.equal(reading.recordContent(second?.id ?? 0, two, content(1)), true)
  assert.deepEqual(reading.unhashed(undefined, 10), [])
  assert.deepEqual([folders.get(FOLDER).hashedFiles, folders.get(FOLDER).hashedBytes], [2, 20])
  assert.deepEqual(
    { ...database.prepare('SELECT places, copies FROM contents').get() },
    { places: 2, copies: 2 },
  )
})

test('a changed file waits again and lets go of its content', (t) => {
  const { files, reading, add, folders, database } = scene(t)
  const one = walked('one')
  add(FOLDER, one)
  const id = files.filesIn(FOLDER, '')[0]?.id ?? 0
  reading.recordContent(id, one, content(1))
  files.apply(FOLDER, { ...NOTHING, changed: [{ ...one, id, lengthBytes: 11 }] })
  assert.equal(reading.unhashed(undefined, 10).length, 1)
  assert.deepEqual([folders.get(FOLDER).hashedFiles, folders.get(FOLDER).totalBytes], [0, 11])
  assert.equal(database.prepare('SELECT count(*) AS n FROM contents').get()?.n, 0)
})

test('a file moved within its folder, or into another one, keeps what was learned of it', (t) => {
  const { files, reading, add } = scene(t)
  const one = walked('one.mp3')
  add(FOLDER, one)
  const id = files.filesIn(FOLDER, '')[0]?.id ?? 0
  reading.recordContent(id, one, content(1))
  reading.recordFacts(id, one, 'audio/mpeg', { artist: 'Somebody' })
  assert.deepEqual(files.withIdentity(FOLDER, one), { id, path: 'one.mp3' })
  files.apply(FOLDER, { ...NOTHING, gone: [id], added: [{ ...one, path: 'sub/two.mp3', like: id }] })
  assert.deepEqual(reading.unhashed(undefined, 10), [])
  assert.deepEqual(reading.unread(undefined, 10), [])
  // The scan of the folder it left comes first, and that of the one it came to later.
  files.apply(FOLDER, { ...NOTHING, goneDirectories: ['sub'] })
  add(OTHER, { ...one, path: 'three.mp3' })
  assert.deepEqual(reading.unhashed(undefined, 10), [])
  assert.deepEqual(reading.contentOf(OTHER, one), content(1))
})

test('hard links take space once', (t) => {
  const { files, reading, add, database } = scene(t)
  const one = walked('one')
  add(FOLDER, one, { ...one, path: 'two' })
  for (const { id } of files.filesIn(FOLDER, '')) reading.recordContent(id, one, content(1))
  assert.deepEqual(
    { ...database.prepare('SELECT places, copies FROM contents').get() },
    { places: 2, copies: 1 },
  )
})

test('a file in trouble waits no more until its folder’s troubles are forgotten', (t) => {
  const { files, reading, add } = scene(t)
  const one = walked('one')
  add(FOLDER, one)
  const id = files.filesIn(FOLDER, '')[0]?.id ?? 0
  assert.equal(reading.recordTrouble(id, one, 'EACCES'), true)
  assert.deepEqual(reading.unhashed(undefined, 10), [])
  reading.forgetTroubles(FOLDER)
  assert.equal(reading.unhashed(undefined, 10).length, 1)
})

test('empty files have no content and wait for none', (t) => {
  const { reading, add } = scene(t)
  add(FOLDER, walked('empty', 0))
  assert.deepEqual(reading.unhashed(undefined, 10), [])
})

test('a half-done hash goes with its file', (t) => {
  const { files, reading, add } = scene(t)
  const one = walked('one')
  add(FOLDER, one)
  const id = files.filesIn(FOLDER, '')[0]?.id ?? 0
  const identity = { lengthBytes: 10, modifiedMs: one.modifiedMs, inode: one.inode }
  reading.keepCheckpoint(id, { identity, layer: new Uint8Array(64).fill(7) })
  assert.deepEqual(reading.checkpoint(id), { identity, layer: new Uint8Array(64).fill(7) })
  files.apply(FOLDER, { ...NOTHING, changed: [{ ...one, id, modifiedMs: 9 }] })
  assert.equal(reading.checkpoint(id), undefined)
})

test('a removed folder is gone at once, and its files in slices', (t) => {
  const { add, folders, database } = scene(t)
  add(FOLDER, ...Array.from({ length: 1_200 }, (_, index) => walked(`d${index % 7}/f${index}`)))
  folders.remove(FOLDER)
  assert.equal(folders.find(FOLDER), undefined)
  assert.equal(folders.counts().files, 0)
  folders.add(FOLDER, '/music', 3)
  let slices = 0
  while (folders.removeSome()) slices++
  assert.ok(slices >= 3)
  for (const table of ['files', 'words']) {
    assert.equal(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n, 0)
  }
  assert.equal(database.prepare('SELECT count(*) AS n FROM directories').get()?.n, 2)
})

test('folders do not lie in each other', (t) => {
  const { folders } = scene(t)
  assert.throws(() => folders.add('0000000000000003', '/music/rock', 3), { code: 'FOLDER_INSIDE_ANOTHER' })
  assert.throws(() => folders.add('0000000000000003', '/', 3), { code: 'FOLDER_INSIDE_ANOTHER' })
  assert.equal(folders.add('0000000000000003', '/music2', 3).id, '0000000000000003')
  assert.equal(folders.add('0000000000000004', '/music', 3).id, FOLDER, 'the same one again is that one')
})

test('files of a transfer share their content with those of folders', (t) => {
  const { files, reading, transfers, add, database } = scene(t)
  const one = walked('one')
  add(FOLDER, one)
  reading.recordContent(files.filesIn(FOLDER, '')[0]?.id ?? 0, one, content(1))
  const put = (...paths: string[]) =>
    transfers.put({
      id: 't',
      name: 'Album',
      audience: 'link',
      files: paths.map((at) => ({ path: at, lengthBytes: 10, content: content(1) })),
    })
  put('Album/a', 'Album/b')
  const counts = () => ({ ...database.prepare('SELECT places, copies FROM contents').get() })
  assert.deepEqual(counts(), { places: 3, copies: 1 })
  put('Album/b')
  assert.deepEqual(counts(), { places: 2, copies: 1 })
  assert.deepEqual(transfers.ids(), ['t'])
  transfers.drop('t')
  assert.deepEqual(transfers.ids(), [])
})

test('a batch that fails changes nothing', (t) => {
  const { add, folders, writes, database } = scene(t)
  const file = walked('x/y')
  assert.throws(() => add(FOLDER, file, file))
  assert.equal(folders.get(FOLDER).files, 0)
  assert.equal(database.prepare('SELECT count(*) AS n FROM directories').get()?.n, 2)
  assert.throws(() =>
    writes.run(() => {
      add(FOLDER, file)
      throw new RangeError('no')
    }),
  )
  add(FOLDER, file)
  assert.equal(folders.get(FOLDER).files, 1)
})
