import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SceneView } from '../../daemon/demo/scene.ts'
import { columnsOf } from '../columns.ts'
import { Terminal } from '../terminal.ts'
import { endSentence, leftSentence, openingSentence, plain, rows, wrapped } from './picture.ts'

const VIEW: SceneView = {
  totalBytes: 256_000_000,
  wholeWhenOff: undefined,
  fish: [
    { name: 'Ana', state: 'whole', doneBytes: 256e6, givenBytes: 183_400_000, takenBytes: 0 },
    { name: 'Ben', state: 'getting', doneBytes: 112_640_000, givenBytes: 61e6, takenBytes: 113e6 },
    { name: 'Caro', state: 'getting', doneBytes: 12_800_000, givenBytes: 820, takenBytes: 13e6 },
    { name: 'Dev', state: 'waiting', doneBytes: 0, givenBytes: 0, takenBytes: 0 },
  ],
}

const LATER: SceneView = {
  totalBytes: 256_000_000,
  wholeWhenOff: [],
  fish: [
    { name: 'Ana', state: 'off', doneBytes: 256e6, givenBytes: 268e6, takenBytes: 0 },
    { name: 'Ben', state: 'whole', doneBytes: 256e6, givenBytes: 201e6, takenBytes: 256e6 },
    { name: 'Caro', state: 'getting', doneBytes: 255_999_999, givenBytes: 150e6, takenBytes: 256e6 },
    { name: 'Dev', state: 'getting', doneBytes: 128e6, givenBytes: 150e6, takenBytes: 128e6 },
  ],
}

const terminal = (locale: string) => new Terminal({ write: () => {}, isTTY: true }, { LANG: locale }, true)

function drawn(view: SceneView, columns: number, locale = 'C.UTF-8'): string[] {
  return rows(view, columns).map((line) => terminal(locale).render(line, columns - 1))
}

test('eighty columns hold a bar, a state and what was given and taken', () => {
  assert.deepEqual(drawn(VIEW, 80), [
    ' Ana   ██████████████████████████████ has it        gave  183 MB   took     0 B',
    ' Ben   █████████████░░░░░░░░░░░░░░░░░ 44 %          gave 61.0 MB   took  113 MB',
    ' Caro  █░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  5 %          gave   820 B   took 13.0 MB',
    ' Dev   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░               gave     0 B   took     0 B',
  ])
})

test('who switched off has an empty bar, and nobody is at 100 % before the file has its name', () => {
  assert.deepEqual(drawn(LATER, 80), [
    ' Ana   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ switched off  gave  268 MB   took     0 B',
    ' Ben   ██████████████████████████████ has it        gave  201 MB   took  256 MB',
    ' Caro  █████████████████████████████░ 99 %          gave  150 MB   took  256 MB',
    ' Dev   ███████████████░░░░░░░░░░░░░░░ 50 %          gave  150 MB   took  128 MB',
  ])
})

test('on a narrow terminal the bar is shorter, then words become signs, then the bar goes', () => {
  assert.equal(drawn(VIEW, 60)[1], ' Ben   ████░░░░░░ 44 %          gave 61.0 MB   took  113 MB')
  assert.equal(drawn(VIEW, 50)[1], ' Ben   ███████░░░░░░░░░░ 44 %   ↑61.0 MB ↓ 113 MB')
  assert.equal(drawn(LATER, 40)[0], ' Ana   ░░░░░░░ off    ↑ 268 MB ↓    0 B')
  assert.equal(drawn(VIEW, 36)[1], ' Ben   44 %   ↑61.0 MB ↓ 113 MB')
})

test('no row is ever wider than the terminal less one, and a wide one is used to a degree', () => {
  for (let columns = 1; columns <= 200; columns++) {
    for (const view of [VIEW, LATER]) {
      for (const row of drawn(view, columns)) {
        assert.ok(columnsOf(row) < Math.max(2, columns), `${columns} columns: ${row}`)
      }
    }
  }
  assert.ok(columnsOf(drawn(VIEW, 200)[0] ?? '') < 100)
})

test('all rows are equally wide, so that nothing jumps', () => {
  for (const columns of [44, 60, 80, 120]) {
    const widths = new Set([...drawn(VIEW, columns), ...drawn(LATER, columns)].map(columnsOf))
    assert.equal(widths.size, 1, `${columns} columns`)
  }
})

test('a terminal without UTF-8 gets the same in ASCII', () => {
  const [ana, ben] = drawn(LATER, 60, 'C')
  assert.equal(ana, ' Ana   .......... switched off  gave  268 MB   took     0 B')
  assert.equal(ben, ' Ben   ########## has it        gave  201 MB   took  256 MB')
  assert.match(drawn(VIEW, 50, 'C')[1] ?? '', / \^61\.0 MB v 113 MB$/)
})

test('where nothing can be redrawn, one line says it all', () => {
  assert.equal(
    plain(LATER, 9.7),
    ' 10 s: Ana is off, Ben has it (took 256 MB, gave 201 MB), Caro 99 % (took 256 MB, gave 150 MB), Dev 50 % (took 128 MB, gave 150 MB)',
  )
})

test('the sentences are those of the story', () => {
  assert.equal(
    openingSentence({ name: 'film', film: true, totalBytes: 256e6 }),
    'Four equal computers, all pretended on this one. Ana has a film (256 MB). Ben, Caro and Dev want it.',
  )
  assert.match(
    openingSentence({ name: 'holiday.mp4', film: false, totalBytes: 4.2e9 }),
    /has holiday\.mp4 \(4\.2 GB\)/,
  )
  const result = { totalBytes: 256e6, hashesRight: 3, hashes: 3, takenBytes: 768e6, sha256: '' }
  assert.equal(
    endSentence({ ...result, seconds: 11.2, givenBySharerBytes: 253e6, fromEachOtherShare: 0.6706 }),
    'Ben, Caro and Dev have every byte: 3 of 3 hashes right, 11 s. 67 % of it came from each other, not from Ana.',
  )
})

test('"nobody else has all of it" is said only when it is so', () => {
  const off = (wholeWhenOff: SceneView['wholeWhenOff']) => leftSentence({ ...LATER, wholeWhenOff })
  assert.equal(off([]), 'Ana switched off. Nobody else has all of it. Watch.')
  assert.equal(off(['Ben']), 'Ana switched off. Of the others Ben has all of it. Watch.')
  assert.equal(off(['Ben', 'Dev']), 'Ana switched off. Of the others Ben and Dev have all of it. Watch.')
  assert.equal(off(['Ben', 'Caro', 'Dev']), 'Ana switched off. Everybody else has all of it.')
})

test('sentences are broken between words', () => {
  assert.deepEqual(wrapped('one two three four', 9), ['one two', 'three', 'four'])
  assert.deepEqual(wrapped('one two', 7), ['one two'])
  assert.deepEqual(wrapped('unbreakable', 4), ['unbreakable'])
  assert.deepEqual(wrapped('one two three', Number.POSITIVE_INFINITY), ['one two three'])
})
