import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleRow } from '../store/sample-row.ts'
import { shareOfAll } from './share-of-all.ts'

test('only what is being got counts, by its bytes', () => {
  const rows = [
    sampleRow({ state: 'getting', doneBytes: 10, wantedBytes: 100 }),
    sampleRow({ state: 'getting', doneBytes: 290, wantedBytes: 300 }),
    sampleRow({ state: 'paused', doneBytes: 0, wantedBytes: 1e9, needsYou: true }),
  ]
  assert.deepEqual(shareOfAll(rows), { share: 0.75, needsYou: 1 })
  assert.deepEqual(shareOfAll([]), { share: undefined, needsYou: 0 })
})
