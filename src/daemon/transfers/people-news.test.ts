import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_CHANGES, PeopleNews } from './people-news.ts'

const message = (number: number) =>
  ({ kind: 'message', id: 'room', message: { id: `m${number}` } }) as unknown as Parameters<
    PeopleNews['add']
  >[0]

test('one thing that changed often is told once, as it was last, and what is worth telling stays so', () => {
  const news = new PeopleNews()
  news.add({ kind: 'circle', id: 'a' })
  news.add({ kind: 'circle', id: 'a' })
  news.add({ kind: 'offer', id: 'o', notify: { title: 'Mia', text: 'sends you a photo' } })
  news.add({ kind: 'offer', id: 'o' })
  news.add(message(1))
  news.add(message(2))
  assert.deepEqual(
    news.take().map(({ kind, id, notify }) => [kind, id, notify?.title]),
    [
      ['circle', 'a', undefined],
      ['offer', 'o', 'Mia'],
      ['message', 'room', undefined],
      ['message', 'room', undefined],
    ],
  )
  assert.equal(news.size, 0)
})

test('a flood of messages becomes one word that everything is to be asked anew', () => {
  const news = new PeopleNews()
  news.add({ kind: 'joining', id: 'j' })
  for (let number = 0; number < 5_000; number++) news.add(message(number))
  const told = news.take()
  assert.deepEqual(told, [
    { kind: 'joining', id: 'j' },
    { kind: 'conversation', id: null },
  ])
  for (let number = 0; number < 5_000; number++) news.add({ kind: 'person', id: `p${number}` })
  assert.ok(news.size <= MOST_CHANGES + 1)
})
