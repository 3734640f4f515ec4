import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleRow } from '../../store/sample-row.ts'
import { countChips } from './chip.ts'
import { chosenIn, countFacets, toggled } from './facets.ts'

test('every value is counted, and what has none is last', () => {
  const rows = [
    sampleRow({ category: 'films', tags: ['hd', 'to keep'] }),
    sampleRow({ category: 'films', tracker: 'a.example' }),
    sampleRow({ category: null, tags: ['hd'], trackersFail: true }),
  ]
  const { category, tag, tracker, state } = countFacets(rows)
  assert.deepEqual(category, [
    { value: 'films', count: 2 },
    { value: 'none', count: 1 },
  ])
  assert.deepEqual(tag, [
    { value: 'hd', count: 2 },
    { value: 'to keep', count: 1 },
    { value: 'none', count: 1 },
  ])
  assert.deepEqual(tracker.at(-1), { value: 'none', count: 2 })
  assert.deepEqual(state, [
    { value: 'error', count: 1 },
    { value: 'getting', count: 3 },
  ])
})

test('choosing and choosing again leaves the filter as it was', () => {
  const filter = 'sintel -tag:music size:>1G'
  const one = toggled(filter, 'tag', 'to keep')
  assert.equal(one, 'sintel -tag:music size:>1G tag:"to keep"')
  const two = toggled(one, 'tag', 'hd')
  assert.deepEqual(chosenIn(two, 'tag'), ['to keep', 'hd'])
  assert.equal(toggled(toggled(two, 'tag', 'hd'), 'tag', 'to keep'), filter)
})

test('of folders one is chosen, since their names can hold commas', () => {
  const filter = toggled(toggled('', 'folder', '/a, b'), 'folder', '/c')
  assert.equal(filter, 'folder:/c')
  assert.equal(toggled(filter, 'folder', '/c'), '')
})

test('chips count what is in them', () => {
  const states = ['getting', 'listing', 'giving', 'waiting', 'queued', 'paused', 'done'] as const
  const counts = countChips([
    ...states.map((state) => sampleRow({ state })),
    sampleRow({ state: 'failed', needsYou: true }),
  ])
  assert.deepEqual(counts, { all: 8, getting: 2, giving: 1, waiting: 2, 'needs-you': 1 })
})
