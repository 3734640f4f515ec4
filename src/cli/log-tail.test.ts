import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { LogTail } from './log-tail.ts'
import { logLine } from './log-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-tail-'))
after(() => rmSync(folder, { recursive: true }))

const line = (event: string): string => `${JSON.stringify({ at: '2026', level: 'info', event, data: {} })}\n`

test('what is added is seen once and whole, through a rotation, and from before the file is there', () => {
  const path = join(folder, 'shoal.log')
  const early = new LogTail(path)
  assert.deepEqual(early.look(), [])
  writeFileSync(path, line('one'))
  const tail = new LogTail(path)
  const events = (from: LogTail): string[] => from.look().map(({ event }) => event)
  assert.deepEqual(events(early), ['one'])
  assert.deepEqual(events(tail), [])
  appendFileSync(path, line('two') + line('three').slice(0, 9))
  assert.deepEqual(events(tail), ['two'])
  appendFileSync(path, line('three').slice(9))
  assert.deepEqual(events(tail), ['three'])
  renameSync(path, `${path}.1`)
  writeFileSync(path, line('four'))
  assert.deepEqual(events(tail), ['four'])
  assert.deepEqual(events(tail), [])
})

test('facts stand behind the event; what is no plain word is quoted', () => {
  const at = '2026-01-02T03:04:05.000Z'
  const entry = {
    at,
    level: 'warn',
    event: 'said',
    data: { by: 'a b', port: 1, host: '10.0.0.1:2' },
  } as const
  assert.deepEqual(logLine(entry), [
    { text: at, style: 'faint' },
    '  ',
    { text: 'warn ', style: 'careful' },
    '  said  by="a b"  port=1  host=10.0.0.1:2',
  ])
})
