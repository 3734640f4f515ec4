import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { columnsOf, fit, pad } from './columns.ts'

test('letters, bars and arrows are one column wide, East Asian letters and emoji two, accents none', () => {
  assert.equal(columnsOf('Ana ███░░ ↑ 2.0 MB/s · ✓'), 24)
  assert.equal(columnsOf('日本語'), 6)
  assert.equal(columnsOf('🐟'), 2)
  assert.equal(columnsOf('e\u0301'), 1)
})

test('what does not fit ends in an ellipsis', () => {
  assert.equal(fit('holiday.mp4', 11), 'holiday.mp4')
  assert.equal(fit('holiday.mp4', 8), 'holiday…')
  assert.equal(fit('日本語', 4), '日…')
  assert.equal(fit('x', 0), '')
})

test('fitted text is never wider than asked, padded text exactly as wide', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '日', '🐟', '\u0301', '█') })
  fc.assert(
    fc.property(text, fc.nat(20), (line, columns) => {
      assert.ok(columnsOf(fit(line, columns)) <= columns)
      if (columnsOf(line) <= columns) assert.equal(columnsOf(pad(line, columns)), columns)
    }),
  )
})
