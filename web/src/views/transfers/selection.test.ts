import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as selection from './selection.ts'

const SHOWN = ['a', 'b', 'c', 'd', 'e']
const idsOf = ({ ids }: selection.Selection) => [...ids].sort().join('')

test('a range goes from where it was begun, either way, and keeps what was chosen', () => {
  const begun = selection.toggle(selection.toggle(selection.NOTHING, 'e'), 'b')
  assert.equal(idsOf(selection.extend(begun, 'd', SHOWN)), 'bcde')
  assert.equal(idsOf(selection.extend(begun, 'a', SHOWN)), 'abe')
})

test('keys stop at the ends and begin at either', () => {
  assert.equal(selection.neighbour(selection.NOTHING, 1, SHOWN), 'a')
  assert.equal(selection.neighbour(selection.NOTHING, -1, SHOWN), 'e')
  assert.equal(selection.neighbour(selection.NOTHING, Number.POSITIVE_INFINITY, SHOWN), 'e')
  assert.equal(selection.neighbour(selection.NOTHING, Number.NEGATIVE_INFINITY, SHOWN), 'a')
  assert.equal(selection.neighbour(selection.only('d'), 10, SHOWN), 'e')
  assert.equal(selection.neighbour(selection.only('b'), -1, SHOWN), 'a')
  assert.equal(selection.neighbour(selection.NOTHING, 1, []), undefined)
})

test('when rows go the keys stay where the list closes up', () => {
  const chosen = selection.extend(selection.only('b'), 'c', SHOWN)
  const left = selection.without(chosen, new Set(['b', 'c']), SHOWN)
  assert.deepEqual(left, { ids: new Set(), active: 'd', anchor: undefined })
  assert.equal(selection.without(selection.only('e'), new Set(['e']), SHOWN).active, 'd')
  assert.equal(selection.without(selection.only('a'), new Set(SHOWN), SHOWN).active, undefined)
})

test('an action is for the chosen ones, or for the one where the keys are', () => {
  assert.deepEqual(selection.targets(selection.moveTo(selection.only('a'), 'b')), ['a'])
  assert.deepEqual(selection.targets(selection.moveTo(selection.NOTHING, 'b')), ['b'])
  assert.deepEqual(selection.targets(selection.none(selection.all(selection.only('b'), SHOWN))), ['b'])
})
