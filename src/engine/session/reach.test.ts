// How a session is reached through a router: what others are told, and when no router is asked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatagramLan } from '../../../test/doubles/datagram-lan.ts'
import { PretendedRouter, ROUTER } from '../../../test/doubles/pretended-router.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Ports } from '../../base/ports.ts'
import { SeededRandom } from '../../base/random.ts'
import { GATEWAY_CHECK_MS, type Gateway } from '../discovery/port-map.ts'
import { UtpTransport } from '../transport/utp.ts'
import { Reach, type ReachOptions } from './reach.ts'

const HOME = '192.168.1.2'
const PORT = 5_000

class Scene {
  readonly clock = new VirtualClock(1_000)
  readonly lan = new DatagramLan()
  readonly router = new PretendedRouter(this.lan, this.clock, { pcp: true })
  readonly reach: Reach
  gateways: readonly Gateway[] = [{ host: ROUTER, ownHost: HOME }]
  moves = 0

  constructor(listen: Endpoint | undefined, changes: Partial<ReachOptions> = {}) {
    const { clock, router } = this
    const ports: Pick<Ports, 'clock' | 'random' | 'udp' | 'tcp'> & {
      readonly http: Pick<Ports['http'], 'get'>
    } = {
      clock,
      random: new SeededRandom(1),
      udp: this.lan.host(HOME),
      http: router,
      tcp: {
        dial: () => assert.fail('nobody is dialled'),
        listen: async (at) => ({
          local: { ...at, port: at.port === 0 ? PORT : at.port },
          close: async () => {},
        }),
      },
    }
    const options: ReachOptions = {
      listen,
      stateFolder: '/state',
      dht: false,
      dhtNodes: [],
      dhtRouters: [],
      utp: false,
      portMapping: true,
      gateways: { find: async () => this.gateways },
      ...changes,
    }
    this.reach = new Reach(ports as Ports, options, new DeadlineQueue(clock), () => {})
    this.reach.moved = () => {
      this.moves++
    }
  }

  async open(): Promise<void> {
    await this.reach.open()
    await this.clock.advance(5_000)
  }
}

const ANYWHERE = { host: '::', port: 0 }

test('a router that gives the same port changes nothing that others are told', async () => {
  const scene = new Scene(ANYWHERE)
  await scene.open()
  assert.deepEqual(scene.router.held, [`tcp ${PORT} -> ${HOME}:${PORT}`])
  assert.deepEqual([scene.reach.announcedPort, scene.reach.listenPort, scene.moves], [PORT, PORT, 0])
  assert.equal(scene.reach.portMapping.routers[0]?.externalHost, '203.0.113.7')
})

test('another external port is what others are told, also in farewells; on the local network it is ours', async () => {
  const scene = new Scene(ANYWHERE)
  const others = { client: '192.168.1.9', internalPort: 1, leaseS: 0, expiresAt: Number.POSITIVE_INFINITY }
  scene.router.table.set(`tcp ${PORT}`, others)
  await scene.open()
  assert.deepEqual([scene.reach.announcedPort, scene.reach.listenPort, scene.moves], [PORT + 1, PORT, 1])
  assert.deepEqual(scene.reach.announced, { port: PORT + 1, implied: false })
  await scene.reach.stopListening()
  assert.equal(scene.reach.announcedPort, PORT + 1)
  assert.equal(scene.moves, 1)
  await scene.reach.close()
  assert.equal(scene.router.table.size, 1)
})

for (const [why, listen, changes] of [
  ['it is switched off', ANYWHERE, { portMapping: false }],
  ['nobody listens', undefined, {}],
  ['only this computer is listened to', { host: '127.0.0.1', port: 0 }, {}],
  ['only another network is listened to', { host: '10.0.0.5', port: 0 }, {}],
] as const) {
  test(`no router is asked when ${why}`, async () => {
    const scene = new Scene(listen, changes)
    await scene.open()
    assert.deepEqual(scene.lan.sent, [])
    assert.deepEqual(scene.router.urls, [])
  })
}

test('on another network nothing that others said of us before counts', async () => {
  const scene = new Scene(ANYWHERE)
  await scene.open()
  scene.reach.reachability.seenAs('203.0.113.7', 'dht')
  await scene.clock.advance(2 * GATEWAY_CHECK_MS)
  assert.equal(scene.reach.reachability.outside(4), '203.0.113.7')
  scene.gateways = [{ host: '192.168.1.254', ownHost: HOME }]
  await scene.clock.advance(GATEWAY_CHECK_MS)
  assert.equal(scene.reach.reachability.outside(4), undefined)
  assert.equal(scene.reach.announcedPort, PORT)
})

test('who listens on the address towards the router alone is let in', async () => {
  const scene = new Scene({ host: HOME, port: PORT })
  await scene.open()
  assert.equal(scene.router.held.length, 1)
})

const PUBLIC = { host: '198.51.100.7', port: 1 }

function order({ reach }: Scene, to = PUBLIC): string {
  return reach
    .ways('any', to)
    .map((way) => (way instanceof UtpTransport ? 'utp' : 'tcp'))
    .join(' ')
}

test('uTP comes first towards the outside until somebody came by TCP', async () => {
  const scene = new Scene(ANYWHERE, { utp: true, portMapping: false })
  await scene.open()
  assert.equal(order(scene), 'utp tcp')
  assert.equal(order(scene, { host: '192.168.1.9', port: 1 }), 'tcp utp')
  const stranger = { host: '203.0.113.80', port: 1 }
  scene.reach.reachability.connected(stranger, { host: HOME, port: PORT }, 'tcp', true, scene.clock.now())
  assert.equal(order(scene), 'tcp utp')
  assert.deepEqual(scene.reach.ways('punch', PUBLIC).length, 1)
  await scene.reach.close()
})

test('TCP comes first where the router has mapped the port, and where nobody listens', async () => {
  const mapped = new Scene(ANYWHERE, { utp: true })
  await mapped.open()
  assert.equal(order(mapped), 'tcp utp')
  await mapped.reach.close()
  const deaf = new Scene(undefined, { utp: true })
  await deaf.open()
  assert.equal(order(deaf), 'tcp utp')
  await deaf.reach.close()
})
