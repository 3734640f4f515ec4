import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimNetwork } from '../../../lab/sim/network.ts'
import { World } from '../../../lab/sim/world.ts'
import { utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { SocketError } from '../../base/ports.ts'
import { SharedDatagrams } from './datagrams.ts'

function network() {
  const world = new World(1)
  const sim = new SimNetwork(world)
  const near = sim.addHost('near', { addresses: ['10.0.0.1', 'fd00::1'] })
  const far = sim.addHost('far', { addresses: ['10.0.0.2', 'fd00::2'] })
  return { world, near, far }
}

class Ear {
  readonly heard: { readonly bytes: Uint8Array; readonly from: Endpoint }[] = []
  datagram(bytes: Uint8Array, from: Endpoint): void {
    this.heard.push({ bytes: bytes.slice(), from })
  }
}

test('both families have the same port, and each datagram goes to the protocol that its first byte names', async () => {
  const { world, near, far } = network()
  const here = await SharedDatagrams.open(near.udp, { host: '::', port: 0 })
  const there = await SharedDatagrams.open(far.udp, { host: '::', port: 6881 })
  assert.deepEqual(there.families, [4, 6])
  assert.equal(here.local(4)?.port, here.local(6)?.port)
  const [dht, utp] = [new Ear(), new Ear()]
  there.dht = dht
  there.utp = utp
  const said = [
    utf8('d1:y1:qe'),
    Uint8Array.of(0x41, 0, 0),
    Uint8Array.of(0x51),
    Uint8Array.of(0x02),
    new Uint8Array(),
  ]
  for (const host of ['10.0.0.2', 'fd00::2']) for (const bytes of said) here.send(bytes, { host, port: 6881 })
  await world.runFor(1_000)
  assert.deepEqual(dht.heard.map(({ from }) => from.host).sort(), ['10.0.0.1', 'fd00::1'])
  assert.deepEqual(
    utp.heard.map(({ bytes }) => [...bytes]),
    [
      [0x41, 0, 0],
      [0x41, 0, 0],
    ],
  )
  here.close()
  there.close()
})

test('a port that somebody has is refused, and nothing of it stays open', async () => {
  const { near } = network()
  const other = await near.udp.bind({ at: { host: '::', port: 6881 } })
  await assert.rejects(SharedDatagrams.open(near.udp, { host: '::', port: 6881 }), (error: unknown) => {
    return error instanceof SocketError && error.code === 'IN_USE'
  })
  other.close()
  const again = await SharedDatagrams.open(near.udp, { host: '::', port: 6881 })
  assert.equal(again.port, 6881)
  again.close()
})

test('bound to one address it has that family only', async () => {
  const { near } = network()
  const bound = await SharedDatagrams.open(near.udp, { host: '10.0.0.1', port: 7000 })
  assert.deepEqual(bound.families, [4])
  assert.deepEqual(bound.local(4), { host: '10.0.0.1', port: 7000 })
  assert.equal(bound.local(6), undefined)
  bound.close()
})
