import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../platform/database.ts'
import { SystemDigest } from '../platform/digest.ts'
import { ContentPlaces } from './content-places.ts'
import type { WalkedFile } from './file-record.ts'
import { LIBRARY_SCHEMA, libraryStores } from './stores.ts'

const FOLDER = '0000000000000001'
const OTHER = '0000000000000002'
const content = { root: new Uint8Array(32).fill(7), lengthBytes: 10 }
const twin = { root: content.root, lengthBytes: 64 }

const walked = (at: string, inode: string, modifiedMs: number, lengthBytes = 10): WalkedFile => ({
  path: at,
  lengthBytes,
  modifiedMs,
  inode,
})

function scene(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-places-'))
  const opened = openDatabase({ path: path.join(folder, 'library.db'), migrations: LIBRARY_SCHEMA })
  if (opened.kind !== 'opened') throw new Error('not opened')
  t.after(() => {
    opened.database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const stores = libraryStores(opened.database, new SystemDigest())
  stores.folders.add(FOLDER, '/music', 1)
  stores.folders.add(OTHER, '/films', 2)
  const hash = (holder: string, directory: string, what = content, layer?: Uint8Array) => {
    for (const { id, lengthBytes, modifiedMs, inode } of stores.files.filesIn(holder, directory))
      stores.reading.recordContent(id, { lengthBytes, modifiedMs, inode }, what, layer)
  }
  const add = (holder: string, ...added: WalkedFile[]) =>
    stores.files.apply(holder, { added, changed: [], gone: [], goneDirectories: [] })
  return { ...stores, places: new ContentPlaces(opened.database), add, hash }
}

test('a content is found in every folder that holds it, with all that tells whether a file is still the same', (t) => {
  const { places, add, hash, transfers } = scene(t)
  add(FOLDER, walked('x/y/Ünï.mp3', '11', 1.25))
  add(OTHER, walked('b.mp3', '12', 2.5))
  hash(FOLDER, 'x/y')
  hash(OTHER, '')
  transfers.put({
    id: 'ab'.repeat(20),
    name: 't',
    audience: 'me',
    files: [{ path: 'c', lengthBytes: 10, content }],
  })
  assert.deepEqual(places.of(content), [
    { ...content, path: '/films/b.mp3', modifiedMs: 2.5, inode: '12' },
    { ...content, path: '/music/x/y/Ünï.mp3', modifiedMs: 1.25, inode: '11' },
  ])
})

test('the twin of a content, with its root and another length, is another one', (t) => {
  const { places, add, hash } = scene(t)
  add(FOLDER, walked('a', '1', 1))
  hash(FOLDER, '')
  assert.deepEqual(places.of(twin), [])
  assert.equal(places.of(content).length, 1)
})

test('what is not hashed yet, and what lies in a folder that is being removed, is nowhere', (t) => {
  const { places, add, hash, folders } = scene(t)
  add(FOLDER, walked('a', '1', 1))
  assert.deepEqual(places.of(content), [])
  hash(FOLDER, '')
  assert.equal(places.of(content).length, 1)
  folders.remove(FOLDER)
  assert.deepEqual(places.of(content), [])
})
