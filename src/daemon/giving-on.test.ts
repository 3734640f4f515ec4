import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GivingFacts, type GivingRule, givesOn } from './giving-on.ts'

const rule: GivingRule = { forever: false, ratio: undefined, seconds: undefined, courtesy: true }
const facts: GivingFacts = { secondsSinceDone: 5, givenBytes: 0, totalBytes: 100, receivers: 1, seeds: 0 }

test('on a terminal a finished get gives on while it is the only full copy somebody fetches from', () => {
  assert.equal(givesOn(rule, facts), true)
  assert.equal(givesOn(rule, { ...facts, receivers: 0 }), false)
  assert.equal(givesOn(rule, { ...facts, seeds: 1 }), false)
})

test('the courtesy ends after a minute', () => {
  assert.equal(givesOn(rule, { ...facts, secondsSinceDone: 60 }), false)
})

test('a script is not kept waiting', () => {
  assert.equal(givesOn({ ...rule, courtesy: false }, facts), false)
})

test('--seed gives until told to stop, --seed-ratio and --seed-time until the first is reached', () => {
  assert.equal(givesOn({ ...rule, forever: true }, { ...facts, secondsSinceDone: 1e9 }), true)
  const bounded = { ...rule, forever: true, ratio: 2, seconds: 600 }
  assert.equal(givesOn(bounded, { ...facts, givenBytes: 199 }), true)
  assert.equal(givesOn(bounded, { ...facts, givenBytes: 200 }), false)
  assert.equal(givesOn(bounded, { ...facts, secondsSinceDone: 600 }), false)
})
