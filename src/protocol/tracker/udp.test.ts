import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compactEndpoint } from '../../base/address.ts'
import { concatBytes, fromHex, readUint16, readUint32, toHex, utf8, writeUint32 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis, PeerId, WireHash } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { type AnnounceRequest, MAX_PEERS_USED } from './announce.ts'
import { UDP_TOTAL_MS, type UdpConnection, type UdpEffect, UdpExchange, type UdpQuestion } from './udp.ts'

const FOUR: Endpoint = { host: '192.0.2.1', port: 6969 }
const SIX: Endpoint = { host: '2001:db8::1', port: 6969 }
const HASH = 'aabbccddeeff00112233445566778899aabbccdd' as WireHash
const REQUEST: AnnounceRequest = {
  hash: HASH,
  peerId: toHex(utf8('-SH0100-abcdefghijkl')) as PeerId,
  port: 51413,
  uploadedBytes: 2 ** 40 + 5,
  downloadedBytes: 7,
  leftBytes: 2 ** 33,
  event: 'started',
  numWant: 50,
  key: 0xdeadbeef,
  trackerId: undefined,
}
const ANNOUNCE: UdpQuestion = { kind: 'announce', request: REQUEST, urlData: '/announce' }
const CONNECTION_ID = fromHex('1122334455667788')

function at(ms: number): Millis {
  return ms as Millis
}

function exchange(
  options: { address?: Endpoint; question?: UdpQuestion; connection?: UdpConnection; totalMs?: number } = {},
): UdpExchange {
  return new UdpExchange({
    address: options.address ?? FOUR,
    question: options.question ?? ANNOUNCE,
    random: new SeededRandom(1),
    connection: options.connection,
    totalMs: options.totalMs ?? UDP_TOTAL_MS,
  })
}

function sent(effects: readonly UdpEffect[]): Uint8Array {
  const effect = effects.find((candidate) => candidate.kind === 'send')
  assert.ok(effect?.kind === 'send', 'something is sent')
  return effect.bytes
}

function packet(action: number, transactionId: number, rest: Uint8Array = new Uint8Array(0)): Uint8Array {
  const head = new Uint8Array(8)
  writeUint32(head, 0, action)
  writeUint32(head, 4, transactionId)
  return concatBytes([head, rest])
}

function numbers(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  for (const [i, value] of values.entries()) writeUint32(bytes, 4 * i, value)
  return bytes
}

/** Start and connect; returns the announce (or scrape) packet. */
function connect(machine: UdpExchange, address = FOUR, now = 0): Uint8Array {
  const request = sent(machine.handle({ kind: 'start' }, at(now)))
  const reply = packet(0, readUint32(request, 12), CONNECTION_ID)
  return sent(machine.handle({ kind: 'datagram', bytes: reply, from: address }, at(now)))
}

test('an announce goes out field by field as BEP 15 lays it out', () => {
  const machine = exchange()
  const hello = sent(machine.handle({ kind: 'start' }, at(0)))
  assert.equal(toHex(hello.subarray(0, 12)), '000004172710198000000000')
  assert.equal(hello.length, 16)
  const reply = packet(0, readUint32(hello, 12), CONNECTION_ID)
  const effects = machine.handle({ kind: 'datagram', bytes: reply, from: FOUR }, at(100))
  assert.deepEqual(effects[0], { kind: 'connected', connection: { id: CONNECTION_ID, until: at(60_100) } })
  const ask = sent(effects)
  assert.equal(toHex(ask.subarray(0, 8)), '1122334455667788')
  assert.equal(readUint32(ask, 8), 1)
  assert.notEqual(readUint32(ask, 12), readUint32(hello, 12), 'a transaction id of its own')
  assert.equal(toHex(ask.subarray(16, 36)), HASH)
  assert.equal(toHex(ask.subarray(36, 56)), REQUEST.peerId)
  assert.equal(toHex(ask.subarray(56, 64)), '0000000000000007')
  assert.equal(toHex(ask.subarray(64, 72)), '0000000200000000')
  assert.equal(toHex(ask.subarray(72, 80)), '0000010000000005')
  assert.deepEqual(
    [80, 84, 88, 92].map((offset) => readUint32(ask, offset)),
    [2, 0, 0xdeadbeef, 50],
  )
  assert.equal(readUint16(ask, 96), 51413)
  assert.equal(toHex(ask.subarray(98)), `0209${toHex(utf8('/announce'))}`, 'URLData of BEP 41')
})

test('a long path is cut into options of 255 bytes and a monstrous one is left out (BEP 41)', () => {
  const path = `/${'p'.repeat(299)}`
  const ask = connect(exchange({ question: { ...ANNOUNCE, urlData: path } as UdpQuestion }))
  assert.deepEqual([ask[98], ask[99], ask[98 + 257], ask[98 + 258]], [2, 255, 2, 45])
  assert.equal(ask.length, 98 + 2 + 255 + 2 + 45)
  assert.equal(
    connect(exchange({ question: { ...ANNOUNCE, urlData: 'x'.repeat(2000) } as UdpQuestion })).length,
    98,
  )
})

test('an answer gives peers of the family of the address that was asked', () => {
  for (const [address, peers] of [
    [
      FOUR,
      [
        { host: '1.2.3.4', port: 80 },
        { host: '5.6.7.8', port: 81 },
      ],
    ],
    [SIX, [{ host: '2001:db8::7', port: 80 }]],
  ] as const) {
    const machine = exchange({ address })
    const ask = connect(machine, address)
    const bytes = packet(
      1,
      readUint32(ask, 12),
      concatBytes([numbers(1800, 3, 4), ...peers.map(compactEndpoint), Uint8Array.of(9)]),
    )
    const [effect] = machine.handle({ kind: 'datagram', bytes, from: address }, at(200))
    assert.ok(effect?.kind === 'answered')
    assert.deepEqual(effect.reply.peers, peers)
    assert.deepEqual([effect.reply.intervalS, effect.reply.leeches, effect.reply.seeds], [1800, 3, 4])
    assert.equal(machine.deadline(), undefined, 'it is over')
    assert.deepEqual(machine.handle({ kind: 'datagram', bytes, from: address }, at(201)), [])
  }
})

test('of a full datagram of peers two hundred are used', () => {
  const machine = exchange()
  const ask = connect(machine)
  const peers = Uint8Array.from({ length: 6 * 10_000 }, (_, i) => (i % 251) + 1)
  const bytes = packet(
    1,
    readUint32(ask, 12),
    concatBytes([numbers(0xffffffff, 0xffffffff, 0xffffffff), peers]),
  )
  const [effect] = machine.handle({ kind: 'datagram', bytes, from: FOUR }, at(1))
  assert.ok(effect?.kind === 'answered')
  assert.equal(effect.reply.peers.length, MAX_PEERS_USED)
  assert.equal(effect.reply.seeds, undefined)
})

test('packets with another transaction id, from another address or port, or too short are not believed', () => {
  const machine = exchange()
  const ask = connect(machine)
  const id = readUint32(ask, 12)
  const body = numbers(1800, 1, 1)
  const lies: [Uint8Array, Endpoint][] = [
    [packet(1, id ^ 1, body), FOUR],
    [packet(1, id, body), { ...FOUR, port: 6970 }],
    [packet(1, id, body), { ...FOUR, host: '192.0.2.2' }],
    [packet(1, id, body).subarray(0, 19), FOUR],
    [packet(2, id, body), FOUR],
    [packet(3, id ^ 1, utf8('no')), FOUR],
    [new Uint8Array(0), FOUR],
    [packet(0, id, CONNECTION_ID), FOUR],
  ]
  for (const [bytes, from] of lies)
    assert.deepEqual(machine.handle({ kind: 'datagram', bytes, from }, at(5)), [])
  const [effect] = machine.handle({ kind: 'datagram', bytes: packet(1, id, body), from: FOUR }, at(6))
  assert.equal(effect?.kind, 'answered')
})

test('silence is met with a second try after 15 s and the end after 45 s', () => {
  const machine = exchange()
  const first = sent(machine.handle({ kind: 'start' }, at(0)))
  assert.equal(machine.deadline(), 15_000)
  assert.deepEqual(machine.handle({ kind: 'tick' }, at(14_999)), [])
  assert.deepEqual(
    sent(machine.handle({ kind: 'tick' }, at(15_000))),
    first,
    'the same request, so that a late answer still counts',
  )
  assert.equal(machine.deadline(), 45_000)
  assert.deepEqual(machine.handle({ kind: 'tick' }, at(45_000)), [{ kind: 'failed', why: 'timeout' }])
  assert.equal(machine.deadline(), undefined)
})

test('a tracker that answers only nonsense is told from a silent one', () => {
  const machine = exchange({ totalMs: 2000 })
  const hello = sent(machine.handle({ kind: 'start' }, at(0)))
  machine.handle(
    { kind: 'datagram', bytes: packet(0, readUint32(hello, 12), new Uint8Array(3)), from: FOUR },
    at(1),
  )
  assert.equal(machine.deadline(), 2000, 'never later than its total deadline')
  assert.deepEqual(machine.handle({ kind: 'tick' }, at(2000)), [{ kind: 'failed', why: 'nonsense' }])
})

test('a connection id is used again within its minute, and asked for anew after it', () => {
  const fresh = exchange({ connection: { id: CONNECTION_ID, until: at(60_000) } })
  assert.equal(readUint32(sent(fresh.handle({ kind: 'start' }, at(59_999))), 8), 1, 'announces at once')
  assert.equal(
    readUint32(sent(fresh.handle({ kind: 'tick' }, at(59_999 + 15_000))), 8),
    0,
    'the retry connects again',
  )
  const stale = exchange({ connection: { id: CONNECTION_ID, until: at(60_000) } })
  assert.equal(readUint32(sent(stale.handle({ kind: 'start' }, at(60_000))), 8), 0)
})

test('an error ends the exchange with its words, but a forgotten connection id is renewed once', () => {
  const machine = exchange()
  const ask = connect(machine)
  const error = packet(3, readUint32(ask, 12), utf8('<script>x</script>'))
  assert.deepEqual(machine.handle({ kind: 'datagram', bytes: error, from: FOUR }, at(1)), [
    { kind: 'refused', refusal: { reason: '<script>x</script>', retryMs: undefined } },
  ])
  const cached = exchange({ connection: { id: CONNECTION_ID, until: at(60_000) } })
  const early = sent(cached.handle({ kind: 'start' }, at(0)))
  const again = sent(
    cached.handle(
      { kind: 'datagram', bytes: packet(3, readUint32(early, 12), utf8('bad connection id')), from: FOUR },
      at(1),
    ),
  )
  assert.equal(readUint32(again, 8), 0, 'connects')
  const [effect] = cached.handle(
    { kind: 'datagram', bytes: packet(3, readUint32(again, 12), utf8('no')), from: FOUR },
    at(2),
  )
  assert.equal(effect?.kind, 'refused')
})

test('a scrape gives a figure per hash, and a short answer is not believed', () => {
  const other = '11'.repeat(20) as WireHash
  const machine = exchange({ question: { kind: 'scrape', hashes: [HASH, other] } })
  const ask = connect(machine)
  assert.equal(toHex(ask.subarray(16)), HASH + other)
  const id = readUint32(ask, 12)
  assert.deepEqual(
    machine.handle({ kind: 'datagram', bytes: packet(2, id, numbers(1, 2, 3)), from: FOUR }, at(1)),
    [],
  )
  const [effect] = machine.handle(
    { kind: 'datagram', bytes: packet(2, id, numbers(1, 2, 3, 4, 5, 6)), from: FOUR },
    at(1),
  )
  assert.ok(effect?.kind === 'scraped')
  assert.deepEqual(
    [...effect.entries.values()],
    [
      { seeds: 1, downloads: 2, leeches: 3 },
      { seeds: 4, downloads: 5, leeches: 6 },
    ],
  )
})

test('random packets never throw and never end an exchange', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 20 }), (packets) => {
      const machine = exchange()
      machine.handle({ kind: 'start' }, at(0))
      for (const bytes of packets) {
        const guess = bytes.slice()
        machine.handle({ kind: 'datagram', bytes: guess, from: FOUR }, at(1))
      }
      assert.ok(machine.deadline() !== undefined)
    }),
  )
})
