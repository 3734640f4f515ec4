// What the doctor makes of what it saw: every check is a pure function of facts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MappingFailure, RouterStatus } from '../../engine/discovery/port-map.ts'
import { checkFirewall } from './firewall-check.ts'
import { checkNetwork } from './network-check.ts'
import { checkProvider, type PeerProbe, type ProbeOutcome } from './provider-check.ts'
import { checkWay, type WayFacts } from './reach-check.ts'
import { checkRouter } from './router-check.ts'
import { checkDht, type DhtFacts } from './traffic-check.ts'

const HOME = '192.168.1.2'
const OUTSIDE = '203.0.113.7'

const MAPPED: RouterStatus = {
  family: 4,
  gatewayHost: '192.168.1.1',
  ownHost: HOME,
  state: 'mapped',
  method: 'upnp',
  routerName: 'Box',
  externalHost: OUTSIDE,
  external: { tcp: 7_000, udp: 0 },
  failure: undefined,
}
const SILENT: RouterStatus = {
  ...MAPPED,
  state: 'failed',
  method: undefined,
  routerName: undefined,
  externalHost: undefined,
  external: { tcp: 0, udp: 0 },
  failure: 'SILENT',
}

function way(facts: Partial<WayFacts>): string {
  const { code, state, data } = checkWay({
    way: 'tcp4',
    listens: true,
    strangersCame: false,
    ownHost: HOME,
    outsideHost: undefined,
    router: undefined,
    ...facts,
  })
  return `${data.answer} ${state} ${code}`
}

test('yes needs somebody from outside: one who came, or those who see us where the router says', () => {
  assert.equal(way({ strangersCame: true }), 'yes good REACH_PROVEN')
  assert.equal(way({ router: MAPPED, outsideHost: OUTSIDE }), 'yes good REACH_MAPPED')
  assert.equal(way({ router: MAPPED }), 'unknown good REACH_PROMISED')
})

test('a mapping that ends at another router is none', () => {
  const second = { ...MAPPED, externalHost: '100.64.3.4' }
  assert.equal(way({ router: second }), 'no bad REACH_SECOND_ROUTER')
  assert.equal(way({ router: second, outsideHost: OUTSIDE }), 'no bad REACH_SECOND_ROUTER')
  assert.equal(way({ router: MAPPED, outsideHost: '198.51.100.1' }), 'no bad REACH_SECOND_ROUTER')
  assert.equal(way({ router: second, strangersCame: true }), 'yes good REACH_PROVEN', 'what is seen wins')
})

test('a router that tells no address is believed to be where others see us', () => {
  assert.equal(
    way({ router: { ...MAPPED, externalHost: undefined }, outsideHost: OUTSIDE }),
    'yes good REACH_MAPPED',
  )
  assert.equal(way({ router: { ...MAPPED, externalHost: undefined } }), 'unknown good REACH_PROMISED')
})

test('one protocol that is mapped says nothing of the other', () => {
  assert.equal(
    way({ way: 'utp4', router: MAPPED, outsideHost: OUTSIDE }),
    'unknown careful REACH_BEHIND_ROUTER',
  )
})

test('without a mapping it depends on whose the address is', () => {
  assert.equal(way({ router: SILENT }), 'unknown careful REACH_BEHIND_ROUTER')
  assert.equal(way({ ownHost: OUTSIDE, outsideHost: OUTSIDE }), 'unknown careful REACH_OWN_ADDRESS')
  assert.equal(way({ ownHost: OUTSIDE, outsideHost: '198.51.100.1' }), 'unknown careful REACH_BEHIND_ROUTER')
  assert.equal(way({ way: 'tcp6', ownHost: '2001:db8::2' }), 'unknown careful REACH_OWN_ADDRESS')
})

test('without an address, or without listening, nobody comes', () => {
  assert.equal(way({ ownHost: undefined }), 'no bad REACH_NO_ADDRESS')
  assert.equal(way({ way: 'utp6', ownHost: undefined }), 'no careful REACH_NO_ADDRESS')
  assert.equal(way({ way: 'tcp6', ownHost: 'fd00::2' }), 'no careful REACH_NO_ADDRESS')
  assert.equal(way({ listens: false, strangersCame: true }), 'no off REACH_NOT_LISTENING')
})

test('what the router said is told with its reason', () => {
  const codes = (...routers: readonly RouterStatus[]) =>
    checkRouter({ state: 'router', routers }).map(({ check, state, code }) => `${check} ${state} ${code}`)
  assert.deepEqual(codes(MAPPED), ['router good ROUTER_MAPS'])
  assert.deepEqual(codes({ ...MAPPED, state: 'none-needed' }), ['router good ROUTER_NOT_NEEDED'])
  assert.deepEqual(codes({ ...SILENT, state: 'asking', failure: undefined }), ['router unknown ROUTER_ASKED'])
  for (const failure of [
    'REFUSED',
    'NO_ROOM',
    'CONFLICT',
    'NO_LINE',
    'WRONG_ADDRESS',
  ] satisfies MappingFailure[])
    assert.deepEqual(codes({ ...SILENT, failure }), [`router careful ROUTER_${failure}`])
  assert.deepEqual(codes(SILENT, { ...SILENT, family: 6 }), [
    'router careful ROUTER_SILENT',
    'router-ipv6 unknown ROUTER_SILENT',
  ])
  assert.equal(checkRouter(undefined)[0]?.code, 'ROUTER_OFF')
  assert.equal(checkRouter({ state: 'no-router', routers: [] })[0]?.code, 'ROUTER_NONE')
  assert.equal(checkRouter({ state: 'looking', routers: [] })[0]?.code, 'ROUTER_LOOKED_FOR')
  assert.deepEqual(checkRouter({ state: 'router', routers: [MAPPED] })[0]?.data, {
    gateway: '192.168.1.1',
    name: 'Box',
    method: 'upnp',
    externalHost: OUTSIDE,
    tcpPort: 7_000,
  })
})

test('UDP is blamed only when datagrams went out and none came back', () => {
  const codes = (dht: DhtFacts['dht']) =>
    checkDht({ dht, seconds: 9 }).map(({ state, code }) => `${state} ${code}`)
  const facts = { nodes: 0, datagramsIn: 0, datagramsOut: 0, somebodyToAsk: true }
  assert.deepEqual(codes(undefined), ['unknown UDP_NOT_TRIED', 'off DHT_OFF'])
  assert.deepEqual(codes({ ...facts, somebodyToAsk: false }), [
    'unknown UDP_NOT_TRIED',
    'unknown DHT_NOBODY_TO_ASK',
  ])
  assert.deepEqual(codes(facts), ['unknown UDP_NOT_TRIED', 'careful DHT_NOBODY_FOUND'])
  assert.deepEqual(codes({ ...facts, datagramsOut: 30 }), ['careful UDP_SILENT', 'careful DHT_SILENT'])
  const heard = { ...facts, datagramsOut: 30, datagramsIn: 20 }
  assert.deepEqual(codes({ ...heard, nodes: 2 }), ['good UDP_WORKS', 'good DHT_BEGINS'])
  assert.deepEqual(codes({ ...heard, nodes: 40 }), ['good UDP_WORKS', 'good DHT_WORKS'])
})

test('a provider is suspected only where encrypted gets through and plain does not', () => {
  const outcomes: readonly ProbeOutcome[] = ['answered', 'cut', 'silent', 'unreachable', 'not-bittorrent']
  for (const plain of outcomes) {
    for (const encrypted of outcomes) {
      const probe: PeerProbe = { address: '198.51.100.1:6881', plain, encrypted }
      const [finding] = checkProvider([probe], true)
      const suspected = encrypted === 'answered' && plain !== 'answered'
      assert.equal(finding?.state === 'careful', suspected, `${plain} ${encrypted}: ${finding?.code}`)
      assert.equal(finding?.state === 'good', plain === 'answered', `${plain} ${encrypted}: ${finding?.code}`)
    }
  }
  assert.equal(checkProvider([], true)[0]?.code, 'PROVIDER_NOT_TRIED')
  assert.equal(checkProvider([], false)[0]?.state, 'unknown')
})

test('a firewall is of no concern once somebody came in', () => {
  assert.equal(checkFirewall('ufw', 7_000, true).code, 'FIREWALL_LETS_IN')
  assert.equal(checkFirewall('ufw', 7_000, false).code, 'FIREWALL_ON')
  assert.equal(checkFirewall('windows', 7_000, false).code, 'FIREWALL_ASKS')
  assert.equal(checkFirewall('none-known', 7_000, false).state, 'unknown')
})

test('loopback alone is no network', () => {
  assert.equal(checkNetwork(['127.0.0.1', '::1']).code, 'NETWORK_NONE')
  assert.equal(checkNetwork([]).code, 'NETWORK_NONE')
  assert.equal(checkNetwork([HOME]).code, 'NETWORK_THERE')
})
