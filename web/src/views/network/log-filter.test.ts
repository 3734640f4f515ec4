import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEntry } from '../../../../src/api/schemas/status.ts'
import { fittingEntries } from './log-filter.ts'

const ENTRIES: readonly LogEntry[] = [
  { at: '2026-11-28T08:00:00Z', level: 'debug', event: 'asked', data: {} },
  { at: '2026-11-28T08:01:00Z', level: 'info', event: 'arrived', data: { id: 'ab' } },
  { at: '2026-11-28T08:02:00Z', level: 'error', event: 'record-corrupt', data: { file: 'AB.json', n: 3 } },
]

function events(words: string, level: LogEntry['level']): readonly string[] {
  return fittingEntries(ENTRIES, { words, level }).map(({ event }) => event)
}

test('the newest comes first, and what is below the level is left out', () => {
  assert.deepEqual(events('', 'debug'), ['record-corrupt', 'arrived', 'asked'])
  assert.deepEqual(events('', 'warn'), ['record-corrupt'])
})

test('every word must be in it, in event or facts, whatever its case', () => {
  assert.deepEqual(events('ab', 'info'), ['record-corrupt', 'arrived'])
  assert.deepEqual(events('AB record', 'info'), ['record-corrupt'])
  assert.deepEqual(events('ab nothing', 'info'), [])
})
