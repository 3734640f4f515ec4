import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { type DeviceId, keyText } from '../ids.ts'
import { FrontDoor, MOST_HANDSHAKES } from './front-door.ts'

const DEVICE = keyText<DeviceId>(new Uint8Array(32).fill(1))

function door() {
  const clock = { ms: 0 }
  return { clock, door: new FrontDoor(() => clock.ms as Millis) }
}

/** Comes and ends its handshake at once. */
function passes(at: FrontDoor, host: string): boolean {
  if (!at.enter(host)) return false
  at.over()
  return true
}

test('no more handshakes are under way than there is room for, wherever they come from', () => {
  const { door: at } = door()
  for (let i = 0; i < MOST_HANDSHAKES; i++) assert.ok(at.enter(`198.18.${i}.1`))
  assert.equal(at.enter('198.18.99.1'), false)
  at.over()
  assert.ok(at.enter('198.18.99.1'))
})

test('an address may come twenty times at once, then once a second', () => {
  const { door: at, clock } = door()
  let came = 0
  for (let i = 0; i < 100; i++) if (passes(at, '192.168.1.7')) came++
  assert.equal(came, 20)
  clock.ms = 1_000
  assert.deepEqual([passes(at, '192.168.1.7'), passes(at, '192.168.1.7')], [true, false])
})

test('a public network may come forty times at once; a private one is not counted', () => {
  const { door: at } = door()
  const from = (network: string) =>
    Array.from({ length: 80 }, (_, i) => passes(at, `${network}.${i + 1}`)).filter(Boolean).length
  assert.equal(from('203.0.113'), 40)
  assert.equal(from('192.168.1'), 60, 'all together a hundred')
})

test('who is to blame stays out longer each time, and is forgiven in the end', () => {
  const { door: at, clock } = door()
  at.exclude(DEVICE, '203.0.113.9')
  assert.deepEqual([at.mayStay(DEVICE), at.enter('203.0.113.9')], [false, false])
  clock.ms = 30_000
  assert.deepEqual([at.mayStay(DEVICE), passes(at, '203.0.113.9')], [true, true])
  at.exclude(DEVICE, undefined)
  clock.ms = 60_000
  assert.equal(at.mayStay(DEVICE), false)
  clock.ms = 90_000
  assert.equal(at.mayStay(DEVICE), true)
  clock.ms += 24 * 3_600_000
  at.exclude(DEVICE, undefined)
  clock.ms += 30_000
  assert.equal(at.mayStay(DEVICE), true)
})

test('what is remembered of strangers is bounded', () => {
  const { door: at, clock } = door()
  at.exclude(DEVICE, undefined)
  for (let i = 0; i < 5_000; i++) {
    clock.ms += 1
    passes(at, `10.${i >> 12}.${(i >> 6) & 63}.${i & 63}`)
    at.exclude(keyText<DeviceId>(new Uint8Array(32).fill(i & 0xff).fill(i >> 8, 0, 16)), undefined)
  }
  assert.equal(at.mayStay(DEVICE), true, 'the oldest was forgotten')
})
