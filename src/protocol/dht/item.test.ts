import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DHT_VECTORS } from '../../../test/doubles/dht-vectors.ts'
import { encode } from '../../base/bencode-encode.ts'
import { EMPTY, fromHex, fromLatin1, toHex, utf8 } from '../../base/bytes.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import {
  immutableTarget,
  isNewer,
  isSignedWell,
  type MutableItem,
  mutableTarget,
  signedBytes,
  signItem,
} from './item.ts'

const digest = new SystemDigest()
const signatures = new SystemSignatures()
const { bep44 } = DHT_VECTORS
const SEED = new Uint8Array(32).fill(7)

test('tests 1 and 2 of BEP 44: what is signed, its target, its signature', () => {
  for (const { salt, sequence, signed, target, signature } of bep44.mutable) {
    const item: MutableItem = {
      publicKey: fromHex(bep44.publicKey),
      salt: utf8(salt),
      sequence,
      signature: fromHex(signature),
      value: utf8(bep44.value),
    }
    assert.equal(fromLatin1(signedBytes(item)), signed)
    assert.equal(toHex(mutableTarget(item.publicKey, item.salt, digest)), target)
    assert.ok(isSignedWell(item, signatures))
    for (const bent of [
      { ...item, sequence: 2 },
      { ...item, salt: utf8('foobaz') },
      { ...item, value: utf8('12:Hello world!') },
      { ...item, publicKey: signatures.publicKey(SEED) },
      { ...item, publicKey: new Uint8Array(32).fill(0xff) },
    ])
      assert.ok(!isSignedWell(bent, signatures))
  }
})

test('test 3 of BEP 44: an immutable value lies at the hash of its bencoding', () => {
  assert.equal(toHex(immutableTarget(utf8(bep44.value), digest)), bep44.immutableTarget)
})

test('what we sign is signed well, with and without salt, whatever the sequence', () => {
  for (const salt of [EMPTY, utf8('x'), new Uint8Array(64).fill(3)]) {
    for (const sequence of [0, 1, -5, Number.MAX_SAFE_INTEGER]) {
      const item = signItem({ salt, sequence, value: encode({ a: ['b', 1] }) }, SEED, signatures)
      assert.ok(isSignedWell(item, signatures))
    }
  }
  assert.throws(
    () => signItem({ salt: new Uint8Array(65), sequence: 1, value: encode('') }, SEED, signatures),
    RangeError,
  )
  assert.throws(
    () => signItem({ salt: EMPTY, sequence: 1, value: new Uint8Array(1_001) }, SEED, signatures),
    RangeError,
  )
})

test('the higher sequence counts, and of equal ones all agree which', () => {
  const item = (sequence: number, value: string): MutableItem =>
    signItem({ salt: EMPTY, sequence, value: encode(value) }, SEED, signatures)
  assert.ok(isNewer(item(1, 'a'), undefined))
  assert.ok(isNewer(item(2, 'a'), item(1, 'b')))
  assert.ok(!isNewer(item(1, 'b'), item(2, 'a')))
  assert.ok(!isNewer(item(1, 'a'), item(1, 'a')))
  assert.ok(isNewer(item(1, 'b'), item(1, 'a')) !== isNewer(item(1, 'a'), item(1, 'b')))
  assert.ok(isNewer(item(1, 'ab'), item(1, 'b')) !== isNewer(item(1, 'b'), item(1, 'ab')))
})
