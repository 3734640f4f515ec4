import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '../../base/bytes.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { Rc4 } from './rc4.ts'

/** RFC 6229, section 2: 16 bytes of the key stream from each of some offsets. */
const VECTORS: readonly { readonly key: string; readonly at: Readonly<Record<number, string>> }[] = [
  {
    key: '0102030405',
    at: {
      0: 'b2396305f03dc027ccc3524a0a1118a8',
      16: '6982944f18fc82d589c403a47a0d0919',
      240: '28cb1132c96ce286421dcaadb8b69eae',
      256: '1cfcf62b03eddb641d77dfcf7f8d8c93',
      1008: '45129048e6a0ed0b56b490338f078da5',
      1024: '30abbcc7c20b01609f23ee2d5f6bb7df',
      2048: 'cc582f8ba9f265e2b1be9112e975d2d7',
      4080: '068326a2118416d21f9d04b2cd1ca050',
      4096: 'ff25b58995996707e51fbdf08b34d875',
    },
  },
  {
    key: '0102030405060708090a0b0c0d0e0f10',
    at: {
      0: '9ac7cc9a609d1ef7b2932899cde41b97',
      16: '5248c4959014126a6e8a84f11d1a9e1c',
      1024: 'bdf0324e6083dcc6d3cedd3ca8c53c16',
      4096: 'a36a4c301ae8ac13610ccbc12256cacc',
    },
  },
  {
    key: '1ada31d5cf688221c109163908ebe51debb46227c6cc8b37641910833222772a',
    at: { 4096: '370b1c1fe655916d97fd0d47ca1d72b8' },
  },
]

function keyStream(cipher: Rc4, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  cipher.crypt(bytes, bytes)
  return bytes
}

test('the key streams of RFC 6229', () => {
  for (const { key, at } of VECTORS) {
    const stream = keyStream(new Rc4(fromHex(key)), 4112)
    for (const [offset, hex] of Object.entries(at)) {
      assert.equal(toHex(stream.subarray(Number(offset), Number(offset) + 16)), hex, `${key} at ${offset}`)
    }
  }
})

test('as MSE uses it, the stream begins at its 1,025th byte', () => {
  for (const { key, at } of VECTORS) {
    if (at[1024] !== undefined) assert.equal(toHex(keyStream(Rc4.dropped(fromHex(key)), 16)), at[1024])
  }
})

test('however a stream is cut, and wherever its parts lie in memory, it is the same stream', () => {
  const seed = 41
  const random = new SeededRandom(seed)
  const key = random.bytes(20)
  const plain = random.bytes(20_000)
  const whole = new Uint8Array(plain.length)
  new Rc4(key).crypt(plain, whole)
  for (let round = 0; round < 50; round++) {
    const cipher = new Rc4(key)
    const [source, target] = [new Uint8Array(plain.length + 8), new Uint8Array(plain.length + 8)]
    const [from, to] = [randomInt(random, 8), randomInt(random, 8)]
    source.set(plain, from)
    for (let at = 0; at < plain.length; ) {
      const length = Math.min(plain.length - at, randomInt(random, randomInt(random, 2) === 0 ? 300 : 5_000))
      cipher.crypt(source.subarray(from + at, from + at + length), target.subarray(to + at, to + at + length))
      at += length
    }
    assert.deepEqual(
      source.subarray(from, from + plain.length),
      plain,
      `the source is left alone, seed ${seed}`,
    )
    assert.deepEqual(target.subarray(to, to + plain.length), whole, `round ${round}, seed ${seed}`)
    assert.ok(
      target.subarray(0, to).every((byte) => byte === 0) &&
        target.subarray(to + plain.length).every((b) => b === 0),
    )
  }
})

test('in place, and twice is back again', () => {
  const random = new SeededRandom(43)
  const key = random.bytes(20)
  for (const lengthBytes of [0, 1, 3, 4, 255, 256, 257, 258, 259, 1_000]) {
    const plain = random.bytes(lengthBytes)
    const bytes = plain.slice()
    new Rc4(key).crypt(bytes, bytes)
    if (lengthBytes > 8) assert.notDeepEqual(bytes, plain)
    new Rc4(key).crypt(bytes, bytes)
    assert.deepEqual(bytes, plain)
  }
})
