import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseNamed, type Named, NameError } from './people-names.ts'

const ANA = 'k3wq'.repeat(13)
const BEN = 'm7aa'.repeat(13)
const BAND = 'zz22'.repeat(13)

const ROWS: readonly Named[] = [
  { kind: 'circle', id: BAND, names: ['Band'] },
  { kind: 'room', id: `room:${BAND}:${'0a'.repeat(16)}`, names: ['Band/plans', 'plans'] },
  { kind: 'person', id: ANA, names: ['Ana'] },
  { kind: 'person', id: BEN, names: ['Ben', 'Benjamin'] },
  { kind: 'device', id: 'dev2'.repeat(13), names: ["Ana's phone"], same: ANA },
]

function codeOf(word: string, rows = ROWS): unknown {
  try {
    return chooseNamed(word, rows, 'person').id
  } catch (error) {
    assert.ok(error instanceof NameError)
    return [error.code, error.data.matches ?? error.data.nearest]
  }
}

test('a name is meant whatever its letters are, or by its beginning, if it is the only one', () => {
  assert.equal(codeOf('Ana'), ANA)
  assert.equal(codeOf('ana'), ANA)
  assert.equal(codeOf('benj'), BEN)
  assert.equal(codeOf('Band/plans'), ROWS[1]?.id)
})

test('the beginning of an id is enough from four letters on', () => {
  assert.equal(codeOf('m7aa'), BEN)
  assert.equal(codeOf('0a0a'), ROWS[1]?.id)
  assert.deepEqual(codeOf('m7a'), ['NAME_FITS_NOTHING', undefined])
})

test('a slip is answered with the nearest name, and nothing is chosen', () => {
  assert.deepEqual(codeOf('Benjamn'), ['NAME_FITS_NOTHING', 'Benjamin'])
  assert.deepEqual(codeOf('Zoroaster'), ['NAME_FITS_NOTHING', undefined])
})

test('what fits several is listed with what to type, and nothing is chosen', () => {
  const rows: Named[] = [...ROWS, { kind: 'circle', id: 'qq33'.repeat(13), names: ['Ana'] }]
  assert.deepEqual(codeOf('Ana', rows), ['NAME_FITS_SEVERAL', 'person:k3wqk3wq (Ana), circle:qq33qq33 (Ana)'])
  assert.equal(codeOf('person:Ana', rows), ANA)
  assert.equal(codeOf('circle:qq33', rows), 'qq33'.repeat(13))
})

test('a person and their only device under one name are one', () => {
  const rows: Named[] = [
    { kind: 'person', id: ANA, names: ['Ana'] },
    { kind: 'device', id: 'dev2'.repeat(13), names: ['Ana'], same: ANA },
  ]
  assert.equal(codeOf('Ana', rows), ANA)
})
