import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf } from './columns.ts'
import { wrapped } from './wrapped-text.ts'

test('text is broken at spaces, and a word that is too long inside it', () => {
  assert.deepEqual(wrapped('the quick brown fox', 10), ['the quick', 'brown fox'])
  assert.deepEqual(wrapped('abcdefghijkl mn', 5), ['abcde', 'fghij', 'kl mn'])
  assert.deepEqual(wrapped('one two', 7, 4), ['one', 'two'])
})

test('its own ends of lines are kept, and nothing else of it moves the cursor', () => {
  assert.deepEqual(wrapped('a\nb\r\nc', 10), ['a', 'b', 'c'])
  assert.deepEqual(wrapped('a\u001b[2Jb\u202ec\rd', 40), ['a<U+001B>[2Jb<U+202E>c<U+000D>d'])
})

test('no line is wider than the terminal, whatever the script and however narrow it is', () => {
  for (const columns of [1, 2, 3, 7, 20])
    for (const line of wrapped(
      '漢字かな 한국어 text\u0301 with 👍🏽 signs and averyveryverylongword',
      columns,
    ))
      assert.ok(columnsOf(line) <= Math.max(2, columns), `${columns}: ${line}`)
})
