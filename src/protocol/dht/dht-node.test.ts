import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  asked,
  DhtBench,
  digest,
  STRANGER,
  STRANGER_ID,
  signatures,
  topLevel,
} from '../../../test/doubles/dht-bench.ts'
import { compactEndpoint } from '../../base/address.ts'
import { encode, RawBencode } from '../../base/bencode-encode.ts'
import { EMPTY, utf8 } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { DhtEffect, NodeSource } from './api.ts'
import { BloomFilter } from './bloom-filter.ts'
import { compactContacts } from './contact.ts'
import { signItem } from './item.ts'
import { HARD_TIMEOUT_MS, K, SOFT_TIMEOUT_MS } from './limits.ts'
import { idFits, makeNodeId } from './node-id.ts'

const random = new SeededRandom(21)
const HASH = utf8('mnopqrstuvwxyz123456')

function home(i: number): Endpoint {
  return { host: `10.0.0.${i}`, port: 6881 }
}

/** Of the last ones introduced. */
const ids = new Map<string, Uint8Array>()

function peopled(count: number, options: ConstructorParameters<typeof DhtBench>[0] = {}): DhtBench {
  const bench = new DhtBench(options)
  for (let i = 1; i <= count; i++) {
    const id = random.bytes(20)
    ids.set(home(i).host, id)
    bench.introduce(id, home(i))
  }
  bench.pass(2 * HARD_TIMEOUT_MS)
  return bench
}

const methods = (effects: readonly DhtEffect[]) => asked(effects).map(({ query }) => query.method)
const done = (effects: readonly DhtEffect[]) =>
  effects.filter((effect) => effect.kind === 'done') as Extract<DhtEffect, { kind: 'done' }>[]

function findPeers(bench: DhtBench, more: object = {}): DhtEffect[] {
  const wish = { announce: undefined, scrape: false, noSeeds: false, ...more }
  return bench.tell({ kind: 'find-peers', id: 1, hash: HASH, ...wish })
}

/** Answers every question of a wish with `values`, and those that follow, until nothing more is asked. */
function answerAll(
  bench: DhtBench,
  effects: readonly DhtEffect[],
  values: (question: ReturnType<typeof asked>[number]) => { readonly [key: string]: unknown } | undefined,
): DhtEffect[] {
  const all = [...effects]
  for (let open = asked(effects); open.length > 0; ) {
    const more = open.flatMap((question) => {
      const made = values(question)
      return made === undefined ? [] : bench.answer(question, made as never)
    })
    all.push(...more)
    open = asked(more)
  }
  return all
}

const idOf = new Map<string, Uint8Array>()
function own(endpoint: Endpoint): Uint8Array {
  const known = idOf.get(endpoint.host) ?? random.bytes(20)
  idOf.set(endpoint.host, known)
  return known
}

test('it begins by looking for its own id where it is told, and learns of those who are told of', () => {
  const bench = new DhtBench()
  const [first] = asked(bench.tell({ kind: 'nodes', endpoints: [home(1)] }))
  assert.ok(first !== undefined)
  assert.equal(first.query.method, 'find_node')
  assert.deepEqual(first.query.args.bytes('target'), bench.node.nodeId)
  const contact = { id: random.bytes(20), endpoint: home(2) }
  const next = asked(bench.answer(first, { id: random.bytes(20), nodes: compactContacts([contact], 4) }))
  assert.ok(next.some(({ to, query }) => to.host === home(2).host && query.method === 'find_node'))
})

test('who does not answer at first is asked again, sooner in the beginning, later less', () => {
  const bench = new DhtBench()
  bench.tell({ kind: 'nodes', endpoints: [home(1), home(2)] })
  const minute = asked(bench.pass(60_000)).length
  assert.ok(minute >= 4 && minute <= 10, `${minute} in the first minute`)
  bench.pass(3_600_000)
  const hour = asked(bench.pass(3_600_000)).length
  assert.ok(hour >= 20 && hour <= 26, `${hour} in the third hour`)
})

test('a port message of every peer does not begin a lookup each: one ping, and nothing once it is known', () => {
  const bench = peopled(12)
  const effects = bench.tell({ kind: 'nodes', endpoints: [home(99)] })
  assert.deepEqual(methods(effects), ['ping'])
  bench.answer(asked(effects)[0] as never, { id: random.bytes(20) })
  assert.deepEqual(bench.tell({ kind: 'nodes', endpoints: [home(99)] }), [])
})

test('who asks us is answered, and asked back once if there is room for it', () => {
  const bench = new DhtBench()
  const effects = bench.datagram(encode({ a: { id: STRANGER_ID }, q: 'ping', t: 'aa', y: 'q' }))
  assert.deepEqual(methods(effects), ['ping'])
  assert.equal(bench.node.stats(bench.now).nodes, 0)
  bench.answer(asked(effects)[0] as never, { id: STRANGER_ID })
  assert.equal(bench.node.stats(bench.now).nodes, 1)
  assert.equal(bench.node.stats(bench.now).strangersHeard, 1)
})

test('who only reads is answered, and is in nobody’s table (BEP 43)', () => {
  const bench = new DhtBench()
  const bytes = encode({ a: { id: STRANGER_ID }, q: 'ping', ro: 1, t: 'aa', y: 'q' })
  const effects = bench.datagram(bytes)
  assert.equal(effects.length, 1, 'the answer')
  assert.deepEqual(methods(effects), [])
})

test('who only reads says so in each question (BEP 43)', () => {
  const bench = new DhtBench({ readOnly: true })
  const effects = bench.tell({ kind: 'nodes', endpoints: [home(1)] })
  assert.ok(effects.length > 0)
  for (const effect of effects) assert.ok(effect.kind === 'send' && topLevel(effect.bytes).int('ro') === 1)
})

test('a wish asks the closest, tells peers as they come, announces to all with a token, and ends once', () => {
  const bench = peopled(20)
  const announce = { port: 51_413, impliedPort: true, seed: true }
  const effects = answerAll(bench, findPeers(bench, { announce }), ({ to, query }) => {
    if (query.method === 'announce_peer') {
      const { args } = query
      assert.deepEqual(args.bytes('token'), utf8(`token ${to.host}`))
      assert.deepEqual([args.int('port'), args.int('implied_port'), args.int('seed')], [51_413, 1, 1])
      return { id: own(to) }
    }
    return {
      id: own(to),
      token: `token ${to.host}`,
      values: [
        compactEndpoint({ host: '198.51.100.9', port: 9 }),
        compactEndpoint({ host: to.host, port: 8 }),
      ],
    }
  })
  const peers = effects.flatMap((effect) => (effect.kind === 'peers' ? effect.endpoints : []))
  assert.equal(peers.filter(({ host }) => host === '198.51.100.9').length, 1, 'each address once')
  const [end, ...more] = done(effects)
  assert.deepEqual(more, [])
  assert.deepEqual(end?.result, { kind: 'peers', announcedTo: K, swarm: undefined })
  assert.equal(bench.node.stats(bench.now).lookups, 0)
})

test('with nobody to ask, a wish ends at once', () => {
  const [end] = done(findPeers(new DhtBench()))
  assert.deepEqual(end?.result, { kind: 'peers', announcedTo: 0, swarm: undefined })
})

test('a wish where nobody answers ends within seconds; cancelled, it ends without a word', () => {
  const bench = peopled(10)
  findPeers(bench)
  const effects = bench.pass(10 * SOFT_TIMEOUT_MS)
  assert.equal(done(effects).length, 1)
  const other = peopled(10)
  findPeers(other)
  other.tell({ kind: 'cancel', id: 1 })
  assert.deepEqual(done(other.pass(60_000)), [])
  assert.equal(other.node.stats(other.now).lookups, 0)
})

test('replies from the wrong address count for nothing: no peer, no node, no end', () => {
  const bench = peopled(10)
  const before = bench.node.stats(bench.now).nodes
  const questions = asked(findPeers(bench))
  const reply = { id: random.bytes(20), token: 't', values: [compactEndpoint(home(66))] }
  for (const question of questions) {
    assert.deepEqual(bench.answer({ ...question, to: STRANGER }, reply), [])
    assert.deepEqual(bench.answer({ ...question, to: { ...question.to, port: 1 } }, reply), [])
  }
  assert.equal(bench.node.stats(bench.now).nodes, before)
})

test('a scrape joins what nodes count, takes peers told by others for leeches, and no full filter for a count (BEP 33)', () => {
  const bench = peopled(10)
  const filter = (from: number, to: number) => {
    const made = new BloomFilter(digest)
    for (let i = from; i < to; i++) made.add(Uint8Array.of(8, 0, i, 1))
    return made.bytes
  }
  let answered = 0
  const effects = answerAll(bench, findPeers(bench, { scrape: true }), ({ to, query }) => {
    assert.equal(query.args.int('scrape'), 1)
    answered++
    if (answered === 1) return { id: own(to), BFsd: new Uint8Array(256).fill(255), BFpe: new Uint8Array(256) }
    if (answered === 2)
      return { id: own(to), values: [1, 2].map((i) => compactEndpoint({ host: `8.0.${i}.1`, port: 1 })) }
    if (answered === 3) return { id: own(to), BFsd: new Uint8Array(255), BFpe: new Uint8Array(256) }
    return { id: own(to), BFsd: filter(0, 2), BFpe: filter(100, 120 + answered) }
  })
  const [end] = done(effects)
  assert.ok(end?.result.kind === 'peers')
  const { seeds = 0, leeches = 0 } = end.result.swarm ?? {}
  assert.equal(seeds, 2)
  const expected = 20 + answered + 1
  assert.ok(Math.abs(leeches - expected) <= 2, `${leeches} of ${expected}`)
})

test('an immutable value ends the search when it comes, and only if its hash is right', () => {
  const bench = peopled(10)
  const value = encode('right')
  const target = digest.sha1(value)
  const first = asked(bench.tell({ kind: 'get-immutable', id: 3, target }))
  const wrong = bench.answer(first[0] as never, {
    id: own((first[0] as never as { to: Endpoint }).to),
    v: 'wrong',
  })
  assert.deepEqual(done(wrong), [])
  const right = bench.answer(first[1] as never, {
    id: own((first[1] as never as { to: Endpoint }).to),
    v: 'right',
  })
  assert.deepEqual(done(right)[0]?.result, { kind: 'item', value, mutable: undefined })
})

test('of mutable values the newest that is signed for this key and salt counts', () => {
  const bench = peopled(10)
  const secret = new Uint8Array(32).fill(2)
  const salt = utf8('room')
  const sign = (sequence: number, over: object = {}) => ({
    ...signItem({ salt, sequence, value: encode(`v${sequence}`) }, secret, signatures),
    ...over,
  })
  const other = signItem({ salt, sequence: 9, value: encode('x') }, new Uint8Array(32).fill(3), signatures)
  const answers = [
    sign(1),
    sign(3),
    sign(2),
    sign(8, { signature: new Uint8Array(64) }),
    sign(7, { value: encode('forged') }),
    other,
    { ...sign(6), value: encode('x'.repeat(2_000).slice(0, 1_100)) },
  ]
  const { publicKey } = sign(1)
  let next = 0
  const effects = answerAll(bench, bench.tell({ kind: 'get-mutable', id: 4, publicKey, salt }), ({ to }) => {
    const item = answers[next++]
    if (item === undefined) return { id: own(to) }
    const { publicKey: k, sequence: seq, signature: sig } = item
    return { id: own(to), k, seq, sig, v: new RawBencode(item.value) }
  })
  const [end] = done(effects)
  assert.ok(end?.result.kind === 'item')
  assert.equal(end.result.mutable?.sequence, 3)
  assert.deepEqual(end.result.value, encode('v3'))
})

test('cas goes only to nodes that have something to compare it with (BEP 44)', () => {
  const bench = peopled(10)
  const item = signItem(
    { salt: EMPTY, sequence: 5, value: encode('new') },
    new Uint8Array(32).fill(4),
    signatures,
  )
  const { publicKey: k, signature: sig } = item
  const holders = new Set<string>()
  const effects = answerAll(
    bench,
    bench.tell({ kind: 'put-mutable', id: 5, item, cas: 4 }),
    ({ to, query }) => {
      if (query.method === 'put') {
        assert.equal(query.args.int('cas'), holders.has(to.host) ? 4 : undefined, to.host)
        return { id: own(to) }
      }
      if (holders.size >= 3) return { id: own(to), token: 't' }
      holders.add(to.host)
      return holders.size === 1
        ? { id: own(to), seq: 4, token: 't' }
        : { id: own(to), k, seq: 4, sig, token: 't', v: 'old' }
    },
  )
  const [end] = done(effects)
  assert.ok(end?.result.kind === 'put' && end.result.storedAt >= K - 1)
})

test('a version that holders would refuse is put to nobody: 302 when it is older, 301 when cas does not match', () => {
  const secret = new Uint8Array(32).fill(6)
  const sign = (sequence: number, value = `v${sequence}`) =>
    signItem({ salt: EMPTY, sequence, value: encode(value) }, secret, signatures)
  const { publicKey: k, sequence: seq, signature: sig } = sign(5)
  for (const [item, cas, code] of [
    [sign(4), undefined, 302],
    [sign(5, 'other'), undefined, 302],
    [sign(6), 4, 301],
  ] as const) {
    const bench = peopled(10)
    const effects = answerAll(
      bench,
      bench.tell({ kind: 'put-mutable', id: 6, item, cas }),
      ({ to, query }) => {
        assert.equal(query.method, 'get')
        return { id: own(to), token: 't', ...(to.host.endsWith('3') ? { k, seq, sig, v: 'v5' } : {}) }
      },
    )
    const result = done(effects)[0]?.result
    assert.deepEqual(result, { kind: 'put', storedAt: 0, refusals: [code] })
  }
})

test('a node alone with one other finds what it keeps itself', () => {
  const bench = new DhtBench()
  const values = bench.reply('get_peers', { info_hash: HASH }, home(1))
  bench.reply('announce_peer', { info_hash: HASH, port: 7, token: values.bytes('token') }, home(1))
  const effects = findPeers(bench)
  const peers = effects.flatMap((effect) => (effect.kind === 'peers' ? effect.endpoints : []))
  assert.deepEqual(peers, [{ host: home(1).host, port: 7 }])
})

test('peers of narrower scope than who tells of them, and barred ones, are not told on', () => {
  const bench = new DhtBench({ allows: (host) => host !== '198.51.100.66' })
  const host = '198.51.100.1'
  bench.introduce(makeNodeId(host, random), { host, port: 6881 })
  const told = ['127.0.0.1', '192.168.1.1', '0.0.0.0', '224.0.0.1', '198.51.100.66', '203.0.113.7']
  const effects = answerAll(bench, findPeers(bench), () => ({
    id: makeNodeId(host, random),
    values: told.map((each) => compactEndpoint({ host: each, port: 1 })),
  }))
  const peers = effects.flatMap((effect) => (effect.kind === 'peers' ? effect.endpoints : []))
  assert.deepEqual(peers, [{ host: '203.0.113.7', port: 1 }])
})

test('three networks that see us at one address give us an id that fits it, and it is looked for at once (BEP 42)', () => {
  const bench = new DhtBench()
  const effects: DhtEffect[] = []
  for (let i = 0; i < 3; i++) {
    const host = `8.${i}.8.8`
    const endpoint = { host, port: 6881 }
    const [question] = asked(bench.tell({ kind: 'nodes', endpoints: [endpoint] }))
    effects.push(
      ...bench.answer(
        question as never,
        { id: makeNodeId(host, random) },
        { ip: Uint8Array.of(203, 0, 113, 9, 1, 2) },
      ),
    )
  }
  assert.ok(effects.some((effect) => effect.kind === 'external-address' && effect.host === '203.0.113.9'))
  const renamed = effects.find((effect) => effect.kind === 'node-id')
  assert.ok(renamed?.kind === 'node-id' && idFits(renamed.nodeId, '203.0.113.9'))
  assert.deepEqual(bench.node.nodeId, renamed.nodeId)
  assert.equal(bench.node.stats(bench.now).nodes, 3)
  assert.ok(asked(effects).some(({ query }) => query.method === 'find_node'))
})

test('ip of the wrong size, of no use or told in a question is no vote', () => {
  const bench = new DhtBench()
  for (const [i, ip] of [
    Uint8Array.of(203, 0, 113, 9),
    new Uint8Array(18),
    Uint8Array.of(127, 0, 0, 1, 0, 1),
    Uint8Array.of(10, 0, 0, 1, 0, 1),
    Uint8Array.of(0, 0, 0, 0, 0, 1),
  ].entries()) {
    for (let j = 0; j < 5; j++) {
      const host = `8.${i}.${j}.8`
      const [question] = asked(bench.tell({ kind: 'nodes', endpoints: [{ host, port: 6881 }] }))
      if (question !== undefined) bench.answer(question, { id: makeNodeId(host, random) }, { ip })
    }
  }
  for (let j = 0; j < 5; j++)
    bench.query('ping', {}, { host: `9.${j}.8.8`, port: 1 }, { ip: Uint8Array.of(203, 0, 113, 9, 0, 1) })
  assert.ok(!bench.effects.some(({ kind }) => kind === 'external-address' || kind === 'node-id'))
})

test('a fitting id is kept when the address is agreed upon', () => {
  const nodeId = makeNodeId('203.0.113.9', random)
  const bench = new DhtBench({ nodeId })
  for (let i = 0; i < 4; i++) {
    const host = `8.${i}.8.8`
    const [question] = asked(bench.tell({ kind: 'nodes', endpoints: [{ host, port: 6881 }] }))
    bench.answer(
      question as never,
      { id: makeNodeId(host, random) },
      { ip: Uint8Array.of(203, 0, 113, 9, 1, 2) },
    )
  }
  assert.ok(bench.effects.some(({ kind }) => kind === 'external-address'))
  assert.equal(bench.node.nodeId, nodeId)
})

test('while the other family knows too few nodes, both are wanted, and those told of are handed on; else neither (BEP 32)', () => {
  let hungry = true
  const sibling: NodeSource = {
    closest: () => [],
    get isHungry() {
      return hungry
    },
  }
  const six = { id: random.bytes(20), endpoint: { host: '2001:db8::7', port: 6881 } }
  for (const expected of [true, false]) {
    hungry = expected
    const bench = new DhtBench({ sibling: () => sibling })
    const host = '198.51.100.1'
    const [question] = asked(bench.tell({ kind: 'nodes', endpoints: [{ host, port: 1 }] }))
    assert.equal(question?.query.args.has('want'), expected)
    const effects = bench.answer(question as never, {
      id: makeNodeId(host, random),
      nodes6: compactContacts([six], 6),
    })
    const told = effects.filter(({ kind }) => kind === 'other-family')
    assert.deepEqual(told, expected ? [{ kind: 'other-family', contacts: [six] }] : [])
  }
})

test('contacts that the other family heard of are where it begins', () => {
  const bench = new DhtBench({ family: 6 })
  const contact = { id: random.bytes(20), endpoint: { host: '2001:db8::7', port: 6881 } }
  const wrong = { id: random.bytes(20), endpoint: home(1) }
  const effects = bench.tell({ kind: 'contacts', contacts: [contact, wrong] })
  assert.deepEqual(
    asked(effects).map(({ to }) => to.host),
    ['2001:db8::7'],
  )
})

test('the whole table is looked after for less than ten questions a minute', () => {
  const bench = new DhtBench()
  for (let i = 1; i <= 200; i++) bench.introduce(random.bytes(20), home(i))
  const nodes = bench.node.stats(bench.now).nodes
  const known = new Map(bench.node.closest(HASH, 200).map(({ id, endpoint }) => [endpoint.host, id]))
  let questions = 0
  for (let halfSecond = 0; halfSecond < 7_200; halfSecond++) {
    for (let open = asked(bench.pass(500)); open.length > 0; ) {
      questions += open.length
      open = open.flatMap((question) =>
        asked(bench.answer(question, { id: known.get(question.to.host) ?? STRANGER_ID })),
      )
    }
  }
  const { goodNodes, nodes: after } = bench.node.stats(bench.now)
  assert.ok(after >= nodes && goodNodes >= 0.9 * after, `${goodNodes} good of ${after}, ${nodes} before`)
  assert.ok(questions < 600, `${questions} questions in an hour`)
})

test('while nobody at all answers nobody is forgotten: all are tried again and again, and saved', () => {
  const bench = peopled(12)
  const known = bench.node.saved(bench.now).nodes.map(endpointText).sort()
  bench.pass(12 * 3_600_000)
  assert.equal(bench.node.stats(bench.now).nodes, 0, 'nobody is told of')
  assert.deepEqual(bench.node.saved(bench.now).nodes.map(endpointText).sort(), known)
  const tried = new Set(asked(bench.pass(10 * 60_000)).map(({ to }) => endpointText(to)))
  assert.deepEqual([...tried].sort(), known)
  // The network is there again.
  let open = asked(bench.pass(5 * 60_000))
  assert.ok(open.length >= 12)
  open = asked(bench.tell({ kind: 'network-changed' }))
  assert.ok(open.length >= 12, 'at once where a change is noticed')
  for (const question of open) bench.answer(question, { id: own(question.to) })
  assert.equal(bench.node.stats(bench.now).nodes, 12)
})

test('one that is silent among others that answer is given up, not the others', () => {
  const bench = peopled(12)
  const silent = home(5)
  for (let i = 0; i < 7_200; i++) {
    for (const question of asked(bench.pass(500)))
      if (question.to.host !== silent.host)
        bench.answer(question, { id: ids.get(question.to.host) ?? STRANGER_ID })
  }
  const hosts = bench.node.saved(bench.now).nodes.map(({ host }) => host)
  assert.deepEqual([hosts.length, hosts.includes(silent.host)], [11, false])
})

test('the nodes that answered are saved, with the id, the closest first', () => {
  const bench = peopled(12)
  const { nodeId, nodes } = bench.node.saved(bench.now)
  assert.equal(nodeId, bench.node.nodeId)
  assert.deepEqual(
    nodes,
    bench.node.closest(nodeId, 200).map(({ endpoint }) => endpoint),
  )
})

test('after a change of network it looks for its neighbours anew, and votes for its address begin anew', () => {
  const bench = peopled(12)
  assert.ok(methods(bench.tell({ kind: 'network-changed' })).includes('find_node'))
})

test('barred addresses are not asked, not answered and not told of', () => {
  const bench = new DhtBench({ allows: (host) => !host.startsWith('10.') })
  assert.deepEqual(bench.tell({ kind: 'nodes', endpoints: [home(1)] }), [])
  assert.equal(bench.query('ping', {}, home(1)), undefined)
})

test('a node saves no more than there is to know after a long silence of its own', () => {
  const bench = new DhtBench()
  bench.now = (30 * 86_400_000) as Millis
  assert.deepEqual(bench.node.saved(bench.now).nodes, [])
  bench.pass(1_000)
})
