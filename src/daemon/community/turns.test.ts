import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { CommunityError } from '../../community/community-error.ts'
import { Turns } from './turns.ts'

function scene(): { database: DatabaseSync; turns: Turns; told: string[]; rows: () => unknown[] } {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE said (what TEXT)')
  const told: string[] = []
  const turns = new Turns(database, {
    committed: () => told.push(`committed, in a transaction: ${database.isTransaction}`),
    failed: (error) => told.push(`failed: ${(error as Error).message}`),
  })
  const rows = () =>
    database
      .prepare('SELECT what FROM said')
      .all()
      .map(({ what }) => what)
  return { database, turns, told, rows }
}

test('what happens in one turn is written together, and told after it is durable', async () => {
  const { database, turns, told, rows } = scene()
  turns.run(() => database.exec(`INSERT INTO said VALUES ('one')`))
  turns.run(() => turns.run(() => database.exec(`INSERT INTO said VALUES ('two')`)))
  assert.deepEqual([told, database.isTransaction], [[], true])
  await turns.durable()
  assert.deepEqual(told, ['committed, in a transaction: false'])
  assert.deepEqual(rows(), ['one', 'two'])
  await turns.durable()
  assert.equal(told.length, 1)
})

test('an error of ours is the answer, and what was written before it stays', async () => {
  const { database, turns, told, rows } = scene()
  assert.throws(
    () =>
      turns.run(() => {
        database.exec(`INSERT INTO said VALUES ('before')`)
        throw new CommunityError('NOT_ALLOWED')
      }),
    { code: 'NOT_ALLOWED' },
  )
  await turns.durable()
  assert.deepEqual([rows(), told.length], [['before'], 1])
})

test('a mistake ends everything: nothing is committed or told, and nothing more is done', async () => {
  const { database, turns, told } = scene()
  assert.throws(() =>
    turns.run(() => {
      database.exec(`INSERT INTO said VALUES ('lost')`)
      throw new TypeError('a mistake')
    }),
  )
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(told, ['failed: a mistake'])
  assert.ok(database.isTransaction)
  assert.throws(() => turns.run(() => undefined), /about to end/)
})
