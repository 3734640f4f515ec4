// The whole of port mapping on virtual time: driver and machines, with routers of every habit.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { DatagramLan } from '../../../test/doubles/datagram-lan.ts'
import { PretendedRouter, ROUTER, type RouterHabits } from '../../../test/doubles/pretended-router.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { DeadlineQueue } from '../../base/deadline-queue.ts'
import type { Udp } from '../../base/ports.ts'
import { SeededRandom } from '../../base/random.ts'
import { LIFETIME_SECONDS, START_OVER_MS } from '../../protocol/natmap/mapping.ts'
import { GATEWAY_CHECK_MS, type Gateway, PortMapping, type RouterStatus, STOP_MS } from './port-map.ts'

const HOME = '192.168.1.2'
const PORT = 5_000
const MINUTE_MS = 60_000

class Scene {
  readonly clock = new VirtualClock(1_000)
  readonly lan = new DatagramLan()
  readonly router: PretendedRouter
  readonly mapping: PortMapping
  gateways: readonly Gateway[] = [{ host: ROUTER, ownHost: HOME }]
  changes = 0

  constructor(
    habits: Partial<RouterHabits>,
    more: { readonly seed?: number; readonly udp?: (udp: Udp) => Udp } = {},
  ) {
    const { clock } = this
    this.router = new PretendedRouter(this.lan, clock, habits)
    const udp = this.lan.host(HOME, '2001:db8::2')
    this.mapping = new PortMapping({
      udp: more.udp?.(udp) ?? udp,
      http: this.router,
      clock,
      random: new SeededRandom(more.seed ?? 1),
      wakes: new DeadlineQueue(clock),
      gateways: { find: async () => this.gateways },
    })
    this.mapping.onChange = () => {
      this.changes++
    }
  }

  async start(afterMs: number): Promise<this> {
    this.mapping.start({ tcp: PORT, udp: PORT })
    await this.clock.advance(afterMs)
    return this
  }

  get status(): RouterStatus {
    const [status] = this.mapping.status().routers
    assert.ok(status !== undefined, this.mapping.status().state)
    return status
  }

  /** @returns how long it took, in virtual time */
  async stop(): Promise<number> {
    const began = this.clock.now()
    let endedAt: number | undefined
    const stopping = this.mapping.stop().then(() => {
      endedAt = this.clock.now()
    })
    await this.clock.advance(2 * STOP_MS)
    await stopping
    return (endedAt ?? Number.NaN) - began
  }
}

const BOTH = [`tcp ${PORT} -> ${HOME}:${PORT}`, `udp ${PORT} -> ${HOME}:${PORT}`]
const PCP = { pcp: true } as const
const NAT_PMP = { natPmp: true } as const
const UPNP = { upnp: true } as const

for (const [name, habits, method, withinMs] of [
  ['PCP', { ...PCP, ...NAT_PMP, ...UPNP }, 'pcp', 0],
  ['NAT-PMP, and says so when asked in PCP', NAT_PMP, 'nat-pmp', 0],
  ['NAT-PMP, and says nothing to PCP', { ...NAT_PMP, saysOlder: false }, 'nat-pmp', 10_000],
  ['UPnP 2 only', UPNP, 'upnp', 1_000],
  ['UPnP 1 only', { ...UPNP, igdVersion: 1 }, 'upnp', 1_000],
] as const) {
  test(`a router that speaks ${name} holds both ports, tells its address, and forgets them at the end`, async () => {
    const scene = await new Scene(habits).start(withinMs)
    assert.deepEqual(scene.router.held, BOTH)
    const { state, externalHost, external, failure } = scene.status
    assert.deepEqual(
      { state, method: scene.status.method, externalHost, external, failure },
      {
        state: 'mapped',
        method,
        externalHost: '203.0.113.7',
        external: { tcp: PORT, udp: PORT },
        failure: undefined,
      },
    )
    assert.equal(scene.mapping.announcedPort(), PORT)
    assert.ok(scene.changes > 0)
    assert.equal(await scene.stop(), 0)
    assert.deepEqual(scene.router.held, [])
    assert.equal(scene.lan.openSockets, 2, 'the router’s own')
    assert.equal(scene.clock.waiting, 0)
    assert.equal(scene.mapping.status().state, 'off')
  })

  test(`with ${name} a mapping lives as long as the session: two days`, async () => {
    const scene = await new Scene(habits).start(withinMs)
    for (let minutes = 0; minutes < 2 * 24 * 60; minutes += 7) {
      assert.deepEqual(scene.router.held, BOTH, `after ${minutes} minutes`)
      await scene.clock.advance(7 * MINUTE_MS)
    }
    const asked = scene.router.heard.filter((word) => /map$|^Add/.test(word)).length
    // Two ports, renewed between a half and five eighths of their lifetime.
    const rounds = (2 * 24 * 3_600) / LIFETIME_SECONDS
    assert.ok(asked >= 2 * rounds * 1.5 && asked <= 2 * rounds * 2 + 10, `${asked} requests`)
  })

  test(`with ${name} a new address outside is noticed with the renewal`, async () => {
    const scene = await new Scene(habits).start(withinMs)
    scene.router.externalHost = '203.0.113.99'
    const before = scene.changes
    await scene.clock.advance((1_000 * LIFETIME_SECONDS * 5) / 8 + 1_000)
    assert.equal(scene.status.externalHost, '203.0.113.99')
    assert.ok(scene.changes > before)
  })
}

test('where PCP works, UPnP is looked for (it knows the router’s name) and maps nothing', async () => {
  const scene = await new Scene({ ...PCP, ...UPNP }).start(MINUTE_MS)
  assert.equal(scene.status.routerName, 'Pretended')
  assert.ok(!scene.router.heard.some((word) => word.startsWith('Add')))
})

test('a router that was restarted, and says so, holds the ports again within seconds', async () => {
  for (const habits of [PCP, NAT_PMP]) {
    const scene = await new Scene(habits).start(10 * MINUTE_MS)
    scene.router.restart(true)
    await scene.clock.advance(6_000)
    assert.deepEqual(scene.router.held, BOTH)
  }
})

test('a router that was restarted in silence is found out by its clock: every port is asked for again', async () => {
  const scene = await new Scene(PCP).start(MINUTE_MS)
  scene.router.restart(false)
  await scene.clock.advance((1_000 * LIFETIME_SECONDS * 5) / 8 + 6_000)
  assert.deepEqual(scene.router.held, BOTH)
})

test('announcements of anybody but the router cost nothing, and the router’s own one round in half a minute', async () => {
  const scene = await new Scene(PCP).start(MINUTE_MS)
  const before = scene.router.heard.length
  for (let i = 0; i < 100; i++) scene.router.announce('192.168.1.66')
  await scene.clock.advance(10_000)
  assert.equal(scene.router.heard.length, before)
  for (let i = 0; i < 100; i++) scene.router.announce(ROUTER)
  await scene.clock.advance(10_000)
  assert.equal(scene.router.heard.length, before + 2)
})

test('nobody there: said after some seconds, asked on now and then, and a router that comes is used', async () => {
  const scene = await new Scene({ silent: true }).start(7_000)
  assert.deepEqual([scene.status.state, scene.status.failure], ['failed', 'SILENT'])
  assert.equal(scene.mapping.announcedPort(), undefined)
  const early = scene.lan.sent.length
  await scene.clock.advance(24 * 60 * MINUTE_MS)
  const perHour = (scene.lan.sent.length - early) / 24
  assert.ok(perHour > 6 && perHour < 250, `${perHour} datagrams an hour`)
  scene.router.habits = { ...scene.router.habits, silent: false, pcp: true }
  await scene.clock.advance(2 * START_OVER_MS)
  assert.deepEqual(scene.router.held, BOTH)
})

test('a router that falls silent loses its mappings for us when their time is over, and is asked again later', async () => {
  for (const habits of [PCP, NAT_PMP, UPNP]) {
    const scene = await new Scene(habits).start(10_000)
    scene.router.habits = { ...scene.router.habits, silent: true }
    await scene.clock.advance(1_000 * LIFETIME_SECONDS + 10_000)
    assert.notEqual(scene.status.state, 'mapped')
    assert.equal(scene.mapping.announcedPort(), undefined)
    scene.router.habits = { ...scene.router.habits, silent: false }
    await scene.clock.advance(2 * START_OVER_MS)
    assert.equal(scene.status.state, 'mapped', JSON.stringify([habits, scene.status]))
  }
})

test('a port of another computer stays its own: another external port is had, the same for TCP and UDP where possible', async () => {
  for (const habits of [
    PCP,
    NAT_PMP,
    UPNP,
    { ...UPNP, igdVersion: 1 },
    { ...UPNP, igdVersion: 1, tellsEntries: false },
  ] as const) {
    const scene = new Scene(habits)
    const others = {
      client: '192.168.1.9',
      internalPort: PORT,
      leaseS: 0,
      expiresAt: Number.POSITIVE_INFINITY,
    }
    scene.router.table.set(`tcp ${PORT}`, others)
    await scene.start(10_000)
    assert.deepEqual(scene.router.table.get(`tcp ${PORT}`), others)
    const { external, state } = scene.status
    assert.equal(state, 'mapped', JSON.stringify(habits))
    assert.notEqual(external.tcp, PORT)
    assert.equal(external.udp, external.tcp)
    assert.equal(scene.mapping.announcedPort(), external.tcp)
    await scene.stop()
    assert.deepEqual(scene.router.table.get(`tcp ${PORT}`), others, 'nor is it deleted')
    assert.equal(scene.router.table.size, 1)
  }
})

test('a router whose every port is taken is left alone after a few tries', async () => {
  const scene = new Scene({ ...UPNP, igdVersion: 1 })
  scene.router.table.get = () => ({
    client: '192.168.1.9',
    internalPort: 1,
    leaseS: 0,
    expiresAt: Number.POSITIVE_INFINITY,
  })
  await scene.start(10_000)
  assert.equal(scene.status.failure, 'CONFLICT')
  assert.ok(scene.router.heard.filter((word) => word.includes('Entry')).length <= 20)
})

test('a router that grants only leases without end is asked for one, and it is deleted at the end', async () => {
  const scene = await new Scene({ ...UPNP, permanentOnly: true }).start(10_000)
  assert.deepEqual(scene.router.held, BOTH)
  assert.equal(scene.router.table.get(`tcp ${PORT}`)?.leaseS, 0)
  await scene.stop()
  assert.deepEqual(scene.router.held, [])
})

test('a router that refuses says so, and is not asked all the time', async () => {
  const scene = await new Scene({ ...PCP, ...UPNP, refuses: true }).start(10_000)
  assert.deepEqual([scene.status.state, scene.status.failure], ['failed', 'REFUSED'])
  const before = scene.router.heard.length
  await scene.clock.advance(60 * MINUTE_MS)
  assert.ok(
    scene.router.heard.length - before < 400,
    `${scene.router.heard.length - before} requests in an hour`,
  )
})

test('at the end a router that is silent is waited for no longer than promised', async () => {
  for (const habits of [PCP, NAT_PMP, UPNP]) {
    const scene = await new Scene(habits).start(10_000)
    scene.router.habits = { ...scene.router.habits, silent: true }
    const tookMs = await scene.stop()
    assert.ok(tookMs <= STOP_MS, `${tookMs} ms`)
    const said = scene.lan.sent.length
    await scene.clock.advance(60 * MINUTE_MS)
    assert.equal(scene.lan.sent.length, said, 'nothing is sent afterwards')
    assert.equal(scene.clock.waiting, 0)
  }
})

test('a stop before anything was found sends nothing more and ends at once', async () => {
  const scene = new Scene(PCP)
  scene.mapping.start({ tcp: PORT, udp: 0 })
  assert.equal(await scene.stop(), 0)
  assert.deepEqual(scene.lan.sent, [])
})

test('answers from anybody but the gateway are not heard', async () => {
  const liar = '192.168.1.66'
  const scene = new Scene({ silent: true })
  const lies = new PretendedRouter(scene.lan, scene.clock, { ...PCP, ...NAT_PMP, ...UPNP }, liar)
  await scene.start(1_000)
  for (const { bytes, from, to } of [...scene.lan.sent]) {
    if (to.port === 5351) scene.lan.send({ bytes, from, to: { host: liar, port: 5351 } })
  }
  await scene.clock.advance(10_000)
  assert.ok(lies.heard.includes('search') && lies.heard.includes('pcp map'), 'it did answer')
  assert.deepEqual(scene.router.urls, [])
  assert.equal(scene.status.state, 'failed')
})

test('a description is fetched from the gateway alone, whatever it says', async () => {
  for (const location of [
    'http://192.168.1.66:80/d',
    'http://127.0.0.1:5000/d',
    'http://203.0.113.5/d',
    'http://metadata.example/d',
    `http://${ROUTER}@192.168.1.66/d`,
    `https://${ROUTER}/d`,
  ]) {
    const scene = await new Scene({ ...UPNP, location }).start(10_000)
    assert.deepEqual(scene.router.urls, [], location)
    assert.equal(scene.status.state, 'failed')
  }
})

test('on another network the router there is asked', async () => {
  const scene = await new Scene(PCP).start(1_000)
  const other = new PretendedRouter(scene.lan, scene.clock, { ...NAT_PMP }, '192.168.1.254')
  scene.gateways = [{ host: '192.168.1.254', ownHost: HOME }]
  await scene.clock.advance(GATEWAY_CHECK_MS + 10_000)
  assert.deepEqual(other.held, BOTH)
  assert.equal(scene.status.gatewayHost, '192.168.1.254')
  scene.gateways = []
  await scene.clock.advance(GATEWAY_CHECK_MS + 10_000)
  assert.deepEqual(scene.mapping.status(), { state: 'no-router', routers: [] })
})

test('who has a public address needs no router, and asks none', async () => {
  const scene = new Scene(PCP)
  scene.gateways = [{ host: '203.0.113.1', ownHost: '203.0.113.50' }]
  await scene.start(60_000)
  assert.equal(scene.status.state, 'none-needed')
  assert.deepEqual(scene.lan.sent, [])
})

test('on IPv6 a public address is let through by PCP alone; others have nothing to open', async () => {
  const scene = new Scene({})
  scene.gateways = [{ host: 'fe80::1%eth0', ownHost: '2001:db8::2' }]
  await scene.start(1_000)
  assert.deepEqual(
    [...new Set(scene.lan.sent.map(({ to }) => `${to.host} ${to.port}`))],
    ['fe80::1%eth0 5351'],
  )
  const local = new Scene({})
  local.gateways = [{ host: 'fe80::1%eth0', ownHost: 'fd00::2' }]
  await local.start(60_000)
  assert.deepEqual(local.lan.sent, [])
})

test('with datagrams lost at random, ports come and stay one each, and go at the end', async () => {
  for (let run = 0; run < 30; run++) {
    const seed = randomInt(2 ** 32)
    const dice = new SeededRandom(seed)
    const lossy = (udp: Udp): Udp => ({
      bind: async (options) => {
        const socket = await udp.bind(options)
        const send = socket.send.bind(socket)
        // A third of what is asked never arrives.
        socket.send = (bytes, to) => {
          if (dice.uint32() % 3 !== 0) send(bytes, to)
        }
        return socket
      },
    })
    const habits = [PCP, NAT_PMP, UPNP, { ...PCP, ...UPNP }][run % 4] as Partial<RouterHabits>
    const scene = await new Scene(habits, { seed, udp: lossy }).start(2 * 60 * MINUTE_MS)
    const message = `seed ${seed}, ${JSON.stringify(habits)}`
    assert.deepEqual(scene.router.held, BOTH, message)
    assert.ok((await scene.stop()) <= STOP_MS, message)
  }
})
