import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { type FuzzTarget, findingText, fuzz } from './target.ts'

/** A sample; `node lab/fuzz/fuzz.ts TARGET` runs one for longer. */
const ROUNDS = 2000

const RUNNER = new Set(['fuzz.ts', 'mutate.ts', 'target.ts'])

for (const file of readdirSync(import.meta.dirname)) {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts') || RUNNER.has(file)) continue
  const name = file.slice(0, -'.ts'.length)
  test(`${name}: ${ROUNDS} mutated inputs are all answered or refused with a code`, async () => {
    const { target } = (await import(`./${file}`)) as { target: FuzzTarget }
    const seed = randomInt(2 ** 32)
    const run = fuzz(target, seed, (rounds) => rounds < ROUNDS)
    assert.equal(run.finding, undefined, findingText(name, seed, run))
  })
}

test('a throwing target is found, and its seed finds it again', () => {
  const target: FuzzTarget = {
    corpus: [Uint8Array.of(1, 2, 3, 4)],
    run(input) {
      if (input.length === 6) throw new Error('six')
    },
  }
  const first = fuzz(target, 7, (rounds) => rounds < 10_000)
  const second = fuzz(target, 7, (rounds) => rounds < 10_000)
  assert.ok(first.finding !== undefined)
  assert.equal(first.rounds, second.rounds)
  assert.deepEqual(first.finding.input, second.finding?.input)
})
