import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { DeviceId } from '../ids.ts'
import { CALLS_AT_ONCE, HOPE_GAP_MS, Meeting } from './meeting.ts'

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

test('whoever was heard of anew is called at once', () => {
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

/** When it is called until then; each call fails after `callMs`. */
function vainCalls(meeting: Meeting, from: number, until: number, callMs = 100): number[] {
  const times: number[] = []
  for (let now = from; now < until; now = Math.max(now + 1, Number(meeting.deadline()))) {
    for (const call of meeting.take(at(now))) {
      times.push(now)
      meeting.ended(call.device, false, at(now + callMs))
    }
  }
  return times
}

test('a change that may explain why a call was refused brings the next one on, at most so often', () => {
  const { meeting } = scene(1)
  const last = vainCalls(meeting, 0, 100_000).at(-1) ?? 0
  meeting.hope(at(100_000), new Set([device(7)]))
  assert.ok(Number(meeting.deadline()) <= 100_000)
  assert.deepEqual(vainCalls(meeting, 100_000, 103_000), [], 'it was about another one')
  meeting.hope(at(103_000), new Set([device(0)]))
  assert.equal(vainCalls(meeting, 103_000, 105_000).length, 1)
  assert.ok(last < 100_000)
  // A member that writes operations all the time has nobody called all the time.
  const times: number[] = []
  for (let now = 105_000; now < 705_000; now += 1_000) {
    meeting.hope(at(now), new Set([device(0)]))
    times.push(...vainCalls(meeting, now, now + 1_000))
  }
  assert.ok(times.length <= 600_000 / HOPE_GAP_MS + 4, String(times.length))
  assert.ok(times.length >= 600_000 / HOPE_GAP_MS - 2, String(times.length))
})

test('what changes while a call is on its way counts for the call after it', () => {
  const { meeting } = scene(1)
  vainCalls(meeting, 0, 100_000)
  while (meeting.take(at(Number(meeting.deadline()))).length === 0);
  const now = Number(meeting.deadline())
  meeting.hope(at(now), new Set([device(0)]))
  meeting.ended(device(0), false, at(now + 10))
  assert.equal(vainCalls(meeting, now + 10, now + 2_000).length, 1)
})

test('a link that ends as soon as it is there has nobody called in a storm', () => {
  const { meeting } = scene(1)
  let calls = 0
  for (let now = 0; now < 120_000; now = Math.max(now + 1, Number(meeting.deadline()))) {
    for (const call of meeting.take(at(now))) {
      calls++
      meeting.linked(call.device, at(now + 1))
      meeting.ended(call.device, true, at(now + 1))
      meeting.lost(call.device, at(now + 2))
    }
  }
  assert.ok(calls <= 45, String(calls))
})
