import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../../base/endpoint.ts'
import { endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import {
  Candidates,
  MAX_FAILURES,
  MAX_PEX_PER_TELLER,
  MAX_PORTS_PER_PUBLIC_HOST,
  type PeerHint,
  type PeerSource,
} from './candidates.ts'

const TELLER = '8.8.4.4'

function at(ms: number): Millis {
  return ms as Millis
}

function table(limit?: number): Candidates {
  return new Candidates({ random: new SeededRandom(7), ...(limit === undefined ? {} : { limit }) })
}

function hint(host: string, source: PeerSource = 'tracker', teller: string = TELLER, port = 6881): PeerHint {
  return { endpoint: { host, port }, source, teller: source === 'hand' ? 'hand' : teller }
}

function host(i: number): string {
  return `20.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
}

test('an address is known once, however often it is told', () => {
  const candidates = table()
  assert.equal(candidates.add([hint('1.1.1.1'), hint('1.1.1.1', 'pex'), hint('1.1.1.1')], at(0)), 1)
  assert.equal(candidates.size, 1)
  assert.equal(candidates.admitted, 1)
})

test('what was typed, heard on the LAN and told by trackers is dialled in that order, hearsay last', () => {
  const candidates = table()
  candidates.add(
    [
      hint('1.0.0.1', 'pex'),
      hint('1.0.0.2', 'tracker'),
      hint('10.0.0.3', 'lsd', '10.0.0.3'),
      hint('1.0.0.4', 'hand'),
      hint('1.0.0.5', 'resume', 'hand'),
    ],
    at(0),
  )
  assert.deepEqual(
    candidates.next(9, at(0)).map((endpoint) => endpoint.host),
    ['1.0.0.4', '10.0.0.3', '1.0.0.2', '1.0.0.5', '1.0.0.1'],
  )
})

test('among equals the canonical priority decides where it is known, and never over merit', () => {
  const priorities = new Map([
    ['1.0.0.1', 10],
    ['1.0.0.2', 2 ** 32 - 1],
    ['1.0.0.3', 2 ** 31],
    ['1.0.0.5', 2 ** 32 - 1],
  ])
  const candidates = new Candidates({
    random: new SeededRandom(7),
    priority: (to) => priorities.get(to.host),
  })
  candidates.add([hint('1.0.0.5', 'pex'), hint('1.0.0.1'), hint('1.0.0.2'), hint('1.0.0.3')], at(0))
  const order = candidates.next(9, at(0)).map((endpoint) => endpoint.host)
  assert.deepEqual(order, ['1.0.0.2', '1.0.0.3', '1.0.0.1', '1.0.0.5'])
})

test('an address being dialled or connected is not offered again', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  const [endpoint] = candidates.next(5, at(0)) as [Endpoint]
  assert.deepEqual(candidates.next(5, at(0)), [])
  candidates.connected(endpoint)
  assert.deepEqual(candidates.next(5, at(1e9)), [])
  assert.equal(candidates.deadline(at(0)), undefined)
  candidates.closed(endpoint, 'RESET', at(1e9))
  assert.ok((candidates.deadline(at(1e9)) as number) > 1e9)
})

test('what could not be dialled for want of room is offered again soon, and never in a busy loop', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  const [endpoint] = candidates.next(1, at(0)) as [Endpoint]
  candidates.postponed(endpoint)
  assert.equal(candidates.deadline(at(0)), 1000)
  assert.equal(candidates.next(1, at(0)).length, 1)
})

test('where two seeds parted it is remembered, also when it cannot be reached, until a good connection there', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  const [endpoint] = candidates.next(1, at(0)) as [Endpoint]
  candidates.connected(endpoint)
  candidates.closed(endpoint, 'BOTH_SEEDS', at(60_000))
  assert.ok(candidates.partedAsSeeds(endpoint))
  assert.deepEqual(candidates.next(1, at(11 * 60_000)), [], 'it is put off')
  assert.equal(candidates.next(1, at(30 * 60_000)).length, 1)
  candidates.failed(endpoint, 'TIMEOUT', at(30 * 60_000))
  assert.ok(candidates.partedAsSeeds(endpoint))
  assert.equal(candidates.next(1, at(31 * 60_000)).length, 1)
  candidates.connected(endpoint)
  candidates.closed(endpoint, 'CLOSED', at(40 * 60_000))
  assert.ok(!candidates.partedAsSeeds(endpoint))
})

test('who wanted nothing, as we did, is put off as seeds are, and may want something the next time', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  const [endpoint] = candidates.next(1, at(0)) as [Endpoint]
  candidates.connected(endpoint)
  candidates.closed(endpoint, 'NOTHING_WANTED', at(60_000))
  assert.ok((candidates.deadline(at(60_000)) as number) > 11 * 60_000)
  assert.ok(!candidates.partedAsSeeds(endpoint))
})

test('failures make it wait longer and longer, and at last it is forgotten', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  let now = 0
  let lastWait = 0
  for (let i = 1; i < MAX_FAILURES; i++) {
    const [endpoint] = candidates.next(1, at(now)) as [Endpoint]
    candidates.failed(endpoint, 'TIMEOUT', at(now))
    const due = candidates.deadline(at(now)) as number
    assert.ok(due - now > lastWait, 'longer than before')
    assert.deepEqual(candidates.next(1, at(due - 1)), [])
    lastWait = due - now
    now = due
  }
  candidates.failed(candidates.next(1, at(now))[0] as Endpoint, 'TIMEOUT', at(now))
  assert.equal(candidates.size, 0)
})

test('an address that the person typed is never forgotten and waits a minute and a quarter at most', () => {
  const candidates = table()
  candidates.add([hint('192.168.1.5', 'hand')], at(0))
  let now = 0
  for (let i = 0; i < 30; i++) {
    candidates.failed(candidates.next(1, at(now))[0] as Endpoint, 'REFUSED', at(now))
    const due = candidates.deadline(at(now)) as number
    assert.ok(due - now <= 75_000)
    if (i === 0) assert.ok(due - now <= 4_000, 'the other side may be starting now')
    now = due
  }
})

test('when nothing could leave, as often as it may be, the address is as good as before', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  for (let now = 1; now < 3 * MAX_FAILURES; now++) {
    const [endpoint] = candidates.next(1, at(now))
    assert.ok(endpoint !== undefined, `offered again at ${now}`)
    candidates.failed(endpoint, 'NO_WAY_OUT', at(now))
  }
  assert.deepEqual([candidates.size, candidates.stock], [1, 1])
})

test('a good connection clears failures; being thrown out at once counts as one', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1')], at(0))
  const [endpoint] = candidates.next(1, at(0)) as [Endpoint]
  candidates.connected(endpoint)
  candidates.closed(endpoint, 'RESET', at(1_000))
  assert.ok((candidates.deadline(at(1_000)) as number) >= 1_000 + 22_500)
  const due = candidates.deadline(at(1_000)) as number
  candidates.connected(candidates.next(1, at(due))[0] as Endpoint)
  candidates.closed(endpoint, 'RESET', at(due + 3_600_000))
  assert.ok((candidates.deadline(at(due + 3_600_000)) as number) <= due + 3_600_000 + 12_500)
})

test('peers that reached us and told their port are worth dialling later', () => {
  const candidates = table()
  candidates.closed({ host: '1.1.1.1', port: 5 }, 'RESET', at(0))
  assert.equal(candidates.sourceOf({ host: '1.1.1.1', port: 5 }), 'incoming')
})

test('our own address is never dialled again, and neither is a banned one', () => {
  const candidates = table()
  candidates.add(
    [
      hint('1.1.1.1'),
      hint('2.2.2.2'),
      hint('2.2.2.2', 'tracker', TELLER, 7),
      hint('10.0.0.1', 'hand'),
      hint('10.0.0.1', 'hand', 'hand', 7),
    ],
    at(0),
  )
  candidates.next(9, at(0))
  candidates.failed({ host: '1.1.1.1', port: 6881 }, 'SELF', at(0))
  candidates.ban({ host: '2.2.2.2', port: 6881 })
  candidates.ban({ host: '10.0.0.1', port: 6881 })
  assert.equal(candidates.size, 1, 'on a private network a ban is for one port only')
  assert.equal(
    candidates.add([hint('1.1.1.1'), hint('2.2.2.2', 'tracker', TELLER, 9), hint('10.0.0.1', 'hand')], at(0)),
    0,
  )
})

test('addresses narrower than their teller, of no use, or with a bad port are dropped', () => {
  const candidates = table()
  const bad = [
    hint('127.0.0.1'),
    hint('192.168.1.1'),
    hint('169.254.169.254'),
    hint('224.0.0.1'),
    hint('0.0.0.0'),
    hint('::1'),
    hint('fe80::1'),
    hint('127.0.0.1', 'pex', '192.168.1.7'),
    hint('not.an.address'),
    hint('1.1.1.1', 'tracker', TELLER, 0),
    hint('1.1.1.1', 'tracker', TELLER, 65536),
    hint('1.1.1.1', 'tracker', TELLER, 1.5),
  ]
  assert.equal(candidates.add(bad, at(0)), 0)
  assert.equal(
    candidates.add(
      [
        hint('127.0.0.1', 'tracker', '127.0.0.1'),
        hint('192.168.1.1', 'lsd', '192.168.1.1'),
        hint('127.0.0.2', 'hand'),
      ],
      at(0),
    ),
    3,
  )
})

test('one teller of PEX cannot fill the table, and one public host is tried on few ports', () => {
  const candidates = table()
  candidates.add(
    Array.from({ length: 400 }, (_, i) => hint(host(i), 'pex')),
    at(0),
  )
  assert.equal(candidates.size, MAX_PEX_PER_TELLER)
  const ports = table()
  ports.add(
    Array.from({ length: 400 }, (_, i) => hint('9.9.9.9', 'tracker', TELLER, i + 1)),
    at(0),
  )
  assert.equal(ports.size, MAX_PORTS_PER_PUBLIC_HOST)
  ports.add(
    Array.from({ length: 50 }, (_, i) => hint('10.0.0.1', 'tracker', '10.0.0.9', i + 1)),
    at(0),
  )
  assert.equal(ports.size, MAX_PORTS_PER_PUBLIC_HOST + 50, 'on a private network many peers share an address')
})

test('a full table makes room for better addresses and turns worse ones away', () => {
  const candidates = table(10)
  candidates.add(
    Array.from({ length: 10 }, (_, i) => hint(host(i), 'pex', host(1000 + i))),
    at(0),
  )
  assert.equal(candidates.add([hint(host(50), 'pex', host(2000))], at(0)), 0)
  assert.equal(candidates.add([hint(host(60), 'tracker')], at(0)), 1)
  assert.equal(candidates.size, 10)
  assert.equal(candidates.add([hint(host(61), 'hand')], at(0)), 1)
  assert.deepEqual(
    candidates.next(2, at(0)).map((endpoint) => endpoint.host),
    [host(61), host(60)],
  )
})

test('being heard on the LAN again shortens a wait', () => {
  const candidates = table()
  candidates.add([hint('10.0.0.5', 'lsd', '10.0.0.5')], at(0))
  let now = 0
  for (let i = 0; i < 3; i++) {
    candidates.failed(candidates.next(1, at(now))[0] as Endpoint, 'TIMEOUT', at(now))
    now = candidates.deadline(at(now)) as number
  }
  candidates.failed(candidates.next(1, at(now))[0] as Endpoint, 'TIMEOUT', at(now))
  candidates.add([hint('10.0.0.5', 'lsd', '10.0.0.5')], at(now + 1))
  assert.ok((candidates.deadline(at(now + 1)) as number) <= now + 30_000)
})

test('a change of private tracker forgets everything but what was typed (BEP 27)', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1'), hint('2.2.2.2', 'hand')], at(0))
  candidates.forgetTold()
  assert.deepEqual(
    candidates.next(5, at(0)).map((endpoint) => endpoint.host),
    ['2.2.2.2'],
  )
})

test('what is saved for the next start begins with those that were connected', () => {
  const candidates = table()
  candidates.add([hint('1.1.1.1', 'hand'), hint('2.2.2.2', 'pex'), hint('3.3.3.3')], at(0))
  candidates.next(3, at(0))
  candidates.connected({ host: '2.2.2.2', port: 6881 })
  candidates.failed({ host: '3.3.3.3', port: 6881 }, 'REFUSED', at(0))
  assert.deepEqual(
    candidates.saved().map((endpoint) => endpoint.host),
    ['2.2.2.2', '1.1.1.1'],
  )
})

test('over random histories the table stays within its limit and never offers what it must not', () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new SeededRandom(seed)
    const candidates = new Candidates({ random, limit: 50 })
    const sources: PeerSource[] = ['tracker', 'pex', 'lsd', 'hand', 'resume', 'incoming']
    const busy = new Map<string, Endpoint>()
    const banned = new Set<string>()
    let now = 0
    for (let step = 0; step < 1_000; step++) {
      now += randomInt(random, 20_000)
      const roll = randomInt(random, 10)
      const endpoint = { host: host(randomInt(random, 200)), port: 1 + randomInt(random, 3) }
      if (roll < 4) {
        const source = sources[randomInt(random, sources.length)] as PeerSource
        candidates.add([{ endpoint, source, teller: TELLER }], at(now))
      } else if (roll < 7) {
        for (const next of candidates.next(3, at(now))) {
          assert.ok(!busy.has(endpointText(next)), `seed ${seed}: offered twice`)
          assert.ok(!banned.has(next.host), `seed ${seed}: offered though banned`)
          busy.set(endpointText(next), next)
        }
      } else if (roll < 9) {
        const [key, one] = [...busy][0] ?? []
        if (key === undefined || one === undefined) continue
        busy.delete(key)
        if (roll === 7) candidates.failed(one, 'TIMEOUT', at(now))
        else {
          candidates.connected(one)
          candidates.closed(one, 'RESET', at(now + randomInt(random, 60_000)))
        }
      } else if (banned.size < 20) {
        banned.add(endpoint.host)
        candidates.ban(endpoint)
        for (const [key, one] of busy) if (one.host === endpoint.host) busy.delete(key)
      }
      assert.ok(candidates.size <= 50, `seed ${seed}`)
    }
  }
})
