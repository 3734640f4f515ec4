import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { LogFile, logPath, readLog } from './log-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-log-'))
after(() => rmSync(folder, { recursive: true }))
let now = Date.parse('2026-01-02T03:04:05Z')

function opened(more: { names?: boolean; maxFileBytes?: number; state?: string } = {}) {
  const state = more.state ?? mkdtempSync(join(folder, 'state-'))
  const { maxFileBytes } = more
  const log = new LogFile({
    stateFolder: state,
    names: () => more.names ?? false,
    wallMs: () => now++,
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
  })
  return { state, log }
}

test('what is written is in memory at once and on disk when it is closed', async () => {
  const { state, log } = opened()
  log.write('info', 'listening', { port: 7_417 })
  log.write('warn', 'record-not-written', { why: 'ENOSPC' })
  assert.deepEqual(
    log.last(1).map(({ event, data }) => [event, data]),
    [['record-not-written', { why: 'ENOSPC' }]],
  )
  await log.close()
  assert.deepEqual(readLog(state, 10), log.last(10))
  assert.equal(statSync(logPath(state, 0)).mode & 0o777, 0o600)
})

test('names of files are written only when the person wants them there', async () => {
  const quiet = opened()
  quiet.log.write('info', 'arrived', { id: 'ab' }, { name: 'diary.txt' })
  await quiet.log.close()
  assert.deepEqual(readLog(quiet.state, 1)[0]?.data, { id: 'ab' })
  const open = opened({ names: true })
  open.log.write('info', 'arrived', { id: 'ab' }, { name: 'diary.txt' })
  await open.log.close()
  assert.deepEqual(readLog(open.state, 1)[0]?.data, { id: 'ab', name: 'diary.txt' })
})

test('memory and disk are bounded, and the newest are kept', async () => {
  const { state, log } = opened({ maxFileBytes: 10_000 })
  for (let i = 0; i < 3_000; i++) {
    log.write('info', 'tick', { i })
    if (i % 50 === 0) await log.close()
  }
  await log.close()
  assert.equal(log.last(10_000).length, 2_000)
  assert.equal(readdirSync(join(state, 'log')).length, 5)
  const kept = readLog(state, 10_000).map(({ data }) => data.i as number)
  assert.equal(kept.at(-1), 2_999)
  assert.deepEqual(
    kept,
    kept.map((_, at) => 3_000 - kept.length + at),
    'in order, without a gap',
  )
})

test('an entry from outside is cut, and one that was torn is passed over', async () => {
  const { state, log } = opened()
  log.write('warn', 'said', { by: 'x'.repeat(10_000) })
  await log.close()
  appendFileSync(logPath(state, 0), '{"at":"2026-01-02T0')
  assert.deepEqual(
    readLog(state, 10).map(({ data }) => String(data.by).length),
    [500],
  )
})

test('a log that cannot be written stops nothing', async () => {
  const state = mkdtempSync(join(folder, 'state-'))
  writeFileSync(join(state, 'log'), 'in the way')
  const { log } = opened({ state })
  log.write('error', 'one')
  log.writeNow('error', 'two', {})
  await log.close()
  assert.deepEqual(
    log.last(5).map(({ event }) => event),
    ['one', 'two'],
  )
})
