import assert from 'node:assert/strict'
import { randomInt as drawSeed } from 'node:crypto'
import { test } from 'node:test'
import { toHex } from '../../base/bytes.ts'
import { endpointText } from '../../base/endpoint.ts'
import { SeededRandom } from '../../base/random.ts'
import type { Contact } from './contact.ts'
import { ALPHA, K } from './limits.ts'
import { Lookup } from './lookup.ts'
import { compareDistance, idAt, makeNodeId } from './node-id.ts'

const random = new SeededRandom(11)
const TARGET = random.bytes(20)
const TOKEN = Uint8Array.of(1)
let made = 0

/** At home, where any id goes. */
function near(bits: number): Contact {
  made++
  return { id: idAt(TARGET, bits, random), endpoint: { host: '10.0.0.1', port: made } }
}

function ask(lookup: Lookup): Contact[] {
  const asked: Contact[] = []
  for (let next = lookup.next(); next !== undefined; next = lookup.next()) asked.push(next)
  return asked
}

function answer(lookup: Lookup, contact: Contact): boolean {
  return lookup.answered(contact.endpoint, contact.id, TOKEN)
}

const ids = (contacts: readonly Contact[]) => contacts.map(({ id }) => toHex(id))
const several = (count: number, bits: number) => Array.from({ length: count }, () => near(bits))
const isAmong = (contacts: readonly Contact[]) => {
  const known = new Set(ids(contacts))
  return ({ id }: Contact) => known.has(toHex(id))
}

test('the closest are asked first, ALPHA at a time, and nobody twice', () => {
  const lookup = new Lookup(TARGET)
  const contacts = Array.from({ length: 12 }, (_, i) => near(i))
  lookup.add(contacts)
  lookup.add(contacts)
  const first = ask(lookup)
  assert.deepEqual(ids(first), ids(contacts.slice(-ALPHA).reverse()))
  assert.equal(lookup.next(), undefined)
  answer(lookup, first[0] as Contact)
  assert.deepEqual(ids(ask(lookup)), ids([contacts[12 - ALPHA - 1] as Contact]))
})

test('it ends when the K closest have answered, with them and their tokens', () => {
  const lookup = new Lookup(TARGET)
  const contacts = Array.from({ length: 20 }, (_, i) => near(i))
  lookup.add(contacts)
  let asked = 0
  for (let batch = ask(lookup); batch.length > 0; batch = ask(lookup)) {
    asked += batch.length
    for (const contact of batch) assert.ok(answer(lookup, contact))
  }
  assert.ok(lookup.done)
  assert.equal(asked, K)
  assert.deepEqual(ids(lookup.closest(K)), ids(contacts.slice(-K).reverse()))
  assert.ok(lookup.closest(K).every(({ token }) => token === TOKEN))
  assert.deepEqual(lookup.spare(), [])
})

test('a closer one heard of later is asked still, and hops are counted', () => {
  const lookup = new Lookup(TARGET)
  const far = near(1)
  lookup.add([far])
  ask(lookup)
  const nearer = near(5)
  answer(lookup, far)
  lookup.add([nearer], far.endpoint)
  assert.deepEqual(ids(ask(lookup)), ids([nearer]))
  assert.ok(!lookup.done)
  answer(lookup, nearer)
  assert.ok(lookup.done)
  assert.equal(lookup.hops, 2)
})

test('who is late holds nobody up, and counts if it answers after all; who fails is replaced', () => {
  const lookup = new Lookup(TARGET)
  const contacts = Array.from({ length: 2 * ALPHA }, (_, i) => near(i))
  lookup.add(contacts)
  const first = ask(lookup)
  for (const { endpoint } of first) lookup.late(endpoint)
  const second = ask(lookup)
  assert.equal(second.length, ALPHA)
  for (const contact of second) answer(lookup, contact)
  assert.ok(lookup.done, 'the late ones are not waited for')
  lookup.failed((first[0] as Contact).endpoint)
  answer(lookup, first[1] as Contact)
  assert.deepEqual(ids(lookup.closest(K)), ids([first[1] as Contact, ...second]))
})

test('an answer counts only from who was asked, and once', () => {
  const lookup = new Lookup(TARGET)
  const contacts = Array.from({ length: ALPHA + 1 }, (_, i) => near(i))
  lookup.add(contacts)
  const [first] = ask(lookup) as [Contact]
  assert.ok(!answer(lookup, contacts[0] as Contact), 'known, and not asked')
  assert.ok(!answer(lookup, near(3)), 'never heard of')
  assert.ok(answer(lookup, first))
  assert.ok(!answer(lookup, first))
  assert.equal(lookup.answeredCount, 1)
})

test('who calls itself otherwise than we were told stands where its own id belongs', () => {
  const lookup = new Lookup(TARGET)
  const told = near(30)
  lookup.add([told])
  ask(lookup)
  const own = idAt(TARGET, 2, random)
  assert.ok(lookup.answered(told.endpoint, own, TOKEN))
  const honest = near(5)
  lookup.add([honest])
  ask(lookup)
  answer(lookup, honest)
  assert.deepEqual(ids(lookup.closest(K)), [toHex(honest.id), toHex(own)])
})

test('who turns out to lie farther off than a hundred others is heard no more', () => {
  const lookup = new Lookup(TARGET)
  lookup.add(several(ALPHA, 1))
  const [liar] = ask(lookup) as [Contact]
  lookup.add(several(100, 8))
  assert.ok(lookup.answered(liar.endpoint, idAt(TARGET, 0, random), TOKEN))
  const told = several(K, 40)
  lookup.add(told, liar.endpoint)
  assert.ok(!ask(lookup).some(isAmong(told)))
})

test('8 Sybils beside a target in one network: two are asked, and the closest are still found', () => {
  const lookup = new Lookup(TARGET)
  lookup.networkSize = 10_000
  const sybils = Array.from({ length: 8 }, (_, i) => ({
    id: idAt(TARGET, 40 + i, random),
    endpoint: { host: `8.8.8.${i + 1}`, port: 1 },
  }))
  const honest = Array.from({ length: K }, (_, i) => near(10 + (i % 3)))
  lookup.add([...sybils, ...honest])
  const asked: Contact[] = []
  for (let batch = ask(lookup); batch.length > 0; batch = ask(lookup)) {
    for (const contact of batch) answer(lookup, contact)
    asked.push(...batch)
  }
  const closest = new Set(ids(lookup.closest(K)))
  assert.ok(honest.every(({ id }) => closest.has(toHex(id))))
  assert.ok(ids(asked).filter((id) => ids(sybils).includes(id)).length <= 2)
})

test('8 Sybils beside a target with ids that do not fit their addresses push nobody out (BEP 42)', () => {
  const lookup = new Lookup(TARGET)
  const sybils = Array.from({ length: 8 }, (_, i) => ({
    id: idAt(TARGET, 40 + i, random),
    endpoint: { host: `8.${i}.8.8`, port: 1 },
  }))
  const honest = Array.from({ length: 20 }, (_, i) => {
    const host = `9.${i}.8.8`
    return { id: makeNodeId(host, random), endpoint: { host, port: 1 } }
  })
  lookup.add([...sybils, ...honest])
  for (let batch = ask(lookup); batch.length > 0; batch = ask(lookup))
    for (const contact of batch) answer(lookup, contact)
  const closest = ids(lookup.closest(K))
  honest.sort((a, b) => compareDistance(TARGET, a.id, b.id))
  for (const { id } of honest.slice(0, K)) assert.ok(closest.includes(toHex(id)))
  assert.ok(closest.length <= K + 4)
})

test('8 Sybils beside a target with fitting ids in eight networks: more than chance allows, they do not end the lookup', () => {
  const lookup = new Lookup(TARGET)
  lookup.networkSize = 10_000
  const sybils = Array.from({ length: 8 }, () => near(25))
  const honest = Array.from({ length: 20 }, (_, i) => near(9 + (i % 4)))
  lookup.add([...sybils, ...honest])
  for (let batch = ask(lookup); batch.length > 0; batch = ask(lookup))
    for (const contact of batch) answer(lookup, contact)
  const closest = ids(lookup.closest(K))
  const kept = honest.filter(({ id }) => closest.includes(toHex(id)))
  assert.ok(kept.length >= K - 2, `${kept.length} honest nodes are told`)
})

/** What nodes tell when asked, by their address; who is not in here is not there. */
type World = Map<string, readonly Contact[]>

function tells(world: World, nodes: readonly Contact[], contacts: readonly Contact[]): void {
  for (const { endpoint } of nodes) world.set(endpointText(endpoint), contacts)
}

/** Moves a lookup on to its end: who is there answers before anybody is late, the others let it wait. @returns who was asked */
function goThrough(lookup: Lookup, world: World): Contact[] {
  const all: Contact[] = []
  for (let batch = ask(lookup); batch.length > 0; batch = ask(lookup)) {
    all.push(...batch)
    for (const contact of batch) {
      const contacts = world.get(endpointText(contact.endpoint))
      if (contacts === undefined) continue
      answer(lookup, contact)
      lookup.add(contacts, contact.endpoint)
    }
    for (const contact of batch) if (!world.has(endpointText(contact.endpoint))) lookup.late(contact.endpoint)
  }
  assert.ok(lookup.done)
  return all
}

test('a liar leads the path astray that asked it: the other one goes on to the closest', () => {
  const world: World = new Map()
  const [liar, honest] = [near(4), near(1)]
  const accomplices = several(K, 7)
  const [between, closest] = [several(3, 3), several(K, 12)]
  tells(world, [liar, ...accomplices], accomplices)
  tells(world, [honest], between)
  tells(world, [...between, ...closest], closest)
  const lookup = new Lookup(TARGET)
  lookup.add([liar, honest])
  goThrough(lookup, world)
  assert.deepEqual(ids(lookup.closest(K)).sort(), ids(closest).sort())
})

test('what another beginning tells is a path of its own: accomplices that we know already do not end it', () => {
  const world: World = new Map()
  const accomplices = several(2 * K, 6)
  const [between, closest] = [several(K, 3), several(K, 12)]
  tells(world, accomplices, accomplices)
  tells(world, between, closest)
  tells(world, closest, closest)
  const lookup = new Lookup(TARGET)
  lookup.add(accomplices)
  lookup.addPath(between)
  goThrough(lookup, world)
  assert.deepEqual(ids(lookup.closest(K)).sort(), ids(closest).sort())
})

test('those that answered are fewer than there must be so near: then others that we know are asked', () => {
  const world: World = new Map()
  const accomplices = several(2 * K, 5)
  const [honest, closest] = [several(2, 1), several(K, 10)]
  tells(world, accomplices, accomplices.slice(0, K))
  tells(world, honest, closest)
  tells(world, closest, closest)
  for (const networkSize of [10_000, 100]) {
    const lookup = new Lookup(TARGET)
    lookup.networkSize = networkSize
    lookup.add([...accomplices, ...honest])
    const all = goThrough(lookup, world)
    const found = lookup.closest(K).filter(isAmong(closest))
    assert.equal(
      found.length,
      networkSize === 100 ? 0 : K,
      'of a hundred, eight may be all that share five bits',
    )
    assert.ok(all.length <= 40)
  }
})

test('an end that is never near enough is put off for no more than 40 questions', () => {
  const lookup = new Lookup(TARGET)
  lookup.networkSize = 1e9
  const all = several(90, 2)
  const world: World = new Map()
  tells(world, all, [])
  lookup.add(all)
  assert.equal(goThrough(lookup, world).length, 40)
})

test('of whom one invents two are asked; the others are not, unless nobody else is left', () => {
  for (const isAlone of [false, true]) {
    const world: World = new Map()
    const [liar, honest] = [near(4), near(2)]
    const invented = several(K, 20)
    const closest = several(isAlone ? 1 : K, 9)
    tells(world, [liar], invented)
    tells(world, [honest], closest)
    tells(world, closest, closest)
    const lookup = new Lookup(TARGET)
    lookup.add([liar, honest])
    const wasted = goThrough(lookup, world).filter(isAmong(invented))
    if (isAlone) assert.equal(wasted.length, K, 'a network of few, whose datagrams are lost now and then')
    else assert.ok(wasted.length <= ALPHA, `${wasted.length} were asked`)
    assert.ok(closest.every((contact) => isAmong(lookup.closest(K))(contact)))
  }
})

test('whom a liar and an honest node both tell of is asked, and who answers late after all speaks well of its teller', () => {
  const lookup = new Lookup(TARGET)
  const [liar, honest] = [near(1), near(0)]
  lookup.add([liar, honest])
  ask(lookup)
  answer(lookup, liar)
  const told = several(6, 9)
  lookup.add(told, liar.endpoint)
  const first = ask(lookup)
  for (const { endpoint } of first) lookup.late(endpoint)
  assert.equal(lookup.next(), undefined, 'three were silent')
  const vouched = told.find(({ id }) => !ids(first).includes(toHex(id))) as Contact
  answer(lookup, honest)
  lookup.add([vouched], honest.endpoint)
  assert.deepEqual(ids(ask(lookup)), ids([vouched]))
  for (const contact of first.slice(0, 2)) answer(lookup, contact)
  assert.ok(isAmong(told)(lookup.next() as Contact), 'two of four answered')
})

test('a liar that names an address of an honest node in its network keeps it out for no longer than it takes to fail', () => {
  const lookup = new Lookup(TARGET)
  const fakes = Array.from({ length: 2 }, (_, i) => ({
    id: idAt(TARGET, 50, random),
    endpoint: { host: `8.8.8.${i + 1}`, port: 9 },
  }))
  const host = '8.8.8.77'
  const honest = { id: makeNodeId(host, random), endpoint: { host, port: 1 } }
  lookup.add([...fakes, honest])
  const first = ask(lookup)
  assert.equal(first.length, 2)
  for (const { endpoint } of first) lookup.failed(endpoint)
  assert.equal(ask(lookup).length, 1)
})

test('a swarm of liars that tell of ever closer nodes is left after 150 questions', () => {
  const lookup = new Lookup(TARGET)
  const seed = drawSeed(2 ** 32)
  const draw = new SeededRandom(seed)
  lookup.add([near(0)])
  let asked = 0
  for (let round = 0; !lookup.done; round++) {
    assert.ok(round < 1_000, `seed ${seed}`)
    for (const contact of ask(lookup)) {
      asked++
      answer(lookup, contact)
      lookup.add(
        Array.from({ length: 16 }, () => near(Math.min(150, asked + (draw.uint32() % 3)))),
        contact.endpoint,
      )
    }
  }
  assert.ok(asked <= 150)
})

test('with nobody to ask it is done at once', () => {
  assert.ok(new Lookup(TARGET).done)
  assert.deepEqual(new Lookup(TARGET).closest(K), [])
})
