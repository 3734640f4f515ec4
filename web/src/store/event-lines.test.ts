import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventLines } from './event-lines.ts'

const TEXT = ': hello\n\nevent: change\nid: 7\ndata: {"a":1}\n\ndata: one\r\ndata: two\r\n\r\n'
const EVENTS = [
  { event: 'change', data: '{"a":1}', id: '7' },
  { event: 'message', data: 'one\ntwo', id: '7' },
]

test('events come out whole, wherever the text is cut', () => {
  for (let at = 0; at <= TEXT.length; at++) {
    const lines = new EventLines()
    assert.deepEqual(
      [...lines.push(TEXT.slice(0, at)), ...lines.push(TEXT.slice(at))],
      EVENTS,
      `cut at ${at}`,
    )
  }
})

test('events come out whole when every character comes alone', () => {
  const lines = new EventLines()
  assert.deepEqual(
    [...TEXT].flatMap((character) => lines.push(character)),
    EVENTS,
  )
})

test('an event that never ends is given up', () => {
  const lines = new EventLines()
  const part = 'x'.repeat(16 * 1024 * 1024)
  assert.throws(() => {
    for (let count = 0; count < 6; count++) lines.push(`${count === 0 ? 'data: ' : ''}${part}`)
  }, RangeError)
})
