import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../../base/endpoint.ts'
import { PEX_HOLEPUNCH, PEX_SEED } from '../../protocol/wire/pex-message.ts'
import { Introductions, MAX_INTRODUCTIONS } from './introductions.ts'

const peer = (i: number): Endpoint => ({ host: `198.51.100.${i}`, port: 6881 })
const added = (i: number, flags = PEX_HOLEPUNCH) => ({ endpoint: peer(i), flags })

test('whoever told of a peer that knows hole punching can introduce us, first comers first', () => {
  const introductions = new Introductions()
  introductions.heard(8, { added: [added(1), added(2, PEX_SEED)], dropped: [] })
  introductions.heard(3, { added: [added(1)], dropped: [] })
  assert.deepEqual(introductions.to(peer(1)), [8, 3])
  assert.deepEqual(introductions.to(peer(2)), [], 'it does not know hole punching')
  assert.deepEqual(introductions.to({ ...peer(1), port: 1 }), [])
})

test('who lost the other, or is gone itself, introduces nobody', () => {
  const introductions = new Introductions()
  introductions.heard(8, { added: [added(1), added(2)], dropped: [] })
  introductions.heard(3, { added: [added(1)], dropped: [] })
  introductions.heard(8, { added: [], dropped: [peer(1)] })
  assert.deepEqual(introductions.to(peer(1)), [3])
  introductions.gone(3)
  assert.deepEqual(introductions.to(peer(1)), [])
  introductions.heard(8, { added: [added(2, 0)], dropped: [] })
  assert.deepEqual(introductions.to(peer(2)), [], 'told again without the flag')
})

test('the oldest of too many is forgotten', () => {
  const introductions = new Introductions()
  for (let i = 0; i <= MAX_INTRODUCTIONS; i++) introductions.heard(1, { added: [added(i)], dropped: [] })
  assert.deepEqual(introductions.to(peer(0)), [])
  assert.deepEqual(introductions.to(peer(1)), [1])
  assert.deepEqual(introductions.to(peer(MAX_INTRODUCTIONS)), [1])
})
