// What every implementation of CommunityCrypto promises. Vectors of the RFCs are for those that are the real thing
// (community-crypto.test.ts): a quick one for simulations keeps the promises without being secure.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EMPTY, utf8 } from '../../src/base/bytes.ts'
import type { CommunityCrypto } from '../../src/community/crypto.ts'

export function communityCryptoContract(name: string, make: () => CommunityCrypto): void {
  const seed = bytes(1)
  const other = bytes(2)
  const message = utf8('what was said')

  describe(`CommunityCrypto contract: ${name}`, () => {
    test('a signature verifies against its key and message, and against no other', () => {
      const crypto = make()
      const key = crypto.publicKey(seed)
      const signature = crypto.sign(message, seed)
      assert.deepEqual([key.length, signature.length], [32, 64])
      assert.ok(crypto.verify(signature, message, key))
      assert.ok(!crypto.verify(signature, utf8('what was not'), key))
      assert.ok(!crypto.verify(signature, message, crypto.publicKey(other)))
      for (const at of [0, 31, 32, 63]) assert.ok(!crypto.verify(bent(signature, at), message, key))
      assert.ok(!crypto.verify(signature, message, bent(key, 7)))
    })

    test('what is no signature and no key verifies nothing', () => {
      const crypto = make()
      const key = crypto.publicKey(seed)
      const signature = crypto.sign(message, seed)
      assert.ok(!crypto.verify(EMPTY, message, key))
      assert.ok(!crypto.verify(signature.subarray(1), message, key))
      assert.ok(!crypto.verify(signature, message, EMPTY))
      assert.ok(!crypto.verify(new Uint8Array(64), message, new Uint8Array(32).fill(0xff)))
      assert.throws(() => crypto.sign(message, new Uint8Array(31)), RangeError)
    })

    test('the same seed always gives the same key, and other seeds others', () => {
      const crypto = make()
      assert.deepEqual(make().publicKey(seed), crypto.publicKey(seed))
      assert.notDeepEqual(crypto.publicKey(seed), crypto.publicKey(other))
    })

    test('what was sealed opens with its key and what was said beside it, and with nothing else', () => {
      const crypto = make()
      const beside = utf8('beside')
      for (const plain of [EMPTY, message, new Uint8Array(65_536).fill(7)]) {
        const sealed = crypto.seal(seed, plain, beside)
        assert.equal(sealed.length, plain.length + 24 + 16)
        assert.deepEqual(crypto.open(seed, sealed, beside), plain)
        assert.equal(crypto.open(other, sealed, beside), undefined)
        assert.equal(crypto.open(seed, sealed, utf8('besides')), undefined)
        for (const at of [0, 23, 24, sealed.length - 1])
          assert.equal(crypto.open(seed, bent(sealed, at), beside), undefined)
        for (const length of [0, 39, sealed.length - 1])
          assert.equal(crypto.open(seed, sealed.subarray(0, length), beside), undefined)
      }
    })

    test('the same text sealed twice looks different', () => {
      const crypto = make()
      assert.notDeepEqual(crypto.seal(seed, message, EMPTY), crypto.seal(seed, message, EMPTY))
    })

    test('a derived secret has its length, and hangs on secret and purpose', () => {
      const crypto = make()
      const derived = crypto.derive(seed, 'purpose', 32)
      assert.deepEqual(make().derive(seed, 'purpose', 32), derived)
      assert.equal(crypto.derive(seed, 'purpose', 100).length, 100)
      assert.notDeepEqual(crypto.derive(seed, 'another', 32), derived)
      assert.notDeepEqual(crypto.derive(other, 'purpose', 32), derived)
    })

    test('an authenticator hangs on key and message', () => {
      const crypto = make()
      const tag = crypto.hmac(seed, message)
      assert.equal(tag.length, 32)
      assert.deepEqual(make().hmac(seed, message), tag)
      assert.notDeepEqual(crypto.hmac(other, message), tag)
      assert.notDeepEqual(crypto.hmac(seed, utf8('what was not')), tag)
    })

    test('what it gives shares no memory with what it was given', () => {
      const crypto = make()
      const secret = seed.slice()
      const sealed = crypto.seal(secret, message, EMPTY)
      const opened = crypto.open(secret, sealed, EMPTY)
      const tag = crypto.hmac(secret, message)
      const kept = [sealed.slice(), tag.slice()]
      secret.fill(0)
      assert.deepEqual([sealed, tag], kept)
      sealed.fill(0)
      assert.deepEqual(opened, message)
    })
  })
}

function bytes(from: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => (from * 31 + at * 7) & 0xff)
}

function bent(whole: Uint8Array, at: number): Uint8Array {
  const copy = whole.slice()
  copy[at] = (copy[at] as number) ^ 1
  return copy
}
