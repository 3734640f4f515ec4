import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Arrangement, Order } from './order.ts'

interface Row {
  readonly id: string
  readonly size: number
}

const LARGE_FIRST: Arrangement<Row> = {
  fits: ({ size }) => size % 3 !== 0,
  key: ({ size }) => size,
  compare: (a, b) =>
    Number(b.key) - Number(a.key) || (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0),
}

const ids = (order: Order<Row>) => order.rows.map(({ id }) => id)

test('after any changes the order is the one that sorting everything would give', () => {
  const step = fc.record({
    change: fc.array(fc.record({ id: fc.nat(20).map(String), size: fc.nat(30) }), { maxLength: 8 }),
    remove: fc.array(fc.nat(20).map(String), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const known = new Map<string, Row>()
      const order = new Order(LARGE_FIRST)
      for (const { change, remove } of steps) {
        const removed = new Set(remove.filter((id) => known.delete(id)))
        const changed = new Map(change.filter(({ id }) => !removed.has(id)).map((row) => [row.id, row]))
        for (const [id, row] of changed) known.set(id, row)
        const before = ids(order)
        const moved = order.update(changed, removed)
        const fresh = new Order(LARGE_FIRST)
        fresh.arrange(LARGE_FIRST, known.values())
        assert.deepEqual(ids(order), ids(fresh))
        assert.equal(moved, JSON.stringify(before) !== JSON.stringify(ids(order)))
        for (const row of order.rows) assert.equal(row, known.get(row.id), 'rows are the current ones')
      }
    }),
    { seed: 4 },
  )
})

test('a change that moves nothing is no change of the order', () => {
  const order = new Order(LARGE_FIRST)
  order.arrange(LARGE_FIRST, [
    { id: 'a', size: 10 },
    { id: 'b', size: 5 },
  ])
  assert.equal(order.update(new Map([['b', { id: 'b', size: 7 }]]), new Set()), false)
  assert.equal(order.update(new Map([['b', { id: 'b', size: 11 }]]), new Set()), true)
})
