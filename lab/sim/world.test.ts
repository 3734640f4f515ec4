import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { randomInt } from '../../src/base/random.ts'
import { EventQueue } from './event-queue.ts'
import { World } from './world.ts'

test('events come out by time, then by the order they went in, without the cancelled ones', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new World(seed).random('events')
    const queue = new EventQueue()
    const wanted: { at: number; order: number }[] = []
    const seen: { at: number; order: number }[] = []
    for (let order = 0; order < 3000; order++) {
      const at = randomInt(random, 100)
      const event = queue.add(at, () => {})
      if (randomInt(random, 3) > 0) queue.cancel(event)
      else wanted.push({ at, order })
    }
    assert.equal(queue.size, wanted.length)
    for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
      seen.push({ at: event.at, order: event.order })
    }
    wanted.sort((a, b) => a.at - b.at || a.order - b.order)
    assert.deepEqual(seen, wanted, `seed ${seed}`)
  }
})

describe('a world', () => {
  test('lets everything an event sets off in promises happen before time goes on', async () => {
    const world = new World(1)
    const seen: string[] = []
    world.after(1, async () => {
      for (let i = 0; i < 1000; i++) await null
      seen.push(`first at ${world.nowMs}`)
    })
    world.after(2, () => seen.push(`second at ${world.nowMs}`))
    await world.runFor(10)
    assert.deepEqual(seen, ['first at 1', 'second at 2'])
    assert.equal(world.nowMs, 10)
  })

  test('takes no real time for virtual time', async () => {
    const world = new World(1)
    const started = performance.now()
    await world.run('a year', () => world.sleep(365 * 86_400_000), Number.POSITIVE_INFINITY)
    assert.ok(performance.now() - started < 5000)
  })

  test('that has nothing left to do, or takes too long, says so with its seed', async () => {
    const world = new World(4711)
    const never = () => false
    await assert.rejects(
      world.runUntil('the end', never, 1000),
      /the end: nothing is left to happen.*seed 4711/,
    )
    const tick = (): void => void world.after(10, tick)
    tick()
    await assert.rejects(world.runUntil('the end', never, 1000), /the end: not within 1 s \(seed 4711\)/)
    assert.ok(world.nowMs <= 1000)
  })

  test('hands a scenario its own failure', async () => {
    const world = new World(1)
    const scenario = async (): Promise<never> => {
      await world.sleep(5)
      throw new RangeError('as told')
    }
    await assert.rejects(world.run('it', scenario, 1000), RangeError)
  })

  test('gives every name dice of its own, the same for the same seed', () => {
    const draw = (seed: number, name: string) => new World(seed).random(name).uint32()
    assert.equal(draw(1, 'a'), draw(1, 'a'))
    assert.notEqual(draw(1, 'a'), draw(1, 'b'))
    assert.notEqual(draw(1, 'a'), draw(2, 'a'))
  })
})
