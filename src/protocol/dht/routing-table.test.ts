import assert from 'node:assert/strict'
import { randomInt as drawSeed } from 'node:crypto'
import { test } from 'node:test'
import { toHex } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { Contact } from './contact.ts'
import { K, QUESTIONABLE_MS } from './limits.ts'
import { compareDistance, idAt, makeNodeId, sharedBits } from './node-id.ts'
import { RoutingTable } from './routing-table.ts'

const random = new SeededRandom(5)
const OWN = random.bytes(20)
const MINUTE_MS = 60_000
let made = 0

function at(minutes: number): Millis {
  return (minutes * MINUTE_MS) as Millis
}

/** At home, where any id goes, sharing so many bits with ours. */
function near(bits: number): Contact {
  made++
  return { id: idAt(OWN, bits, random), endpoint: { host: '10.0.0.1', port: 1_000 + made } }
}

function table(): RoutingTable {
  return new RoutingTable(OWN, at(0))
}

function all(nodes: RoutingTable): string[] {
  return nodes.closest(OWN, 1_000).map(({ id }) => toHex(id))
}

test('eight nodes a bucket, and only the bucket of our own id is split (BEP 5)', () => {
  const nodes = table()
  for (let i = 0; i < 30; i++) nodes.answered(near(0), at(0))
  assert.equal(nodes.size, K, 'half of all ids is one bucket')
  for (let i = 0; i < 30; i++) nodes.answered(near(1), at(0))
  assert.equal(nodes.size, 2 * K)
  for (let bits = 2; bits < 10; bits++) for (let i = 0; i < 30; i++) nodes.answered(near(bits), at(0))
  assert.equal(nodes.size, 10 * K)
})

test('nobody is in a table who has not answered; who asks us is worth asking back if there is room', () => {
  const nodes = table()
  const stranger = near(0)
  assert.ok(nodes.asked(stranger, at(0)))
  assert.equal(nodes.size, 0)
  for (let i = 0; i < K; i++) nodes.answered(near(0), at(0))
  assert.ok(nodes.asked(near(0), at(0)), 'the only bucket may still be split')
  nodes.answered(near(1), at(0))
  assert.ok(!nodes.asked(near(0), at(0)), 'full of good nodes')
  assert.ok(nodes.asked(near(1), at(0)))
  assert.ok(!nodes.asked({ ...stranger, id: OWN }, at(0)), 'nor who bears our own id')
})

test('a node is good for 15 minutes after it answered, or asked us, and questionable then', () => {
  const nodes = table()
  const [a, b] = [near(0), near(1)]
  nodes.answered(a, at(0))
  nodes.answered(b, at(0))
  assert.equal(nodes.goodCount(at(14)), 2)
  assert.equal(nodes.asked(b, at(14)), false)
  assert.equal(nodes.goodCount(at(16)), 1)
  assert.deepEqual(
    nodes.questionable(at(16), 10).map(({ endpoint }) => endpoint),
    [a.endpoint],
  )
  nodes.answered(a, at(16))
  assert.equal(nodes.goodCount(at(16)), 2)
})

test('the one heard of least recently is asked first, and not again at once', () => {
  const nodes = table()
  const contacts = [3, 1, 2].map((minute) => ({ contact: near(minute), minute }))
  for (const { contact, minute } of contacts) nodes.answered(contact, at(minute))
  const asked = nodes.questionable(at(30), 2)
  assert.deepEqual(
    asked.map(({ endpoint }) => endpoint),
    [contacts[1]?.contact.endpoint, contacts[2]?.contact.endpoint],
  )
  for (const node of asked) node.pingedAt = at(30)
  assert.deepEqual(
    nodes.questionable(at(30), 5).map(({ endpoint }) => endpoint),
    [contacts[0]?.contact.endpoint],
  )
})

test('two unanswered queries in a row make a node bad: it leaves, and who answered meanwhile takes its place', () => {
  const nodes = table()
  const contacts = Array.from({ length: K }, () => near(0))
  for (const contact of contacts) nodes.answered(contact, at(0))
  nodes.answered(near(1), at(0))
  const late = near(0)
  nodes.answered(late, at(1))
  assert.ok(!all(nodes).includes(toHex(late.id)))
  const bad = contacts[0] as Contact
  nodes.failed(bad.endpoint, at(2))
  assert.ok(nodes.find(bad.endpoint), 'once may be a lost datagram')
  assert.ok(!all(nodes).includes(toHex(bad.id)), 'but it is not told of while it is in doubt')
  nodes.answered(bad, at(2))
  nodes.failed(bad.endpoint, at(3))
  assert.ok(nodes.find(bad.endpoint), 'an answer between them begins the count anew')
  nodes.failed(bad.endpoint, at(4))
  assert.equal(nodes.find(bad.endpoint), undefined)
  assert.ok(all(nodes).includes(toHex(late.id)))
  assert.equal(nodes.size, K + 1)
})

test('a bucket is refreshed when nothing answered in it for 15 minutes; one that has room, every 15 minutes', () => {
  const nodes = table()
  const far = Array.from({ length: K }, () => near(0))
  for (const contact of far) nodes.answered(contact, at(0))
  for (let i = 0; i < 3; i++) nodes.answered(near(1), at(0))
  assert.equal(nodes.stale(at(14), random), undefined)
  nodes.answered(far[0] as Contact, at(14))
  const target = nodes.stale(at(16), random)
  assert.ok(target !== undefined && sharedBits(OWN, target) >= 1, 'the near one, which is not full')
  assert.equal(nodes.stale(at(16), random), undefined, 'once')
  const other = nodes.stale(at(30), random)
  assert.equal(other === undefined ? undefined : sharedBits(OWN, other), 0)
})

test('of one public network two, of one address one, and at home as many as there are', () => {
  const nodes = table()
  const inNetwork = (i: number) => {
    const host = `8.8.8.${i}`
    return { id: makeNodeId(host, random), endpoint: { host, port: 1 } }
  }
  for (let i = 1; i < 100; i++) nodes.answered(inNetwork(i), at(0))
  assert.equal(nodes.size, 2)
  assert.ok(!nodes.wants(inNetwork(101)))
  const six = (i: number) => {
    const host = `2001:db8:1:${i.toString(16)}::1`
    return { id: makeNodeId(host, random), endpoint: { host, port: 1 } }
  }
  for (let i = 1; i < 100; i++) nodes.answered(six(i), at(0))
  assert.equal(nodes.size, 4, 'a /48 is one network')
  for (let i = 0; i < 5; i++) nodes.answered(near(i), at(0))
  assert.equal(nodes.size, 9)
})

test('two behind one public address do not drive each other out', () => {
  const nodes = table()
  const behind = (port: number) => ({
    id: makeNodeId('8.8.8.8', random),
    endpoint: { host: '8.8.8.8', port },
  })
  const [first, second] = [behind(1), behind(2)]
  nodes.answered(first, at(0))
  nodes.answered(second, at(1))
  assert.deepEqual(all(nodes), [toHex(first.id)])
  nodes.answered(second, at(20))
  assert.deepEqual(all(nodes), [toHex(second.id)], 'when the first was not heard of for long')
  const again = { ...second, id: makeNodeId('8.8.8.8', random) }
  nodes.answered(again, at(20))
  assert.deepEqual(all(nodes), [toHex(again.id)], 'it began anew with another id')
})

test('a node whose id does not fit its address gives way to one that does (BEP 42)', () => {
  const nodes = table()
  const host = (i: number) => `8.${i}.8.8`
  for (let i = 0; i < 20; i++) {
    const id = idAt(OWN, i < 10 ? 0 : 1, random)
    nodes.answered({ id, endpoint: { host: host(i), port: 1 } }, at(0))
  }
  assert.equal(nodes.size, 2 * K)
  let fitting = 0
  for (let i = 20; fitting < K; i++) {
    const id = makeNodeId(host(i), random)
    if (sharedBits(OWN, id) > 0) continue
    fitting++
    assert.ok(nodes.wants({ id, endpoint: { host: host(i), port: 1 } }))
    nodes.answered({ id, endpoint: { host: host(i), port: 1 } }, at(0))
    assert.ok(all(nodes).includes(toHex(id)))
  }
  assert.equal(nodes.size, 2 * K)
})

test('with another id of our own the same nodes lie in other buckets', () => {
  const nodes = table()
  for (let bits = 0; bits < 6; bits++) for (let i = 0; i < 5; i++) nodes.answered(near(bits), at(0))
  const before = all(nodes).sort()
  nodes.rename(idAt(OWN, 3, random), at(0))
  assert.ok(all(nodes).every((id) => before.includes(id)))
  assert.ok(nodes.size >= before.length - 12, 'nodes far from it now share a bucket')
})

test('whatever happens: a bucket holds at most K, what is told of has answered and not failed since', () => {
  const seed = drawSeed(2 ** 32)
  const draw = new SeededRandom(seed)
  const nodes = new RoutingTable(OWN, at(0))
  const known: Contact[] = []
  const failing = new Set<string>()
  for (let step = 0; step < 4_000; step++) {
    const now = at(step / 20)
    const contact =
      known.length > 0 && draw.uint32() % 2 === 0
        ? (known[draw.uint32() % known.length] as Contact)
        : near(draw.uint32() % 14)
    if (draw.uint32() % 3 > 0) {
      nodes.answered(contact, now)
      known.push(contact)
      failing.delete(toHex(contact.id))
    } else {
      nodes.failed(contact.endpoint, now)
      failing.add(toHex(contact.id))
    }
    if (step % 100 > 0) continue
    nodes.stale(now, draw)
    const perBucket = new Map<number, number>()
    for (const id of all(nodes)) {
      assert.ok(!failing.has(id), `seed ${seed}`)
      const bits = sharedBits(
        OWN,
        Uint8Array.from(id.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
      )
      perBucket.set(bits, (perBucket.get(bits) ?? 0) + 1)
    }
    for (const [bits, count] of perBucket) assert.ok(count <= K, `${count} share ${bits} bits, seed ${seed}`)
  }
  const target = draw.bytes(20)
  const ids = nodes.closest(target, 20).map(({ id }) => id)
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => compareDistance(target, a, b)),
    'closest first',
  )
})

test('the size of the network is told from how near our neighbours are', () => {
  for (const count of [30, 1_000, 20_000]) {
    const nodes = table()
    for (let i = 0; i < count; i++)
      nodes.answered({ id: random.bytes(20), endpoint: { host: '10.0.0.1', port: 1 + i } }, at(0))
    const size = nodes.networkSize()
    assert.ok(size > count / 4 && size < count * 4, `${size} for ${count}`)
  }
  assert.equal(table().networkSize(), Number.POSITIVE_INFINITY)
  assert.equal(QUESTIONABLE_MS, 15 * MINUTE_MS)
})
