import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Batch, Rows } from './rows.ts'
import { sampleRow } from './sample-row.ts'

const A = sampleRow({ id: 'a'.repeat(40), name: 'A' })
const B = sampleRow({ id: 'b'.repeat(40), name: 'B' })

function rowsOf(...given: Parameters<Rows['replace']>[0]) {
  const rows = new Rows()
  rows.replace(given)
  const batches: Batch[] = []
  rows.subscribe((batch) => batches.push(batch))
  return { rows, batches }
}

test('a delta changes the fields it names, in a new object', () => {
  const { rows, batches } = rowsOf(A, B)
  rows.apply({ transfers: [{ id: A.id, peers: 7 }] })
  assert.equal(rows.get(A.id)?.peers, 7)
  assert.equal(rows.get(A.id)?.name, 'A')
  assert.notEqual(rows.get(A.id), A)
  assert.equal(rows.get(B.id), B)
  assert.deepEqual(batches[0]?.changed, new Set([A.id]))
  assert.ok(batches[0]?.fields.has('peers'))
  assert.equal(batches[0]?.membership, false)
})

test('who listens to one row hears of that row only, and of its end', () => {
  const { rows } = rowsOf(A, B)
  let heard = 0
  const stop = rows.subscribeRow(A.id, () => heard++)
  rows.apply({ transfers: [{ id: B.id, peers: 1 }] })
  assert.equal(heard, 0)
  rows.apply({ removed: [A.id] })
  assert.equal(heard, 1)
  stop()
  rows.apply({ transfers: [A] })
  assert.equal(heard, 1)
})

test('a reset leaves exactly the rows it brings', () => {
  const { rows, batches } = rowsOf(A, B)
  rows.apply({ reset: true, transfers: [B] })
  assert.deepEqual([...rows.values()], [B])
  assert.deepEqual(batches[0]?.removed, new Set([A.id]))
})

test('part of a row that was never seen is not a row', () => {
  const { rows, batches } = rowsOf(A)
  rows.apply({ transfers: [{ id: B.id, peers: 1 }], removed: ['c'.repeat(40)] })
  assert.equal(rows.size, 1)
  assert.equal(batches.length, 0)
})
