// Who is connected, by key, id and address.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idOf } from '../../../test/doubles/peer-scene.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { PeerId } from '../../base/ids.ts'
import type { Peer } from '../peer/peer.ts'
import { PeerTable } from './peer-table.ts'

function peer(key: number, letter: string, endpoint: Endpoint, dialBack?: Endpoint): Peer {
  const facts: { key: number; id: PeerId; endpoint: Endpoint; dialBack: Endpoint | undefined } = {
    key,
    id: idOf(letter),
    endpoint,
    dialBack,
  }
  return facts as unknown as Peer
}

const at = (host: string, port = 6_881): Endpoint => ({ host, port })

test('a second connection of the same peer id, or from the same public address, has a rival', () => {
  const table = new PeerTable()
  const first = peer(1, 'a', at('203.0.113.5', 50_000))
  table.add(first)
  assert.equal(table.rival(at('198.51.100.9'), idOf('a')), first)
  assert.equal(table.rival(at('203.0.113.5', 6_881), idOf('b')), first)
  assert.equal(table.rival(at('203.0.113.6'), idOf('b')), undefined)
})

test('on loopback and private ranges many peers share an address, told apart by their ports', () => {
  for (const host of ['127.0.0.1', '192.168.1.7', '10.1.2.3', '::1', 'fe80::1']) {
    const table = new PeerTable()
    table.add(peer(1, 'a', at(host, 1_001)))
    assert.equal(table.rival(at(host, 1_002), idOf('b')), undefined, host)
    assert.equal(table.rival(at(host, 1_001), idOf('b'))?.key, 1, host)
  }
})

test('an endpoint is connected to by its address or by the port that the peer told', () => {
  const table = new PeerTable()
  table.add(peer(1, 'a', at('10.0.0.1', 40_000), at('10.0.0.1', 6_881)))
  assert.equal(table.connectedTo(at('10.0.0.1', 6_881)), true)
  assert.equal(table.connectedTo(at('10.0.0.1', 6_882)), false)
  table.add(peer(2, 'b', at('203.0.113.5', 40_000)))
  assert.equal(table.connectedTo(at('203.0.113.5', 1)), true)
})

test('who left is no rival any more, but its address is remembered for judging', () => {
  const table = new PeerTable()
  const gone = peer(1, 'a', at('203.0.113.5'))
  table.add(gone)
  table.remove(gone)
  assert.equal(table.size, 0)
  assert.equal(table.get(1), undefined)
  assert.equal(table.rival(at('203.0.113.5'), idOf('a')), undefined)
  assert.deepEqual(table.endpointOf(1), at('203.0.113.5'))
})

test('the one that replaced another is not removed with it', () => {
  const table = new PeerTable()
  const first = peer(1, 'a', at('203.0.113.5', 1))
  const second = peer(2, 'a', at('203.0.113.5', 2))
  table.add(first)
  table.add(second)
  table.remove(first)
  assert.equal(table.rival(at('203.0.113.5', 3), idOf('a')), second)
  assert.deepEqual([...table], [second])
})

test('remembered addresses are bounded, and those of connected peers are never forgotten', () => {
  const table = new PeerTable()
  const stays = peer(1, 'a', at('203.0.113.1'))
  table.add(stays)
  for (let key = 2; key < 6_000; key++) {
    const passing = peer(key, 'b', at(`10.0.${key >> 8}.${key & 255}`))
    table.add(passing)
    table.remove(passing)
  }
  const known = Array.from({ length: 6_000 }, (_, key) => table.endpointOf(key)).filter(
    (one) => one !== undefined,
  )
  assert.equal(known.length <= 4_097, true, String(known.length))
  assert.deepEqual(table.endpointOf(1), at('203.0.113.1'))
  assert.notEqual(table.endpointOf(5_999), undefined)
})
