// The event stream by itself, on a clock that the test turns.

import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { PretendedFeed } from '../../../test/doubles/pretended-daemon.ts'
import { COMMENT_MS, cursorOf, EventStreams, MAX_STREAMS } from './event-stream.ts'

class Response extends EventEmitter {
  text = ''
  ended = false
  destroyed = false
  writableLength = 0

  writeHead(): void {}

  write(text: string): void {
    this.text += text
  }

  end(): void {
    this.ended = true
  }

  destroy(): void {
    this.destroyed = true
  }
}

function streamsOf(t: TestContext, feed = new PretendedFeed()): EventStreams {
  const streams = new EventStreams(feed)
  t.after(() => streams.close())
  return streams
}

function open(streams: EventStreams, holder = 'a'): Response {
  const response = new Response()
  streams.open(undefined, response as unknown as ServerResponse, holder)
  return response
}

test('a comment keeps a silent line open, from one timer for all, and none when nobody follows', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const feed = new PretendedFeed()
  const streams = streamsOf(t, feed)
  const [one, other] = [open(streams), open(streams)]
  const before = one.text
  t.mock.timers.tick(COMMENT_MS - 1)
  assert.equal(one.text, before)
  t.mock.timers.tick(1)
  assert.deepEqual([one.text, other.text], [`${before}:\n\n`, `${before}:\n\n`])
  for (const response of [one, other]) response.emit('close')
  t.mock.timers.tick(10 * COMMENT_MS)
  assert.equal(one.text, `${before}:\n\n`)
  assert.deepEqual([feed.followers, streams.size], [0, 0])
})

test('a change is made into text once, whoever follows', (t) => {
  const feed = new PretendedFeed()
  const streams = streamsOf(t, feed)
  const all = Array.from({ length: MAX_STREAMS }, () => open(streams))
  let made = 0
  const notices = {
    toJSON() {
      made++
      return []
    },
  }
  feed.change({ notices: notices as never })
  assert.equal(made, 1)
  assert.ok(all.every(({ text }) => text.endsWith('id: e1.1\ndata: {"notices":[],"cursor":1}\n\n')))
})

test('whoever is a mebibyte behind is let go, alone', (t) => {
  const feed = new PretendedFeed()
  const streams = streamsOf(t, feed)
  const [slow, fast] = [open(streams), open(streams)]
  slow.writableLength = 1_048_570
  feed.change({ removed: [] })
  assert.deepEqual([slow.destroyed, fast.destroyed, streams.size], [true, false, 1])
})

test('streams end with whoever opened them, and all at the end', (t) => {
  const streams = streamsOf(t)
  const [a, b] = [open(streams, 'a'), open(streams, 'b')]
  streams.endOf('a')
  assert.deepEqual([a.ended, b.ended], [true, false])
  streams.close()
  assert.equal(b.ended, true)
  assert.throws(() => open(streams), { code: 'DAEMON_STOPPING' })
})

test('what is no cursor begins anew', () => {
  assert.deepEqual(cursorOf('e1.42'), { epoch: 'e1', cursor: 42 })
  for (const wrong of [
    '',
    '42',
    'e1.',
    '.42',
    'e1.-1',
    'e1.1.2',
    'e 1.2',
    'e1.1e3',
    `${'e'.repeat(101)}.1`,
    'e1.9999999999999999',
  ])
    assert.equal(cursorOf(wrong), undefined, wrong)
})
