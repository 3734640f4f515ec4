import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayAsk } from './tracker-client.ts'

test('a name that somebody else resolves is asked only where it can mean the public network', () => {
  for (const by of ['hand', 'torrent'] as const) {
    assert.equal(mayAsk(by, 'tracker.example', '/announce', undefined), true)
    for (const near of ['localhost', 'tracker', 'nas.local', '127.1', 'x.internal'])
      assert.equal(mayAsk(by, near, '/announce', undefined), false, near)
  }
})

test('whoever was redirected by a name gets no nearer than the public network', () => {
  assert.equal(mayAsk('hand', '10.0.0.1', '/announce', 'tracker.example'), false)
  assert.equal(mayAsk('hand', '127.0.0.1', '/announce', 'tracker.example'), false)
  assert.equal(mayAsk('torrent', '198.51.100.7', '/announce', 'tracker.example'), true)
  assert.equal(mayAsk('torrent', 'other.example', '/announce', '198.51.100.7'), true)
})
