import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Totals } from '../../api/schemas/status.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { MAX_TOMBSTONES, Table } from './table.ts'

const id = (n: number): string => n.toString(16).padStart(40, '0')
const row = (n: number, fields: Partial<TransferRow> = {}): TransferRow =>
  ({ id: id(n), name: `n${n}`, state: 'getting', tags: ['a'], doneBytes: 0, ...fields }) as TransferRow

test('a commit tells the fields that changed and no others', () => {
  const table = new Table()
  table.set(row(1))
  assert.deepEqual(table.commit(), { cursor: 1, transfers: [row(1)] })
  table.set(row(1, { doneBytes: 5, tags: ['a'] }))
  assert.deepEqual(table.commit(), { cursor: 2, transfers: [{ id: id(1), doneBytes: 5 }] })
})

test('nothing changed is no commit, and the cursor stays', () => {
  const table = new Table()
  table.set(row(1))
  table.commit()
  table.set(row(1))
  assert.equal(table.commit(), undefined)
  assert.equal(table.cursor, 1)
})

test('several changes before a commit are one delta', () => {
  const table = new Table()
  table.set(row(1))
  table.commit()
  table.set(row(1, { doneBytes: 5 }))
  table.set(row(1, { doneBytes: 9, state: 'giving' }))
  assert.deepEqual(table.commit()?.transfers, [{ id: id(1), doneBytes: 9, state: 'giving' }])
})

test('whoever knew an earlier cursor is told the rows and the removals since', () => {
  const table = new Table()
  for (const n of [1, 2, 3]) table.set(row(n))
  table.commit()
  table.set(row(2, { doneBytes: 7 }))
  table.remove(id(3))
  table.commit()
  assert.deepEqual(table.since(1), { cursor: 2, transfers: [row(2, { doneBytes: 7 })], removed: [id(3)] })
  assert.deepEqual(table.since(2), { cursor: 2 })
})

test('a transfer that was removed and came back is not told as removed', () => {
  const table = new Table()
  table.set(row(1))
  table.commit()
  table.remove(id(1))
  table.commit()
  table.set(row(1))
  table.commit()
  assert.deepEqual(table.since(1), { cursor: 3, transfers: [row(1)] })
})

test('a cursor of the future, or older than the removals that are remembered, begins anew', () => {
  const table = new Table()
  assert.equal(table.since(4), undefined)
  for (let n = 0; n <= MAX_TOMBSTONES; n++) table.set(row(n))
  table.commit()
  table.remove(id(0))
  table.commit()
  for (let n = 1; n <= MAX_TOMBSTONES; n++) table.remove(id(n))
  table.commit()
  assert.equal(table.since(1), undefined)
  assert.equal(table.since(2)?.removed?.length, MAX_TOMBSTONES)
})

test('JSON of a row is made once for each change', () => {
  const table = new Table()
  table.set(row(1))
  const first = table.json(id(1))
  table.set(row(1))
  assert.equal(table.json(id(1)), first)
  table.set(row(1, { doneBytes: 1 }))
  assert.equal(JSON.parse(table.json(id(1)) ?? '').doneBytes, 1)
})

test('of the totals only what changed is told, and notices once', () => {
  const table = new Table()
  const totals = { peers: 1, upBytesPerSecond: 0, sharing: { link: 1, everyone: 0 } } as Totals
  table.setTotals(totals)
  table.commit()
  table.setTotals({ ...totals, peers: 2, sharing: { link: 1, everyone: 0 } })
  table.notice({ kind: 'settings', id: null, code: null })
  assert.deepEqual(table.commit(), {
    cursor: 2,
    totals: { peers: 2 },
    notices: [{ kind: 'settings', id: null, code: null }],
  })
  assert.equal(table.commit(), undefined)
})
