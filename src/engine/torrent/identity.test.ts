import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Infohash } from '../../base/ids.ts'
import { wireHash } from '../../base/ids.ts'
import { Identity } from './identity.ts'

const V1 = '11'.repeat(20) as Infohash
const V2 = '22'.repeat(32) as Infohash

const random = { bytes: (length: number) => new Uint8Array(length).fill(7), uint32: () => 7 }

function identity(infohashV1: Infohash | undefined, infohashV2: Infohash | undefined): Identity {
  return new Identity({ infohashV1, infohashV2 }, 'public', random)
}

test('a hybrid is opened by its v1 hash with the v2 bit, and whoever speaks v2 is answered with the v2 hash', () => {
  const hybrid = identity(V1, V2)
  const opening = hybrid.answer()
  assert.equal(opening.handshake.hash, wireHash(V1))
  assert.equal(opening.handshake.flags.v2, true)
  assert.deepEqual(opening.accepts, [wireHash(V1), wireHash(V2)])
  assert.equal(opening.v2Hash, wireHash(V2))
  const hash = wireHash(V1)
  assert.equal(hybrid.answer({ hash, v2: true }).handshake.hash, wireHash(V2))
  assert.equal(hybrid.answer({ hash, v2: false }).handshake.hash, wireHash(V1))
  assert.equal(hybrid.answer({ hash: wireHash(V2), v2: false }).handshake.hash, wireHash(V2))
})

test('one half by itself is all that is said and accepted', () => {
  for (const [v1, v2] of [
    [V1, undefined],
    [undefined, V2],
  ] as const) {
    const answer = identity(v1, v2).answer()
    assert.equal(answer.handshake.hash, wireHash((v1 ?? v2) as Infohash))
    assert.equal(answer.handshake.flags.v2, v2 !== undefined)
    assert.equal(answer.v2Hash, v2 === undefined ? undefined : wireHash(v2))
    assert.equal(answer.accepts.length, 1)
  }
})

test('what the metadata adds is known from then on', () => {
  const asked = identity(undefined, V2)
  asked.know({ infohashV1: V1, infohashV2: V2 })
  assert.deepEqual(asked.wireHashes, [wireHash(V1), wireHash(V2)])
})
