import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { type BudgetLimits, ConnectionBudget, type Place } from './connection-budget.ts'

const NOW = 0 as Millis
const at = (ms: number) => ms as Millis

function peer(host: string, port = 6881): Endpoint {
  return { host, port }
}

function taken(answer: Place | string): Place {
  assert.equal(typeof answer, 'object', String(answer))
  return answer as Place
}

test('no more connections than in all are allowed, and a closed one makes room', () => {
  const budget = new ConnectionBudget({ maxConnections: 2 })
  const first = taken(budget.tryDial('a', peer('198.51.100.1'), NOW))
  taken(budget.tryAccept(peer('203.0.113.1'), NOW))
  assert.equal(budget.tryDial('a', peer('192.0.2.1'), NOW), 'FULL')
  assert.equal(budget.tryAccept(peer('192.0.2.1'), NOW), 'FULL')
  budget.closed(first)
  budget.closed(first)
  taken(budget.tryDial('a', peer('192.0.2.1'), NOW))
  assert.equal(budget.size, 2)
})

test('the limit may be changed while connections are open: they stay, and no new ones are made until there is room', () => {
  const budget = new ConnectionBudget({ maxConnections: 2 })
  const places = ['198.51.100.1', '203.0.113.1'].map((host) => taken(budget.tryDial('a', peer(host), NOW)))
  budget.limits = { ...budget.limits, maxConnections: 1 }
  assert.equal(budget.size, 2)
  budget.closed(places[0] as Place)
  assert.equal(budget.tryDial('a', peer('192.0.2.1'), NOW), 'FULL')
  budget.limits = { ...budget.limits, maxConnections: 2 }
  taken(budget.tryDial('a', peer('192.0.2.1'), NOW))
})

test('a torrent has its own bound; an accepted connection counts there once its handshake named it', () => {
  const budget = new ConnectionBudget({ maxPerTorrent: 2 })
  taken(budget.tryDial('a', peer('198.51.100.1'), NOW))
  const second = taken(budget.tryAccept(peer('198.51.100.2'), NOW))
  const third = taken(budget.tryAccept(peer('198.51.100.3'), NOW))
  assert.equal(budget.of('a'), 1)
  assert.equal(budget.belongs(second, 'a'), true)
  assert.equal(budget.belongs(third, 'a'), false)
  assert.equal(budget.belongs(third, 'b'), true)
  assert.equal(budget.belongs(third, 'a'), false)
  assert.equal(budget.tryDial('a', peer('198.51.100.4'), NOW), 'TORRENT_FULL')
  budget.closed(second)
  taken(budget.tryDial('a', peer('198.51.100.4'), NOW))
})

test('one public address has one connection per torrent and four in all, whatever its ports', () => {
  const budget = new ConnectionBudget()
  const place = taken(budget.tryDial('a', peer('198.51.100.1', 1), NOW))
  assert.equal(budget.tryDial('a', peer('198.51.100.1', 2), NOW), 'ADDRESS_IN_TORRENT')
  const incoming = taken(budget.tryAccept(peer('198.51.100.1', 3), NOW))
  assert.equal(budget.belongs(incoming, 'b'), true)
  assert.equal(budget.tryDial('b', peer('198.51.100.1', 2), NOW), 'ADDRESS_IN_TORRENT')
  const another = taken(budget.tryAccept(peer('198.51.100.1', 4), NOW))
  assert.equal(budget.belongs(another, 'b'), false)
  assert.equal(budget.belongs(another, 'c'), true)
  taken(budget.tryDial('d', peer('198.51.100.1', 5), NOW))
  assert.equal(budget.tryDial('e', peer('198.51.100.1', 6), NOW), 'ADDRESS_FULL')
  assert.equal(budget.tryAccept(peer('198.51.100.1', 6), NOW), 'ADDRESS_FULL')
  budget.closed(place)
  taken(budget.tryDial('e', peer('198.51.100.1', 6), NOW))
})

/** Four connections of one address, each of another torrent; those of `useless` go when asked. */
function fullAddress(useless: Set<string>) {
  const budget = new ConnectionBudget()
  const asked: string[] = []
  for (const torrent of ['a', 'b', 'c', 'd']) {
    const place = taken(budget.tryDial(torrent, peer('198.51.100.1'), NOW))
    budget.connected(place)
    budget.yields(place, () => {
      asked.push(torrent)
      if (!useless.has(torrent)) return false
      budget.closed(place)
      return true
    })
  }
  return { budget, asked }
}

test('where an address is full a connection that is of no use makes room, whoever dials, and only one of them', () => {
  for (const way of ['tryDial', 'tryAccept'] as const) {
    const { budget, asked } = fullAddress(new Set(['b', 'c']))
    const to = peer('198.51.100.1', 7)
    taken(way === 'tryDial' ? budget.tryDial('e', to, NOW) : budget.tryAccept(to, NOW))
    assert.deepEqual(asked, ['a', 'b'], way)
    assert.deepEqual([budget.size, budget.of('b'), budget.of('c')], [4, 0, 1], way)
  }
})

test('where all connections of a full address are of use the newcomer waits until one is over', () => {
  const useless = new Set<string>()
  const { budget, asked } = fullAddress(useless)
  const to = peer('198.51.100.1', 7)
  assert.equal(budget.tryDial('e', to, NOW), 'ADDRESS_FULL')
  assert.equal(budget.tryAccept(to, NOW), 'ADDRESS_FULL')
  assert.deepEqual(asked, ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd'])
  assert.equal(budget.size, 4)
  useless.add('d')
  taken(budget.tryDial('e', to, NOW))
  assert.equal(budget.of('d'), 0)
})

test('nobody goes for a dial of which nothing may come, or that has no place for other reasons', () => {
  const { budget, asked } = fullAddress(new Set(['a', 'b', 'c', 'd']))
  assert.equal(budget.tryDial('e', peer('198.51.100.1', 7), NOW, false, false), 'ADDRESS_FULL')
  assert.equal(budget.tryDial('a', peer('198.51.100.1', 7), NOW), 'ADDRESS_IN_TORRENT')
  budget.limits = { ...budget.limits, maxHalfOpen: 0 }
  assert.equal(budget.tryDial('e', peer('198.51.100.1', 7), NOW), 'HALF_OPEN_FULL')
  budget.limits = { ...budget.limits, maxConnections: 4 }
  assert.equal(budget.tryAccept(peer('198.51.100.1', 7), NOW), 'FULL')
  taken(new ConnectionBudget().tryDial('e', peer('198.51.100.1', 7), NOW, false, false))
  assert.deepEqual(asked, [])
})

test('when both sides dial at once neither refuses the other', () => {
  const budget = new ConnectionBudget()
  const dialled = taken(budget.tryDial('a', peer('198.51.100.1', 1), NOW))
  const accepted = taken(budget.tryAccept(peer('198.51.100.1', 2), NOW))
  assert.equal(budget.belongs(accepted, 'a'), true)
  budget.closed(dialled)
  assert.equal(budget.tryDial('a', peer('198.51.100.1', 1), NOW), 'ADDRESS_IN_TORRENT')
})

test('through a hole another port of an address is dialled beside one that nobody answered, and not beside a connection', () => {
  const budget = new ConnectionBudget()
  const vain = taken(budget.tryDial('a', peer('198.51.100.1', 1), NOW))
  assert.equal(budget.tryDial('a', peer('198.51.100.1', 2), NOW), 'ADDRESS_IN_TORRENT')
  const through = taken(budget.tryDial('a', peer('198.51.100.1', 2), NOW, true))
  budget.connected(through)
  budget.closed(vain)
  assert.equal(budget.tryDial('a', peer('198.51.100.1', 3), NOW, true), 'ADDRESS_IN_TORRENT')
})

test('vain dials everywhere leave room for a few through holes', () => {
  const budget = new ConnectionBudget({ maxHalfOpen: 2 })
  for (let i = 1; i <= 2; i++) taken(budget.tryDial('a', peer(`198.51.${i}.1`), NOW))
  assert.equal(budget.tryDial('a', peer('198.51.9.1'), NOW), 'HALF_OPEN_FULL')
  for (let i = 11; i <= 15; i++) taken(budget.tryDial('a', peer(`198.51.${i}.1`), NOW, true))
  assert.equal(budget.tryDial('a', peer('198.51.9.1'), NOW, true), 'HALF_OPEN_FULL')
})

test('a /24 and a /48 are bounded too', () => {
  const budget = new ConnectionBudget({ maxPerNetwork: 2, maxHalfOpen: 100 })
  taken(budget.tryDial('a', peer('198.51.100.1'), NOW))
  taken(budget.tryDial('a', peer('198.51.100.2'), NOW))
  assert.equal(budget.tryDial('a', peer('198.51.100.3'), NOW), 'NETWORK_FULL')
  taken(budget.tryDial('a', peer('198.51.101.3'), NOW))
  taken(budget.tryDial('a', peer('2600:1:2:3::1'), NOW))
  taken(budget.tryDial('a', peer('2600:1:2:4::1'), NOW))
  assert.equal(budget.tryAccept(peer('2600:1:2:5::1'), NOW), 'NETWORK_FULL')
  taken(budget.tryAccept(peer('2600:1:3:5::1'), NOW))
})

test('on loopback and private ranges an address is host and port, and networks do not count', () => {
  for (const host of ['127.0.0.1', '192.168.1.9', '10.64.0.1', '::1', 'fd00::1']) {
    const budget = new ConnectionBudget({ maxHalfOpen: 100 })
    for (let port = 1; port <= 45; port++) taken(budget.tryDial('a', peer(host, port), NOW))
    assert.equal(budget.tryDial('a', peer(host, 1), NOW), 'ADDRESS_IN_TORRENT', host)
  }
})

test('a computer of the same home may have any number of transfers with this one', () => {
  for (const host of ['192.168.1.9', 'fd00::1']) {
    const budget = new ConnectionBudget({ maxHalfOpen: 100 })
    for (let torrent = 1; torrent <= 45; torrent++) taken(budget.tryDial(torrent, peer(host), NOW))
  }
})

test('dials not answered yet are bounded; an answer or a failure makes room', () => {
  const budget = new ConnectionBudget({ maxHalfOpen: 2 })
  const first = taken(budget.tryDial('a', peer('198.51.100.1'), NOW))
  const second = taken(budget.tryDial('a', peer('198.51.100.2'), NOW))
  assert.equal(budget.tryDial('a', peer('198.51.100.3'), NOW), 'HALF_OPEN_FULL')
  taken(budget.tryAccept(peer('198.51.100.9'), NOW))
  budget.connected(first)
  budget.connected(first)
  assert.equal(budget.halfOpen, 1)
  budget.closed(second)
  assert.equal(budget.halfOpen, 0)
})

test('accepts are bounded per second: a hundred at once, then fifty a second', () => {
  const budget = new ConnectionBudget({ maxConnections: 10_000 })
  let accepted = 0
  let next = 0
  const flood = (now: number) => {
    for (let i = 0; i < 1000; i++) {
      const host = `${11 + (next >> 16)}.${(next >> 8) & 255}.${next++ & 255}.1`
      if (typeof budget.tryAccept(peer(host), at(now)) === 'object') accepted++
    }
  }
  flood(0)
  assert.equal(accepted, 100)
  for (let now = 100; now <= 10_000; now += 100) flood(now)
  assert.equal(accepted, 600)
})

test('over random dials, accepts and ends, every count is the sum of its places and no limit is passed', () => {
  const limits: BudgetLimits = {
    maxConnections: 20,
    maxPerTorrent: 8,
    maxPerAddress: 3,
    maxPerAddressAndTorrent: 1,
    maxPerNetwork: 6,
    maxHalfOpen: 5,
    acceptsPerSecond: 50,
  }
  for (let seed = 1; seed <= 100; seed++) {
    const random = new SeededRandom(seed)
    const budget = new ConnectionBudget(limits)
    const open: { place: Place; torrent: number | undefined; dialing: boolean; dialled: boolean }[] = []
    for (let step = 0; step < 300; step++) {
      const to = peer(`198.51.${randomInt(random, 3)}.${randomInt(random, 4)}`, 1 + randomInt(random, 3))
      const torrent = randomInt(random, 4)
      const one = open[randomInt(random, Math.max(1, open.length))]
      const act = randomInt(random, 5)
      if (act === 0) {
        const place = budget.tryDial(torrent, to, at(step * 20))
        if (typeof place === 'object') open.push({ place, torrent, dialing: true, dialled: true })
      } else if (act === 1) {
        const place = budget.tryAccept(to, at(step * 20))
        if (typeof place === 'object')
          open.push({ place, torrent: undefined, dialing: false, dialled: false })
      } else if (act === 2 && one !== undefined) {
        if (budget.belongs(one.place, torrent)) one.torrent = torrent
      } else if (act === 3 && one !== undefined) {
        budget.connected(one.place)
        one.dialing = false
      } else if (one !== undefined) {
        budget.closed(one.place)
        open.splice(open.indexOf(one), 1)
      }
      assert.equal(budget.size, open.length, `seed ${seed}`)
      assert.equal(budget.halfOpen, open.filter(({ dialing }) => dialing).length, `seed ${seed}`)
      assert.ok(open.length <= limits.maxConnections && budget.halfOpen <= limits.maxHalfOpen, `seed ${seed}`)
      for (let each = 0; each < 4; each++) {
        const mine = open.filter((other) => other.torrent === each)
        assert.equal(budget.of(each), mine.length, `seed ${seed}`)
        assert.ok(mine.length <= limits.maxPerTorrent, `seed ${seed}`)
        for (const direction of [true, false]) {
          const addresses = mine
            .filter(({ dialled }) => dialled === direction)
            .map(({ place }) => place.address)
          assert.equal(new Set(addresses).size, addresses.length, `seed ${seed}`)
        }
      }
      for (const key of ['address', 'network'] as const) {
        const most = key === 'address' ? limits.maxPerAddress : limits.maxPerNetwork
        const counts = new Map<string | undefined, number>()
        for (const { place } of open) counts.set(place[key], (counts.get(place[key]) ?? 0) + 1)
        for (const count of counts.values()) assert.ok(count <= most, `seed ${seed}`)
      }
    }
    for (const { place } of open) budget.closed(place)
    assert.deepEqual([budget.size, budget.halfOpen, budget.of(0)], [0, 0, 0], `seed ${seed}`)
  }
})
