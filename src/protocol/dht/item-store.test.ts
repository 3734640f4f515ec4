import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../base/bencode-encode.ts'
import { EMPTY, utf8 } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import { immutableTarget, type MutableItem, mutableTarget, signItem } from './item.ts'
import { ItemStore } from './item-store.ts'
import { ITEM_LIFE_MS, MAX_ITEMS, MAX_ITEMS_PER_HOST } from './limits.ts'
import { compareDistance } from './node-id.ts'

const digest = new SystemDigest()
const signatures = new SystemSignatures()
const SEED = new Uint8Array(32).fill(9)
const FROM = { host: '192.0.2.1', port: 6881 }
const START = 0 as Millis
const OWN_ID = new Uint8Array(20)

function store(): ItemStore {
  return new ItemStore(digest, signatures, () => OWN_ID)
}

function item(sequence: number, value: string, salt: Uint8Array = EMPTY): MutableItem {
  return signItem({ salt, sequence, value: encode(value) }, SEED, signatures)
}

function target(salt: Uint8Array = EMPTY): Uint8Array {
  return mutableTarget(signatures.publicKey(SEED), salt, digest)
}

/** Each item from another address. */
function host(i: number) {
  return { host: `8.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, port: 1 }
}

test('an immutable value is found by its hash until two hours after it was put last', () => {
  const items = store()
  const value = encode(['any', 'bencoded', { thing: 1 }])
  assert.equal(items.putImmutable(value, FROM, START), undefined)
  const at = immutableTarget(value, digest)
  assert.deepEqual(items.get(at, START)?.value, value)
  assert.equal(items.putImmutable(value, FROM, (ITEM_LIFE_MS - 1) as Millis), undefined)
  assert.ok(items.get(at, (2 * ITEM_LIFE_MS - 2) as Millis))
  assert.equal(items.get(at, (2 * ITEM_LIFE_MS) as Millis), undefined)
  items.expire((2 * ITEM_LIFE_MS) as Millis)
  assert.equal(items.size, 0)
})

test('oversized BEP 44 values are refused with 205, oversized salts with 207; at the limit both are kept', () => {
  const items = store()
  const value = (bytes: number) => encode('x'.repeat(bytes - 4))
  assert.equal(items.putImmutable(value(1_001), FROM, START)?.code, 205)
  assert.equal(items.putImmutable(value(1_000), FROM, START), undefined)
  const salted = (bytes: number) => ({ ...item(1, 'a'), salt: new Uint8Array(bytes) })
  assert.equal(items.putMutable(salted(65), undefined, FROM, START)?.code, 207)
  assert.equal(items.putMutable(item(1, 'a', new Uint8Array(64)), undefined, FROM, START), undefined)
  assert.equal(items.putMutable({ ...item(1, 'a'), value: value(1_001) }, undefined, FROM, START)?.code, 205)
})

test('bad signatures are refused with 206, and change nothing', () => {
  const items = store()
  assert.equal(items.putMutable(item(1, 'mine'), undefined, FROM, START), undefined)
  const forged = { ...item(2, 'theirs'), signature: new Uint8Array(64) }
  assert.equal(items.putMutable(forged, undefined, FROM, START)?.code, 206)
  assert.equal(
    items.putMutable({ ...item(2, 'mine'), value: encode('theirs') }, undefined, FROM, START)?.code,
    206,
  )
  assert.deepEqual(items.get(target(), START)?.value, encode('mine'))
})

test('sequence rollback is refused with 302, and so is another value with the same number', () => {
  const items = store()
  assert.equal(items.putMutable(item(5, 'five'), undefined, FROM, START), undefined)
  assert.equal(items.putMutable(item(4, 'four'), undefined, FROM, START)?.code, 302)
  assert.equal(items.putMutable(item(5, 'other'), undefined, FROM, START)?.code, 302)
  assert.equal(items.putMutable(item(5, 'five'), undefined, FROM, 1_000 as Millis), undefined)
  assert.ok(items.get(target(), (ITEM_LIFE_MS + 500) as Millis), 'putting the same again keeps it alive')
  assert.equal(items.putMutable(item(6, 'six'), undefined, FROM, START), undefined)
  assert.equal(items.get(target(), START)?.mutable?.sequence, 6)
})

test('cas that does not match is refused with 301, and ignored where there is nothing to compare', () => {
  const items = store()
  assert.equal(items.putMutable(item(1, 'one'), 77, FROM, START), undefined)
  assert.equal(items.putMutable(item(2, 'two'), 0, FROM, START)?.code, 301)
  assert.equal(items.putMutable(item(2, 'two'), 1, FROM, START), undefined)
  // The first had expired, and says nothing any more.
  assert.equal(items.putMutable(item(1, 'again'), 9, FROM, (3 * ITEM_LIFE_MS) as Millis), undefined)
})

test('one key has a value for each salt', () => {
  const items = store()
  assert.equal(items.putMutable(item(9, 'a', utf8('a')), undefined, FROM, START), undefined)
  assert.equal(items.putMutable(item(1, 'b', utf8('b')), undefined, FROM, START), undefined)
  assert.deepEqual(items.get(target(utf8('a')), START)?.value, encode('a'))
  assert.deepEqual(items.get(target(utf8('b')), START)?.value, encode('b'))
  assert.equal(items.get(target(), START), undefined)
})

test('ten items an address; on private ranges an address and port', () => {
  const items = store()
  const put = (i: number, from: { host: string; port: number }) =>
    items.putImmutable(encode(`value ${i}`), from, START)
  for (let i = 0; i < MAX_ITEMS_PER_HOST; i++) assert.equal(put(i, FROM), undefined)
  assert.equal(put(100, { ...FROM, port: 1 })?.code, 202)
  assert.equal(put(0, FROM), undefined, 'keeping one alive is not another')
  for (let i = 0; i < 3 * MAX_ITEMS_PER_HOST; i++)
    assert.equal(put(200 + i, { host: '10.0.0.1', port: 1 + i }), undefined)
  items.expire((2 * ITEM_LIFE_MS) as Millis)
  assert.equal(put(100, FROM), undefined, 'what has expired counts no more')
})

test('a flood of items moves none that lies closer to us than it does', () => {
  const items = store()
  const values = Array.from({ length: 3 * MAX_ITEMS }, (_, i) => encode(`flood ${i}`))
  const targets = values.map((value) => immutableTarget(value, digest))
  for (const [i, value] of values.entries()) items.putImmutable(value, host(i), START)
  assert.equal(items.size, MAX_ITEMS)
  const closest = [...targets].sort((a, b) => compareDistance(OWN_ID, a, b)).slice(0, MAX_ITEMS)
  assert.ok(closest.every((at) => items.get(at, START) !== undefined))
})
