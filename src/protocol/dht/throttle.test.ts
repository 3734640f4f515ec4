import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { IN_ALL, MAX_SENDERS, PER_HOST, PER_NETWORK, REPLY_BYTES, SIGNATURES } from './limits.ts'
import { Throttle } from './throttle.ts'

function at(seconds: number): Millis {
  return (1_000 * seconds) as Millis
}

/** How many of `count` queries of these senders, spread over `seconds`, are looked at. */
function passed(count: number, seconds: number, host: (i: number) => string): number {
  const throttle = new Throttle(at(0))
  let through = 0
  for (let i = 0; i < count; i++) {
    if (throttle.mayAsk({ host: host(i), port: 1 + (i % 60_000) }, at((i * seconds) / count))) through++
  }
  return through
}

test('5 a second of one address, whatever its port, after a burst of 20', () => {
  const through = passed(10_000, 10, () => '8.8.8.8')
  assert.ok(Math.abs(through - (PER_HOST.burst + 10 * PER_HOST.perSecond)) <= 1, String(through))
})

test('25 a second of one network', () => {
  for (const host of [
    (i: number) => `8.8.8.${i % 250}`,
    (i: number) => `2001:db8:1::${(i % 9_999).toString(16)}`,
  ]) {
    const through = passed(20_000, 10, host)
    assert.ok(Math.abs(through - (PER_NETWORK.burst + 10 * PER_NETWORK.perSecond)) <= 1, String(through))
  }
})

test('200 a second in all, from as many addresses as there are', () => {
  const through = passed(200_000, 10, (i) => `${1 + (i % 100)}.${(i >> 8) & 255}.${i & 255}.9`)
  assert.ok(Math.abs(through - (IN_ALL.burst + 10 * IN_ALL.perSecond)) <= 2, String(through))
})

test('at home limits are for address and port together: a house full of nodes is served', () => {
  const throttle = new Throttle(at(0))
  for (let port = 1; port <= 100; port++)
    for (let i = 0; i < 2; i++) assert.ok(throttle.mayAsk({ host: '192.168.1.2', port }, at(0)))
})

test('8 kB of answers a second, after a burst of 32 kB', () => {
  const throttle = new Throttle(at(0))
  let bytes = 0
  for (let i = 0; i < 10_000; i++) {
    if (!throttle.mayAsk({ host: `10.0.0.1`, port: 1 + i }, at(i / 1_000))) continue
    throttle.replied(500)
    bytes += 500
  }
  const most = REPLY_BYTES.burst + 10 * REPLY_BYTES.perSecond
  assert.ok(bytes <= most && bytes > 0.9 * most, String(bytes))
})

test('signatures have a budget of their own', () => {
  const throttle = new Throttle(at(0))
  let verified = 0
  for (let i = 0; i < 1_000; i++) if (throttle.mayVerify(at(i / 100))) verified++
  assert.ok(Math.abs(verified - (SIGNATURES.burst + 10 * SIGNATURES.perSecond)) <= 1, String(verified))
})

test('who forges many senders is forgotten like any other, and gains nothing in all', () => {
  const throttle = new Throttle(at(0))
  let through = 0
  for (let i = 0; i < 3 * MAX_SENDERS; i++) {
    const host = `${1 + (i % 9)}.${(i >> 8) & 255}.${i & 255}.1`
    if (throttle.mayAsk({ host, port: 1 }, at(1))) through++
  }
  assert.ok(through <= IN_ALL.burst)
})

test('who has been silent long enough to ask as much as ever is forgotten', () => {
  const throttle = new Throttle(at(0))
  for (let i = 0; i < 300; i++) throttle.mayAsk({ host: `10.0.${i >> 8}.${i & 255}`, port: 1 }, at(0))
  assert.equal(throttle.size, 300)
  for (let i = 0; i < 100; i++) throttle.mayAsk({ host: '10.9.9.9', port: 1 }, at(60 + i))
  assert.equal(throttle.size, 1)
})
