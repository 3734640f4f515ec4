import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { BestRates } from './best-rates.ts'

/** Rates of each second, one list for each source; undefined while it is not there. */
function shown(
  seconds: number,
  rateOf: (second: number) => Readonly<Record<string, number>>,
): BestRates<string> {
  const rates = new BestRates<string>()
  for (let second = 0; second < seconds; second++)
    rates.look(new Map(Object.entries(rateOf(second))), (second * 1_000) as Millis)
  return rates
}

test('a source that gave more before than now has shown that it can', () => {
  const rates = shown(40, (second) => (second < 20 ? { a: 1_000 } : { a: 500, b: 500 }))
  assert.ok(rates.best('a') > 850 && rates.best('b') < 550)
  assert.ok(rates.bestTogether > 850 && rates.bestTogether < 1_050)
})

test('a moment of more is no rate', () => {
  assert.ok(shown(30, (second) => ({ a: second === 15 ? 2_000 : 500 })).best('a') < 850)
})

test('who left is forgotten, and what was long ago counts little', () => {
  assert.equal(shown(30, (second): Record<string, number> => (second < 20 ? { a: 1_000 } : {})).best('a'), 0)
  assert.ok(shown(3_000, (second) => ({ a: second < 20 ? 1_000 : 100 })).best('a') < 150)
})
