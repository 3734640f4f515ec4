import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diskDatabase } from '../../../../lab/people/scale-parts.ts'

const INDEXES = [
  [
    'message_words',
    'INSERT INTO message_words (rowid, text, marks) VALUES (?, ?, ?)',
    'message_unsaid (number)',
  ],
  ['shared_words', 'INSERT INTO shared_words (rowid, name, path) VALUES (?, ?, ?)', 'shared_unsaid (id)'],
] as const

test('words that leave an index leave every other statement of the connection as it was', (t) => {
  for (const [index, insert, unsaid] of INDEXES) {
    const { database, remove } = diskDatabase()
    t.after(remove)
    const add = database.prepare(insert)
    const take = database.prepare(`INSERT INTO ${unsaid} VALUES (?)`)
    const other = database.prepare('UPDATE conversations SET quiet = 1')
    const batch = 200
    for (let at = 0; at < 12; at++) {
      database.exec('BEGIN')
      for (let number = at * batch + 1; number <= (at + 1) * batch; number++) {
        add.run(number, `word w${number % 97}`, 'more')
        if (at > 0) take.run(number - batch)
      }
      database.exec('COMMIT')
      // It reports the last row that was inserted: were that one of the index's own, it would throw.
      other.run()
    }
    const found = database.prepare(`SELECT count(*) AS count FROM ${index} WHERE ${index} MATCH 'word'`).get()
    assert.deepEqual({ ...found }, { count: batch }, index)
  }
})
