import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainTracker } from './tracker-sentence.ts'

test('a tracker that fails says why, one that works does not dwell on the past', () => {
  assert.equal(
    explainTracker({ status: 'failing', failure: { code: 'TIMEOUT' } }),
    'fails: it does not answer',
  )
  assert.equal(explainTracker({ status: 'working', failure: { code: 'TIMEOUT' } }), 'works')
  assert.equal(explainTracker({ status: 'spare', failure: null }), 'kept in reserve: another one works')
})
