// Members of a circle and what each of them offers to it, over links that carry frames in order.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entryNamed, MapCatalogues, OwnShelf } from '../../../test/doubles/catalogue-shelf.ts'
import { CIRCLE, CircleMembers, Member } from '../../../test/doubles/circle-members.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import { encodeHead, signHead } from '../../protocol/catalogue/head.ts'
import { MAX_REPLICATED_ENTRIES } from '../../protocol/catalogue/limits.ts'
import type { DeviceId, PersonId } from '../ids.ts'
import { audienceOf, personAudience } from './audiences.ts'
import { CatalogueService } from './catalogue-service.ts'
import { HeadHolders } from './head-holders.ts'

const signatures = new SystemSignatures()
const AUDIENCE = audienceOf(CIRCLE)
const STARTED = 1_700_000_000

class Scene {
  readonly circle = new CircleMembers()
  wall = STARTED
  readonly blocked = new Set<PersonId>()
  /** Whom everybody knows. */
  readonly known = new Map<DeviceId, PersonId>()
  readonly sides = new Map<
    Member,
    { service: CatalogueService; shelf: OwnShelf; records: MapCatalogues; added: string[] }
  >()

  add(number: number, audience = AUDIENCE): Member {
    const member = new Member(number)
    const { circle } = this
    const shelf = new OwnShelf(audience)
    const records = new MapCatalogues()
    const added: string[] = []
    const service: CatalogueService = new CatalogueService({
      me: member.device,
      deviceSeed: member.seed,
      out: circle.out(member),
      membership: circle.seenBy(member),
      persons: {
        me: member.person,
        ownerOf: (device) => this.known.get(device),
        isAcquainted: (person) => [...this.known.values()].includes(person),
        isLinked: (device) => circle.isLinked(member.device, device),
        linkedOf: (person) =>
          [...this.known]
            .filter(([device, owner]) => owner === person && circle.isLinked(member.device, device))
            .map(([device]) => device),
      },
      records,
      digest,
      signatures,
      wall: { seconds: () => this.wall },
      blocked: (person) => this.blocked.has(person),
      changed: (name, change) => {
        if (name.author !== member.device) added.push(...change.added.map(({ entry }) => entry.name))
      },
      askOwn: (audience, from, after) => service.ownPage(audience, shelf.page(from, after), circle.now),
    })
    this.sides.set(member, { service, shelf, records, added })
    circle.serve(member, service)
    circle.join(member)
    return member
  }

  of(member: Member) {
    return this.sides.get(member) ?? assert.fail()
  }

  offer(member: Member, ...names: string[]): void {
    const { shelf, service } = this.of(member)
    shelf.offer(...names.map((name) => entryNamed(name)))
    service.own([shelf.state(this.wall)], this.circle.now)
    this.circle.settle()
  }

  holds(member: Member, author: Member): number {
    return this.of(member).records.count({ author: author.device, audience: AUDIENCE })
  }
}

test('what a member offers is with every member who is linked, and what is new follows as what differs', () => {
  const scene = new Scene()
  const [anna, ben, cleo] = [scene.add(1), scene.add(2), scene.add(3)]
  scene.circle.linkAll([anna, ben, cleo])
  scene.offer(anna, 'Nest one', 'Nest two')
  assert.equal(scene.holds(ben, anna), 2)
  assert.deepEqual(scene.of(cleo).added.sort(), ['Nest one', 'Nest two'])
  scene.offer(anna, 'Nest three')
  assert.equal(scene.holds(ben, anna), 3)
  scene.circle.pass(120_000)
  assert.deepEqual(scene.circle.hungUp, [])
})

test('a member who was away gets it from another one, the author being off', () => {
  const scene = new Scene()
  const [anna, ben, cleo] = [scene.add(1), scene.add(2), scene.add(3)]
  scene.circle.link(anna, ben)
  scene.offer(anna, 'Nest one')
  scene.circle.unlink(anna.device, ben.device)
  scene.circle.link(ben, cleo)
  scene.circle.settle()
  assert.equal(scene.holds(cleo, anna), 1)
})

test('of a member who is removed, blocked or a keeper nothing stays, and nothing is told to strangers', () => {
  const scene = new Scene()
  const [anna, ben, cleo] = [scene.add(1), scene.add(2), scene.add(3)]
  scene.circle.linkAll([anna, ben, cleo])
  scene.offer(anna, 'Nest one')
  scene.offer(cleo, 'Song')
  scene.circle.leave(anna)
  assert.equal(scene.holds(ben, anna), 0)
  scene.blocked.add(cleo.person)
  scene.of(ben).service.blocksChanged()
  assert.equal(scene.holds(ben, cleo), 0)
  scene.circle.join(ben, 'keeper')
  assert.equal(scene.holds(ben, cleo), 0)
  const stranger = new Member(9)
  scene.circle.link(ben, stranger)
  scene.circle.settle()
  scene.circle.out(stranger).send(ben.device, 'pull', {
    a: AUDIENCE,
    k: new Uint8Array(32),
    f: new Uint8Array(32),
    t: new Uint8Array(32),
  })
  const before = scene.circle.frames
  scene.circle.settle()
  assert.equal(scene.circle.frames, before + 1, 'not answered')
})

test('a head that another device signed counts for nothing, and ends the link', () => {
  const scene = new Scene()
  const [anna, ben, cleo] = [scene.add(1), scene.add(2), scene.add(3)]
  scene.circle.linkAll([anna, ben, cleo])
  const facts = {
    audience: AUDIENCE,
    seq: STARTED,
    count: 1,
    root: new Uint8Array(32),
    issued: STARTED,
    expires: STARTED + 9_000,
  }
  const head = signHead(facts, cleo.seed, signatures)
  const forged = { ...head, author: signatures.publicKey(anna.seed) }
  scene.circle.out(cleo).send(ben.device, 'heads', { h: [encodeHead(forged)] })
  scene.circle.settle()
  assert.deepEqual(scene.circle.hungUp, [cleo.device])
  assert.equal(scene.holds(ben, anna), 0)
})

test('an author who says two things under one number is not believed until a higher one', () => {
  const scene = new Scene()
  const [anna, ben] = [scene.add(1), scene.add(2)]
  scene.circle.linkAll([anna, ben])
  scene.offer(anna, 'Nest one')
  const { seq } = scene.of(anna).shelf.state(scene.wall)
  const facts = {
    audience: AUDIENCE,
    seq,
    count: 1,
    root: new Uint8Array(32),
    issued: STARTED,
    expires: STARTED + 9_000,
  }
  scene.circle
    .out(anna)
    .send(ben.device, 'heads', { h: [encodeHead(signHead(facts, anna.seed, signatures))] })
  scene.circle.settle()
  assert.equal(scene.holds(ben, anna), 0)
  scene.offer(anna, 'Nest two')
  assert.equal(scene.holds(ben, anna), 2)
})

test('who is silent for a week is not shown any more, and an older state never comes back', () => {
  const scene = new Scene()
  const [anna, ben] = [scene.add(1), scene.add(2)]
  scene.circle.linkAll([anna, ben])
  const old = scene.of(anna).shelf.state(STARTED)
  scene.offer(anna, 'Nest one')
  scene.wall += 8 * 86_400
  scene.circle.pass(200_000)
  scene.of(ben).service.wake(scene.circle.now)
  assert.equal(scene.holds(ben, anna), 0)
  const again = signHead({ ...old, seq: STARTED - 5 || 1 }, anna.seed, signatures)
  scene.circle.out(anna).send(ben.device, 'heads', { h: [encodeHead(again)] })
  scene.circle.settle()
  assert.equal(scene.holds(ben, anna), 0)
})

test('more than can be copied is known by its head alone', () => {
  const scene = new Scene()
  const [anna, ben] = [scene.add(1), scene.add(2)]
  scene.circle.linkAll([anna, ben])
  const count = MAX_REPLICATED_ENTRIES + 1
  const state = {
    audience: AUDIENCE,
    seq: STARTED,
    count,
    root: new Uint8Array(32),
    issued: STARTED,
    expires: STARTED + 86_400,
  }
  scene.circle
    .out(anna)
    .send(ben.device, 'heads', { h: [encodeHead(signHead(state, anna.seed, signatures))] })
  scene.circle.settle()
  assert.equal(scene.of(ben).service.asked(AUDIENCE).length, 1)
})

test('pages that do not come are asked for elsewhere', () => {
  const scene = new Scene()
  const [anna, ben, cleo] = [scene.add(1), scene.add(2), scene.add(3)]
  scene.circle.link(anna, cleo)
  scene.offer(anna, 'Nest one')
  scene.circle.loses = 'page'
  scene.circle.link(anna, ben)
  scene.circle.settle()
  assert.equal(scene.holds(ben, anna), 0)
  scene.circle.loses = undefined
  scene.circle.link(ben, cleo)
  scene.circle.settle()
  scene.circle.pass(120_000)
  assert.equal(scene.holds(ben, anna), 1)
})

test('what is for one person goes to their devices and to nobody else, until they are not known any more', () => {
  const scene = new Scene()
  const ben = new Member(2)
  const forBen = personAudience(ben.person)
  const [anna, cleo] = [scene.add(1, forBen), scene.add(3)]
  scene.add(2)
  const benHere = [...scene.sides.keys()].find(({ device }) => device === ben.device) ?? assert.fail()
  for (const each of [anna, benHere, cleo]) scene.circle.leave(each)
  for (const each of [anna, benHere, cleo]) scene.known.set(each.device, each.person)
  scene.circle.linkAll([anna, benHere, cleo])
  scene.offer(anna, 'Nest one')
  const held = (by: Member) => scene.of(by).records.count({ author: anna.device, audience: forBen })
  assert.deepEqual([held(benHere), held(cleo)], [1, 0])
  // Nobody passes on what was for somebody alone, not even to who asks.
  const { root } = scene.of(anna).shelf.state(scene.wall)
  const pull = { a: forBen, k: signatures.publicKey(anna.seed), f: new Uint8Array(32), t: root }
  scene.circle.out(cleo).send(benHere.device, 'pull', pull)
  scene.circle.out(cleo).send(anna.device, 'pull', pull)
  const before = scene.circle.frames
  scene.circle.settle()
  assert.equal(scene.circle.frames, before + 2, 'not answered')
  // What cleo tells of anna's counts for nothing.
  const told = signHead(
    { ...scene.of(anna).shelf.state(scene.wall), seq: 9_999_999_999 },
    anna.seed,
    signatures,
  )
  scene.circle.out(cleo).send(benHere.device, 'heads', { h: [encodeHead(told)] })
  scene.circle.settle()
  assert.equal(held(benHere), 1)
  scene.known.delete(anna.device)
  scene.of(benHere).service.personChanged(anna.person)
  assert.equal(held(benHere), 0)
})

test('what is for one person waits for their link', () => {
  const scene = new Scene()
  const forBen = personAudience(new Member(2).person)
  const [anna, ben] = [scene.add(1, forBen), scene.add(2)]
  for (const each of [anna, ben]) scene.circle.leave(each)
  for (const each of [anna, ben]) scene.known.set(each.device, each.person)
  scene.offer(anna, 'Nest one')
  scene.circle.link(anna, ben)
  scene.of(anna).service.personChanged(ben.person)
  scene.circle.settle()
  assert.equal(scene.of(ben).records.count({ author: anna.device, audience: forBen }), 1)
})

test('a member that signs one head after the other is hung up on, and leaves nothing behind', () => {
  const scene = new Scene()
  const [anna, mallory] = [scene.add(1), scene.add(2)]
  scene.circle.link(anna, mallory)
  scene.circle.settle()
  const out = scene.circle.out(mallory)
  const facts = { audience: AUDIENCE, count: 1, issued: STARTED, expires: STARTED + 86_400 }
  const root = new Uint8Array(32)
  let seq = 0
  let frames = 0
  while (scene.circle.isLinked(anna.device, mallory.device) && frames < 128) {
    const h = Array.from({ length: 128 }, () => {
      new DataView(root.buffer).setUint32(0, ++seq)
      return encodeHead(signHead({ ...facts, seq, root: root.slice() }, mallory.seed, signatures))
    })
    out.send(anna.device, 'heads', { h })
    frames++
    scene.circle.settle()
  }
  assert.equal(frames, 65)
  const holders = new HeadHolders()
  for (let number = 0; number < 1_000; number++) {
    new DataView(root.buffer).setUint32(0, number)
    holders.add({ audience: AUDIENCE, author: mallory.device }, root.slice(), mallory.device)
  }
  assert.equal(holders.size, 1)
  holders.unlinked(mallory.device)
  assert.equal(holders.size, 0)
})
