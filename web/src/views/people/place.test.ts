import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRoute } from '../../app/route.ts'
import { hrefOf, type Place, placeOf } from './place.ts'

const KEY = 'a'.repeat(52)

test('every place of People has an address that leads back to it', () => {
  const places: readonly Exclude<Place, { kind: 'unknown' }>[] = [
    { kind: 'all' },
    { kind: 'nearby' },
    { kind: 'find' },
    { kind: 'conversation', id: `room:${KEY}:${'0'.repeat(32)}` },
    { kind: 'conversation', id: `direct:${KEY}` },
    { kind: 'circle', id: KEY },
    { kind: 'device', id: KEY },
  ]
  for (const place of places) assert.deepEqual(placeOf(parseRoute(hrefOf(place)).rest), place)
})

test('an address that names nothing of ours is said to be unknown', () => {
  for (const part of ['circle:x', 'room:1:2', 'constructor', `circle:${KEY}x`])
    assert.deepEqual(placeOf([part]), { kind: 'unknown' })
})
