import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { SystemClock } from '../../platform/clock.ts'
import { LibraryLink } from './library-link.ts'

const FOLDER = '00000000000000aa'

function scene(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-link-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'library.db')
  const open = (program?: URL) => {
    const changes: (() => void)[] = []
    const link = new LibraryLink({
      path: file,
      clock: new SystemClock(),
      changed: () => {
        for (const change of changes.splice(0)) change()
      },
      ...(program === undefined ? {} : { program }),
    })
    t.after(() => link.close())
    return { link, changed: () => new Promise<void>((resolve) => changes.push(resolve)) }
  }
  return { file, folder, open }
}

const search = { words: '', sort: 'fit', offset: 0, limit: 10 } as const
const transfer = (id: string, ...names: string[]) => ({
  id,
  name: id,
  audience: 'link',
  files: names.map((name) => ({ path: name, lengthBytes: 5, content: undefined })),
})

test('what was written is found by the reader, and is there after a restart', async (t) => {
  const { open } = scene(t)
  const first = open().link
  await first.ask('addFolder', FOLDER, '/music', 1)
  await first.ask('putTransfer', transfer('t', 'Blue Train.flac', 'Naima.flac'))
  const answer = await first.ask('search', { ...search, words: 'blue' })
  assert.deepEqual(
    answer.entries.map(({ name }) => name),
    ['Blue Train.flac'],
  )
  await first.close()
  await assert.rejects(first.ask('counts'), { code: 'LIBRARY_UNAVAILABLE' })
  const again = open().link
  assert.deepEqual(
    (await again.ask('folders')).map(({ folder }) => folder.path),
    ['/music'],
  )
  assert.equal((await again.ask('search', search)).total, 2)
})

test('refusals arrive as what they are', async (t) => {
  const { link } = scene(t).open()
  await assert.rejects(link.ask('removeFolder', FOLDER), { name: 'LibraryError', code: 'FOLDER_UNKNOWN' })
  await assert.rejects(link.ask('entry', 'no id', 0, 10), { code: 'CONTENT_UNKNOWN' })
})

test('files of a dropped transfer are found no more at once, and leave the database in slices', async (t) => {
  const { open, file } = scene(t)
  const { link } = open()
  await link.ask(
    'putTransfer',
    transfer('t', ...Array.from({ length: 1_500 }, (_, index) => `file ${index}`)),
  )
  await link.ask('dropTransfer', 't')
  assert.equal((await link.ask('search', { ...search, words: 'file' })).total, 0)
  await link.close()
  // Whatever a close cut short goes on with the next start.
  const again = open().link
  await again.ask('transferIds')
  const left = () => {
    const database = new DatabaseSync(file, { readOnly: true })
    const count = database.prepare('SELECT count(*) AS n FROM files').get()?.n
    database.close()
    return count
  }
  while (left() !== 0) await again.ask('counts')
})

test('a library of a newer Shoal is refused and left as it is', async (t) => {
  const { file, open } = scene(t)
  const newer = new DatabaseSync(file)
  newer.exec('PRAGMA user_version = 900; CREATE TABLE new (x)')
  newer.close()
  const bytes = readFileSync(file)
  const { link } = open()
  await assert.rejects(link.ask('counts'), { code: 'LIBRARY_NEWER' })
  assert.equal(link.problem?.code, 'LIBRARY_NEWER')
  assert.deepEqual(readFileSync(file), bytes)
})

test('a damaged one is set aside, said, and begun anew', async (t) => {
  const { file, folder, open } = scene(t)
  writeFileSync(file, 'This was a database.')
  const { link } = open()
  assert.deepEqual(await link.ask('folders'), [])
  assert.match(link.setAside ?? '', /library\.db\.corrupt-/)
  assert.equal(readdirSync(folder).filter((name) => name.includes('corrupt')).length, 1)
})

test('when its thread ends, calls are refused and it is started again', async (t) => {
  const { open, folder } = scene(t)
  // Answers one call as the real one does, and dies of the next.
  const program = path.join(folder, 'dying.mjs')
  writeFileSync(
    program,
    `import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ number, name }) => {
      if (name === 'folders') process.exit(7)
      parentPort.postMessage({ kind: 'answer', number, output: 'alive' })
    })
    parentPort.postMessage({ kind: 'ready', setAside: undefined })`,
  )
  const { link, changed } = open(new URL(`file://${program}`))
  assert.equal((await link.ask('counts')) as unknown, 'alive')
  const lost = changed()
  await assert.rejects(link.ask('folders'), { code: 'LIBRARY_UNAVAILABLE' })
  await lost
  assert.equal(link.problem?.code, 'LIBRARY_UNAVAILABLE')
  await assert.rejects(link.ask('counts'), { code: 'LIBRARY_UNAVAILABLE' })
  await changed()
  assert.equal(link.problem, undefined)
  assert.equal((await link.ask('counts')) as unknown, 'alive')
})

test('who asks faster than it answers is refused, not kept', async (t) => {
  const { open, folder } = scene(t)
  const program = path.join(folder, 'silent.mjs')
  writeFileSync(
    program,
    `import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ number, name }) => {
      if (name === 'close') parentPort.postMessage({ kind: 'answer', number, output: undefined })
    })
    parentPort.postMessage({ kind: 'ready', setAside: undefined })`,
  )
  const { link, changed } = open(new URL(`file://${program}`))
  await changed()
  const calls = Array.from({ length: 3_000 }, () =>
    link.ask('counts').then(
      () => 'answered',
      () => 'refused',
    ),
  )
  assert.equal(await Promise.race(calls), 'refused')
})
