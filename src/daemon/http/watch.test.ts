// What Prometheus, a container and whoever reads openapi.json see.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { needs } from '../../../test/doubles/require-program.ts'
import { codeIn, type ServeOptions, serve } from '../../../test/doubles/served.ts'
import type { Network, Status } from '../../api/schemas/status.ts'

const NETWORK = {
  connections: { now: 3, most: 200, encrypted: 1 },
  dht: { on: true, nodes4: 120, nodes6: 4 },
  wayOut: { kind: 'direct', name: null, withheld: [], trouble: null },
} as unknown as Network
const STATUS = { takenBytes: 1_000, givenBytes: 2_000 } as unknown as Status
const CALM: ServeOptions = { handlers: { network: () => NETWORK, status: () => STATUS } }

test('metrics are for a token of that scope, which opens nothing else', async (t) => {
  const served = await serve(t, CALM)
  assert.equal((await served.ask('GET', '/metrics', { anonymous: true })).status, 401)
  const made = await served.ask('POST', '/api/v1/tokens', { body: { name: 'prometheus', scope: 'metrics' } })
  const { secret } = JSON.parse(made.body) as { secret: string }
  const headers = { authorization: `Bearer ${secret}` }
  const answer = await served.ask('GET', '/metrics', { headers })
  assert.equal(answer.status, 200)
  assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/)
  assert.match(answer.body, /^shoal_taken_bytes_total 1000$/m)
  assert.match(answer.body, /^shoal_dht_nodes\{family="ipv4"\} 120$/m)
  assert.match(answer.body, /^shoal_transfers\{state="giving"\} 0$/m)
  assert.match(answer.body, /^shoal_process_resident_memory_bytes \d+/m)
  assert.equal(codeIn(await served.ask('GET', '/api/v1/status', { headers })), 'TOKEN_SCOPE')
})

test('metrics count by state, and say no name, path, hash or address', async (t) => {
  const served = await serve(t, CALM)
  const row = {
    id: 'ab'.repeat(20),
    name: 'Private film',
    state: 'giving',
    needsYou: true,
    path: '/home/ana/x',
  }
  served.feed.held.push(row as never, { ...row, state: 'failed' } as never)
  served.guard.turnedAway('BANNED', '192.0.2.7')
  const { body } = await served.ask('GET', '/metrics')
  assert.match(body, /^shoal_transfers\{state="giving"\} 1$/m)
  assert.match(body, /^shoal_transfers_needing_attention 2$/m)
  assert.match(body, /^shoal_turned_away_last_hour\{reason="BANNED"\} 1$/m)
  assert.doesNotMatch(body, /Private|ana|abab|192\.0/)
})

test('promtool finds nothing to object to', async (t) => {
  if (!needs(t, 'promtool', 'prometheus')) return
  const served = await serve(t, CALM)
  served.guard.turnedAway('BANNED', '192.0.2.7')
  const { body } = await served.ask('GET', '/metrics')
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: body,
    encoding: 'utf8',
  })
  assert.equal(`${stdout}${stderr}`, '')
  assert.equal(status, 0)
})

test('health is told to anybody, and says by codes what is wrong', async (t) => {
  let now = 0
  let trouble: unknown = null
  const served = await serve(t, {
    now: () => now,
    handlers: {
      network: () => ({ ...NETWORK, wayOut: { ...NETWORK.wayOut, trouble: trouble as null } }),
    },
  })
  const well = await served.ask('GET', '/health', { anonymous: true })
  assert.deepEqual([well.status, JSON.parse(well.body)], [200, { ok: true, wrong: [] }])
  trouble = { code: 'PROXY_DOWN', data: { proxy: '10.0.0.1:1080' } }
  assert.equal(
    (await served.ask('GET', '/health', { anonymous: true })).status,
    200,
    'looked at within two seconds',
  )
  now += 2_001
  const ill = await served.ask('GET', '/health', { anonymous: true })
  assert.deepEqual([ill.status, JSON.parse(ill.body)], [503, { ok: false, wrong: ['PROXY_DOWN'] }])
  assert.equal((await served.ask('HEAD', '/health', { anonymous: true })).status, 503)
})

test('the document of the API is there for whoever writes a client', async (t) => {
  const served = await serve(t, CALM)
  const answer = await served.ask('GET', '/api/v1/openapi.json', { anonymous: true })
  assert.equal(answer.status, 200)
  assert.equal((JSON.parse(answer.body) as { openapi: string }).openapi, '3.1.0')
})
