import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../test/doubles/virtual-clock.ts'
import type { PortMappingStatus, RouterStatus } from '../engine/discovery/port-map.ts'
import { linkAddresses } from './link-addresses.ts'

const OWN = ['192.168.1.20', 'fd00::20']
const HERE = { host: '::', port: 6881 }

function router(more: Partial<RouterStatus>): RouterStatus {
  return {
    family: 4,
    gatewayHost: '192.168.1.1',
    ownHost: '192.168.1.20',
    state: 'mapped',
    method: 'pcp',
    routerName: undefined,
    externalHost: '203.0.114.7',
    external: { tcp: 40_001, udp: 40_001 },
    failure: undefined,
    ...more,
  }
}

const OFF: PortMappingStatus = { state: 'off', routers: [] }

test('who does not listen has none', async () => {
  assert.deepEqual(
    await linkAddresses({ listensAt: undefined, portMapping: OFF }, new VirtualClock(), () => OWN),
    [],
  )
})

test('without a router they are those of this computer, or the one that is listened on', async () => {
  const clock = new VirtualClock()
  assert.deepEqual(await linkAddresses({ listensAt: HERE, portMapping: OFF }, clock, () => OWN), [
    { host: '192.168.1.20', port: 6881 },
    { host: 'fd00::20', port: 6881 },
  ])
  const one = { host: '127.0.0.1', port: 7000 }
  assert.deepEqual(await linkAddresses({ listensAt: one, portMapping: OFF }, clock, () => OWN), [one])
})

test('what the router holds outside comes first, with its own port', async () => {
  const portMapping: PortMappingStatus = { state: 'router', routers: [router({})] }
  const found = await linkAddresses({ listensAt: HERE, portMapping }, new VirtualClock(), () => OWN)
  assert.deepEqual(found[0], { host: '203.0.114.7', port: 40_001 })
  assert.equal(found.length, 3)
})

test('an address behind a further router, and a port that is not held, help nobody', async () => {
  for (const useless of [
    router({ externalHost: '100.64.0.9' }),
    router({ external: { tcp: 0, udp: 40_001 } }),
  ]) {
    const portMapping: PortMappingStatus = { state: 'router', routers: [useless] }
    const found = await linkAddresses({ listensAt: HERE, portMapping }, new VirtualClock(), () => OWN)
    assert.deepEqual(
      found.map(({ host }) => host),
      OWN,
    )
  }
})

test('a router that is being asked is waited for, but not for long', async () => {
  const clock = new VirtualClock()
  const reach = { listensAt: HERE, portMapping: { state: 'looking', routers: [] } as PortMappingStatus }
  const asked = linkAddresses(reach, clock, () => OWN)
  await clock.advance(500)
  reach.portMapping = {
    state: 'router',
    routers: [router({ state: 'asking', external: { tcp: 0, udp: 0 } })],
  }
  await clock.advance(500)
  reach.portMapping = { state: 'router', routers: [router({})] }
  await clock.advance(100)
  assert.equal((await asked)[0]?.host, '203.0.114.7')

  reach.portMapping = { state: 'looking', routers: [] }
  const silent = linkAddresses(reach, clock, () => OWN)
  await clock.advance(2_100)
  assert.deepEqual(
    (await silent).map(({ host }) => host),
    OWN,
  )
})
