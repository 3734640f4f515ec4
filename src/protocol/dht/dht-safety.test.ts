// SAFETY.md's cases for UDP that concern a whole node of the DHT: what floods and forgers can make it do, counted.

import assert from 'node:assert/strict'
import { randomInt as drawSeed } from 'node:crypto'
import { test } from 'node:test'
import {
  type Asked,
  asked,
  DhtBench,
  digest,
  STRANGER,
  STRANGER_ID,
  signatures,
} from '../../../test/doubles/dht-bench.ts'
import { compactEndpoint } from '../../base/address.ts'
import { encode } from '../../base/bencode-encode.ts'
import { EMPTY, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { DhtEffect } from './api.ts'
import { compactContacts } from './contact.ts'
import { signItem } from './item.ts'
import { IN_ALL, MAX_ITEMS, MAX_ITEMS_PER_HOST, MAX_REPLY_BYTES, PER_HOST, REPLY_BYTES } from './limits.ts'
import { idAt } from './node-id.ts'

const seed = drawSeed(2 ** 32)
const random = new SeededRandom(seed)
const HASH = random.bytes(20)

function publicHost(i: number): Endpoint {
  return { host: `${1 + (i % 9)}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, port: 1 + (i % 65_535) }
}

function sent(effects: readonly DhtEffect[]): { readonly count: number; readonly bytes: number } {
  let count = 0
  let bytes = 0
  for (const effect of effects) {
    if (effect.kind !== 'send') continue
    count++
    bytes += effect.bytes.length
  }
  return { count, bytes }
}

const GET_PEERS = encode({
  a: { id: STRANGER_ID, info_hash: HASH, scrape: 1 },
  q: 'get_peers',
  t: 'aa',
  y: 'q',
})

test('DHT get_peers spoofed: whoever is named as the sender gets no more than its share, and nothing is kept for it', () => {
  const bench = new DhtBench()
  for (let i = 0; i < 20; i++) bench.introduce(random.bytes(20), { host: '10.0.0.1', port: 1 + i })
  bench.now = 60_000 as Millis
  const before = bench.node.stats(bench.now)
  let bytes = 0
  let count = 0
  for (let i = 0; i < 100_000; i++) {
    bench.now = (60_000 + i / 10) as Millis
    const each = sent(bench.datagram(GET_PEERS, { host: STRANGER.host, port: 1 + (i % 65_535) }))
    bytes += each.bytes
    count += each.count
  }
  // Ten seconds: answers, and one ping back that it does not answer.
  const most = PER_HOST.burst + 10 * PER_HOST.perSecond
  assert.ok(count <= 2 * most + 2, `${count} datagrams`)
  assert.ok(bytes <= most * MAX_REPLY_BYTES, `${bytes} bytes`)
  assert.equal(bench.node.stats(bench.now).torrentsKept, before.torrentsKept)
})

test(`20,000 DHT packets a second: answers stay within 8 kB a second, most are not even read (seed ${seed})`, () => {
  const bench = new DhtBench()
  const packets = [
    GET_PEERS,
    encode({ a: { id: STRANGER_ID }, q: 'ping', t: 'aa', y: 'q' }),
    encode({ a: { id: STRANGER_ID, target: HASH }, q: 'find_node', t: 'aa', y: 'q' }),
    encode({ a: { id: STRANGER_ID, target: HASH, token: 'x', v: 'x' }, q: 'put', t: 'aa', y: 'q' }),
    encode({ r: { id: STRANGER_ID }, t: random.bytes(4), y: 'r' }),
    encode({ e: [201, 'x'], t: random.bytes(4), y: 'e' }),
    random.bytes(200),
    utf8(`d1:ad2:id20:${'x'.repeat(20)}1:x${'l'.repeat(500)}${'e'.repeat(500)}e1:q4:ping1:t2:aa1:y1:qe`),
  ]
  const seconds = 5
  let bytes = 0
  let answers = 0
  for (let i = 0; i < 20_000 * seconds; i++) {
    bench.now = (i / 20) as Millis
    const from = publicHost(Math.floor(random.uint32() / 64))
    const effects = bench.datagram(packets[i % packets.length] as Uint8Array, from)
    bench.effects.length = 0
    const questions = asked(effects).length
    answers += effects.length - questions
    bytes += sent(effects).bytes
  }
  const { queriesAnswered, queriesDropped, nodes } = bench.node.stats(bench.now)
  assert.equal(queriesAnswered, answers)
  assert.ok(answers <= IN_ALL.burst + seconds * IN_ALL.perSecond, `${answers} answers`)
  const most = REPLY_BYTES.burst + seconds * REPLY_BYTES.perSecond + MAX_REPLY_BYTES
  // Beside the answers there are pings of at most 32 at once, each for four seconds.
  assert.ok(bytes <= most + 64 * 100, `${bytes} bytes`)
  assert.ok(queriesDropped >= 20_000 * seconds * 0.4, `${queriesDropped} dropped`)
  assert.equal(nodes, 0)
})

test('a good node is served while one network floods', () => {
  const bench = new DhtBench()
  let served = 0
  for (let i = 0; i < 50_000; i++) {
    bench.now = (i / 10) as Millis
    bench.datagram(GET_PEERS, { host: `8.8.8.${1 + (i % 250)}`, port: 1 })
    bench.effects.length = 0
    if (i % 10_000 === 5_000) served += bench.query('ping', {}, STRANGER) === undefined ? 0 : 1
  }
  assert.equal(served, 5)
})

test('answers that nobody asked for change nothing, however many', () => {
  const bench = new DhtBench()
  bench.introduce(random.bytes(20), { host: '10.0.0.1', port: 1 })
  const contact = { id: random.bytes(20), endpoint: publicHost(7) }
  for (let i = 0; i < 20_000; i++) {
    const bytes = encode({
      ip: Uint8Array.of(6, 6, 6, 6, 0, 1),
      r: { id: random.bytes(20), nodes: compactContacts([contact], 4), token: 't' },
      t: random.bytes(4),
      y: 'r',
    })
    assert.deepEqual(bench.datagram(bytes, publicHost(i)), [])
  }
  assert.equal(bench.node.stats(bench.now).nodes, 1)
})

test('bad signatures: who sends many is answered no faster than we check, and only good ones are kept', () => {
  const bench = new DhtBench()
  const token = bench.reply('get', { target: HASH }, { host: '10.0.0.1', port: 1 }).bytes('token')
  let refused = 0
  for (let i = 0; i < 2_000; i++) {
    bench.now = (20 * i) as Millis
    const answer = bench.query(
      'put',
      { k: random.bytes(32), seq: 1, sig: random.bytes(64), token, v: 'x' },
      { host: '10.0.0.1', port: 1 + i },
    )
    if (answer?.kind === 'error') refused++
    bench.effects.length = 0
  }
  assert.ok(refused > 500, 'most are answered')
  assert.equal(bench.node.stats(bench.now).itemsKept, 0)
})

test('items and torrents stay within their bounds whatever is put and announced', () => {
  const bench = new DhtBench()
  for (let i = 0; i < 1_500; i++) {
    bench.now = (bench.now + 100) as Millis
    const from = publicHost(i * 256)
    const token = bench.reply('get', { target: HASH }, from).bytes('token')
    for (let j = 0; j < 3; j++) bench.query('put', { token, v: `value ${i} ${j}` }, from)
    bench.query('announce_peer', { info_hash: random.bytes(20), port: 1, token }, from)
    bench.effects.length = 0
  }
  const { itemsKept, torrentsKept } = bench.node.stats(bench.now)
  assert.equal(itemsKept, MAX_ITEMS)
  assert.ok(torrentsKept > 1_000 && torrentsKept <= 2_000)
  const from = { host: '9.9.9.9', port: 1 }
  bench.now = (bench.now + 3 * 3_600_000) as Millis
  bench.tell({ kind: 'tick' })
  assert.deepEqual([bench.node.stats(bench.now).itemsKept, bench.node.stats(bench.now).torrentsKept], [0, 0])
  for (let j = 0; j < 30; j++) {
    bench.now = (bench.now + 1_000) as Millis
    const token = bench.reply('get', { target: HASH }, from).bytes('token')
    bench.query('put', { token, v: `value ${j}` }, from)
  }
  assert.equal(bench.node.stats(bench.now).itemsKept, MAX_ITEMS_PER_HOST)
})

test('a liar that answers a lookup with ever closer nodes, false tokens and wrong peers ends nothing but its own turn', () => {
  const bench = new DhtBench()
  for (let i = 1; i <= 20; i++) bench.introduce(random.bytes(20), { host: `10.0.0.${i}`, port: 1 })
  let questions = 0
  let depth = 20
  const wish = { kind: 'find-peers', id: 1, hash: HASH, scrape: true, noSeeds: false } as const
  const announce = { port: 1, impliedPort: false, seed: false }
  let ended = false
  for (let open = asked(bench.tell({ ...wish, announce })); !ended; open = asked(bench.pass(500))) {
    while (open.length > 0) {
      const [question, ...rest] = open
      questions++
      assert.ok(questions < 200, 'it is left after so many')
      const closer = Array.from({ length: 30 }, () => {
        depth = Math.min(159, depth + 1)
        return {
          id: idAt(HASH, depth, random),
          endpoint: { host: '10.6.6.6', port: 1 + (random.uint32() % 65_535) },
        }
      })
      const values = Array.from({ length: 200 }, () => random.bytes(6))
      const more = bench.answer(question as never, {
        id: question?.query.method === 'announce_peer' ? HASH : idAt(HASH, 30, random),
        nodes: compactContacts(closer, 4).subarray(0, 26 * 8),
        token: new Uint8Array(300),
        values: values.slice(0, 100),
        BFpe: new Uint8Array(256).fill(255),
        BFsd: new Uint8Array(256).fill(255),
      })
      open = [...rest, ...asked(more)]
    }
    ended = bench.effects.some(({ kind }) => kind === 'done')
  }
  const end = bench.effects.find(({ kind }) => kind === 'done')
  assert.ok(end?.kind === 'done' && end.result.kind === 'peers')
  assert.deepEqual(end.result.swarm, { seeds: 0, leeches: 0 })
})

test('eclipse at the beginning: accomplices told of by the first that answers do not keep out whom the second tells of', () => {
  const bench = new DhtBench()
  const node = (bits: number, host: string) => ({
    id: idAt(bench.node.nodeId, bits, random),
    endpoint: { host, port: 1 },
  })
  const [liar, honest] = [node(0, '10.0.0.1'), node(0, '10.0.0.2')]
  const accomplices = Array.from({ length: 8 }, (_, i) => node(5 + (i % 3), `10.0.1.${i + 1}`))
  const neighbours = Array.from({ length: 8 }, (_, i) => node(3, `10.0.2.${i + 1}`))
  const first = asked(bench.tell({ kind: 'nodes', endpoints: [liar.endpoint, honest.endpoint] }))
  assert.deepEqual(
    first.map(({ to }) => to),
    [liar.endpoint, honest.endpoint],
  )
  const told = new Map<string, readonly (typeof liar)[]>(
    [liar, ...accomplices].map(({ endpoint }) => [endpoint.host, accomplices]),
  )
  for (const { endpoint } of [honest, ...neighbours]) told.set(endpoint.host, neighbours)
  const members = [liar, honest, ...accomplices, ...neighbours]
  const heard = new Set<string>()
  const goOn = (questions: readonly Asked[]): void => {
    const open = [...questions]
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const { host } = next.to
      heard.add(host)
      const id = members.find(({ endpoint }) => endpoint.host === host)?.id ?? EMPTY
      const nodes = compactContacts(told.get(host) ?? [], 4)
      open.push(...asked(bench.answer(next, { id, nodes })))
    }
  }
  goOn(first.slice(0, 1))
  goOn(first.slice(1))
  assert.ok(neighbours.every(({ endpoint }) => heard.has(endpoint.host)))
})

test('sequence rollback: who replays an older version of an item cannot have it told again', () => {
  const bench = new DhtBench()
  const item = (sequence: number) =>
    signItem({ salt: EMPTY, sequence, value: encode(`v${sequence}`) }, new Uint8Array(32).fill(8), signatures)
  const put = (sequence: number) => {
    bench.now = (bench.now + 1_000) as Millis
    const { publicKey: k, signature: sig } = item(sequence)
    const token = bench.reply('get', { target: HASH }).bytes('token')
    return bench.query('put', { k, seq: sequence, sig, token, v: `v${sequence}` })
  }
  assert.equal(put(2)?.kind, 'reply')
  const refused = put(1)
  assert.ok(refused?.kind === 'error' && refused.code === 302)
  assert.equal(bench.reply('get', { target: digest.sha1(item(1).publicKey) }).int('seq'), 2)
})

test('a datagram of any size and content from port 0 or the other family is dropped', () => {
  const bench = new DhtBench()
  for (const from of [
    { ...STRANGER, port: 0 },
    { host: '2001:db8::1', port: 1 },
  ])
    assert.deepEqual(bench.datagram(GET_PEERS, from), [])
  for (const bytes of [EMPTY, new Uint8Array(65_507), encode('x'.repeat(3_000))])
    assert.deepEqual(bench.datagram(bytes), [])
  assert.equal(compactEndpoint(STRANGER).length, 6)
})
