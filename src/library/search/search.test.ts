import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { openDatabase } from '../../platform/database.ts'
import { SystemDigest } from '../../platform/digest.ts'
import type { MediaFacts } from '../file-record.ts'
import { extensionOf, kindOf } from '../names/kinds.ts'
import { LIBRARY_SCHEMA, libraryStores } from '../stores.ts'
import { fieldsOf, matchesFile } from './match.ts'
import { parseQuery } from './query.ts'
import { LibrarySearch, MAX_RANKED, type SearchRequest } from './search.ts'

const FOLDER = '0000000000000001'
const NOW_MS = Date.UTC(2026, 0)
const DAY_MS = 86_400_000

interface LibraryFile {
  readonly path: string
  readonly lengthBytes?: number
  readonly modifiedMs?: number
  readonly content?: number
  readonly mediaType?: string
  readonly facts?: MediaFacts
}

function scene(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-search-'))
  const opened = openDatabase({ path: path.join(folder, 'library.db'), migrations: LIBRARY_SCHEMA })
  if (opened.kind !== 'opened') throw new Error(opened.why)
  t.after(() => {
    opened.database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const stores = libraryStores(opened.database, new SystemDigest())
  stores.folders.add(FOLDER, '/home/shelf', 1)
  const search = new LibrarySearch(opened.database, () => NOW_MS)
  const names = (words: string, more: Partial<SearchRequest> = {}) =>
    search.search({ words, sort: 'fit', offset: 0, limit: 50, ...more }).entries.map(({ name }) => name)
  return { ...stores, search, names, fill: (files: readonly LibraryFile[]) => fill(stores, files) }
}

function fill({ files, reading }: ReturnType<typeof libraryStores>, all: readonly LibraryFile[]): void {
  const walked = all.map(({ path: at, lengthBytes = 1_000, modifiedMs = NOW_MS - 100 * DAY_MS }, index) => ({
    path: at,
    lengthBytes,
    modifiedMs,
    inode: String(index + 1),
  }))
  files.apply(FOLDER, { added: walked, changed: [], gone: [], goneDirectories: [] })
  const ids = new Map(reading.unread(undefined, all.length + 1_000).map((file) => [file.path, file.id]))
  for (const [index, { content, mediaType, facts }] of all.entries()) {
    const file = walked[index] as (typeof walked)[number]
    const id = ids.get(file.path) ?? 0
    if (content !== undefined) {
      const root = new Uint8Array(32).fill(content)
      assert.ok(reading.recordContent(id, file, { root, lengthBytes: file.lengthBytes }))
    }
    if (facts !== undefined || mediaType !== undefined) {
      assert.ok(reading.recordFacts(id, file, mediaType, facts ?? {}))
    }
  }
}

test('what fits best comes first', (t) => {
  const { fill, names } = scene(t)
  fill([
    { path: 'Train/of/the/blue/one.mp3' },
    { path: 'a train that is not so blue.mp3' },
    { path: 'The Blue Train Sessions and other takes.mp3' },
    { path: 'Blue Train.mp3' },
    { path: 'Coltrane - 01.flac', facts: { title: 'Blue Train', artist: 'John Coltrane' } },
    { path: 'Blue and a train.mp3' },
    { path: 'unrelated.mp3' },
  ])
  const found = names('blue train')
  assert.deepEqual(new Set(found.slice(0, 2)), new Set(['Blue Train.mp3', 'Coltrane - 01.flac']))
  assert.deepEqual(found.slice(2), [
    'The Blue Train Sessions and other takes.mp3',
    'Blue and a train.mp3',
    'a train that is not so blue.mp3',
    'one.mp3',
  ])
})

test('of names that fit alike the newer comes first', (t) => {
  const { fill, names } = scene(t)
  fill([
    { path: 'a/report.pdf', modifiedMs: NOW_MS - 900 * DAY_MS },
    { path: 'b/report.odt', modifiedMs: NOW_MS - 2 * DAY_MS },
  ])
  assert.deepEqual(names('report'), ['report.odt', 'report.pdf'])
})

test('one content is one entry, by the name that fits, with all its places', (t) => {
  const { fill, search } = scene(t)
  fill([
    { path: 'a/x1.flac', content: 1 },
    { path: 'b/naima.flac', content: 1 },
    { path: 'c/other.flac', content: 2 },
  ])
  const { entries, total } = search.search({ words: 'flac', sort: 'fit', offset: 0, limit: 10 })
  assert.equal(total, 2)
  assert.deepEqual(entries.map(({ placeCount }) => placeCount).sort(), [1, 2])
  const [naima] = search.search({ words: 'naima', sort: 'fit', offset: 0, limit: 10 }).entries
  assert.equal(naima?.name, 'naima.flac')
  assert.deepEqual(
    naima?.places.map(({ path: at }) => at),
    ['a/x1.flac', 'b/naima.flac'],
  )
  // Where it lies on this computer is the two together.
  assert.ok(naima?.places.every(({ root }) => root?.startsWith('/')))
})

test('any part of a name without spaces is found', (t) => {
  const { fill, names } = scene(t)
  for (const name of ['東京物語.mkv', 'ラブレター.mp3', '서울의밤.mp4', 'กรุงเทพ.jpg']) fill([{ path: name }])
  for (const [name, stem] of [
    ['東京物語.mkv', '東京物語'],
    ['ラブレター.mp3', 'ラブレター'],
    ['서울의밤.mp4', '서울의밤'],
    ['กรุงเทพ.jpg', 'กรุงเทพ'],
  ] as const) {
    const characters = [...stem]
    for (let from = 0; from < characters.length; from++) {
      for (let to = from + 1; to <= characters.length; to++) {
        const part = characters.slice(from, to).join('')
        assert.deepEqual(names(part), [name], part)
      }
    }
  }
})

test('find-as-you-type finds at every letter', (t) => {
  const { fill, names } = scene(t)
  fill([{ path: 'Música/Åström – Überfahrt S01E02.mkv' }, { path: 'zzz.txt' }])
  for (const whole of ['astrom uberfahrt', 'überfahrt s01e02', 'musica astrom', 's 01']) {
    for (let length = 1; length <= whole.length; length++) {
      // A path is found by whole words, or from four letters of one.
      if (whole.startsWith('musica') && length < 4) continue
      assert.equal(names(whole.slice(0, length), { typing: true }).length, 1, whole.slice(0, length))
    }
  }
})

test('licence and publisher of a folder are searched, and follow its changes', (t) => {
  const { fill, names, folders } = scene(t)
  fill([{ path: 'a.mp3' }])
  assert.deepEqual(names('licence:cc-by-4.0'), [])
  const licence = { kind: 'open', id: 'CC-BY-4.0' } as const
  folders.setAudience(FOLDER, { audience: 'everyone', licence, publisher: 'Jane Doe' })
  for (const words of ['licence:cc-by-4.0', 'licence:open', 'license:cc', 'by:jane', 'by:"jane doe" a']) {
    assert.deepEqual(names(words), ['a.mp3'], words)
  }
  assert.deepEqual(names('by:john'), [])
  assert.deepEqual(names('by:"doe jane"'), [])
})

test('more matches than are looked at are said, and the best names are still among those shown', (t) => {
  const { fill, search, names } = scene(t)
  const many = Array.from({ length: 3 * MAX_RANKED }, (_, index) => ({
    path: `${index % 10}/holiday picture number ${index} from the camera.jpg`,
    lengthBytes: 1_000 + index,
    modifiedMs: NOW_MS - index * DAY_MS,
  }))
  // Added first, so that what came last would hide it.
  fill([{ path: 'Picture.png' }, { path: 'holiday picture.png', lengthBytes: 5 }])
  for (let from = 0; from < many.length; from += 1_000) fill(many.slice(from, from + 1_000))
  const answer = search.search({ words: 'picture', sort: 'fit', offset: 0, limit: 10 })
  assert.equal(answer.more, true)
  assert.equal(answer.total, MAX_RANKED)
  assert.deepEqual(names('picture').slice(0, 2), ['Picture.png', 'holiday picture.png'])
  assert.equal(names('holiday picture')[0], 'holiday picture.png')
  assert.deepEqual(names('pictu', { typing: true })[0], 'Picture.png')
  // In an order the first page is exact, and the next goes on from it.
  const largest = names('picture', { sort: 'size', limit: 5 })
  assert.deepEqual(
    largest,
    many
      .slice(-5)
      .toReversed()
      .map(({ path: at }) => at.slice(2)),
  )
  assert.deepEqual(
    names('picture', { sort: 'size', limit: 3, offset: 2 }),
    many
      .slice(-5, -2)
      .toReversed()
      .map(({ path: at }) => at.slice(2)),
  )
  assert.deepEqual(
    names('holiday', { sort: 'newest', limit: 2 }),
    many.slice(0, 2).map(({ path: at }) => at.slice(2)),
  )
  for (const words of ['picture', '', 'holiday type:image', 'pictu']) {
    const more = { sort: 'name', limit: 4, offset: 1, typing: true } as const
    const last = [1, 2, 3, 4].map((index) => `holiday picture number ${index} from the camera.jpg`)
    assert.deepEqual(names(words, more), last, words)
  }
  assert.equal(names('-camera', { sort: 'name' }).length, 2)
  assert.equal(names('picture ext:png').length, 2)
  assert.equal(names('picture size:<10').length, 1)
})

// ── the oracle: every file looked at, one by one ──

const WORDS =
  'blue train straße été S01E02 naima 東京物語 京 언어 IMG_1042 v2 live iPhone a an the x264'.split(' ')
const EXTENSIONS = ['mp3', 'flac', 'jpg', 'mkv', 'txt', '']
const name = fc
  .tuple(
    fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(' ', '_', '.', '-'),
    fc.constantFrom(...EXTENSIONS),
  )
  .map(([words, between, extension]) => `${words.join(between)}${extension === '' ? '' : `.${extension}`}`)
const libraryFile = fc.record({
  directory: fc.constantFrom('', 'blue/', 'Train/live/', '東京/a/'),
  name,
  lengthBytes: fc.constantFrom(0, 1, 999, 1_000, 1_001, 1_500_000, 3_000_000_000),
  days: fc.nat(3_000),
  title: fc.option(fc.constantFrom('Blue Train', 'Été', '物語'), { nil: undefined }),
  durationSeconds: fc.option(fc.constantFrom(10, 200, 5_400), { nil: undefined }),
})
const queryPart = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...WORDS, 'b', 'tr', 'blu', 'nai', 'img', '10', '京物', '語', 'trai', 'iphon'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"blue train"', '"train blue"', '"S01E02 naima"', 'blue*', 'str*'),
  },
  { weight: 1, arbitrary: fc.constantFrom('-live', '-"blue train"', '-ext:mp3', '-type:audio', '-東京') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'size:>1k',
      'size:<=1k',
      'size:1M..2G',
      'size:>2G',
      'type:audio',
      'type:video,text',
      'ext:mp3,jpg',
      'duration:>3m',
      'duration:<1m',
      'size:1k',
    ),
  },
)
const typed = fc.record({
  words: fc.array(queryPart, { maxLength: 4 }).map((parts) => parts.join(' ')),
  typing: fc.boolean(),
  sort: fc.constantFrom('fit' as const, 'name' as const, 'size' as const, 'newest' as const),
})

test('search finds exactly what looking at every file finds', (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(libraryFile, {
        maxLength: 25,
        selector: ({ directory, name: last }) => directory + last,
      }),
      fc.array(typed, { minLength: 1, maxLength: 12 }),
      (files, queries) => {
        const { fill: put, search } = scene(t)
        put(
          files.map(({ directory, name: last, lengthBytes, days, title, durationSeconds }) => ({
            path: directory + last,
            lengthBytes,
            modifiedMs: NOW_MS - days * DAY_MS,
            facts: {
              ...(title === undefined ? {} : { title }),
              ...(durationSeconds === undefined ? {} : { durationSeconds }),
            },
          })),
        )
        for (const { words, typing, sort } of queries) {
          const answer = search.search({ words, typing, sort, offset: 0, limit: 200 })
          const found = answer.entries.flatMap(({ places }) => places.map(({ path: at }) => at)).sort()
          const expected = files
            .filter((file) => oracle(words, typing, file))
            .map(({ directory, name: last }) => directory + last)
            .sort()
          assert.deepEqual(found, expected, `${words} ${typing}`)
          assert.deepEqual([answer.total, answer.more], [expected.length, false])
          if (sort === 'size') {
            const sizes = answer.entries.map(({ lengthBytes }) => lengthBytes)
            assert.deepEqual(
              sizes,
              sizes.toSorted((a, b) => b - a),
            )
          }
        }
      },
    ),
    { numRuns: 60, seed: 5 },
  )
})

type OracleFile = typeof libraryFile extends fc.Arbitrary<infer File> ? File : never

function oracle(words: string, typing: boolean, file: OracleFile): boolean {
  const { terms, excluded, filters } = parseQuery(words, typing)
  const names = [file.name, ...(file.title === undefined ? [] : [file.title])].flatMap(fieldsOf)
  const directories = ['shelf', ...file.directory.split('/').filter((component) => component !== '')]
  const fields = { names, path: directories.flatMap(fieldsOf) }
  const within = (range: { least: number; most: number } | undefined, value: number | undefined): boolean =>
    range === undefined || (value !== undefined && range.least <= value && value <= range.most)
  const kind = kindOf(file.name, undefined)
  const extension = extensionOf(file.name)
  return (
    terms.every((term) => matchesFile(term, fields)) &&
    !excluded.some((term) => matchesFile(term, fields)) &&
    within(filters.sizes, file.lengthBytes) &&
    within(filters.durations, file.durationSeconds) &&
    (filters.kinds.length === 0 || filters.kinds.includes(kind)) &&
    (filters.extensions.length === 0 || filters.extensions.includes(extension)) &&
    !filters.notKinds.includes(kind) &&
    !filters.notExtensions.includes(extension)
  )
}
