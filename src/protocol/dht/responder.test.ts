import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DhtBench, digest, STRANGER, STRANGER_ID, signatures } from '../../../test/doubles/dht-bench.ts'
import { DHT_VECTORS } from '../../../test/doubles/dht-vectors.ts'
import { compactEndpoint } from '../../base/address.ts'
import { encode, RawBencode } from '../../base/bencode-encode.ts'
import { EMPTY, fromLatin1, toHex, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { NodeSource } from './api.ts'
import { BloomFilter } from './bloom-filter.ts'
import type { Contact } from './contact.ts'
import { signItem } from './item.ts'
import { compareDistance } from './node-id.ts'

const HASH = utf8('mnopqrstuvwxyz123456')
const TARGET = HASH
const random = new SeededRandom(77)

/** A node that knows twenty others, of five networks at home. */
function peopled(options: ConstructorParameters<typeof DhtBench>[0] = {}): DhtBench {
  const bench = new DhtBench(options)
  for (let i = 0; i < 20; i++) bench.introduce(random.bytes(20), { host: `10.0.0.${i + 1}`, port: 6881 })
  return bench
}

function sixes(count: number): NodeSource {
  const contacts: Contact[] = Array.from({ length: count }, (_, i) => ({
    id: random.bytes(20),
    endpoint: { host: `2001:db8::${(i + 1).toString(16)}`, port: 6881 },
  }))
  return { closest: (_, most) => contacts.slice(0, most), isHungry: false }
}

function tokenFor(bench: DhtBench, from: Endpoint = STRANGER): Uint8Array {
  const token = bench.reply('get_peers', { info_hash: HASH }, from).bytes('token')
  assert.ok(token !== undefined)
  return token
}

function announce(
  bench: DhtBench,
  from: Endpoint,
  more: { readonly [key: string]: number } = { port: 7_000 },
): void {
  bench.reply('announce_peer', { info_hash: HASH, token: tokenFor(bench, from), ...more }, from)
  // Within what may be asked of it.
  bench.now = (bench.now + 200) as Millis
}

const values = (bench: DhtBench, args = {}) =>
  [...(bench.reply('get_peers', { info_hash: HASH, ...args }).list('values') ?? [])].map((value) =>
    toHex(value as Uint8Array),
  )

test('the example queries of BEP 5 are answered, each with what belongs to it', () => {
  const bench = new DhtBench()
  const kinds = DHT_VECTORS.bep5.queries.map(([, packet]) => {
    const [effect] = bench.datagram(utf8(packet))
    assert.ok(effect?.kind === 'send')
    return fromLatin1(effect.bytes)
  })
  const id = fromLatin1(bench.node.nodeId)
  for (const answer of kinds.slice(0, 3))
    assert.ok(answer.includes(`2:id20:${id}`) && answer.endsWith('1:y1:re'))
  assert.ok(kinds[1]?.includes('5:nodes'))
  assert.ok(kinds[2]?.includes('5:token8:') && kinds[2].includes('5:nodes'))
  assert.ok(kinds[3]?.includes('1:eli203e') && kinds[3].endsWith('1:y1:ee'), 'whose token is not ours')
  for (const answer of kinds)
    assert.ok(answer.includes('2:ip6:') && answer.includes('1:t2:aa') && answer.includes('1:v4:SH'))
})

test('find_node tells of the eight closest that we know', () => {
  const bench = peopled()
  const nodes = bench.reply('find_node', { target: TARGET }).bytes('nodes')
  assert.equal(nodes?.length, 8 * 26)
  const expected = bench.node.closest(TARGET, 8)
  for (const [i, { id, endpoint }] of expected.entries()) {
    assert.deepEqual(nodes?.subarray(26 * i, 26 * i + 20), id)
    assert.deepEqual(nodes?.subarray(26 * i + 20, 26 * i + 26), compactEndpoint(endpoint))
    if (i > 0) assert.ok(compareDistance(TARGET, (expected[i - 1] as Contact).id, id) < 0)
  }
})

test('what is announced with a token is told to who asks, with the nodes beside it', () => {
  const bench = peopled()
  announce(bench, STRANGER)
  announce(bench, { host: '198.51.100.4', port: 1 }, { port: 51_413 })
  assert.deepEqual(values(bench).sort(), ['c6336404c8d5', 'cb0071051b58'])
  assert.equal(bench.reply('get_peers', { info_hash: HASH }).bytes('nodes')?.length, 8 * 26)
})

test('announce without token, with a made-up one, with that of another address or an old one: 203, and nothing is kept', () => {
  const bench = new DhtBench()
  const token = tokenFor(bench)
  const args = { info_hash: HASH, port: 7_000 }
  assert.equal(bench.refusal('announce_peer', args), 203)
  assert.equal(bench.refusal('announce_peer', { ...args, token: 'aoeusnth' }), 203)
  assert.equal(bench.refusal('announce_peer', { ...args, token }, { host: '198.51.100.4', port: 1 }), 203)
  bench.now = 700_000 as Millis
  assert.equal(bench.refusal('announce_peer', { ...args, token }), 203)
  assert.deepEqual(values(bench), [])
})

test('implied_port that is not 0 takes the port of the datagram, whatever port says (BEP 5)', () => {
  for (const [implied, port] of [
    [1, 6881],
    [2, 6881],
    [0, 7_000],
  ] as const) {
    const bench = new DhtBench()
    announce(bench, STRANGER, { implied_port: implied, port: 7_000 })
    assert.deepEqual(values(bench), [toHex(compactEndpoint({ host: STRANGER.host, port }))])
  }
  const bench = new DhtBench()
  announce(bench, STRANGER, { implied_port: 1 })
  assert.equal(values(bench).length, 1)
})

test('ports that are none are refused', () => {
  const bench = new DhtBench()
  const token = tokenFor(bench)
  for (const port of [0, -1, 65_536, 2 ** 31])
    assert.equal(bench.refusal('announce_peer', { info_hash: HASH, token, port }), 203)
  assert.equal(bench.refusal('announce_peer', { info_hash: HASH, token }), 203)
})

test('errors: 203 for what is malformed, 204 for methods unknown, and nodes for those that look for something', () => {
  const bench = peopled()
  const elsewhere = { host: '198.51.100.7', port: 6881 }
  for (const [method, args] of [
    ['ping', { id: utf8('short') }],
    ['ping', { id: 7 }],
    ['find_node', {}],
    ['find_node', { target: utf8('short') }],
    ['get_peers', { info_hash: utf8('mnopqrstuvwxyz1234567') }],
    ['get', {}],
    ['get', { target: 1 }],
    ['put', { token: 'x' }],
    ['sample_infohashes', {}],
    ['announce_peer', { token: 'x', port: 1 }],
  ] as const)
    assert.equal(bench.refusal(method, args, STRANGER), 203, method)
  assert.equal(bench.refusal('vote', {}, elsewhere), 204)
  assert.equal(bench.refusal('toString', {}, elsewhere), 204)
  assert.equal(bench.reply('find_value', { target: TARGET }, elsewhere).bytes('nodes')?.length, 208)
  assert.equal(bench.reply('find_other', { info_hash: HASH }, elsewhere).bytes('nodes')?.length, 208)
})

test('want asks for nodes of IPv4, of IPv6 or of both; without it they are of the family asked over (BEP 32)', () => {
  const bench = peopled({ sibling: () => sixes(20) })
  const lengths = (want: readonly string[] | undefined) => {
    const reply = bench.reply('find_node', { target: TARGET, want })
    return [reply.bytes('nodes')?.length, reply.bytes('nodes6')?.length]
  }
  assert.deepEqual(lengths(undefined), [208, undefined])
  assert.deepEqual(lengths(['n4']), [208, undefined])
  assert.deepEqual(lengths(['n6']), [undefined, 304])
  assert.deepEqual(lengths(['n4', 'n6']), [208, 304])
  assert.deepEqual(lengths(['n4', 'n6', 'n8', 'n4']), [208, 304])
  assert.deepEqual(lengths(['nothing']), [208, undefined])
  const alone = peopled()
  assert.deepEqual(alone.reply('find_node', { target: TARGET, want: ['n6'] }).bytes('nodes6'), undefined)
})

test('over IPv6 nodes are nodes6, peers have 18 bytes, and so has the address that is told back', () => {
  const from = { host: '2001:db8:7::5', port: 6881 }
  const bench = new DhtBench({ family: 6 })
  assert.equal(bench.query('ping', {}), undefined, 'IPv4 is not its network')
  const token = bench.reply('get_peers', { info_hash: HASH }, from).bytes('token')
  bench.reply('announce_peer', { info_hash: HASH, port: 9, token }, from)
  const answer = bench.query('get_peers', { info_hash: HASH }, from)
  assert.ok(answer?.kind === 'reply')
  assert.ok(answer.values.has('nodes6') && !answer.values.has('nodes'))
  assert.deepEqual(answer.values.list('values')?.at(0), compactEndpoint({ ...from, port: 9 }))
  assert.deepEqual(answer.ip, compactEndpoint(from))
})

test('scrape tells of seeds and others in two filters of 256 bytes, where there are any (BEP 33)', () => {
  const bench = new DhtBench()
  const none = bench.reply('get_peers', { info_hash: HASH, scrape: 1 })
  assert.ok(!none.has('BFsd') && !none.has('BFpe'))
  announce(bench, STRANGER, { port: 1, seed: 1 })
  announce(bench, { host: '198.51.100.4', port: 1 }, { port: 1, seed: 2 })
  const [seeds, peers] = [new BloomFilter(digest), new BloomFilter(digest)]
  seeds.add(Uint8Array.of(203, 0, 113, 5))
  peers.add(Uint8Array.of(198, 51, 100, 4))
  const reply = bench.reply('get_peers', { info_hash: HASH, scrape: 1 })
  assert.deepEqual([reply.bytes('BFsd'), reply.bytes('BFpe')], [seeds.bytes, peers.bytes])
  assert.ok(!bench.reply('get_peers', { info_hash: HASH }).has('BFsd'))
})

test('noseed leaves seeds out (BEP 33)', () => {
  const bench = new DhtBench()
  announce(bench, STRANGER, { port: 1, seed: 1 })
  announce(bench, { host: '198.51.100.4', port: 1 }, { port: 1 })
  assert.deepEqual(values(bench, { noseed: 1 }), ['c63364040001'])
  assert.equal(values(bench).length, 2)
})

test('no answer is larger than 1,024 bytes, whatever is asked for at once (BEP 32); peers fill what is left', () => {
  const bench = peopled({ sibling: () => sixes(20) })
  for (let i = 0; i < 300; i++) announce(bench, { host: `8.${i >> 8}.${i & 255}.1`, port: 1 })
  const sizes = new Map<string, number>()
  for (const scrape of [0, 1]) {
    for (const want of [['n4'], ['n4', 'n6']]) {
      bench.now = (bench.now + 60_000) as Millis
      const effects = bench.datagram(
        encode({
          a: { id: STRANGER_ID, info_hash: HASH, scrape, want },
          q: 'get_peers',
          t: new Uint8Array(32),
          y: 'q',
        }),
      )
      const [answer] = effects
      assert.ok(answer?.kind === 'send')
      assert.ok(answer.bytes.length <= 1_024, `${answer.bytes.length} bytes`)
      sizes.set(`${scrape} ${want}`, answer.bytes.length)
      assert.ok(fromLatin1(answer.bytes).includes('6:valuesl6:'), 'there is room for peers in all')
    }
  }
  assert.ok((sizes.get('0 n4') ?? 0) > 1_000, 'and it is used')
})

test('an item of 1,000 bytes comes with as many nodes as fit into 1,280 bytes', () => {
  const bench = peopled({ sibling: () => sixes(20) })
  const item = signItem(
    { salt: EMPTY, sequence: 2 ** 50, value: encode('x'.repeat(996)) },
    new Uint8Array(32).fill(1),
    signatures,
  )
  const token = tokenFor(bench)
  const { publicKey: k, sequence: seq, signature: sig } = item
  bench.reply('put', { k, seq, sig, token, v: new RawBencode(item.value) })
  const target = digest.sha1(k)
  const [sent] = bench.datagram(
    encode({ a: { id: STRANGER_ID, target, want: ['n4', 'n6'] }, q: 'get', t: 'aa', y: 'q' }),
  )
  assert.ok(sent?.kind === 'send' && sent.bytes.length <= 1_280, 'within bounds')
  const reply = bench.reply('get', { target })
  assert.deepEqual(reply.raw('v'), item.value)
  assert.ok((reply.bytes('nodes')?.length ?? 0) >= 26, 'and some nodes')
})

test('tests 1 to 3 of BEP 44 through put and get, with salt and without', () => {
  const { value, publicKey, mutable, immutableTarget } = DHT_VECTORS.bep44
  const bench = peopled()
  const v = new RawBencode(utf8(value))
  const k = Uint8Array.from(Buffer.from(publicKey, 'hex'))
  bench.reply('put', { token: tokenFor(bench), v })
  const immutable = bench.reply('get', { target: Uint8Array.from(Buffer.from(immutableTarget, 'hex')) })
  assert.equal(fromLatin1(immutable.raw('v') ?? EMPTY), value)
  assert.ok(!immutable.has('k') && !immutable.has('seq'))
  for (const { salt, sequence: seq, signature, target } of mutable) {
    const sig = Uint8Array.from(Buffer.from(signature, 'hex'))
    bench.reply('put', { k, salt: salt === '' ? undefined : salt, seq, sig, token: tokenFor(bench), v })
    const reply = bench.reply('get', { target: Uint8Array.from(Buffer.from(target, 'hex')) })
    assert.equal(fromLatin1(reply.raw('v') ?? EMPTY), value)
    assert.deepEqual([reply.bytes('k'), reply.bytes('sig'), reply.int('seq')], [k, sig, seq])
    assert.ok(!reply.has('salt'), 'the salt is not told')
    assert.ok(reply.bytes('token') !== undefined && reply.bytes('nodes')?.length === 208)
    bench.now = (bench.now + 10_000) as Millis
  }
})

test('the error codes of BEP 44: 205, 206, 207, 301, 302; and 203 for a token that is not good', () => {
  const bench = new DhtBench()
  const secret = new Uint8Array(32).fill(5)
  const put = (
    sequence: number,
    value: Uint8Array,
    more: { salt?: Uint8Array; [key: string]: Uint8Array | number | undefined } = {},
  ) => {
    bench.now = (bench.now + 1_000) as Millis
    const salt = more.salt !== undefined && more.salt.length <= 64 ? more.salt : EMPTY
    const short = value.length <= 1_000 ? value : encode('')
    const { publicKey: k, signature: sig } = signItem({ salt, sequence, value: short }, secret, signatures)
    const args = { k, seq: sequence, sig, token: tokenFor(bench), v: new RawBencode(value), ...more }
    return bench.query('put', args)
  }
  const code = (answer: ReturnType<typeof put>) => (answer?.kind === 'error' ? answer.code : answer?.kind)
  assert.equal(code(put(1, encode('x'.repeat(997)))), 205)
  assert.equal(code(put(1, encode('a'), { sig: new Uint8Array(64) })), 206)
  assert.equal(code(put(1, encode('a'), { salt: new Uint8Array(65) })), 207)
  assert.equal(code(put(3, encode('a'))), 'reply')
  assert.equal(code(put(4, encode('b'), { cas: 2 })), 301)
  assert.equal(code(put(4, encode('b'), { cas: 3 })), 'reply')
  assert.equal(code(put(3, encode('a'))), 302)
  assert.equal(code(put(4, encode('c'))), 302)
  assert.equal(code(put(5, encode('d'), { token: utf8('aoeusnth') })), 203)
  assert.equal(code(put(5, encode('d'), { k: new Uint8Array(31) })), 203)
  assert.equal(code(put(5, encode('d'), { sig: new Uint8Array(63) })), 203)
})

test('get with a sequence number as new as ours is told the number only', () => {
  const bench = new DhtBench()
  const item = signItem(
    { salt: EMPTY, sequence: 7, value: encode('a') },
    new Uint8Array(32).fill(3),
    signatures,
  )
  const { publicKey: k, sequence: seq, signature: sig } = item
  bench.reply('put', { k, seq, sig, token: tokenFor(bench), v: 'a' })
  const target = digest.sha1(k)
  for (const [known, full] of [
    [6, true],
    [7, false],
    [8, false],
  ] as const) {
    const reply = bench.reply('get', { target, seq: known })
    assert.equal(reply.int('seq'), 7)
    assert.deepEqual(
      [reply.has('v'), reply.has('k'), reply.has('sig')],
      full ? [true, true, true] : [false, false, false],
    )
  }
})

test('sample_infohashes tells interval, number, samples and nodes, also where there are none (BEP 51)', () => {
  const bench = peopled()
  const empty = bench.reply('sample_infohashes', { target: TARGET })
  assert.deepEqual([empty.int('num'), empty.bytes('samples')?.length], [0, 0])
  announce(bench, STRANGER)
  const reply = bench.reply('sample_infohashes', { target: TARGET })
  assert.deepEqual([reply.int('num'), reply.bytes('samples')], [1, HASH])
  const interval = reply.int('interval') ?? -1
  assert.ok(interval >= 0 && interval <= 21_600)
  assert.equal(reply.bytes('nodes')?.length, 208)
})

test('who only reads answers nobody (BEP 43)', () => {
  const bench = new DhtBench({ readOnly: true })
  for (const [, packet] of DHT_VECTORS.bep5.queries) assert.deepEqual(bench.datagram(utf8(packet)), [])
  assert.equal(bench.node.stats(bench.now).queriesDropped, 4)
})
