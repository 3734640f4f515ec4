import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatCount, formatDuration, formatRate, formatSize } from './format-quantity.ts'

test('sizes are decimal, with a tenth below a hundred', () => {
  const shown: [number, string][] = [
    [0, '0 B'],
    [-5, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [12_345, '12.3 kB'],
    [99_940, '99.9 kB'],
    [99_960, '100 kB'],
    [256_000_000, '256 MB'],
    [4_200_000_000, '4.2 GB'],
    [999_960, '1.0 MB'],
    [Number.MAX_SAFE_INTEGER, '9.0 PB'],
  ]
  for (const [bytes, text] of shown) assert.equal(formatSize(bytes), text)
  assert.equal(formatRate(18_400_000), '18.4 MB/s')
})

test('a shown size is within a twentieth of the real one and never reaches a thousand', () => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      const [amount, unit] = formatSize(bytes).split(' ')
      assert.ok(Number(amount) < 1_000)
      const back = Number(amount) * 1_000 ** units.indexOf(unit ?? '')
      assert.ok(Math.abs(back - bytes) <= bytes / 19, `${bytes} shown as ${amount} ${unit}`)
    }),
  )
})

test('times name two units at most and leave out what is zero', () => {
  const shown: [number, string][] = [
    [0, '0 s'],
    [40, '0 s'],
    [400, '0.4 s'],
    [960, '1 s'],
    [11_000, '11 s'],
    [59_600, '1 min'],
    [82_000, '1 min 22 s'],
    [231_000, '3 min 51 s'],
    [600_000, '10 min'],
    [3_599_600, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_399_000, '1 d'],
    [273_600_000, '3 d 4 h'],
    [Number.POSITIVE_INFINITY, 'for ever'],
  ]
  for (const [ms, text] of shown) assert.equal(formatDuration(ms), text)
})

test('one is singular', () => {
  assert.equal(formatCount(1, 'file'), '1 file')
  assert.equal(formatCount(1_024, 'peer'), '1,024 peers')
  assert.equal(formatCount(0, 'copy', 'copies'), '0 copies')
})
