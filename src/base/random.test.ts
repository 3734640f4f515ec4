import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, randomFraction, randomInt, SeededRandom, shuffle } from './random.ts'

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) =>
    Array.from(
      { length: 20 },
      (
        (random) => () =>
          random.uint32()
      )(new SeededRandom(seed)),
    )
  assert.deepEqual(draw(1), draw(1))
  assert.notDeepEqual(draw(1), draw(2))
  for (const value of draw(3)) assert.ok(Number.isInteger(value) && value >= 0 && value < 2 ** 32)
})

test('choices are in range and every one comes about as often', () => {
  const seed = 5
  const random = new SeededRandom(seed)
  for (const below of [1, 2, 3, 7, 10]) {
    const counts = new Array<number>(below).fill(0)
    for (let i = 0; i < 10_000; i++) {
      const choice = randomInt(random, below)
      counts[choice] = (counts[choice] as number) + 1
    }
    for (const count of counts) assert.ok(Math.abs(count - 10_000 / below) < 400, `seed ${seed}: ${counts}`)
  }
})

test('numbers that would favour some choices are drawn again', () => {
  const values = [0xffff_ffff, 0xffff_fffe, 4]
  const scripted: Random = { uint32: () => values.shift() as number, bytes: () => new Uint8Array() }
  assert.equal(randomInt(scripted, 3), 2, '2^32 − 1 is one too many for three equal shares')
  assert.equal(randomInt({ ...scripted, uint32: () => 0xffff_ffff }, 2 ** 32), 0xffff_ffff)
})

test('a fraction is at least 0 and below 1', () => {
  const ends = [0, 0xffff_ffff]
  const scripted: Random = { uint32: () => ends.shift() as number, bytes: () => new Uint8Array() }
  assert.equal(randomFraction(scripted), 0)
  const highest = randomFraction(scripted)
  assert.ok(highest < 1 && highest > 0.999)
})

test('shuffling keeps all items, in place, and reaches every order', () => {
  const random = new SeededRandom(9)
  const seen = new Set<string>()
  for (let i = 0; i < 500; i++) {
    const items = ['a', 'b', 'c', 'd']
    assert.equal(shuffle(random, items), items)
    seen.add(items.join(''))
  }
  assert.equal(seen.size, 24)
  for (const order of seen) assert.equal([...order].sort().join(''), 'abcd')
})

test('random bytes have the length asked for', () => {
  assert.equal(new SeededRandom(1).bytes(33).length, 33)
  assert.ok(new Set(new SeededRandom(1).bytes(1000)).size > 200)
})
