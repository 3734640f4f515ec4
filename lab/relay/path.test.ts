import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../src/base/random.ts'
import { Path, type PathOptions } from './path.ts'

const path = (options: PathOptions, seed = 1): Path => new Path(options, new SeededRandom(seed))

test('the same seed does the same to packets', () => {
  const options = { delayMs: [1, 50], lossOneIn: 5, reorderOneIn: 5, duplicateOneIn: 5 } as const
  const run = (seed: number): string => {
    const way = path(options, seed)
    return JSON.stringify(Array.from({ length: 100 }, (_, i) => way.carry(1_000, i)))
  }
  assert.equal(run(3), run(3))
  assert.notEqual(run(3), run(4))
})

test('packets are delayed, lost, doubled and held back as often as told', () => {
  const way = path({ delayMs: [10, 20], lossOneIn: 4, reorderOneIn: 10, duplicateOneIn: 8 })
  let [lost, doubled, held] = [0, 0, 0]
  for (let i = 0; i < 10_000; i++) {
    const arrivals = way.carry(100, 0)
    if (arrivals.length === 0) lost++
    if (arrivals.length === 2) doubled++
    if ((arrivals[0] ?? 0) > 20) held++
    for (const at of arrivals) assert.ok(at >= 10 && at <= 50)
  }
  assert.ok(Math.abs(lost - 2_500) < 200 && way.lost === lost)
  assert.ok(Math.abs(doubled - 7_500 / 8) < 150)
  assert.ok(Math.abs(held - 750) < 120)
})

test('a narrow way carries its rate, IP and UDP headers included, and loses what its queue does not hold', () => {
  const way = path({ rate: 100_000, queueBytes: 10_000 })
  const arrivals = Array.from({ length: 100 }, () => way.carry(972, 0)).flat()
  assert.deepEqual(arrivals.slice(0, 3), [10, 20, 30])
  assert.equal(arrivals.length, 10)
  assert.equal(way.lost, 90)
  assert.deepEqual(way.carry(972, 1_000), [1_010], 'it is empty again')
})

test('what is longer than the way carries is lost', () => {
  const way = path({ mtuBytes: 1_000 })
  assert.deepEqual([way.carry(1_000, 5), way.carry(1_001, 5)], [[5], []])
})
