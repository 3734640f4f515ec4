import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventLines, StreamTooLong } from './event-lines.ts'

const TEXT = ': alive\r\n\r\nid: 7\r\nevent: change\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata:two\n\n'
const MESSAGES = [
  { event: 'change', id: '7', data: '{"a":\n1}' },
  { event: '', id: '7', data: 'two' },
]

test('messages come out whole, however their text was cut', () => {
  for (let size = 1; size <= TEXT.length; size++) {
    const lines = new EventLines()
    const seen = []
    for (let at = 0; at < TEXT.length; at += size) seen.push(...lines.take(TEXT.slice(at, at + size)))
    assert.deepEqual(seen, MESSAGES, `in parts of ${size}`)
  }
})

test('a message without an end is not gathered for ever', () => {
  const lines = new EventLines()
  const part = `data: ${'x'.repeat(1_000_000)}\n`
  assert.throws(() => {
    for (let i = 0; i < 100; i++) assert.deepEqual(lines.take(part), [])
  }, StreamTooLong)
})
