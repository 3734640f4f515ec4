import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, utf8 } from '../base/bytes.ts'
import { SystemDigest } from './digest.ts'

test('hashes are those of FIPS 180, in plain memory of their own', () => {
  const digest = new SystemDigest()
  const sha1 = digest.sha1(utf8('abc'))
  const sha256 = digest.sha256(utf8('abc'))
  assert.equal(toHex(sha1), 'a9993e364706816aba3e25717850c26c9cd0d89d')
  assert.equal(toHex(sha256), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  for (const hash of [sha1, sha256]) {
    assert.equal(hash.constructor, Uint8Array)
    assert.equal(hash.buffer.byteLength, hash.length)
  }
})

test('shared memory is hashed like any other', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3))
  shared.set(utf8('abc'))
  assert.deepEqual(new SystemDigest().sha1(shared), new SystemDigest().sha1(utf8('abc')))
})
