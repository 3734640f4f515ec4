import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { wave } from '../../../test/doubles/made-media.ts'
import { ScanDatabase } from '../../../test/doubles/scan-database.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { NodeHasher } from '../../platform/hasher.ts'
import { LibraryScanner, type LibraryScannerOptions } from './library-scanner.ts'
import { pause } from './yielding.ts'

const clock = new SystemClock()
const LONG_AGO = new Date('2020-01-02T03:04:05.678Z')

function scene(t: TestContext, options: Partial<LibraryScannerOptions> = {}) {
  const base = fs.mkdtempSync(path.join(tmpdir(), 'shoal-scanner-'))
  const folder = path.join(base, 'Music')
  fs.mkdirSync(folder)
  const store = new ScanDatabase()
  const hasher = new NodeHasher({ parallelism: 1 })
  const told: string[] = []
  const scanner = new LibraryScanner({
    store,
    hashes: store,
    facts: store,
    hasher,
    digest: new SystemDigest(),
    clock,
    pressure: () => 0,
    fileCount: () => 0,
    never: [],
    changed: (id) => told.push(id),
    failed: (error) => {
      throw error
    },
    ...options,
  })
  t.after(async () => {
    await scanner.close()
    await hasher.close()
    store.close()
    fs.rmSync(base, { recursive: true, force: true })
  })
  return {
    folder,
    store,
    scanner,
    told,
    hasher,
    write(name: string, bytes: Uint8Array | string = name) {
      const at = path.join(folder, name)
      fs.mkdirSync(path.dirname(at), { recursive: true })
      fs.writeFileSync(at, bytes)
      fs.utimesSync(at, LONG_AGO, LONG_AGO)
    },
    start: () => scanner.start({ id: 'f', path: folder }),
    async until(isSo: () => boolean) {
      while (!isSo()) {
        t.signal.throwIfAborted()
        await pause(clock, 10)
      }
    },
    /** Path, whether it has a content id, and its type. */
    known: () =>
      store.files('f').map(({ path: name, content, type }) => [name, content !== null, type] as const),
    hashed: () => store.files('f').filter(({ content }) => content !== null).length,
  }
}

test('a folder is walked, hashed and read, then watched, and each change is seen', {
  timeout: 30_000,
}, async (t) => {
  const { scanner, write, start, until, known, folder, told, store, hashed } = scene(t)
  write('Album/a.wav', wave(1))
  write('b.txt')
  start()
  assert.equal(scanner.folder('f')?.state, 'waiting')
  await until(() => hashed() === 2 && scanner.isIdle)
  assert.deepEqual(known(), [
    ['b.txt', true, null],
    ['Album/a.wav', true, 'audio/wav'],
  ])
  assert.equal(store.files('f')[1]?.facts.durationSeconds, 1)
  assert.equal(scanner.folder('f')?.state, 'watching')
  assert.ok((scanner.folder('f')?.scannedAtMs ?? 0) > 0)

  write('New/deep/c.txt')
  await until(() => known().some(([name, isHashed]) => name === 'New/deep/c.txt' && isHashed))
  fs.renameSync(path.join(folder, 'New'), path.join(folder, 'Renamed'))
  await until(() => known().some(([name]) => name === 'Renamed/deep/c.txt'))
  assert.equal(store.recorded.filter(({ path: name }) => name.endsWith('c.txt')).length, 1, 'hashed once')
  fs.rmSync(path.join(folder, 'Renamed'), { recursive: true })
  await until(() => known().length === 2)
  await until(() => told.includes('f'))
})

test('a file that is being written is hashed when it rests, once, and rightly', {
  timeout: 30_000,
}, async (t) => {
  const { start, until, folder, store, hashed } = scene(t)
  start()
  const at = path.join(folder, 'growing.bin')
  fs.writeFileSync(at, 'a')
  await until(() => store.files('f').length === 1)
  fs.appendFileSync(at, 'b')
  await until(() => hashed() === 1)
  assert.ok(store.files('f')[0]?.content?.endsWith('-2'))
  assert.equal(store.recorded.length, 1)
})

test('a folder that goes is missing and one that comes back is watched again, without hashing anew', {
  timeout: 40_000,
}, async (t) => {
  const { scanner, write, start, until, folder, store, hashed } = scene(t)
  write('a.txt')
  start()
  await until(() => hashed() === 1)
  fs.renameSync(folder, `${folder} away`)
  scanner.scan('f')
  await until(() => scanner.folder('f')?.state === 'missing')
  assert.equal(scanner.folder('f')?.problem?.code, 'FOLDER_GONE')
  assert.equal(store.files('f').length, 1)
  fs.renameSync(`${folder} away`, folder)
  scanner.scan()
  await until(() => scanner.folder('f')?.state === 'watching')
  assert.equal(scanner.folder('f')?.problem, undefined)
  write('b.txt')
  await until(() => hashed() === 2)
  assert.equal(store.recorded.length, 2)
})

test('where changes are not told the folder says so, and is walked when somebody asks', {
  timeout: 30_000,
}, async (t) => {
  const { scanner, write, start, until, known } = scene(t, {
    watchFolder: () => ({
      blind: 'ENOSPC',
      wholeWalk: () => {},
      entering: () => {},
      listed: () => {},
      close: () => {},
    }),
  })
  start()
  await until(() => scanner.folder('f')?.state === 'watching')
  assert.deepEqual(scanner.folder('f')?.problem?.code, 'FOLDER_NOT_WATCHED')
  write('a.txt')
  scanner.scan('f')
  await until(() => known().length === 1)
})

test('a folder that is stopped while it is walked is touched no more', { timeout: 30_000 }, async (t) => {
  const { scanner, write, start, until, store } = scene(t)
  for (let i = 0; i < 3_000; i++) write(`d${i % 30}/${i}`)
  start()
  await until(() => store.applied > 0)
  scanner.stop('f')
  const { length } = store.files('f')
  await until(() => scanner.isIdle)
  assert.equal(store.files('f').length, length)
  assert.equal(scanner.folder('f'), undefined)
  start()
  await until(() => store.files('f').length === 3_000)
})

test('a store that fails ends everything and is told once', { timeout: 30_000 }, async (t) => {
  const failures: unknown[] = []
  const { write, start, until, store, scanner } = scene(t, { failed: (error) => failures.push(error) })
  write('a.txt')
  store.apply = () => {
    throw new Error('database disk image is malformed')
  }
  start()
  await until(() => failures.length > 0)
  await scanner.close()
  assert.equal(failures.length, 1)
})
