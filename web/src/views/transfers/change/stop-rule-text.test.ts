import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRule, showRule } from './stop-rule-text.ts'

test('a rule is read as it is shown', () => {
  for (const rule of [
    { ratio: 1.5, seconds: 7 * 86_400, copies: null },
    { ratio: null, seconds: 90, copies: 3 },
    { ratio: 0, seconds: 0, copies: 0 },
  ]) {
    assert.deepEqual(readRule(showRule(rule)), rule)
  }
})

test('nothing is no bound, and what cannot be read is told apart from it', () => {
  assert.deepEqual(readRule({ ratio: '', time: ' ', copies: 'many' }), {
    ratio: null,
    seconds: null,
    copies: undefined,
  })
  assert.equal(readRule({ ratio: '1,5', time: '', copies: '' }).ratio, 1.5)
  assert.equal(readRule({ ratio: '', time: '7', copies: '' }).seconds, undefined)
})
