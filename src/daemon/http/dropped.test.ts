// Dropped files over the real server.

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { codeIn, type Served, serve } from '../../../test/doubles/served.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { DroppedFiles } from './dropped-files.ts'

function drop(served: Served, name: string, body: string, headers: Record<string, string> = {}) {
  const at = `/api/v1/dropped/${encodeURIComponent(name)}`
  return served.ask('PUT', at, { body, headers: { 'content-type': 'application/octet-stream', ...headers } })
}

const pathIn = ({ body }: { body: string }): string => (JSON.parse(body) as { path: string }).path
const dropped = (served: Served) => join(served.folder, 'saved', 'Dropped')

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-drop-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A body that comes in parts, as slowly as a test gives them. */
async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

test('a dropped file lies in Dropped below the save folder, whole, and its path is answered', async (t) => {
  const served = await serve(t)
  const answer = await drop(served, 'holiday film.mp4', 'frames')
  assert.equal(answer.status, 200, answer.body)
  assert.equal(pathIn(answer), join(dropped(served), 'holiday film.mp4'))
  assert.equal(await readFile(pathIn(answer), 'utf8'), 'frames')
  assert.deepEqual(await readdir(dropped(served)), ['holiday film.mp4'])
})

test('nothing is overwritten: the second of a name is another', async (t) => {
  const served = await serve(t)
  const names = [await drop(served, 'a.txt', 'one'), await drop(served, 'a.txt', 'two')].map(pathIn)
  assert.deepEqual(names, [join(dropped(served), 'a.txt'), join(dropped(served), 'a.1.txt')])
  assert.equal(await readFile(names[0] ?? '', 'utf8'), 'one')
})

test('a name leads nowhere else', async (t) => {
  const served = await serve(t)
  for (const name of [
    '../../escaped',
    '/etc/escaped',
    '..',
    '.',
    'a/b',
    'a\\b',
    'a\0b',
    'a\u202etxt.exe',
    'CON',
  ]) {
    const answer = await drop(served, name, 'x')
    assert.equal(answer.status, 200, `${name}: ${answer.body}`)
    assert.ok(pathIn(answer).startsWith(`${dropped(served)}/`), pathIn(answer))
    assert.doesNotMatch(pathIn(answer).slice(dropped(served).length + 1), /[/\\\0\u202e]/)
  }
  for (const raw of ['/api/v1/dropped/../../x', '/api/v1/dropped/a/b']) {
    assert.equal((await served.ask('PUT', raw, { body: {} })).status, 404, raw)
  }
  assert.equal(codeIn(await served.ask('PUT', '/api/v1/dropped/', { body: 'x' })), 'INPUT_INVALID')
})

test('a folder that is a link is not followed', async (t) => {
  const served = await serve(t)
  const outside = await folderOf(t)
  await mkdir(join(served.folder, 'saved'))
  await symlink(outside, dropped(served))
  const answer = await drop(served, 'a.txt', 'x')
  assert.ok(answer.status >= 400, answer.body)
  assert.deepEqual(await readdir(outside), [])
})

test('whoever may only look may not drop', async (t) => {
  const served = await serve(t)
  const made = await served.ask('POST', '/api/v1/tokens', { body: { name: 'r', scope: 'read' } })
  const { secret } = JSON.parse(made.body) as { secret: string }
  const answer = await drop(served, 'a.txt', 'x', { authorization: `Bearer ${secret}` })
  assert.equal(codeIn(answer), 'TOKEN_SCOPE')
  assert.equal((await served.ask('PUT', '/api/v1/dropped/a.txt', { body: 'x', anonymous: true })).status, 401)
})

test('a sender that leaves in the middle leaves nothing behind', async (t) => {
  const served = await serve(t)
  const socket = await served.dial()
  socket.write(
    `PUT /api/v1/dropped/film.mp4 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${served.token}\r\nContent-Length: 1000000\r\n\r\nthe first bytes`,
  )
  // The copy has begun when its part is there.
  while ((await readdir(dropped(served)).catch(() => [])).length === 0) await new Promise(setImmediate)
  socket.destroy()
  while ((await readdir(dropped(served))).length > 0) await new Promise(setImmediate)
})

test('no more than is allowed is taken, announced or not', async (t) => {
  const folder = await folderOf(t)
  const files = new DroppedFiles({ disk: new NodeDisk(), saveFolder: () => folder, maxBytes: 10 })
  await assert.rejects(files.take('a', 11, parts('x')), { code: 'DROP_TOO_LARGE' })
  await assert.rejects(files.take('a', undefined, parts('12345', '67890', '1')), { code: 'DROP_TOO_LARGE' })
  await assert.rejects(files.take('a', 10, parts('12345')), { code: 'DROP_CUT' })
  assert.deepEqual(await readdir(join(folder, 'Dropped')), [])
  assert.equal(await files.take('a', 10, parts('12345', '67890')), join(folder, 'Dropped', 'a'))
})

test('half of the free space is left to others', async (t) => {
  const folder = await folderOf(t)
  const disk = new NodeDisk()
  disk.space = async () => ({ freeBytes: 10, totalBytes: 100 })
  const files = new DroppedFiles({ disk, saveFolder: () => folder })
  await assert.rejects(files.take('a', 6, parts('123456')), { code: 'DROP_NO_SPACE' })
  await assert.rejects(files.take('a', undefined, parts('123', '456')), { code: 'DROP_NO_SPACE' })
  await files.take('a', 5, parts('12345'))
})

test('as many as four are copied at once, each part written before the next is asked for', async (t) => {
  const folder = await folderOf(t)
  const files = new DroppedFiles({ disk: new NodeDisk(), saveFolder: () => folder })
  const gate = Promise.withResolvers<void>()
  async function* waiting(): AsyncGenerator<Uint8Array> {
    await gate.promise
    yield Buffer.from('x')
  }
  const running = [1, 2, 3, 4].map((n) => files.take(`f${n}`, 1, waiting()))
  await assert.rejects(files.take('f5', 1, parts('x')), { code: 'DROPS_TOO_MANY' })
  gate.resolve()
  await Promise.all(running)
  await files.take('f5', 1, parts('x'))
})

test('what an earlier run left half copied is tidied, and nothing else', async (t) => {
  const folder = await folderOf(t)
  await mkdir(join(folder, 'Dropped'))
  for (const name of ['.shoal-drop-0123456789abcdef.part', 'film.part', '.shoal-drop-mine.part'])
    await writeFile(join(folder, 'Dropped', name), '')
  await new DroppedFiles({ disk: new NodeDisk(), saveFolder: () => folder }).tidy()
  assert.deepEqual((await readdir(join(folder, 'Dropped'))).sort(), ['.shoal-drop-mine.part', 'film.part'])
})
