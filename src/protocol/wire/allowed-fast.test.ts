import assert from 'node:assert/strict'
import { hash as nodeHash } from 'node:crypto'
import { test } from 'node:test'
import type { WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { allowedFastSet, MAX_ALLOWED_FAST } from './allowed-fast.ts'

let digested = 0
const DIGEST: Digest = {
  sha1: (bytes) => {
    digested++
    return new Uint8Array(nodeHash('sha1', bytes, 'buffer'))
  },
  sha256: (bytes) => new Uint8Array(nodeHash('sha256', bytes, 'buffer')),
}
const HASH = 'a'.repeat(40) as WireHash

test("BEP 6's examples come out", () => {
  assert.deepEqual(
    allowedFastSet('80.4.4.200', HASH, 1313, 7, DIGEST),
    [1059, 431, 808, 1217, 287, 376, 1188],
  )
  assert.deepEqual(
    allowedFastSet('80.4.4.200', HASH, 1313, 9, DIGEST),
    [1059, 431, 808, 1217, 287, 376, 1188, 353, 508],
  )
})

test('aria2 grants the same set (test/vectors/wire.json)', () => {
  const aria2 = 'cf79e886e47c5c1b02c0374cab20339f75d7d3af' as WireHash
  assert.deepEqual(allowedFastSet('127.0.0.1', aria2, 4, 10, DIGEST), [2, 3, 0, 1])
})

test('addresses of one /24 get the same set, of another /24 another one', () => {
  const set = (host: string) => allowedFastSet(host, HASH, 100_000, 10, DIGEST)
  assert.deepEqual(set('80.4.4.1'), set('80.4.4.254'))
  assert.notDeepEqual(set('80.4.4.1'), set('80.4.5.1'))
})

test('a small torrent gives all its pieces, an empty one none', () => {
  assert.deepEqual(allowedFastSet('80.4.4.200', HASH, 3, 10, DIGEST).toSorted(), [0, 1, 2])
  assert.deepEqual(allowedFastSet('80.4.4.200', HASH, 0, 10, DIGEST), [])
  assert.deepEqual(allowedFastSet('80.4.4.200', HASH, 10, 0, DIGEST), [])
})

test('there is no set for IPv6, and never an endless one', () => {
  assert.deepEqual(allowedFastSet('2001:db8::1', HASH, 1313, 7, DIGEST), [])
  digested = 0
  assert.equal(allowedFastSet('80.4.4.200', HASH, 2_000_000, 1e9, DIGEST).length, MAX_ALLOWED_FAST)
  assert.ok(digested <= MAX_ALLOWED_FAST)
})
