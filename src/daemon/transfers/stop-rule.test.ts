import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partsMet, withoutParts } from './stop-rule.ts'

const NONE = { ratio: null, seconds: null, copies: null }
const FACTS = { givenBytes: 0, totalBytes: 1_000, secondsSinceDone: 0, copiesElsewhere: 0 }

test('without a rule giving goes on for ever', () => {
  const much = { givenBytes: 1e12, totalBytes: 1, secondsSinceDone: 1e9, copiesElsewhere: 99 }
  assert.deepEqual(partsMet(NONE, much), [])
})

test('giving stops when the size was given as often as the rule says, and not before', () => {
  const rule = { ...NONE, ratio: 1.5 }
  assert.deepEqual(partsMet(rule, { ...FACTS, givenBytes: 1_499 }), [])
  assert.deepEqual(partsMet(rule, { ...FACTS, givenBytes: 1_500 }), ['ratio'])
})

test('a ratio of nothing is met at once, but never of a transfer without a size', () => {
  assert.deepEqual(partsMet({ ...NONE, ratio: 0 }, FACTS), ['ratio'])
  assert.deepEqual(partsMet({ ...NONE, ratio: 0 }, { ...FACTS, totalBytes: 0 }), [])
})

test('giving stops after so many seconds since everything was here', () => {
  const rule = { ...NONE, seconds: 60 }
  assert.deepEqual(partsMet(rule, { ...FACTS, secondsSinceDone: 59 }), [])
  assert.deepEqual(partsMet(rule, { ...FACTS, secondsSinceDone: 60 }), ['seconds'])
})

test('giving stops when so many copies are elsewhere; a part of a copy is none', () => {
  const rule = { ...NONE, copies: 2 }
  assert.deepEqual(partsMet(rule, { ...FACTS, copiesElsewhere: 1.99 }), [])
  assert.deepEqual(partsMet(rule, { ...FACTS, copiesElsewhere: 2.1 }), ['copies'])
})

test('what a person has go on is not stopped again by what was met, and still by the rest', () => {
  const rule = { ratio: 1, seconds: 60, copies: null }
  const facts = { ...FACTS, givenBytes: 2_000, secondsSinceDone: 30 }
  const own = withoutParts({}, partsMet(rule, facts))
  assert.deepEqual(own, { ratio: null })
  assert.deepEqual(partsMet({ ...rule, ...own }, facts), [])
  assert.deepEqual(partsMet({ ...rule, ...own }, { ...facts, secondsSinceDone: 60 }), ['seconds'])
})
