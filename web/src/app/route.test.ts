import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatRoute, parseRoute, VIEWS } from './route.ts'

test('an address is read as the route it was written from', () => {
  const text = fc.string({ minLength: 1 }).filter((part) => part.isWellFormed())
  fc.assert(
    fc.property(
      fc.record({
        view: fc.constantFrom(...VIEWS),
        rest: fc.array(text, { maxLength: 3 }),
        query: fc.dictionary(
          text.filter((key) => key !== '__proto__'),
          text,
          { noNullPrototype: true },
        ),
      }),
      (route) => {
        assert.deepEqual(parseRoute(formatRoute(route)), { ...route })
      },
    ),
    { seed: 4 },
  )
})

test('no address is the first view, and one that is not known is told from it', () => {
  for (const hash of ['', '#', '#/', '#code=abc'])
    assert.deepEqual(parseRoute(hash), { view: 'transfers', rest: [], query: {} }, hash)
  for (const hash of ['#/nonsense', '#/%', '#/nonsense/more?open=1'])
    assert.deepEqual(parseRoute(hash), { view: 'unknown', rest: [], query: {} }, hash)
})
