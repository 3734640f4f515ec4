import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import fc from 'fast-check'
import { Planner } from './plan.ts'
import { MAX_TERMS, parseQuery } from './query.ts'

const runs = (text: string, typing = false) =>
  parseQuery(text, typing).terms.map(
    ({ runs, open }) => `${runs.map((run) => run.join(' ')).join('|')}${open ? '*' : ''}`,
  )

test('words, phrases and exclusions', () => {
  assert.deepEqual(runs('Blue train'), ['blue', 'train'])
  assert.deepEqual(runs('"Blue Train" live'), ['blue train', 'live'])
  assert.deepEqual(runs('“Blue Train'), ['blue train'], 'a quote need not be closed')
  const query = parseQuery('miles -davis -"blue note" -')
  assert.deepEqual(
    query.excluded.map(({ runs: [run] }) => run),
    [['davis'], ['blue', 'note']],
  )
  assert.deepEqual(query.ignored, ['-'])
})

test('only the last word may go on, and only while it is typed', () => {
  assert.deepEqual(runs('blue tra', true), ['blue', 'tra*'])
  assert.deepEqual(runs('blue tra ', true), ['blue', 'tra'])
  assert.deepEqual(runs('blue tra'), ['blue', 'tra'])
  assert.deepEqual(runs('blu* train'), ['blu*', 'train'])
  assert.deepEqual(runs('"blue tra"', true), ['blue tra'])
})

test('what is written together stands together, whole or taken apart', () => {
  assert.deepEqual(runs('S01E02'), ['s 01 e 02|s01e02'])
  assert.deepEqual(runs('wi-fi'), ['wi fi'])
  assert.deepEqual(runs('Alien:Covenant'), ['alien covenant'])
})

test('a part of a name without spaces is found by its pairs', () => {
  assert.deepEqual(runs('京物'), ['京物'])
  assert.deepEqual(runs('京物語'), ['京物 物語'])
  assert.deepEqual(runs('京'), ['京*'])
  assert.deepEqual(runs('東京2020'), ['東京 京 2020'])
})

test('filters are understood in the ways they are written', () => {
  const { filters } = parseQuery(
    'size:>1G duration:1h30m..2h bitrate:>=192k type:video,music ext:.MP4 licence:CC-BY-4.0 by:"Jane Doe"',
  )
  assert.ok((filters.sizes?.least ?? 0) > 1e9 && (filters.sizes?.least ?? 0) < 1e9 + 1)
  assert.deepEqual(filters.durations, { least: 5_400, most: 7_200 })
  assert.deepEqual(filters.bitrates, { least: 192_000, most: Number.POSITIVE_INFINITY })
  assert.deepEqual(filters.kinds, ['video', 'audio'])
  assert.deepEqual(filters.extensions, ['mp4'])
  assert.deepEqual(filters.licences, ['cc-by-4.0'])
  assert.deepEqual(
    filters.publishers.map(({ runs: [run] }) => run),
    [['jane', 'doe']],
  )
  const range = (text: string) => parseQuery(text).filters
  assert.deepEqual(range('size:100M..2G').sizes, { least: 1e8, most: 2e9 })
  assert.deepEqual(range('size:1GiB..').sizes?.least, 2 ** 30)
  assert.deepEqual(range('size:>1M size:<=2M').sizes?.most, 2e6)
  assert.deepEqual(range('duration:3:25').durations, { least: 205 * 0.95, most: 205 * 1.05 })
  assert.deepEqual(range('bitrate:=320').bitrates, { least: 320_000, most: 320_000 })
  assert.deepEqual(range('-type:video -ext:mp3').notKinds, ['video'])
  assert.deepEqual(range('type:"disk image"').kinds, ['disk image'])
})

test('what means nothing is said, and the rest still counts', () => {
  const parts = [
    'size:big',
    'type:nonsense',
    'ext:"a b"',
    '-size:>1G',
    'licence:§',
    '…',
    'duration:>x',
    'size:2G..1G',
    'by:-',
  ]
  const query = parseQuery(`blue ${parts.join(' ')}`)
  assert.deepEqual(query.ignored, parts)
  assert.deepEqual(runs(`blue ${parts.join(' ')}`), ['blue'])
})

test('more words than anybody searches for are left out, and said', () => {
  const query = parseQuery(Array.from({ length: 20 }, (_, index) => `w${index}x`).join(' '))
  assert.equal(query.terms.length, MAX_TERMS)
  assert.equal(query.ignored.length, 8)
})

/** Pieces of the index's syntax, of this one's, and of nobody's. */
const piece = fc.oneof(
  fc.constantFrom(
    ...'" \' * ^ : ( ) { } + - , . .. NEAR AND OR NOT NEAR(a,b) name: marks: _h _s10 size: >1G type:video ext:* -" "" \0 \ud800 京 e\u0301 ;DROP -- /* 🎉'.split(
      ' ',
    ),
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const anything = fc
  .array(piece, { maxLength: 30 })
  .chain((pieces) => fc.constantFrom(pieces.join(' '), pieces.join('')))

test('any text at all is a query, and the index understands it as nothing but words', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(readFileSync(new URL('../schema/0001-index.sql', import.meta.url), 'utf8'))
  const planner = new Planner(database)
  const match = database.prepare('SELECT count(*) AS n FROM words WHERE words MATCH ?')
  fc.assert(
    fc.property(anything, fc.boolean(), (text, typing) => {
      const query = parseQuery(text, typing)
      assert.ok(query.terms.length + query.excluded.length <= MAX_TERMS)
      const plan = planner.plan(query)
      if (plan === undefined) return
      for (const expression of [plan.all, plan.anySize, plan.inName, plan.wholeInName, plan.inARow]) {
        if (expression !== undefined) {
          assert.equal(match.get(expression())?.n, 0)
          assert.equal(match.get(expression('"_i0"'))?.n, 0)
        }
      }
    }),
    { numRuns: 3_000, seed: 5 },
  )
  database.close()
})
