import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reordered, resolverOf, verdicts } from '../../../test/doubles/circle-writers.ts'
import { drawnCircle } from '../../../test/doubles/drawn-circle.ts'
import { OperationGraph } from './graph.ts'
import type { Operation } from './operation.ts'
import { Resolver } from './resolver.ts'

const seeds = fc.integer({ min: 0, max: 0x7fff_ffff })

test('whatever the order of arrival, everybody resolves to the same', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 5, max: 60 }), seeds, (seed, steps, order) => {
      const { operations } = drawnCircle(seed, steps)
      const expected = verdicts(resolverOf(operations))
      assert.deepEqual(verdicts(resolverOf(reordered(operations, order))), expected)
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('asked after each operation or only at the end, a resolver says the same', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 5, max: 60 }), seeds, (seed, steps, order) => {
      const { operations } = drawnCircle(seed, steps)
      const asked = new Resolver(new OperationGraph((operations[0] as Operation).circle))
      for (const operation of reordered(operations, order)) {
        asked.add(operation)
        asked.settle()
      }
      assert.deepEqual(verdicts(asked), verdicts(resolverOf(operations)))
    }),
    { numRuns: 300, seed: 8 },
  )
})

test('the drawn histories have of everything: what counts, what nobody might, what was taken away, and one too many', () => {
  const seen = new Map<string, number>()
  for (let seed = 0; seed < 300; seed++) {
    const resolver = resolverOf(drawnCircle(seed, 60).operations)
    for (const { operation } of resolver.graph.nodes) {
      const standing = resolver.standing(operation.id) as string
      seen.set(standing, (seen.get(standing) ?? 0) + 1)
    }
  }
  for (const standing of ['counts', 'unauthorised', 'overruled', 'excess'])
    assert.ok((seen.get(standing) ?? 0) >= 20, `${standing}: ${seen.get(standing)}`)
})
