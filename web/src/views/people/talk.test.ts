import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleMessage } from './sample-message.ts'
import { begun, MOST_MESSAGES, shownOf, type Talk, withMessage, withNewer, withOlder } from './talk.ts'

const stretch = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => sampleMessage(from + i))
const answer = (from: number, to: number, more: { older?: boolean; newer?: boolean } = {}) => ({
  messages: stretch(from, to),
  older: more.older ?? false,
  newer: more.newer ?? false,
  firstUnread: null,
})
const places = ({ messages }: Talk) => messages.map(({ place }) => place)

test('older ones come before, newer ones after, and none is there twice', () => {
  let talk = begun(answer(50, 60, { older: true, newer: true }))
  talk = withOlder(talk, answer(40, 52, { older: true }))
  talk = withNewer(talk, answer(58, 65))
  assert.deepEqual(
    places(talk),
    Array.from({ length: 25 }, (_, i) => 40 + i),
  )
  assert.deepEqual([talk.older, talk.newer], [true, false])
})

test('what is held is bounded, and what was let go of is said to be there', () => {
  let talk = begun(answer(1_000, 1_200, { older: true }))
  talk = withOlder(talk, answer(800, 1_000, { older: true }))
  assert.equal(talk.messages.length, MOST_MESSAGES)
  assert.equal(talk.messages[0]?.place, 800)
  assert.equal(talk.newer, true)
  talk = withNewer(talk, answer(1_100, 1_200))
  assert.equal(talk.messages.at(-1)?.place, 1_199)
  assert.equal(talk.older, true)
  const long = begun(answer(0, MOST_MESSAGES))
  assert.equal(withMessage(long, sampleMessage(5_000)).talk.messages.length, MOST_MESSAGES)
})

test('a new message is added at the end, unless the end is not held', () => {
  const talk = begun(answer(0, 3))
  assert.deepEqual(places(withMessage(talk, sampleMessage(9)).talk), [0, 1, 2, 9])
  const away = begun(answer(0, 3, { newer: true }))
  assert.deepEqual(places(withMessage(away, sampleMessage(9)).talk), [0, 1, 2])
})

test('a changed one takes the place of what it was', () => {
  const { talk, stale } = withMessage(begun(answer(0, 3)), sampleMessage(1, { text: 'changed' }))
  assert.deepEqual(
    talk.messages.map(({ text }) => text),
    ['number 0', 'changed', 'number 2'],
  )
  assert.equal(stale, false)
})

test('one that arrives late among those held is shown, and all are asked for anew', () => {
  const talk = begun({ ...answer(0, 0), messages: [sampleMessage(0), sampleMessage(4)] })
  const late = withMessage(talk, sampleMessage(2))
  assert.deepEqual(places(late.talk), [0, 2, 4])
  assert.equal(late.stale, true)
  const before = begun(answer(5, 8, { older: true }))
  assert.deepEqual(places(withMessage(before, sampleMessage(1)).talk), [5, 6, 7])
})

test('days, the unread line and turns are where they belong', () => {
  const messages = [
    sampleMessage(0, { receivedAt: '2026-11-20T12:00:00.000Z' }),
    sampleMessage(1, { receivedAt: '2026-11-22T12:00:00.000Z' }),
    sampleMessage(2, { receivedAt: '2026-11-22T12:01:00.000Z' }),
    sampleMessage(3, { receivedAt: '2026-11-22T12:02:00.000Z', author: 'b'.repeat(52) }),
    sampleMessage(4, { receivedAt: '2026-11-22T12:02:30.000Z', author: 'b'.repeat(52) }),
  ]
  const shown = shownOf({ messages, older: false, newer: false, firstUnread: messages[4]?.id ?? null })
  assert.deepEqual(
    shown.map(({ day }) => day !== undefined),
    [true, true, false, false, false],
  )
  assert.deepEqual(
    shown.map(({ follows }) => follows),
    [false, false, true, false, false],
  )
  assert.deepEqual(
    shown.map(({ unreadLine }) => unreadLine),
    [false, false, false, false, true],
  )
})
