import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from './bytes.ts'
import {
  after,
  hashBytes,
  infohash,
  type Millis,
  peerId,
  peerIdBytes,
  wireHash,
  wireHashFromBytes,
} from './ids.ts'

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => 0xf0 + i)

test('an infohash of either kind is its bytes in lower-case hex', () => {
  for (const length of [20, 32]) {
    const hash = infohash(counting(length))
    assert.equal(hash, toHex(counting(length)))
    assert.deepEqual(hashBytes(hash), counting(length))
  }
})

test('what travels is 20 bytes: v1 whole, v2 truncated', () => {
  assert.equal(wireHash(infohash(counting(20))), infohash(counting(20)))
  assert.deepEqual(hashBytes(wireHash(infohash(counting(32)))), counting(20))
  assert.equal(wireHashFromBytes(counting(20)), wireHash(infohash(counting(32))))
})

test('ids of any other length are refused', () => {
  for (const length of [0, 19, 21, 31, 33, 40]) {
    assert.throws(() => infohash(new Uint8Array(length)), { name: 'IdError', code: 'BAD_INFOHASH' })
    assert.throws(() => peerId(new Uint8Array(length)), { code: 'BAD_PEER_ID' })
  }
  assert.throws(() => wireHashFromBytes(new Uint8Array(32)), { code: 'BAD_INFOHASH' })
})

test('a peer id comes back as its bytes, whatever they are', () => {
  assert.deepEqual(peerIdBytes(peerId(counting(20))), counting(20))
})

test('a later moment is that many milliseconds on', () => {
  assert.equal(after(1000.5 as Millis, 20), 1020.5)
})
