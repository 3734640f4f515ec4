// Whatever JSON is sent, the answer is JSON with a result: nothing thrown, nothing that is no request passed on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MemoryDaemon, memoryRow } from '../../../test/doubles/memory-daemon.ts'
import { openRpc } from './open-rpc.ts'

const SEED = 17

const METHODS = [
  'torrent-get',
  'torrent-set',
  'torrent-add',
  'torrent-start',
  'torrent-start-now',
  'torrent-stop',
  'torrent-verify',
  'torrent-reannounce',
  'torrent-remove',
  'torrent-set-location',
  'torrent-rename-path',
  'queue-move-top',
  'session-get',
  'session-set',
  'session-stats',
  'session-close',
  'port-test',
  'free-space',
  'blocklist-update',
  'group-get',
  'group-set',
]

const NAMES = [
  'ids',
  'fields',
  'format',
  'labels',
  'files-wanted',
  'files-unwanted',
  'priority-high',
  'seedRatioLimit',
  'seedRatioMode',
  'seedIdleLimit',
  'seedIdleMode',
  'downloadLimit',
  'downloadLimited',
  'trackerReplace',
  'trackerRemove',
  'trackerList',
  'filename',
  'metainfo',
  'download-dir',
  'paused',
  'location',
  'move',
  'path',
  'name',
  'speed-limit-down',
  'speed-limit-down-enabled',
  'alt-speed-time-begin',
  'alt-speed-time-day',
  'alt-speed-time-enabled',
  'encryption',
  'peer-port',
  'idle-seeding-limit',
  '__proto__',
  'constructor',
]

/** What these arguments should be, nearly are, and are not at all. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    true,
    1,
    0,
    -1,
    1.5,
    1e308,
    '',
    'recently-active',
    'a'.repeat(40),
    [1, 2],
    ['a'.repeat(40)],
    [0],
    [],
    ['id', 'name', 'wanted', 'files', 'pieces'],
    ['tv', ' ', 'x,y', '\u202e'],
    'magnet:?xt=urn:btih:1',
    '/tmp/none.torrent',
    null,
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

test('any arguments of any method are answered by JSON', async () => {
  const request = fc.record(
    {
      method: fc.constantFrom(...METHODS),
      arguments: fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6 }),
      tag: fc.jsonValue(),
    },
    { requiredKeys: ['method'] },
  )
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async (body, jsonRpc) => {
      const daemon = new MemoryDaemon(memoryRow('a'.repeat(40)), memoryRow('b'.repeat(40)))
      const rpc = openRpc({ handlers: daemon.handlers, feed: daemon.feed })
      const sent = jsonRpc ? { jsonrpc: '2.0', method: body.method, params: body.arguments, id: 1 } : body
      // As it comes: through JSON.
      const answer = JSON.parse((await rpc.answer(JSON.parse(JSON.stringify(sent)))) ?? '') as Record<
        string,
        unknown
      >
      rpc.close()
      if (jsonRpc) assert.ok('result' in answer !== 'error' in answer)
      else assert.equal(typeof answer.result, 'string')
    }),
    { seed: SEED, numRuns: 1_500 },
  )
})

test('any JSON at all is answered by JSON', async () => {
  const daemon = new MemoryDaemon(memoryRow('a'.repeat(40)))
  const rpc = openRpc({ handlers: daemon.handlers, feed: daemon.feed })
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (body) => {
      const { result } = JSON.parse((await rpc.answer(body)) ?? '') as { result: unknown }
      assert.equal(typeof result, 'string')
    }),
    { seed: SEED, numRuns: 500 },
  )
  assert.deepEqual(daemon.calls, [])
  rpc.close()
})
