// What counts in a circle and what does not, case by case: each enemy, and each meeting of honest people, that a rule is for.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QuickCrypto } from '../../../lab/sim/people-crypto.ts'
import { reordered, resolverOf, Writer } from '../../../test/doubles/circle-writers.ts'
import { SeededRandom } from '../../base/random.ts'
import { RecordError } from '../community-error.ts'
import type { Role } from '../membership.ts'
import { bestOf, recipients } from './epoch-rules.ts'
import type { Operation } from './operation.ts'
import { readOperation } from './operation-codec.ts'

/** A circle with an owner, a moderator and members, all of whom have seen everything. */
function circle(seed = 1) {
  const random = new SeededRandom(seed)
  const [olga, mona, mike, nina, zoe] = ['olga', 'mona', 'mike', 'nina', 'zoe'].map(
    (name) => new Writer(name, random),
  ) as [Writer, Writer, Writer, Writer, Writer]
  olga.found()
  for (const other of [mona, mike, nina]) olga.write(olga.add(other))
  olga.write({ kind: 'role', person: mona.person, role: 'moderator' })
  const inside = [olga, mona, mike, nina]
  for (const writer of inside) writer.seeAllOf(olga)
  const meet = (): void => {
    for (const a of inside) for (const b of inside) if (b.knows) a.seeAllOf(b)
  }
  return { random, olga, mona, mike, nina, zoe, all: [...inside, zoe], meet }
}

const role = (by: Writer, of: Writer, given: Role): Operation =>
  by.write({ kind: 'role', person: of.person, role: given })

test('an operation whose author is somebody else than who signed is refused', () => {
  const { olga, random } = circle()
  const crypto = new QuickCrypto(random)
  const { bytes } = olga.draft({ kind: 'leave', pins: [] })
  assert.doesNotThrow(() => readOperation(bytes, crypto))
  for (let at = 0; at < bytes.length; at++) {
    const forged = bytes.slice()
    forged[at] = (forged[at] as number) ^ 1
    assert.throws(() => readOperation(forged, crypto), RecordError)
  }
})

test('a member cannot make themselves owner, nor anybody else', () => {
  const { mike, nina, olga, all } = circle()
  const own = role(mike, mike, 'owner')
  const other = role(mike, nina, 'moderator')
  olga.seeAllOf(mike)
  assert.equal(olga.standing(own), 'unauthorised')
  assert.equal(olga.standing(other), 'unauthorised')
  assert.deepEqual(olga.members(all), { olga: 'owner', mona: 'moderator', mike: 'member', nina: 'member' })
})

test('a moderator puts out members, and neither owners nor other moderators', () => {
  const { mona, mike, nina, olga, all } = circle()
  role(olga, nina, 'moderator')
  mona.seeAllOf(olga)
  mona.write(mona.remove(mike))
  assert.equal(mona.standing(mona.write(mona.remove(olga))), 'unauthorised')
  assert.equal(mona.standing(mona.write(mona.remove(nina))), 'unauthorised')
  assert.deepEqual(mona.members(all), { olga: 'owner', mona: 'moderator', nina: 'moderator' })
})

test('somebody whom nobody brought in cannot make anybody keep anything', () => {
  const { olga, zoe } = circle()
  zoe.see(olga.resolver.graph.nodes.map(({ operation }) => operation))
  assert.throws(() => zoe.write(zoe.add(zoe)), { code: 'RECORD_INVALID' })
  const drafted = zoe.draft(zoe.remove(olga))
  assert.throws(() => olga.see([drafted]), { code: 'RECORD_INVALID' })
})

test('what a removed member does after it or beside it does not count, whatever they rest it on', () => {
  const { olga, mona, zoe, nina, all, meet } = circle()
  const before = [...olga.resolver.graph.nodes].at(-1)?.operation as Operation
  const beside = mona.write(mona.add(zoe))
  const removal = olga.write(olga.remove(mona))
  meet()
  const later = mona.write(mona.remove(nina))
  const backdated = mona.write(mona.remove(nina), [before])
  meet()
  assert.equal(olga.standing(removal), 'counts')
  assert.equal(olga.standing(beside), 'overruled')
  assert.equal(olga.standing(later), 'unauthorised')
  assert.notEqual(olga.standing(backdated), 'counts')
  assert.deepEqual(olga.members(all), { olga: 'owner', mike: 'member', nina: 'member' })
})

test('whoever was brought in by somebody who was put out beside that is out, and what they did is void', () => {
  const { olga, mona, zoe, mike, all, meet } = circle()
  mona.write(mona.add(zoe))
  zoe.seeAllOf(mona)
  const epoch = zoe.write(zoe.epoch())
  mona.seeAllOf(zoe)
  olga.write(olga.remove(mona))
  meet()
  assert.equal(mike.standing(epoch), 'unauthorised')
  assert.deepEqual(mike.members(all), { olga: 'owner', mike: 'member', nina: 'member' })
})

test('of two who put out each other the one who is longer in stays', () => {
  for (const seed of [1, 2, 3, 4]) {
    const { olga, mona, mike, all, meet } = circle(seed)
    role(olga, mona, 'owner')
    meet()
    olga.write(olga.remove(mona))
    mona.write(mona.remove(olga))
    meet()
    assert.deepEqual(mike.members(all), { olga: 'owner', mike: 'member', nina: 'member' })
  }
})

test('a removal by one who was put out beside it by somebody longer in is void, their target stays', () => {
  const { olga, mona, mike, all, meet } = circle()
  const void_ = mona.write(mona.remove(mike))
  olga.write(olga.remove(mona))
  meet()
  assert.equal(mike.standing(void_), 'overruled')
  assert.deepEqual(mike.members(all), { olga: 'owner', mike: 'member', nina: 'member' })
})

test('a removal beats a re-add beside it; one that has seen it brings them back', () => {
  const { olga, mona, mike, all, meet } = circle()
  olga.write(olga.remove(mike))
  mona.write(mona.remove(mike))
  mona.write(mona.add(mike))
  meet()
  assert.equal(olga.members(all).mike, undefined)
  olga.write(olga.add(mike))
  meet()
  assert.equal(mona.members(all).mike, 'member')
})

test('a demotion beside it takes away what needed the role, and leaves the rest', () => {
  const { olga, mona, mike, zoe, meet, random } = circle()
  const seed = random.bytes(32)
  olga.write(olga.invite(seed))
  meet()
  const removal = mona.write(mona.remove(mike))
  const add = mona.write(mona.admit(zoe, seed))
  role(olga, mona, 'member')
  meet()
  assert.equal(olga.standing(removal), 'overruled')
  assert.equal(olga.standing(add), 'counts')
})

test('of two changes of a role beside each other the lower one stands', () => {
  const { olga, mona, mike, all, meet } = circle()
  role(olga, mona, 'owner')
  meet()
  role(olga, mike, 'moderator')
  role(mona, mike, 'keeper')
  meet()
  assert.equal(olga.members(all).mike, 'keeper')
  assert.equal(mona.members(all).mike, 'keeper')
})

test('the last owner neither leaves nor steps down while anybody is left; a handed-over circle has its owner', () => {
  const { olga, mona, all, meet } = circle()
  assert.ok(!olga.resolver.wouldCount(olga.draft({ kind: 'leave', pins: [] })))
  assert.ok(!olga.resolver.wouldCount(olga.draft({ kind: 'role', person: olga.person, role: 'member' })))
  role(olga, mona, 'owner')
  role(olga, olga, 'moderator')
  olga.write({ kind: 'leave', pins: [] })
  meet()
  assert.deepEqual(mona.members(all), { mona: 'owner', mike: 'member', nina: 'member' })
})

test('two owners who leave beside each other leave the circle to the most senior who is left', () => {
  const { olga, mona, mike, all, meet } = circle()
  role(olga, mona, 'owner')
  meet()
  olga.write({ kind: 'leave', pins: [] })
  mona.write({ kind: 'leave', pins: [] })
  meet()
  assert.deepEqual(mike.members(all), { mike: 'owner', nina: 'member' })
  assert.equal(
    mike.standing(mike.write({ kind: 'role', person: mike.person, role: 'member' })),
    'unauthorised',
  )
})

test('an invite lets in as many as it has uses; of more beside each other the most senior are in, everywhere', () => {
  const { olga, mona, mike, zoe, random, meet, all } = circle()
  const seed = random.bytes(32)
  olga.write(olga.invite(seed, 1))
  meet()
  const yuri = new Writer('yuri', random)
  const adds = [mona.write(mona.admit(zoe, seed)), mike.write(mike.admit(yuri, seed))]
  meet()
  const standings = adds.map((add) => olga.standing(add)).sort()
  assert.deepEqual(standings, ['counts', 'excess'])
  const operations = olga.resolver.graph.nodes.map(({ operation }) => operation)
  for (const order of [1, 2, 3]) {
    const other = resolverOf(reordered(operations, order))
    assert.deepEqual(adds.map((add) => other.standing(add.id)).sort(), standings)
  }
  assert.equal(olga.standing(olga.write(olga.admit(zoe, seed))), 'unauthorised', 'it is used up')
  assert.equal(Object.keys(olga.members([...all, yuri])).length, 5)
})

test('an invite of another circle, or a proof for somebody else or another admitter, lets nobody in', () => {
  const { olga, mike, nina, zoe, random, meet } = circle()
  const elsewhere = circle(9)
  const seed = random.bytes(32)
  olga.write(olga.invite(seed, 5))
  meet()
  const proof = mike.admit(zoe, seed)
  assert.equal(nina.standing(nina.write(proof)), 'unauthorised', 'signed for mike')
  assert.ok(proof.kind === 'add')
  const yuri = new Writer('yuri', random)
  assert.throws(() => mike.draft({ ...proof, cards: [yuri.card] }), { code: 'RECORD_INVALID' })
  elsewhere.olga.write(elsewhere.olga.invite(seed, 5))
  assert.throws(() => elsewhere.olga.draft(proof), { code: 'RECORD_INVALID' })
  assert.equal(mike.standing(mike.write({ ...proof, role: 'keeper' })), 'unauthorised', 'another role')
})

test('an invite taken back lets nobody in, not even beside it', () => {
  const { olga, mike, zoe, random, meet } = circle()
  const seed = random.bytes(32)
  const body = olga.invite(seed, 5)
  assert.ok(body.kind === 'invite')
  olga.write(body)
  meet()
  olga.write({ kind: 'invite-revoke', invite: body.invite })
  const beside = mike.write(mike.admit(zoe, seed))
  meet()
  assert.equal(olga.standing(beside), 'overruled')
  assert.equal(mike.standing(mike.write(mike.admit(zoe, seed))), 'unauthorised')
})

test('whoever was put out does not come back by an old invite', () => {
  const { olga, mike, nina, random, meet, all } = circle()
  const seed = random.bytes(32)
  olga.write(olga.invite(seed, 5))
  olga.write(olga.remove(nina))
  meet()
  assert.equal(mike.standing(mike.write(mike.admit(nina, seed))), 'unauthorised')
  const fresh = random.bytes(32)
  olga.write(olga.invite(fresh, 1))
  meet()
  mike.write(mike.admit(nina, fresh))
  assert.equal(mike.members(all).nina, 'member')
})

test('where somebody must say yes, a member alone lets nobody in', () => {
  const { olga, mona, mike, zoe, random, meet } = circle()
  const seed = random.bytes(32)
  olga.write(olga.invite(seed, 5, { approval: true }))
  meet()
  const proof = mike.admit(zoe, seed)
  assert.equal(mike.standing(mike.write(proof)), 'unauthorised')
  mona.seeAllOf(mike)
  assert.equal(mona.standing(mona.write(proof)), 'counts', 'a moderator uses what was signed for mike')
})

test('an epoch counts with exactly those who are in, and by somebody who may', () => {
  const { olga, mike, zoe, meet } = circle()
  const missing = olga.write(olga.epoch((devices) => devices.delete(mike.device)))
  const extra = olga.write(olga.epoch((devices) => devices.set(zoe.device, true)))
  const keeper = olga.write(olga.epoch((devices) => devices.set(mike.device, false)))
  for (const bad of [missing, extra, keeper]) assert.equal(olga.standing(bad), 'unauthorised')
  const good = olga.write(olga.epoch())
  assert.equal(olga.standing(good), 'counts')
  assert.equal(olga.standing(olga.write({ ...olga.epoch(), generation: 7 })), 'unauthorised')
  meet()
  assert.equal(mike.standing(mike.write(mike.epoch())), 'unauthorised', 'none is due')
  role(olga, mike, 'keeper')
  meet()
  assert.equal(mike.standing(mike.write(mike.epoch())), 'unauthorised', 'a keeper makes none')
})

test('after a removal any member may make the new epoch, and the old one is written with no more', () => {
  const { olga, mona, mike, nina, meet } = circle()
  const old = olga.write(olga.epoch())
  meet()
  mona.write(mona.remove(nina))
  mike.seeAllOf(mona)
  const { register } = mike.resolver
  mike.resolver.settle()
  assert.equal(bestOf(register, undefined, recipients(register, undefined)), undefined)
  const fresh = mike.write(mike.epoch())
  assert.equal(mike.standing(fresh), 'counts')
  assert.equal(mike.standing(old), 'counts', 'it stays readable')
  const best = bestOf(register, undefined, recipients(register, undefined))
  assert.equal(best?.operation.id, fresh.id)
})

test('an epoch made beside a removal is not written with: whoever is out has it', () => {
  const { olga, mike, nina, meet } = circle()
  olga.write(olga.epoch())
  role(olga, nina, 'moderator')
  meet()
  const made = nina.write(nina.epoch())
  olga.write(olga.remove(mike))
  const after = olga.write(olga.epoch())
  meet()
  const { register } = nina.resolver
  assert.equal(nina.standing(made), 'counts')
  const best = bestOf(register, undefined, recipients(register, undefined))
  assert.equal(best?.operation.id, after.id)
})

test('of epochs beside each other the lower hash is written with, and both stay readable', () => {
  const { olga, mona, meet } = circle()
  const made = [olga.write(olga.epoch()), mona.write(mona.epoch())]
  meet()
  const { register } = mona.resolver
  mona.resolver.settle()
  const best = bestOf(register, undefined, recipients(register, undefined))
  const nodes = made.map(({ id }) => mona.resolver.graph.get(id))
  const lowest = nodes.sort((a, b) =>
    Buffer.compare(a?.hash ?? Buffer.alloc(0), b?.hash ?? Buffer.alloc(0)),
  )[0]
  assert.equal(best, lowest)
  for (const epoch of made) assert.equal(mona.standing(epoch), 'counts')
})

test('both branches of a fork are known and resolved alike; whoever saw both no longer hears its author', () => {
  const { olga, mike, nina, meet, random } = circle()
  const seed = random.bytes(32)
  olga.write(olga.invite(seed, 9))
  meet()
  const begun = mike.write(mike.admit(new Writer('a', random), seed))
  const first = mike.write(mike.admit(new Writer('b', random), seed))
  const second = mike.write(mike.admit(new Writer('c', random), seed), [], { prev: begun, seq: first.seq })
  meet()
  assert.equal(nina.resolver.graph.forkedAt(mike.device), 2)
  assert.deepEqual([nina.standing(first), nina.standing(second)], ['counts', 'counts'])
  const later = mike.write(mike.admit(new Writer('d', random), seed))
  meet()
  assert.equal(nina.standing(later), 'unauthorised')
})

test('a device is of one person, comes in by a card that both signed, and does not come back once taken out', () => {
  const { olga, mike, nina, random, meet, all } = circle()
  const tablet = new Writer('tablet', random, mike)
  nina.write({ kind: 'device', card: tablet.card })
  meet()
  tablet.seeAllOf(nina)
  assert.equal(tablet.members(all).mike, 'member')
  assert.equal(tablet.standing(tablet.write(tablet.epoch())), 'counts')
  olga.seeAllOf(tablet)
  olga.write({ kind: 'device-remove', device: tablet.device, pin: undefined })
  const again = olga.write({ kind: 'device', card: tablet.card })
  assert.equal(olga.standing(again), 'unauthorised')
  const foreign = nina.write({ kind: 'device-remove', device: mike.device, pin: undefined })
  assert.equal(nina.standing(foreign), 'unauthorised')
})
