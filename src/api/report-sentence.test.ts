import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainReport } from './report-sentence.ts'

test('a report of the daemon is a sentence', () => {
  assert.equal(explainReport({ code: 'LIST_KNOWN', data: { files: 1 } }), 'The list of files came: 1 file')
  assert.match(explainReport({ code: 'ARRIVED', data: { bytes: 4_200_000_000 } }), /4\.2 GB$/)
})

test('a problem in the log is worded as it is in the state', () => {
  assert.equal(explainReport({ code: 'READ_ONLY', data: { path: '/media/x' } }), '/media/x is read-only')
  assert.equal(explainReport({ code: 'QUOTA', data: {} }), 'Your quota is used up')
})

test('names of what every object has are no reports', () => {
  assert.doesNotMatch(explainReport({ code: 'constructor', data: {} }), /\[object/)
})
