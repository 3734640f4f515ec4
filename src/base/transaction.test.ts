import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { inTransaction } from './transaction.ts'

function scene(t: TestContext): {
  database: DatabaseSync
  insert: (n: number) => void
  all: () => unknown[]
} {
  const database = new DatabaseSync(':memory:')
  t.after(() => database.close())
  database.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT')
  return {
    database,
    insert: (n) => database.prepare('INSERT INTO numbers VALUES (?)').run(n),
    all: () =>
      database
        .prepare('SELECT n FROM numbers')
        .all()
        .map(({ n }) => n),
  }
}

test('work that throws leaves nothing behind, and the next one runs', (t) => {
  const { database, insert, all } = scene(t)
  const work = () => {
    insert(1)
    throw new RangeError('no')
  }
  assert.throws(() => inTransaction(database, work), RangeError)
  assert.equal(
    inTransaction(database, () => {
      insert(2)
      return 'done'
    }),
    'done',
  )
  assert.deepEqual(all(), [2])
})

test('one within another is part of it: what fails outside takes it back too', (t) => {
  const { database, insert, all } = scene(t)
  assert.throws(() =>
    inTransaction(database, () => {
      inTransaction(database, () => insert(1), 'full')
      throw new RangeError('no')
    }),
  )
  assert.deepEqual(all(), [])
})

test('full durability lasts for its transaction only', (t) => {
  const { database } = scene(t)
  const synchronous = () => database.prepare('PRAGMA synchronous').get()?.synchronous
  database.exec('PRAGMA synchronous = NORMAL')
  assert.equal(inTransaction(database, synchronous, 'full'), 2)
  assert.equal(synchronous(), 1)
  assert.throws(() =>
    inTransaction(
      database,
      () => {
        throw new RangeError('no')
      },
      'full',
    ),
  )
  assert.equal(synchronous(), 1)
})
