import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLimit, showLimit } from './limit-text.ts'

test('a limit is read as it is shown', () => {
  for (const limit of [null, 1_000, 250_000, 2_000_000]) assert.equal(readLimit(showLimit(limit)), limit)
})

test('what would stop everything, or is no rate, is none', () => {
  for (const text of ['0', '12', 'fast', '2Mb']) assert.equal(readLimit(text), undefined, text)
})
