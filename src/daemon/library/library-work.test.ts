// What goes on by itself in the library's thread: what strangers see follows what is learned, and costs nothing where nothing is.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { DiskHasher } from '../../../test/doubles/disk-hasher.ts'
import { LIBRARY_SCHEMA, libraryStores } from '../../library/stores.ts'
import { openDatabase } from '../../platform/database.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { LibraryWork } from './library-work.ts'

const FOLDER = '0000000000000001'
const OTHER = '0000000000000002'
const HOUR_MS = 3_600_000
const OFFERED = { audience: 'everyone', licence: { kind: 'own-work', id: null } } as const

test('the hour goes through all that is offered only when something was learned of it', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-library-work-'))
  const opened = openDatabase({ path: path.join(folder, 'library.db'), migrations: LIBRARY_SCHEMA })
  if (opened.kind !== 'opened') throw new Error(opened.code)
  const { database } = opened
  const stores = libraryStores(database, digest)
  /** On a volume that is not there, so that nothing of it is looked at again. */
  const offer = (id: string, name: string, byte: number) => {
    const file = { path: name, lengthBytes: byte, modifiedMs: 1, inode: name }
    stores.folders.add(id, path.join(folder, 'not there', id), 1)
    stores.files.apply(id, { added: [file], changed: [], gone: [], goneDirectories: [] })
    for (const waiting of stores.reading.unhashed(undefined, 5))
      stores.reading.recordContent(waiting.id, waiting, {
        root: new Uint8Array(32).fill(byte),
        lengthBytes: byte,
      })
    stores.folders.setAudience(id, { ...OFFERED, publisher: 'Ana' })
    const made = { folder: id, audience: 'everyone', review: 'r', madeAtMs: 1, keptBack: [] }
    stores.offers.make({ ...made, files: [file] })
    stores.offerStep.take(id)
    return file
  }
  const file = offer(FOLDER, 'a.flac', 1)
  const work = new LibraryWork({
    stores,
    hasher: Object.assign(new DiskHasher(new NodeDisk()), { close: async () => {} }),
    never: [],
    pressure: () => 0,
    changed: () => {},
    offersChanged: () => {},
    failed: (error) => {
      throw error
    },
  })
  t.after(async () => {
    await work.close()
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const tell = () => {
    for (const source of ['mine', 'lists'] as const)
      work.withhold(source, new Uint8Array(0), { first: true, last: true })
  }
  const publishers = () => work.seen('everyone', '', 0, 9).rows.map(({ publisher }) => publisher)
  const become = (publisher: string) => database.prepare('UPDATE folders SET publisher = ?').run(publisher)
  const shown = (what: string, ...wanted: string[]) =>
    until(what, async () => publishers().join() === wanted.join())
  tell()
  await shown('it is seen', 'Ana')
  become('Bo')
  t.mock.timers.tick(HOUR_MS)
  await shown('the first hour goes through what an earlier run learned', 'Bo')
  become('Cy')
  t.mock.timers.tick(HOUR_MS)
  offer(OTHER, 'b.flac', 2)
  tell()
  // It comes behind the other in every pass.
  await until('the new one is seen', async () => publishers().length === 2)
  assert.equal(publishers()[0], 'Bo')
  const [known] = stores.files.filesIn(FOLDER, '')
  assert.ok(stores.reading.recordFacts(known?.id ?? 0, file, 'audio/flac', { title: 'A' }))
  t.mock.timers.tick(HOUR_MS)
  await until('what was learned is seen', async () => publishers()[0] !== 'Bo')
})
