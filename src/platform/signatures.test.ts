import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY, fromHex, toHex } from '../base/bytes.ts'
import { SystemSignatures } from './signatures.ts'

const signatures = new SystemSignatures()

/** RFC 8032, section 7.1, tests 1 and 2: seed, public key, message, signature. */
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const

test('the vectors of RFC 8032 hold, and a bit changed anywhere breaks them', () => {
  for (const [seed, key, message, signature] of VECTORS) {
    assert.equal(toHex(signatures.publicKey(fromHex(seed))), key)
    assert.equal(toHex(signatures.sign(fromHex(message), fromHex(seed))), signature)
    const good = [fromHex(signature), fromHex(message), fromHex(key)] as const
    assert.ok(signatures.verify(...good))
    for (const part of [0, 2] as const) {
      const bent = good.map((bytes) => bytes.slice()) as [Uint8Array, Uint8Array, Uint8Array]
      bent[part][5] = (bent[part][5] as number) ^ 1
      assert.ok(!signatures.verify(...bent))
    }
    assert.ok(!signatures.verify(good[0], fromHex(`${message}00`), good[2]))
  }
})

test('what is no key and no signature verifies nothing', () => {
  assert.ok(!signatures.verify(EMPTY, EMPTY, EMPTY))
  assert.ok(!signatures.verify(new Uint8Array(64), EMPTY, new Uint8Array(32).fill(0xff)))
  assert.throws(() => signatures.sign(EMPTY, new Uint8Array(31)), RangeError)
})
