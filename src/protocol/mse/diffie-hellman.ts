// The key exchange of message stream encryption: Diffie and Hellman's over a fixed 768-bit prime, with fresh keys for each
// connection. Not in constant time: a key is used once and for nothing that must stay secret.

import { fromHex, toHex } from '../../base/bytes.ts'
import type { Random } from '../../base/random.ts'
import { MseError } from './error.ts'

export const KEY_BYTES = 96

/** MSE: 160 bits; longer ones make nothing safer, because 768 bits of prime are the weaker part. */
const PRIVATE_BYTES = 20

const PRIME = BigInt(
  `0x${[
    'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74',
    '020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437',
    '4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
  ].join('')}`,
)
const GENERATOR = 2n

export class KeyPair {
  readonly #secret: Uint8Array
  /** Big-endian, KEY_BYTES. */
  readonly publicKey: Uint8Array

  constructor(random: Random) {
    this.#secret = random.bytes(PRIVATE_BYTES)
    this.publicKey = bytesOf(power(GENERATOR, this.#secret))
  }

  /** What both sides know afterwards, KEY_BYTES. @throws MseError BAD_KEY */
  shared(remoteKey: Uint8Array): Uint8Array {
    const remote = BigInt(`0x${toHex(remoteKey)}`)
    if (remote < 2n || remote >= PRIME - 1n) throw new MseError('BAD_KEY')
    return bytesOf(power(remote, this.#secret))
  }
}

/** Four bits of the exponent at a time: 0.12 ms instead of 0.16 ms one by one, with fifteen products kept. */
function power(base: bigint, exponent: Uint8Array): bigint {
  const products = [1n, base]
  for (let i = 2; i < 16; i++) products.push(((products[i - 1] as bigint) * base) % PRIME)
  let result = 1n
  for (const byte of exponent) {
    for (const digit of [byte >>> 4, byte & 15]) {
      for (let squarings = 0; squarings < 4; squarings++) result = (result * result) % PRIME
      if (digit > 0) result = (result * (products[digit] as bigint)) % PRIME
    }
  }
  return result
}

function bytesOf(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * KEY_BYTES, '0'))
}
