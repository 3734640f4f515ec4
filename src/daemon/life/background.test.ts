import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { errorIn, startInBackground } from './background.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-background-'))
after(() => rmSync(folder, { recursive: true }))
let counter = 0

/** A launcher that does as told instead of being Shoal. */
function pretended(program: string): { state: string; launcher: string } {
  const state = mkdtempSync(join(folder, 'state-'))
  const launcher = join(folder, `launcher-${counter++}.mjs`)
  writeFileSync(launcher, program)
  return { state, launcher }
}

test('one that dies with an error of ours brings its words back', async () => {
  const words = { code: 'PORT_IN_USE', message: 'Port 80 is used.', help: 'Close it.', retry: true }
  const { state, launcher } = pretended(
    `console.log(${JSON.stringify(JSON.stringify({ error: words }))}); process.exit(1)`,
  )
  assert.deepEqual(await startInBackground(state, process.env, launcher), { outcome: 'died', words })
})

test('one that dies without words is said to have, with where to look', async () => {
  const { state, launcher } = pretended(`console.error('Segmentation fault'); process.exit(7)`)
  await assert.rejects(startInBackground(state, process.env, launcher), {
    code: 'DAEMON_DIED',
    data: { path: join(state, 'log', 'daemon.out'), why: 'exit code 7' },
  })
  assert.match(readFileSync(join(state, 'log', 'daemon.out'), 'utf8'), /Segmentation fault/)
})

test('words of an earlier run are not those of this one', async () => {
  const { state, launcher } = pretended(
    `console.log('{"error":{"code":"OLD","message":"x"}}'); process.exit(1)`,
  )
  await startInBackground(state, process.env, launcher)
  const silent = pretended('process.exit(3)')
  await assert.rejects(startInBackground(state, process.env, silent.launcher), { code: 'DAEMON_DIED' })
})

test('one that answers is found by its run file, and outlives the wait', async () => {
  const life = (name: string): string => JSON.stringify(join(import.meta.dirname, name))
  const { state, launcher } = pretended(`
    import { takeStateLock } from ${life('state-lock.ts')}
    import { writeRunFile } from ${life('run-file.ts')}
    const state = process.argv[process.argv.indexOf('--state-dir') + 1]
    takeStateLock(state)
    writeRunFile(state, { pid: process.pid, url: 'http://127.0.0.1:1', port: 1, startedAt: '', version: '0', kept: 'background' })
    setInterval(() => {}, 1000)`)
  const started = await startInBackground(state, process.env, launcher)
  assert.equal(started.outcome, 'answers')
  const pid = started.outcome === 'answers' ? started.run.pid : 0
  assert.notEqual(pid, process.pid)
  process.kill(pid, 0)
  process.kill(pid, 'SIGKILL')
})

test('the error object is the last line of that shape', () => {
  const error = (code: string): string => JSON.stringify({ error: { code, message: code, retry: false } })
  assert.equal(errorIn(`${error('ONE')}\n${error('TWO')}\nat some.js\n`)?.code, 'TWO')
  assert.equal(errorIn(`${error('ONE')}\n{"error":{"code":`)?.code, 'ONE')
  assert.equal(errorIn('nothing'), undefined)
})
