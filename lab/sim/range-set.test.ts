import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { RangeSet } from './range-set.ts'

test('a set of ranges agrees with a plain set of numbers through any history', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new SeededRandom(seed)
    const ranges = new RangeSet()
    let plain = new Set<number>()
    for (let step = 0; step < 30; step++) {
      const from = randomInt(random, 60)
      const to = from + randomInt(random, 12)
      if (randomInt(random, 8) === 0) {
        ranges.cut(from)
        plain = new Set([...plain].filter((value) => value < from))
      } else {
        ranges.add(from, to)
        for (let value = from; value < to; value++) plain.add(value)
      }
      assert.equal(ranges.lengthBytes, plain.size, `seed ${seed}`)
      const [low, high] = [randomInt(random, 40), 40 + randomInt(random, 40)]
      const gaps: number[] = []
      ranges.eachGap(low, high, (start, end) => {
        assert.ok(start < end, `seed ${seed}`)
        for (let value = start; value < end; value++) gaps.push(value)
      })
      const wanted = Array.from({ length: high - low }, (_, i) => low + i).filter(
        (value) => !plain.has(value),
      )
      assert.deepEqual(gaps, wanted, `seed ${seed}`)
      assert.equal(ranges.has(low, high), wanted.length === 0)
    }
  }
})
