import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DHT_VECTORS } from '../../../test/doubles/dht-vectors.ts'
import { parseIp } from '../../base/address.ts'
import { toHex } from '../../base/bytes.ts'
import { SeededRandom } from '../../base/random.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { BloomFilter, FILTER_BYTES, isPlausible } from './bloom-filter.ts'

const digest = new SystemDigest()

test('the filter of BEP 33 comes out bit by bit, and its estimate to four places', () => {
  const filter = new BloomFilter(digest)
  for (let i = 0; i <= 0xff; i++) filter.add(parseIp(`192.0.2.${i}`) as Uint8Array)
  for (let i = 0; i <= 0x3e7; i++) filter.add(parseIp(`2001:db8::${i.toString(16)}`) as Uint8Array)
  assert.equal(toHex(filter.bytes), DHT_VECTORS.bep33.filter)
  // The BEP cuts 1224.93085… off after four places.
  assert.ok(Math.abs(filter.estimate() - DHT_VECTORS.bep33.estimate) < 0.0001)
})

test('an empty filter counts nobody; what several know together is counted once', () => {
  const random = new SeededRandom(1)
  const addresses = Array.from({ length: 300 }, () => random.bytes(4))
  const [a, b] = [new BloomFilter(digest), new BloomFilter(digest)]
  assert.equal(a.estimate(), 0)
  for (const address of addresses.slice(0, 200)) a.add(address)
  for (const address of addresses.slice(100)) b.add(address)
  a.merge(b.bytes)
  assert.ok(Math.abs(a.estimate() - 300) < 20, String(a.estimate()))
  assert.ok(addresses.every((address) => a.has(address)))
})

test('a filter with every bit set is no count of anybody, and 6,000 addresses still are one', () => {
  const full = new BloomFilter(digest, new Uint8Array(FILTER_BYTES).fill(0xff))
  assert.ok(!isPlausible(full.bytes))
  assert.ok(Number.isFinite(full.estimate()))
  const random = new SeededRandom(2)
  const large = new BloomFilter(digest)
  for (let i = 0; i < 5_000; i++) large.add(random.bytes(4))
  assert.ok(isPlausible(large.bytes))
  assert.ok(Math.abs(large.estimate() - 5_000) < 700, String(large.estimate()))
  assert.throws(() => new BloomFilter(digest, new Uint8Array(255)), RangeError)
})
