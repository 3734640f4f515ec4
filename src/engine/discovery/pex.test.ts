import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { decodePexMessage, PEX_REACHABLE, PEX_SEED } from '../../protocol/wire/pex-message.ts'
import { PEX_INTERVAL_MS, PexTable } from './pex.ts'

function at(ms: number): Millis {
  return ms as Millis
}

function endpoint(i: number) {
  return { host: `20.0.${i >> 8}.${i & 255}`, port: 6881 }
}

/** Peers 1 … count, dialled by us and described. */
function swarm(count: number): PexTable {
  const table = new PexTable(new SeededRandom(3))
  for (let i = 1; i <= count; i++) {
    table.connected(i, endpoint(i), at(0))
    table.described(i, endpoint(i), 0)
  }
  return table
}

function toldTo(table: PexTable, key: number, now: number) {
  const payload = table.due(at(now)).find(([to]) => to === key)?.[1]
  return payload === undefined ? undefined : decodePexMessage(payload)
}

test('each peer is told about the others and not about itself', () => {
  const told = toldTo(swarm(3), 2, 10_000)
  assert.deepEqual(
    told?.added.map((contact) => contact.endpoint),
    [endpoint(1), endpoint(3)],
  )
  assert.ok(
    told?.added.every((contact) => contact.flags === PEX_REACHABLE),
    'we dialled them, so they can be reached',
  )
})

test('nothing is sent before the extension handshake, and nothing when there is nothing to tell', () => {
  const table = new PexTable(new SeededRandom(3))
  table.connected(1, endpoint(1), at(0))
  table.connected(2, endpoint(2), at(0))
  assert.deepEqual(table.due(at(60_000)), [])
  table.described(1, endpoint(1), 0)
  assert.equal(table.due(at(60_000)).length, 1)
  assert.deepEqual(table.due(at(600_000)), [])
})

test('only changes are told, once a minute, and whoever left is dropped', () => {
  const table = swarm(3)
  assert.equal(toldTo(table, 1, 10_000)?.added.length, 2)
  table.disconnected(2)
  table.connected(4, endpoint(4), at(11_000))
  table.described(4, endpoint(4), PEX_SEED)
  assert.equal(toldTo(table, 1, 10_000 + PEX_INTERVAL_MS - 1), undefined)
  const told = toldTo(table, 1, 10_000 + PEX_INTERVAL_MS)
  assert.deepEqual(told?.added, [{ endpoint: endpoint(4), flags: PEX_REACHABLE | PEX_SEED }])
  assert.deepEqual(told?.dropped, [endpoint(2)])
})

test('who left and came back between two messages is not mentioned', () => {
  const table = swarm(2)
  toldTo(table, 1, 10_000)
  table.disconnected(2)
  table.connected(9, endpoint(2), at(20_000))
  assert.equal(toldTo(table, 1, 100_000), undefined)
})

test('a peer whose listening address is unknown is told, but not told about', () => {
  const table = swarm(1)
  table.connected(2, undefined, at(0))
  table.described(2, undefined, 0)
  assert.equal(toldTo(table, 1, 10_000), undefined)
  const incoming = swarm(1)
  incoming.connected(2, undefined, at(0))
  incoming.described(2, endpoint(2), 0)
  assert.deepEqual(
    toldTo(incoming, 1, 10_000)?.added,
    [{ endpoint: endpoint(2), flags: 0 }],
    'its own word is no proof that it can be reached',
  )
})

test('private addresses are not told to strangers', () => {
  const table = swarm(1)
  table.connected(2, { host: '192.168.1.5', port: 1 }, at(0))
  table.described(2, { host: '192.168.1.5', port: 1 }, 0)
  const due = new Map(table.due(at(10_000)))
  assert.equal(due.has(1), false, 'the public peer learns nothing')
  assert.deepEqual(
    decodePexMessage(due.get(2) as Uint8Array).added.length,
    1,
    'the private one learns of the public one',
  )
})

test('a message holds fifty each way and the rest follows a minute later', () => {
  const table = swarm(121)
  const counts = [0, 1, 2].map((i) => toldTo(table, 1, 10_000 + i * PEX_INTERVAL_MS)?.added.length)
  assert.deepEqual(counts, [50, 50, 20])
  for (let i = 2; i <= 121; i++) table.disconnected(i)
  assert.equal(toldTo(table, 1, 1e6)?.dropped.length, 50)
})

test('what a peer tells becomes hints with it as their teller; narrower addresses do not', () => {
  const table = swarm(1)
  const added = ['1.1.1.1', '127.0.0.1', '10.0.0.1', '2606:4700::1'].map((host) => ({
    endpoint: { host, port: 5 },
    flags: 0,
  }))
  const { hints, flooding } = table.heard(1, { added, dropped: [] }, endpoint(1).host, at(0))
  assert.deepEqual(
    hints.map((hint) => [hint.endpoint.host, hint.source, hint.teller]),
    [
      ['1.1.1.1', 'pex', '20.0.0.1'],
      ['2606:4700::1', 'pex', '20.0.0.1'],
    ],
  )
  assert.equal(flooding, false)
})

test('a peer that tells once a minute is heard, one that floods is not and at last is called out', () => {
  const table = swarm(2)
  const message = { added: [{ endpoint: { host: '1.1.1.1', port: 5 }, flags: 0 }], dropped: [] }
  for (let i = 0; i < 100; i++) {
    assert.equal(table.heard(1, message, '20.0.0.1', at(i * 60_000)).hints.length, 1, `message ${i}`)
  }
  const heard = Array.from({ length: 20 }, (_, i) => table.heard(2, message, '20.0.0.2', at(i * 100)))
  assert.equal(heard.filter((one) => one.hints.length > 0).length, 3)
  assert.ok(heard.at(-1)?.flooding)
  assert.deepEqual(table.heard(77, message, '20.0.0.3', at(0)).hints, [], 'strangers are not heard at all')
})

test('over random comings and goings what a listener believes converges to how things are', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new SeededRandom(seed)
    const table = swarm(1)
    const present = new Set<number>()
    const believed = new Set<string>()
    let now = 10_000
    let quiet = 0
    for (let step = 0; step < 120 || quiet < 5; step++) {
      for (let i = 0; i < 12 && step < 110; i++) {
        const key = 2 + randomInt(random, 150)
        if (present.delete(key)) table.disconnected(key)
        else {
          present.add(key)
          table.connected(key, endpoint(key), at(now))
        }
      }
      const told = toldTo(table, 1, now)
      quiet = told === undefined && step >= 110 ? quiet + 1 : 0
      for (const contact of told?.added ?? []) {
        assert.ok(!believed.has(endpointText(contact.endpoint)), `seed ${seed}: added twice`)
        assert.ok(
          !told?.dropped.some((gone) => endpointText(gone) === endpointText(contact.endpoint)),
          `seed ${seed}`,
        )
        believed.add(endpointText(contact.endpoint))
      }
      for (const gone of told?.dropped ?? [])
        assert.ok(believed.delete(endpointText(gone)), `seed ${seed}: dropped but never added`)
      now += PEX_INTERVAL_MS
    }
    assert.deepEqual(
      [...believed].sort(),
      [...present].map((key) => endpointText(endpoint(key))).sort(),
      `seed ${seed}`,
    )
  }
})
