import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { BLOCK_BYTES, Geometry } from '../../metainfo/geometry.ts'
import { Standing } from './standing.ts'

const at = (ms: number) => ms as Millis
const later = (retryMs?: number) => ({ kind: 'later', code: 'BUSY', retryMs }) as const
const missing = (file: number | undefined) => ({ kind: 'missing', code: 'NOT_FOUND', file }) as const

/** So many files of a piece and a half each. */
function standing(files = 4): Standing {
  const lengthBytes = 3 * BLOCK_BYTES
  return new Standing(
    new Geometry(
      Array.from({ length: files }, () => ({ lengthBytes, pad: false })),
      2 * BLOCK_BYTES,
      'packed',
    ),
  )
}

const drawn = ({ has }: Standing): string =>
  Array.from({ length: has.length }, (_, i) => (has.has(i) ? '#' : '.')).join('')

test('after each setback in a row it is left alone twice as long, ten minutes at most', () => {
  const one = standing()
  let now = 0
  const pauses: number[] = []
  for (let i = 0; i < 10; i++) {
    one.setback(later(), at(now))
    assert.equal(one.mayAsk(at(now)), false)
    pauses.push(Number(one.retryAt) - now)
    now = Number(one.retryAt)
    assert.equal(one.mayAsk(at(now)), true)
  }
  assert.deepEqual(
    pauses,
    [5, 10, 20, 40, 80, 160, 320, 600, 600, 600].map((seconds) => seconds * 1_000),
  )
  one.answered()
  one.setback(later(), at(now))
  assert.equal(Number(one.retryAt) - now, 5_000, 'a whole body makes up for them')
})

test('when the server says how long, that is how long', () => {
  const one = standing()
  one.setback(later(90_000), at(0))
  assert.equal(one.mayAsk(at(89_999)), false)
  assert.equal(one.reason, 'BUSY')
  assert.equal(one.mayAsk(at(90_000)), true)
  assert.equal(one.reason, undefined)
})

test('pieces with a missing file are not asked for, the others are', () => {
  const one = standing()
  assert.equal(drawn(one), '######')
  one.setback(missing(1), at(0))
  assert.equal(drawn(one), '#..###')
  assert.equal(one.mayAsk(at(0)), true)
})

test('a server without any of the files is not asked any more', () => {
  const few = standing(2)
  few.setback(missing(0), at(0))
  few.setback(missing(1), at(0))
  assert.ok(few.dropped)
  const many = standing(100)
  for (let file = 0; file < 8; file++) many.setback(missing(file), at(0))
  assert.ok(many.dropped, 'the rest need not be tried')
  const found = standing(100)
  found.answered()
  for (let file = 0; file < 50; file++) found.setback(missing(file), at(0))
  assert.ok(!found.dropped)
  const program = standing()
  program.setback(missing(undefined), at(0))
  assert.ok(program.dropped)
})

test('who is dropped stays dropped, with its first reason', () => {
  const one = standing()
  one.setback({ kind: 'never', code: 'POISON' }, at(0))
  one.setback(later(), at(0))
  one.answered()
  assert.equal(one.mayAsk(at(10_000_000)), false)
  assert.equal(one.reason, 'POISON')
})
