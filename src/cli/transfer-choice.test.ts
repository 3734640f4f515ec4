import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Choosable, chooseOne, chooseTransfers, shortIds } from './transfer-choice.ts'

function row(letters: string, name: string): Choosable {
  const id = letters.padEnd(40, '0')
  return { id, name, infohashV1: id, infohashV2: letters.padEnd(64, 'f') }
}

const FILM = row('9c0f12', 'film.mp4')
const OTHER = row('9c0fab', 'Other film')
const TWIN = row('51ab00', 'film.mp4')
const TRICK = row('abcdef', '9c0f12')
const ROWS = [FILM, OTHER, TRICK]

test('the beginning of an ID is enough when no other begins so', () => {
  assert.equal(chooseOne('9c0f1', [FILM, OTHER]), FILM)
  assert.equal(chooseOne('9C0FAB', ROWS), OTHER)
})

test('a whole hash of either version is the transfer, whatever others are called', () => {
  assert.equal(chooseOne(FILM.id, ROWS), FILM)
  assert.equal(chooseOne(FILM.infohashV2 ?? '', ROWS), FILM)
})

test('a name works when it is one transfer’s alone, in small letters too', () => {
  assert.equal(chooseOne('Other film', ROWS), OTHER)
  assert.equal(chooseOne('other FILM', ROWS), OTHER)
  assert.throws(() => chooseOne('film.mp4', [FILM, TWIN]), { code: 'FITS_SEVERAL' })
})

test('several are listed, and nothing is guessed: not between an ID and a name either', () => {
  assert.throws(() => chooseOne('9c0f', ROWS), {
    data: { id: '9c0f', count: 2, matches: '9c0f12 film.mp4, 9c0fab Other film' },
  })
  assert.throws(() => chooseOne('9c0f12', ROWS), { code: 'FITS_SEVERAL' })
})

test('a word that fits nothing is said; one letter is no ID', () => {
  assert.throws(() => chooseOne('ffff', ROWS), { code: 'FITS_NOTHING' })
  assert.throws(() => chooseOne('a', ROWS), { code: 'FITS_NOTHING' })
})

test('of several words one that means nothing stops all; the same transfer twice is one', () => {
  assert.deepEqual(chooseTransfers(['9c0f1', 'film.mp4'], [FILM, OTHER]), [FILM])
  assert.throws(() => chooseTransfers(['9c0f1', 'nothing'], [FILM, OTHER]))
})

test('IDs are shown as short as tells them apart', () => {
  assert.equal(shortIds([])('abcdefgh'), 'abcdef')
  const [a, b] = ['123456789a', '123456780b']
  assert.equal(shortIds([a, b, 'ffffffffff'])(a), '123456789')
})
