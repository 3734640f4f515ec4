import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFraction, SeededRandom } from '../../src/base/random.ts'
import { Downlink, type Flow, Uplink } from './line.ts'
import { World } from './world.ts'

test('who waits for a full downlink gets its turn, whatever the numbers round to', async () => {
  const random = new SeededRandom(7)
  for (let round = 0; round < 2_000; round++) {
    const world = new World(round)
    const downlink = new Downlink(world, 1_000 + 20_000_000 * randomFraction(random))
    await world.runFor(100 * randomFraction(random))
    for (let bookings = 0; bookings < 4; bookings++)
      downlink.book(Math.ceil(downlink.segmentBytes * (0.6 + 0.4 * randomFraction(random))))
    let turns = 0
    const uplink = new Uplink(world, 1_000_000)
    uplink.retry = () => void turns++
    const flow: Flow = {
      downlink,
      uplink,
      place: 'waiting',
      sendableBytes: () => 0,
      depart: () => {},
      departed: () => {},
      offered: () => {},
    }
    downlink.wait(flow)
    await world.runUntil('its turn', () => turns === 1 || world.events > 10, 60_000)
    assert.equal(turns, 1, `round ${round}: none after ${world.events} events`)
  }
})
