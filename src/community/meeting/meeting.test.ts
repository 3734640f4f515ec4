import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import { CALLS_AT_ONCE, Meeting } from './meeting.ts'

const at = (ms: number): Millis => ms as Millis
const device = (number: number): DeviceId => `device-${number}` as DeviceId
const PLACE = 'tcp/192.0.2.1:5' as DeviceAddress

function scene(count: number): { meeting: Meeting; wanted: Set<DeviceId>; unknown: Set<DeviceId> } {
  const wanted = new Set(Array.from({ length: count }, (_, number) => device(number)))
  const unknown = new Set<DeviceId>()
  const world = { wanted: () => wanted, addresses: (one: DeviceId) => (unknown.has(one) ? [] : [PLACE]) }
  return { meeting: new Meeting(world, new SeededRandom(3)), wanted, unknown }
}

const named = (meeting: Meeting, now: number): DeviceId[] => meeting.take(at(now)).map((call) => call.device)

test('each device is called once at a time, and few together', () => {
  const { meeting } = scene(20)
  const first = named(meeting, 0)
  assert.equal(first.length, CALLS_AT_ONCE)
  assert.deepEqual(named(meeting, 1), [])
  for (const one of first.slice(0, 3)) meeting.ended(one, false, at(10))
  const next = named(meeting, 10)
  assert.equal(next.length, 3)
  assert.deepEqual(
    next.filter((one) => first.includes(one)),
    [],
  )
})

test('whoever does not answer is called at ever longer intervals, ten minutes at most', () => {
  const { meeting } = scene(1)
  let now = 0
  let last = 0
  for (let call = 0; call < 15; call++) {
    while (meeting.take(at(now)).length === 0) now = Math.max(now + 1, Number(meeting.deadline()))
    meeting.ended(device(0), false, at(now))
    if (call > 0) assert.ok(now - last <= 601_000, `call ${call}: ${now - last}`)
    if (call === 1) assert.ok(now - last < 5_000, String(now - last))
    if (call > 11) assert.ok(now - last > 400_000, `call ${call}: ${now - last}`)
    last = now
  }
})

test('whoever was heard of anew, or lost, is called at once', () => {
  const { meeting } = scene(1)
  for (let now = 0, calls = 0; calls < 6; now += 1_000) {
    if (meeting.take(at(now)).length === 0) continue
    meeting.ended(device(0), false, at(now))
    calls++
  }
  const now = 10_000_000
  meeting.take(at(now))
  meeting.ended(device(0), false, at(now))
  assert.deepEqual(named(meeting, now + 1), [])
  meeting.heardOf(device(0), at(now + 2))
  assert.equal(meeting.deadline(), now + 2)
  assert.deepEqual(named(meeting, now + 2), [device(0)])
})

test('who cannot be called yet waits for an address, and holds up nobody', () => {
  const { meeting, unknown } = scene(3)
  unknown.add(device(0))
  assert.deepEqual(named(meeting, 0), [device(1), device(2)])
  unknown.clear()
  meeting.heardOf(device(0), at(5))
  assert.deepEqual(named(meeting, 5), [device(0)])
})

test('who is not wanted any more is forgotten, but for a call on its way', () => {
  const { meeting, wanted } = scene(1)
  assert.deepEqual(named(meeting, 0), [device(0)])
  wanted.clear()
  assert.deepEqual(named(meeting, 1), [])
  meeting.ended(device(0), false, at(2))
  assert.deepEqual(named(meeting, 2), [])
  wanted.add(device(0))
  meeting.changed(at(3))
  assert.deepEqual(named(meeting, 3), [device(0)], 'as if for the first time')
})
