// How wrong tokens are slowed down.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadTokens } from './bad-tokens.ts'

test('nine in a minute are only wrong; ten make a pause of a minute, for their source alone', () => {
  let now = 0
  const bad = new BadTokens(() => now)
  for (let i = 0; i < 9; i++) bad.tried('a')
  assert.equal(bad.pauseMs('a'), 0)
  bad.tried('a')
  assert.equal(bad.pauseMs('a'), 60_000)
  assert.equal(bad.pauseMs('b'), 0)
  now = 59_999
  assert.equal(bad.pauseMs('a'), 1)
  now = 60_000
  assert.equal(bad.pauseMs('a'), 0)
})

test('ten within more than a minute make none', () => {
  let now = 0
  const bad = new BadTokens(() => now)
  for (let i = 0; i < 30; i++) {
    bad.tried('a')
    assert.equal(bad.pauseMs('a'), 0)
    now += 7_000
  }
})

test('a million sources are remembered in a bounded room', () => {
  const bad = new BadTokens(() => 0)
  for (let i = 0; i < 1_000_000; i++) bad.tried(`a${i}`)
  assert.equal(bad.size, 1_000)
})
