import assert from 'node:assert/strict'
import { test } from 'node:test'
import { understand, whereTo } from './understood.ts'

const V1 = '9c0f6a1d3b2e4c5d6e7f8091a2b3c4d5e6f70819'

test('links are known by their form', () => {
  const whatOf = (text: string) => {
    const understood = understand(text)
    return understood.kind === 'link' ? understood.what : understood.kind
  }
  assert.equal(whatOf(`  magnet:?dn=a&xt=urn:btih:${V1}&tr=x `), 'magnet')
  assert.equal(whatOf(`magnet:?xt=urn:btmh:1220${V1}${V1.slice(0, 24)}`), 'magnet')
  assert.equal(whatOf(V1), 'infohash')
  assert.equal(whatOf(V1.toUpperCase()), 'infohash')
  assert.equal(whatOf('https://example.org/a.torrent'), 'torrent')
})

test('half a link is said to be one, and not searched for', () => {
  for (const text of ['magnet:?xt=urn:btih:9c0f', V1.slice(1), 'magnet:', 'http://a b']) {
    assert.equal(understand(text).kind, 'damaged', text)
  }
})

test('anything else is words for the list', () => {
  const understood = understand('sintel tag:film')
  assert.equal(understood.kind, 'filter')
  assert.equal(understood.kind === 'filter' && understood.filter.terms.length, 2)
  assert.equal(understand(' ').kind, 'nothing')
})

test('words are looked for among transfers where these are and one fits, else in everything', () => {
  const where = (text: string, inTransfers: boolean, fits: number) => {
    const understood = understand(text)
    assert.equal(understood.kind, 'filter')
    return understood.kind === 'filter' && whereTo(understood.filter, { inTransfers, fits })
  }
  assert.equal(where('sea', true, 2), 'transfers')
  assert.equal(where('sea', true, 0), 'search')
  assert.equal(where('sea type:video', false, 2), 'search')
  assert.equal(where('tag:film', false, 0), 'transfers')
  assert.equal(where('state:nonsense', false, 0), 'transfers')
})

test('a link for people is known by its form, in any case, and half of one is said to be one', () => {
  const link = `shoal:invite:${'abcd2345'.repeat(8)}`
  assert.deepEqual(understand(` ${link} `), { kind: 'people', link })
  assert.equal(understand(link.toUpperCase()).kind, 'people')
  assert.equal(understand('shoal:inv').kind, 'damaged')
  assert.equal(understand('shoal: of fish').kind, 'damaged')
})
