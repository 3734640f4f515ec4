// The system's cryptography for people: the contract, and the published vectors of what it claims to be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex, utf8 } from '../../src/base/bytes.ts'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import { communityCryptoContract } from './community-crypto-contract.ts'

communityCryptoContract('this system', () => new SystemCrypto())

const crypto = new SystemCrypto()

test('Ed25519 is that of RFC 8032, section 7.1, test 2', () => {
  const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
  assert.equal(
    toHex(crypto.publicKey(seed)),
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  )
  assert.equal(
    toHex(crypto.sign(fromHex('72'), seed)),
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
})

test('HMAC is that of RFC 4231, test 2', () => {
  assert.equal(
    toHex(crypto.hmac(utf8('Jefe'), utf8('what do ya want for nothing?'))),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('HKDF is that of RFC 5869, test 3: neither salt nor info', () => {
  assert.equal(
    toHex(crypto.derive(new Uint8Array(22).fill(0x0b), '', 42)),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  )
})

test('XChaCha20-Poly1305 opens the vector of its draft, A.3.1', () => {
  const key = fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
  const nonce = '404142434445464748494a4b4c4d4e4f5051525354555657'
  const ciphertext =
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e'
  const tag = 'c0875924c1c7987947deafd8780acf49'
  const opened = crypto.open(key, fromHex(nonce + ciphertext + tag), fromHex('50515253c0c1c2c3c4c5c6c7'))
  assert.equal(
    new TextDecoder().decode(opened),
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  )
})

test('more keys than are kept at once are read anew', () => {
  const message = utf8('m')
  const seeds = Array.from({ length: 1_100 }, (_, number) => crypto.sha256(utf8(`seed ${number}`)))
  const keys = seeds.map((seed) => crypto.publicKey(seed))
  assert.equal(new Set(keys.map(toHex)).size, seeds.length)
  for (const at of [0, 1_099, 0])
    assert.ok(crypto.verify(crypto.sign(message, seeds[at] as Uint8Array), message, keys[at] as Uint8Array))
})
