import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { type Answer, Reachability, type ReachFacts, type Way } from './reachability.ts'

const minutes = (count: number) => (count * 60_000) as Millis
const stranger = (i: number): Endpoint => ({ host: `198.51.${i}.7`, port: 40_000 })
const INSIDE: Endpoint = { host: '192.168.1.2', port: 6881 }
const OUTSIDE = '203.0.113.9'
const FACTS: ReachFacts = { listens: (way) => way.endsWith('4'), mapped: false }

/** Connected to as many networks, as a client behind a router. */
function sociable(networks: number, local = INSIDE): Reachability {
  const reachability = new Reachability()
  for (let i = 1; i <= networks; i++) {
    reachability.dialled(stranger(i), minutes(0))
    reachability.connected(stranger(i), local, 'tcp', false, minutes(0))
    reachability.seenAs(OUTSIDE, stranger(i))
  }
  return reachability
}

function way(reachability: Reachability, which: Way, now: Millis, facts = FACTS) {
  return reachability.judge(facts, now).ways.find((one) => one.way === which)
}

function answer(reachability: Reachability, which: Way, now: Millis): Answer | undefined {
  return way(reachability, which, now)?.answer
}

test('in the beginning nothing is known, but that a family without a port cannot be reached', () => {
  const judgement = new Reachability().judge(FACTS, minutes(0))
  assert.equal(judgement.answer, 'unknown')
  assert.deepEqual(
    judgement.ways.map(({ way: which, answer: said, because }) => `${which} ${said} ${because}`),
    ['tcp4 unknown NOBODY_MET', 'utp4 unknown NOBODY_MET', 'tcp6 no NOT_LISTENING', 'utp6 no NOT_LISTENING'],
  )
  assert.equal(new Reachability().judge({ ...FACTS, listens: () => false }, minutes(0)).answer, 'no')
})

test('a stranger who came by TCP proves it, for as long as that is fresh', () => {
  const reachability = sociable(5)
  reachability.connected(stranger(50), INSIDE, 'tcp', true, minutes(1))
  assert.equal(answer(reachability, 'tcp4', minutes(2)), 'yes')
  assert.equal(answer(reachability, 'utp4', minutes(2)), 'unknown', 'TCP says nothing about UDP')
  assert.equal(reachability.judge(FACTS, minutes(2)).answer, 'yes')
  assert.equal(answer(reachability, 'tcp4', minutes(60 * 7)), 'no')
})

test('for uTP it takes two networks, none that we had sent something to ourselves', () => {
  const reachability = sociable(5)
  reachability.connected(stranger(1), INSIDE, 'utp', true, minutes(1))
  reachability.connected(stranger(2), INSIDE, 'utp', true, minutes(1))
  reachability.connected(stranger(50), INSIDE, 'utp', true, minutes(1))
  assert.equal(answer(reachability, 'utp4', minutes(2)), 'unknown')
  reachability.connected({ ...stranger(50), host: '198.51.50.8' }, INSIDE, 'utp', true, minutes(1))
  assert.equal(answer(reachability, 'utp4', minutes(2)), 'unknown', 'the same network')
  reachability.connected(stranger(1), INSIDE, 'utp', true, minutes(5))
  assert.equal(answer(reachability, 'utp4', minutes(6)), 'yes', 'the hole of our own is closed by then')
})

test('peers of our own network and of this computer prove nothing', () => {
  const reachability = sociable(5)
  for (const host of ['192.168.1.9', '127.0.0.1', '169.254.1.1', '100.64.0.3', 'fd00::1'])
    reachability.connected({ host, port: 1 }, INSIDE, 'tcp', true, minutes(1))
  assert.equal(answer(reachability, 'tcp4', minutes(2)), 'unknown')
})

test('no is said only after long enough, and after meeting enough of the outside', () => {
  const reachability = sociable(4)
  assert.deepEqual(way(reachability, 'tcp4', minutes(19)), {
    way: 'tcp4',
    answer: 'unknown',
    because: 'TOO_EARLY',
    wouldHelp: [],
  })
  assert.equal(answer(reachability, 'tcp4', minutes(20)), 'no')
  assert.equal(answer(sociable(3), 'tcp4', minutes(20)), 'unknown')
})

test('what would help depends on where we stand', () => {
  const remedy = (reachability: Reachability, mapped: boolean) =>
    way(reachability, 'tcp4', minutes(30), { ...FACTS, mapped })?.wouldHelp
  assert.deepEqual(remedy(sociable(5), false), ['MAP_PORT'])
  assert.deepEqual(remedy(sociable(5), true), ['PROVIDER_NAT'])
  assert.deepEqual(remedy(sociable(5, { host: OUTSIDE, port: 6881 }), false), ['OPEN_FIREWALL'])
  assert.deepEqual(remedy(sociable(5, { host: '100.64.3.4', port: 6881 }), false), ['MAP_PORT'])
})

test('our address outside is what three networks agree on; one liar with many addresses decides nothing', () => {
  const reachability = new Reachability()
  for (let i = 1; i <= 20; i++) reachability.seenAs('203.0.113.66', { host: `198.51.1.${i}`, port: 1 })
  reachability.seenAs(OUTSIDE, stranger(2))
  reachability.seenAs(OUTSIDE, stranger(3))
  assert.equal(reachability.outside(4), undefined)
  reachability.seenAs(OUTSIDE, stranger(4))
  assert.equal(reachability.outside(4), OUTSIDE)
  assert.deepEqual(reachability.judge(FACTS, minutes(0)).outside, [OUTSIDE])
})

test('private addresses, and votes from inside or across families, do not count', () => {
  const reachability = new Reachability()
  for (let i = 1; i <= 5; i++) {
    reachability.seenAs('192.168.1.2', stranger(i))
    reachability.seenAs(OUTSIDE, { host: `10.${i}.0.1`, port: 1 })
    reachability.seenAs(OUTSIDE, { host: `2600:${i}::1`, port: 1 })
  }
  assert.equal(reachability.outside(4), undefined)
  reachability.seenAs('2600::9', 'dht')
  assert.equal(reachability.outside(6), '2600::9')
})

test('a NAT may stand before us until a stranger came by TCP, or our own address is seen to be the one outside', () => {
  assert.ok(new Reachability().mayBeHidden(4, minutes(0)))
  const inside = sociable(5)
  assert.ok(inside.mayBeHidden(4, minutes(1)))
  inside.connected(stranger(50), INSIDE, 'utp', true, minutes(1))
  assert.ok(inside.mayBeHidden(4, minutes(1)), 'who came by UDP may have come through a hole')
  inside.connected(stranger(50), INSIDE, 'tcp', true, minutes(1))
  assert.ok(!inside.mayBeHidden(4, minutes(1)))
  assert.ok(inside.mayBeHidden(6, minutes(1)))
  assert.ok(!sociable(5, { host: OUTSIDE, port: 6881 }).mayBeHidden(4, minutes(1)))
  assert.ok(sociable(5, { host: '203.0.113.77', port: 6881 }).mayBeHidden(4, minutes(1)), 'seen elsewhere')
})

test('in another network all begins anew', () => {
  const reachability = sociable(5)
  reachability.connected(stranger(50), INSIDE, 'tcp', true, minutes(1))
  reachability.clear()
  assert.equal(reachability.outside(4), undefined)
  assert.equal(way(reachability, 'tcp4', minutes(30))?.because, 'NOBODY_MET')
})
