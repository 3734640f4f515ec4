import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { findDaemon, type RunFile, removeRunFile, runFileIn, writeRunFile } from './run-file.ts'
import { takeStateLock } from './state-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-life-'))
after(() => rmSync(folder, { recursive: true }))

const RUN: RunFile = {
  pid: process.pid,
  url: 'http://127.0.0.1:7417',
  port: 7417,
  startedAt: '2026-01-02T03:04:05.000Z',
  version: '1.2.3',
  kept: 'background',
}

test('a daemon is found from when it has the lock, and where it answers from when it says so', () => {
  assert.deepEqual(findDaemon(folder), { state: 'none' })
  const lock = takeStateLock(folder)
  assert.deepEqual(findDaemon(folder), { state: 'starting', pid: process.pid })
  writeRunFile(folder, RUN)
  assert.deepEqual(findDaemon(folder), { state: 'answers', run: RUN })
  removeRunFile(folder)
  assert.deepEqual(findDaemon(folder), { state: 'starting', pid: process.pid })
  lock.release()
  assert.deepEqual(findDaemon(folder), { state: 'none' })
})

test('only its owner reads the run file', { skip: process.platform === 'win32' }, () => {
  writeRunFile(folder, RUN)
  assert.equal(statSync(join(folder, 'daemon.json')).mode & 0o777, 0o600)
})

test('a second one is told the process that has the folder', () => {
  const lock = takeStateLock(folder)
  assert.throws(() => takeStateLock(folder), { code: 'DAEMON_RUNNING', data: { pid: process.pid } })
  lock.release()
})

test('what a killed daemon left is not believed, and its folder can be had', async () => {
  const life = JSON.stringify(join(import.meta.dirname, 'state-lock.ts'))
  const program = `import { takeStateLock } from ${life}
    takeStateLock(${JSON.stringify(folder)})
    console.log('mine')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(createInterface({ input: child.stdout }), 'line')
  const left = { ...RUN, pid: child.pid ?? 0 }
  writeRunFile(folder, left)
  assert.deepEqual(findDaemon(folder), { state: 'answers', run: left })
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(findDaemon(folder), { state: 'none' })
  const lock = takeStateLock(folder)
  assert.deepEqual(
    findDaemon(folder),
    { state: 'starting', pid: process.pid },
    'the old run file is of another',
  )
  lock.release()
})

test('a run file that no daemon wrote says nothing', () => {
  assert.deepEqual(runFileIn(JSON.stringify(RUN)), RUN)
  for (const text of ['', '{', 'null', '[]', '{"pid":1}', 'x'.repeat(5_000)])
    assert.equal(runFileIn(text), undefined, text)
  for (const wrong of [{ url: 'file:///etc' }, { url: 'no' }, { pid: 'x' }, { port: 1.5 }, { version: 1 }])
    assert.equal(runFileIn(JSON.stringify({ ...RUN, ...wrong })), undefined, JSON.stringify(wrong))
  writeFileSync(join(folder, 'daemon.json'), 'torn')
  const lock = takeStateLock(folder)
  assert.deepEqual(findDaemon(folder), { state: 'starting', pid: process.pid })
  lock.release()
})
