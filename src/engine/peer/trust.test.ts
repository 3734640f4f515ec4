import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { MAX_ADDRESSES, MAX_TRUST, PAROLE_PIECES, TrustTable } from './trust.ts'

const public1 = { host: '198.51.100.1', port: 6881 }

function times(count: number, act: () => unknown): unknown {
  let last: unknown
  for (let i = 0; i < count; i++) last = act()
  return last
}

test('good pieces count up to eight, bad ones two down, and minus seven bans', () => {
  const table = new TrustTable()
  times(20, () => table.good(public1))
  assert.equal(table.trust(public1), MAX_TRUST)
  assert.equal(
    times(7, () => table.bad(public1)),
    'parole',
  )
  assert.equal(table.trust(public1), -6)
  assert.equal(table.bad(public1), 'banned')
  assert.equal(table.banned(public1), true)
})

test('a stranger is banned with the fourth bad piece', () => {
  const table = new TrustTable()
  assert.equal(
    times(3, () => table.bad(public1)),
    'parole',
  )
  assert.equal(table.bad(public1), 'banned')
})

test('a bad shared piece puts on parole, two good ones end it', () => {
  const table = new TrustTable()
  assert.equal(table.onParole(public1), false)
  table.bad(public1)
  for (let piece = 0; piece < PAROLE_PIECES; piece++) {
    assert.equal(table.onParole(public1), true)
    table.good(public1)
  }
  assert.equal(table.onParole(public1), false)
  assert.equal(table.banned(public1), false)
})

test('good pieces on parole count for nothing else, and an acquittal undoes a bad one', () => {
  const table = new TrustTable()
  table.bad(public1)
  times(PAROLE_PIECES, () => table.good(public1))
  assert.equal(table.trust(public1), -2)
  table.good(public1)
  assert.equal(table.trust(public1), -1)
  table.bad(public1)
  table.acquit(public1)
  assert.equal(table.trust(public1), -1)
  assert.equal(table.onParole(public1), true, 'something else is not cleared up')
  table.acquit(public1)
  assert.equal(table.trust(public1), 1)
  assert.equal(table.onParole(public1), false)
})

test('a public address is banned on all its ports, a private or loopback one only on its own', () => {
  const table = new TrustTable()
  table.ban(public1)
  assert.equal(table.banned({ host: public1.host, port: 1 }), true)
  for (const host of ['127.0.0.1', '192.168.1.5', '::1', 'fe80::1', '10.64.0.1']) {
    table.ban({ host, port: 1 })
    assert.equal(table.banned({ host, port: 1 }), true, host)
    assert.equal(table.banned({ host, port: 2 }), false, host)
  }
})

test('a ban can be lifted', () => {
  const table = new TrustTable()
  table.ban(public1)
  table.forget(public1)
  assert.equal(table.banned(public1), false)
  assert.equal(table.size, 0)
})

test('the table never grows beyond its bound, and forgets bans last', () => {
  const table = new TrustTable()
  table.ban(public1)
  for (let i = 0; i < MAX_ADDRESSES + 50; i++)
    table.good({ host: `203.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, port: 1 })
  assert.equal(table.size, MAX_ADDRESSES)
  assert.equal(table.banned(public1), true)
  for (let i = 0; i < MAX_ADDRESSES; i++)
    table.ban({ host: `204.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, port: 1 })
  assert.equal(table.size, MAX_ADDRESSES)
})

test('whoever spoils now and then is banned in the end, whoever never does never is, though they share pieces', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new SeededRandom(seed)
    const table = new TrustTable()
    const peers = Array.from({ length: 10 }, (_, i) => ({ host: `198.51.100.${i}`, port: 1 }))
    const spoils = (peer: number): boolean => peer < 4 && randomInt(random, 2) === 0
    for (let piece = 0; piece < 2_000; piece++) {
      const left = peers
        .map((_, peer) => peer)
        .filter((peer) => !table.banned(peers[peer] as (typeof peers)[0]))
      const first = left[randomInt(random, left.length)] as number
      const endpoint = (peer: number) => peers[peer] as (typeof peers)[0]
      const free = left.filter((peer) => peer !== first && !table.onParole(endpoint(peer)))
      const second = free[randomInt(random, Math.max(1, free.length))]
      const givers = table.onParole(endpoint(first)) || second === undefined ? [first] : [first, second]
      const bad = givers.filter(spoils).length > 0
      if (!bad) for (const peer of givers) table.good(endpoint(peer))
      else if (givers.length === 1) table.ban(endpoint(first))
      else for (const peer of givers) table.bad(endpoint(peer))
    }
    assert.deepEqual(
      peers.map((peer) => table.banned(peer)),
      peers.map((_, peer) => peer < 4),
      `seed ${seed}`,
    )
  }
})
