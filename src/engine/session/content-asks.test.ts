import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { ASKS_PER_HOST, ASKS_PER_SECOND, ContentAsks, WINDOW_MS } from './content-asks.ts'

const at = (ms: number) => ms as Millis

test('what was not found is not asked for again within a minute, but for what is offered anew', () => {
  const asks = new ContentAsks()
  assert.ok(asks.mayAsk('a', 'host', at(0)))
  asks.notFound('a', at(0))
  assert.equal(asks.mayAsk('a', 'other', at(59_000)), false)
  assert.ok(asks.mayAsk('a', 'other', at(60_000)))
  asks.notFound('a', at(60_000))
  asks.forget()
  assert.ok(asks.mayAsk('a', 'other', at(60_001)))
})

test('one address asks no more than its part, and leaves the others theirs', () => {
  const asks = new ContentAsks()
  let allowed = 0
  for (let each = 0; each < 1_000; each++) allowed += Number(asks.mayAsk(`${each}`, 'greedy', at(each)))
  assert.equal(allowed, ASKS_PER_HOST)
  assert.ok(asks.mayAsk('x', 'modest', at(1_000)))
  assert.ok(asks.mayAsk('y', 'greedy', at(WINDOW_MS)))
})

test('whatever comes, the source is asked no more than so often a second, and no more than so much is remembered', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SeededRandom(seed)
    const asks = new ContentAsks()
    let now = 0
    let allowed = 0
    for (let each = 0; each < 20_000; each++) {
      now += randomInt(random, 3)
      const key = `${randomInt(random, 1e6)}`
      if (!asks.mayAsk(key, `${randomInt(random, 5_000)}`, at(now))) continue
      allowed++
      asks.notFound(key, at(now))
    }
    assert.ok(allowed <= ASKS_PER_SECOND * (2 + now / 1_000), `seed ${seed}`)
    assert.ok(asks.size <= 5_120, `seed ${seed}: ${asks.size}`)
  }
})
