import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { HARD_TIMEOUT_MS, MAX_TRANSACTIONS, SOFT_TIMEOUT_MS } from './limits.ts'
import { Transactions } from './transactions.ts'

const TO = { host: '192.0.2.1', port: 6881 }

function at(ms: number): Millis {
  return ms as Millis
}

test('replies from the wrong address count for nothing, and the right one still counts, once', () => {
  const open = new Transactions<string>(new SeededRandom(1))
  const { bytes } = open.begin(TO, 'a', at(0))
  assert.equal(open.end(bytes, { ...TO, host: '192.0.2.2' }), undefined)
  assert.equal(open.end(bytes, { ...TO, port: 6882 }), undefined)
  assert.equal(open.end(bytes.subarray(0, 3), TO), undefined)
  assert.equal(open.end(Uint8Array.of(9, 9, 9, 9), TO), undefined)
  assert.equal(open.end(bytes, TO)?.what, 'a')
  assert.equal(open.end(bytes, TO), undefined)
  assert.equal(open.size, 0)
})

test('what is not answered is late once and then failed, and the next moment of either is known', () => {
  const open = new Transactions<string>(new SeededRandom(2))
  assert.equal(open.deadline(), undefined)
  open.begin(TO, 'a', at(0))
  open.begin(TO, 'b', at(500))
  assert.equal(open.deadline(), SOFT_TIMEOUT_MS)
  assert.deepEqual(
    open.expire(at(SOFT_TIMEOUT_MS)).late.map(({ what }) => what),
    ['a'],
  )
  assert.equal(open.deadline(), SOFT_TIMEOUT_MS + 500)
  assert.deepEqual(
    open.expire(at(SOFT_TIMEOUT_MS + 500)).late.map(({ what }) => what),
    ['b'],
  )
  assert.equal(open.deadline(), HARD_TIMEOUT_MS)
  assert.deepEqual(
    open.expire(at(HARD_TIMEOUT_MS)).failed.map(({ what }) => what),
    ['a'],
  )
  assert.equal(open.deadline(), HARD_TIMEOUT_MS + 500)
  assert.deepEqual(
    open.expire(at(60_000)).failed.map(({ what }) => what),
    ['b'],
  )
  assert.deepEqual(open.expire(at(60_000)), { late: [], failed: [] })
  assert.equal(open.deadline(), undefined)
})

test('ids are random: who was not asked cannot guess one', () => {
  const open = new Transactions<string>(new SeededRandom(3))
  const ids = new Set(Array.from({ length: 500 }, () => open.begin(TO, '', at(0)).bytes.join()))
  assert.equal(ids.size, 500)
})

test('it is full at its bound', () => {
  const open = new Transactions<number>(new SeededRandom(4))
  for (let i = 0; i < MAX_TRANSACTIONS; i++) {
    assert.ok(!open.isFull)
    open.begin(TO, i, at(0))
  }
  assert.ok(open.isFull)
  open.expire(at(HARD_TIMEOUT_MS))
  assert.ok(!open.isFull)
})
