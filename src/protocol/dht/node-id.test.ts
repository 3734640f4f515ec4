import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '../../base/bytes.ts'
import { SeededRandom } from '../../base/random.ts'
import { compareDistance, idAt, idFits, makeNodeId, sharedBits } from './node-id.ts'

/** The examples of BEP 42: address, last byte, and the first three bytes that it allows. */
const VECTORS = [
  ['124.31.75.21', 1, '5fbfbf'],
  ['21.75.31.124', 86, '5a3ce9'],
  ['65.23.51.170', 22, 'a5d432'],
  ['84.124.73.14', 65, '1b0321'],
  ['43.213.53.83', 90, 'e56f6c'],
] as const

function idWith(prefix: string, last: number): Uint8Array {
  const id = new Uint8Array(20)
  id.set(fromHex(prefix))
  id[19] = last
  return id
}

test('the examples of BEP 42 fit their addresses, and no other', () => {
  for (const [i, [host, last, prefix]] of VECTORS.entries()) {
    const id = idWith(prefix, last)
    assert.ok(idFits(id, host), host)
    assert.ok(!idFits(id, VECTORS[(i + 1) % VECTORS.length]?.[0] as string))
    const bent = id.slice()
    bent[2] = (bent[2] as number) ^ 8
    assert.ok(!idFits(bent, host), 'the 21st bit counts')
    const loose = id.slice()
    loose[2] = (loose[2] as number) ^ 7
    assert.ok(idFits(loose, host), 'the three bits below are free')
  }
})

test('an id made for an address fits it; addresses that are not public are exempt', () => {
  const random = new SeededRandom(1)
  for (const host of ['8.8.8.8', '203.0.113.77', '2001:db8::1', '2a00:1450:4001:81b::200e']) {
    for (let i = 0; i < 50; i++) assert.ok(idFits(makeNodeId(host, random), host), host)
  }
  assert.ok(idFits(random.bytes(20), '192.168.1.7'))
  assert.ok(idFits(random.bytes(20), '127.0.0.1'))
  assert.ok(idFits(random.bytes(20), 'fd00::5'))
})

test('distance is exclusive or, and shared bits are those before the first difference', () => {
  const zero = new Uint8Array(20)
  const one = idWith('000000', 1)
  const top = idWith('800000', 0)
  assert.ok(compareDistance(zero, one, top) < 0)
  assert.ok(compareDistance(top, one, top) > 0)
  assert.equal(compareDistance(top, one, one), 0)
  assert.equal(sharedBits(zero, one), 159)
  assert.equal(sharedBits(zero, top), 0)
  assert.equal(sharedBits(one, one), 160)
})

test('an id drawn for a bucket shares exactly its bits', () => {
  const random = new SeededRandom(3)
  const id = random.bytes(20)
  for (let bits = 0; bits < 160; bits++) assert.equal(sharedBits(id, idAt(id, bits, random)), bits)
  assert.equal(toHex(idAt(id, 160, random)), toHex(id))
})
