import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MseSide } from '../../../test/doubles/mse-side.ts'
import { fromHex } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { KEY_BYTES, KeyPair } from './diffie-hellman.ts'

const HASH = 'ab'.repeat(20) as WireHash

const PRIME =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74' +
  '020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437' +
  '4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563'

test("Node's own Diffie-Hellman comes to the same secret, and so do two of ours", () => {
  for (let seed = 0; seed < 40; seed++) {
    const ours = new KeyPair(new SeededRandom(seed))
    const other = new KeyPair(new SeededRandom(seed + 1_000))
    const theirs = new MseSide('responder', HASH)
    theirs.hear(ours.publicKey)
    assert.deepEqual(ours.shared(theirs.key), theirs.secret, `seed ${seed}`)
    assert.deepEqual(ours.shared(other.publicKey), other.shared(ours.publicKey), `seed ${seed}`)
    assert.equal(ours.publicKey.length, KEY_BYTES)
  }
})

test('small exponents give the powers of two, with zeros before them', () => {
  const pairOf = (exponent: number) =>
    new KeyPair({ uint32: () => 0, bytes: (length) => new Uint8Array(length).fill(exponent, length - 1) })
  assert.deepEqual(pairOf(1).publicKey, fromHex('2'.padStart(2 * KEY_BYTES, '0')))
  assert.deepEqual(pairOf(255).publicKey, fromHex((1n << 255n).toString(16).padStart(2 * KEY_BYTES, '0')))
})

test('keys that give everybody the same secret are refused', () => {
  const pair = new KeyPair(new SeededRandom(1))
  const prime = BigInt(`0x${PRIME}`)
  for (const value of [0n, 1n, prime - 1n, prime, prime + 1n, (1n << 768n) - 1n]) {
    const key = fromHex(value.toString(16).padStart(2 * KEY_BYTES, '0'))
    assert.throws(() => pair.shared(key), { code: 'BAD_KEY' })
  }
  for (const value of [2n, prime - 2n]) {
    const key = fromHex(value.toString(16).padStart(2 * KEY_BYTES, '0'))
    assert.equal(pair.shared(key).length, KEY_BYTES)
  }
})
