import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sampleRow } from '../../store/sample-row.ts'
import { ALL_COLUMNS, formatSort, parseSort, sortingBy } from './columns.ts'

const names = (column: 'name' | 'left', descending: boolean, ...rows: ReturnType<typeof sampleRow>[]) => {
  const { key, compare } = sortingBy({ column, descending })
  return rows
    .map((row) => ({ key: key(row), row }))
    .sort(compare)
    .map(({ row }) => row.name)
}

test('names are sorted as people count', () => {
  const rows = ['part 10', 'Part 9', 'épilogue', 'part 1'].map((name, index) =>
    sampleRow({ name, id: String(index).repeat(40) }),
  )
  assert.deepEqual(names('name', false, ...rows), ['épilogue', 'part 1', 'Part 9', 'part 10'])
})

test('what is not known is last, whichever way it is sorted', () => {
  const rows = [null, 30, 20].map((secondsLeft, index) =>
    sampleRow({ name: String(secondsLeft), secondsLeft, id: String(index).repeat(40) }),
  )
  assert.deepEqual(names('left', false, ...rows), ['20', '30', 'null'])
  assert.deepEqual(names('left', true, ...rows), ['30', '20', 'null'])
})

test('any two rows have an order, the same whichever is asked first', () => {
  const row = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    peers: fc.nat(2),
    category: fc.constantFrom(null, 'x', 'y'),
    addedAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
  })
  fc.assert(
    fc.property(row, row, fc.constantFrom(...ALL_COLUMNS), fc.boolean(), (a, b, column, descending) => {
      const { key, compare } = sortingBy({ column, descending })
      const [left, right] = [sampleRow(a), sampleRow(b)].map((one) => ({ key: key(one), row: one }))
      assert.ok(left !== undefined && right !== undefined)
      assert.equal(Math.sign(compare(left, right)) + Math.sign(compare(right, left)), 0)
      if (a.id !== b.id) assert.notEqual(compare(left, right), 0)
    }),
    { seed: 4 },
  )
})

test('a sorting is read as it is written', () => {
  for (const column of ALL_COLUMNS) {
    for (const descending of [true, false]) {
      assert.deepEqual(parseSort(formatSort({ column, descending })), { column, descending })
    }
  }
  assert.equal(parseSort('constructor'), undefined)
})
