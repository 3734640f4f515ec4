import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Filterable, type FilterKey, filterTermText, parseTransferFilter } from './transfer-filter.ts'

const ROW: Filterable = {
  name: 'Sintel: Director’s Cut (4K)',
  state: 'getting',
  needsYou: false,
  trackersFail: false,
  downBytesPerSecond: 1_000,
  upBytesPerSecond: 0,
  tracker: 'tracker.example.org',
  tags: ['Film', 'to keep'],
  category: 'movies',
  saveFolder: '/media/disk one/films',
  totalBytes: 12_000_000_000,
  ratio: 0.5,
}

const fits = (filter: string, change: Partial<Filterable> = {}) =>
  parseTransferFilter(filter).fits({ ...ROW, ...change })

test('every word must be in the name, whatever its case', () => {
  assert.ok(fits('sintel CUT'))
  assert.ok(!fits('sintel trailer'))
  assert.ok(fits('café', { name: 'Cafe\u0301' }))
  assert.ok(fits('  '))
})

test('quotes hold a phrase together', () => {
  assert.ok(fits('"director’s cut"'))
  assert.ok(!fits('"cut director’s"'))
  assert.ok(fits('tag:"to keep"'))
  assert.ok(fits('"director’s cut'), 'a quote that is never closed ends with the text')
})

test('a minus turns a term round', () => {
  assert.ok(!fits('-sintel'))
  assert.ok(fits('-tag:music'))
  assert.ok(!fits('-tag:film'))
  assert.ok(fits('-', { name: 'a - b' }), 'alone it is a word')
})

test('states are known by the words of the page and by those of other programs', () => {
  for (const word of ['getting', 'downloading', 'active']) assert.ok(fits(`state:${word}`), word)
  for (const word of ['giving', 'seeding', 'paused', 'error', 'needs-you'])
    assert.ok(!fits(`state:${word}`), word)
  assert.ok(fits('state:error', { state: 'failed' }))
  assert.ok(fits('state:error', { trackersFail: true }))
  assert.ok(fits('state:needs-you', { needsYou: true }))
})

test('tracker, tag and category are found, and their absence too', () => {
  assert.ok(fits('tracker:example.org'))
  assert.ok(fits('category:Movies tag:FILM'))
  assert.ok(!fits('category:movie'), 'a category is whole')
  assert.ok(fits('category:none tag:none tracker:none', { category: null, tags: [], tracker: null }))
  assert.ok(!fits('category:none'))
})

test('commas mean any of these', () => {
  assert.ok(fits('state:paused,getting tag:music,film'))
  assert.ok(!fits('tag:music,books'))
  assert.ok(!fits('-tag:music,film'))
  assert.ok(fits('category:none,movies'))
  assert.deepEqual(parseTransferFilter('state:getting,').mistakes, [
    { term: 'state:getting,', expected: 'state' },
  ])
})

test('a whole path means that folder and what is below, a part of one any that is called like it', () => {
  assert.ok(fits('folder:"/media/disk one"'))
  assert.ok(fits('folder:"/media/disk one/"'))
  assert.ok(!fits('folder:"/media/disk"'))
  assert.ok(fits('folder:FILMS'))
  assert.ok(fits('folder:D:\\got', { saveFolder: 'D:\\got\\films' }))
})

test('sizes and ratios are compared', () => {
  for (const yes of [
    'size:>10G',
    'size:>=12GB',
    'size:12000000000',
    'size:10G..12.5G',
    'ratio:<1',
    'ratio:0.5',
  ])
    assert.ok(fits(yes), yes)
  for (const no of ['size:<10G', 'size:>12G', 'ratio:>=1', 'size:1..2']) assert.ok(!fits(no), no)
})

test('a term that cannot be read is told and filters nothing', () => {
  const filter = parseTransferFilter('sintel size:big state:nonsense tag: ratio:>x')
  assert.deepEqual(filter.mistakes, [
    { term: 'size:big', expected: 'size' },
    { term: 'state:nonsense', expected: 'state' },
    { term: 'tag:', expected: 'value' },
    { term: 'ratio:>x', expected: 'number' },
  ])
  assert.ok(filter.fits(ROW))
})

test('names of what every object has are no states', () => {
  assert.equal(parseTransferFilter('state:constructor').mistakes.length, 1)
})

test('a word with a colon that is no key is a word', () => {
  assert.ok(fits('sintel:'))
  assert.deepEqual(parseTransferFilter('http://a/b').terms, [
    { key: 'word', value: 'http://a/b', negated: false },
  ])
})

test('what a term is written as is read as that term', () => {
  const keys: FilterKey[] = ['word', 'tracker', 'tag', 'category', 'folder']
  const value = fc.string({ minLength: 1 }).filter((text) => !/[",]/.test(text))
  fc.assert(
    fc.property(fc.constantFrom(...keys), value, fc.boolean(), (key, text, negated) => {
      const term = { key, value: text, negated }
      assert.deepEqual(parseTransferFilter(filterTermText(term)).terms, [term])
    }),
    { seed: 4 },
  )
})

test('any text is a filter', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseTransferFilter(text).fits(ROW)
    }),
    { seed: 4 },
  )
})
