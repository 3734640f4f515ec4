import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { ofNoUse, type Use, WANTS_NOTHING_MS } from './of-no-use.ts'

const NOW = (2 * WANTS_NOTHING_MS) as Millis
const peer = (facts: Partial<Use> = {}): Use => ({
  uselessSince: NOW,
  isSeed: false,
  extensions: { metadataBytes: 1_000 },
  ...facts,
})
const idleFor = (ms: number) => ({ uselessSince: (NOW - ms) as Millis })

test('two that both have everything are of no use to each other at once', () => {
  assert.equal(ofNoUse(peer({ isSeed: true }), true, NOW), 'BOTH_SEEDS')
  assert.equal(ofNoUse(peer({ isSeed: true }), false, NOW), undefined, 'we may want something')
  assert.equal(ofNoUse(peer(), true, NOW), undefined, 'it may want something')
})

test('whoever is interested, or is of interest, stays, whatever it has', () => {
  const wanting = peer({ uselessSince: undefined, isSeed: true })
  assert.equal(ofNoUse(wanting, true, NOW), undefined)
  assert.equal(ofNoUse(wanting, false, NOW), undefined)
})

test('without interest either way for a minute a connection is of no use, and not one moment before', () => {
  assert.equal(ofNoUse(peer(idleFor(WANTS_NOTHING_MS - 1)), false, NOW), undefined)
  assert.equal(ofNoUse(peer(idleFor(WANTS_NOTHING_MS)), false, NOW), 'NOTHING_WANTED')
  assert.equal(
    ofNoUse(peer({ ...idleFor(WANTS_NOTHING_MS), extensions: undefined }), true, NOW),
    'NOTHING_WANTED',
  )
})

test('who may still be fetching the metadata stays, on either side', () => {
  assert.equal(ofNoUse(peer({ ...idleFor(WANTS_NOTHING_MS), extensions: {} }), true, NOW), undefined)
  assert.equal(ofNoUse(peer({ ...idleFor(WANTS_NOTHING_MS), isSeed: true }), undefined, NOW), undefined)
})
