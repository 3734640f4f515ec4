// An epoch that is there is given to those who came since: by whom, to whom, and when another one is made all the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircleScene, type Player } from '../../../test/doubles/circle-scene.ts'
import { Writer } from '../../../test/doubles/circle-writers.ts'
import { SeededRandom } from '../../base/random.ts'
import type { RecordId } from '../ids.ts'
import { DEFAULT_POLICY } from './circle-facts.ts'
import { bestOf, generationOf, givenOf, leftBehind, recipients } from './epoch-rules.ts'
import type { Operation } from './operation.ts'
import type { Of } from './register.ts'

/** Olga owns it, mona moderates, mike is in; all have the first epoch. Zoe and ida are not in. */
function circle() {
  const random = new SeededRandom(1)
  const [olga, mona, mike, zoe, ida] = ['olga', 'mona', 'mike', 'zoe', 'ida'].map(
    (name) => new Writer(name, random),
  ) as [Writer, Writer, Writer, Writer, Writer]
  olga.found()
  for (const other of [mona, mike]) olga.write(olga.add(other))
  olga.write({ kind: 'role', person: mona.person, role: 'moderator' })
  const epoch = olga.write(olga.epoch())
  for (const other of [mona, mike]) other.seeAllOf(olga)
  return { random, olga, mona, mike, zoe, ida, epoch }
}

function share(by: Writer, ...to: readonly Writer[]): Of<'share'> {
  const body = by.share(...to)
  if (body === undefined) throw new Error('no epoch is there')
  return body
}

function best(of: Writer): Operation | undefined {
  of.resolver.settle()
  const { register } = of.resolver
  return bestOf(register, undefined, recipients(register, undefined))?.operation
}

test('whoever has an epoch gives it to who came, and nobody makes another one', () => {
  const { olga, mike, zoe, epoch } = circle()
  olga.write(olga.add(zoe))
  mike.seeAllOf(olga)
  const given = mike.write(share(mike, zoe))
  assert.equal(mike.standing(given), 'counts')
  assert.equal(best(mike)?.id, epoch.id)
  const { register } = mike.resolver
  const node = mike.resolver.graph.get(epoch.id)
  assert.equal(node && givenOf(node, register, undefined).get(zoe.device), true)
  assert.equal(mike.standing(mike.write(mike.epoch())), 'unauthorised', 'none is due')
  assert.equal(mike.standing(mike.write(share(mike, zoe))), 'unauthorised', 'she has it')
})

test('who was given it gives it on', () => {
  const { olga, mike, zoe, ida, epoch } = circle()
  olga.write(olga.add(zoe))
  mike.seeAllOf(olga)
  mike.write(share(mike, zoe))
  olga.seeAllOf(mike)
  olga.write(olga.add(ida))
  zoe.seeAllOf(olga)
  assert.equal(zoe.standing(zoe.write(share(zoe, ida))), 'counts')
  assert.equal(best(zoe)?.id, epoch.id)
})

test('nobody gives what they do not have, nor to who is not in, nor more than the role allows, nor where history is hidden', () => {
  const { olga, mike, zoe, ida } = circle()
  assert.equal(mike.standing(mike.write(share(mike, zoe))), 'unauthorised', 'she is not in')
  const other = circle()
  other.olga.write(other.olga.add(other.zoe))
  other.olga.write(other.olga.add(other.ida, 'keeper'))
  other.zoe.seeAllOf(other.olga)
  assert.equal(
    other.zoe.standing(other.zoe.write(share(other.zoe, other.ida))),
    'unauthorised',
    'she has none',
  )
  const whole = share(other.olga, other.zoe)
  const toKeeper = { ...whole, shares: whole.shares.map((share) => ({ ...share, device: other.ida.device })) }
  assert.equal(other.olga.standing(other.olga.write(toKeeper)), 'unauthorised', 'a keeper reads nothing')
  olga.write({ kind: 'policy', policy: { ...DEFAULT_POLICY, history: 'from-join' } })
  olga.write(olga.add(ida))
  assert.equal(olga.standing(olga.write(share(olga, ida))), 'unauthorised', 'she may read from now on only')
})

test('an epoch given beside a removal is not written with once both are known', () => {
  const { olga, mona, mike, zoe } = circle()
  olga.write(olga.add(zoe))
  mike.seeAllOf(olga)
  mona.seeAllOf(olga)
  mike.write(share(mike, zoe))
  mona.write(mona.remove(zoe))
  mike.seeAllOf(mona)
  assert.equal(best(mike), undefined)
})

test('an epoch given to one add too many is not written with, though the giving counts for nothing', () => {
  const { random, olga, mona, mike, zoe, ida } = circle()
  const seed = random.bytes(32)
  olga.write(olga.invite(seed, 1))
  for (const each of [mona, mike]) each.seeAllOf(olga)
  mona.write(mona.admit(zoe, seed))
  mona.write(share(mona, zoe))
  mike.write(mike.admit(ida, seed))
  mike.write(share(mike, ida))
  olga.seeAllOf(mona)
  olga.seeAllOf(mike)
  assert.equal(best(olga), undefined)
  assert.equal(olga.standing(olga.write(olga.epoch())), 'counts')
  assert.notEqual(best(olga), undefined)
})

test('who never had an epoch cannot make others rotate by naming somebody in it', () => {
  const { olga, mona, mike, zoe, epoch } = circle()
  mona.write(mona.remove(mike))
  const fresh = mona.write(mona.epoch())
  // He was put out, learns of the new epoch all the same, and says that he gives it to somebody.
  mike.seeAllOf(mona)
  olga.seeAllOf(mike)
  olga.write(olga.add(zoe))
  mike.seeAllOf(olga)
  const named = mike.write({ ...share(mike, zoe), epoch: fresh.id })
  mike.write({ ...share(mike, mike), epoch: fresh.id })
  olga.seeAllOf(mike)
  assert.equal(olga.standing(named), 'unauthorised')
  assert.equal(best(olga)?.id, fresh.id)
  assert.notEqual(fresh.id, epoch.id)
})

test('two epochs of parts that were apart are followed by one, so that who comes has both', () => {
  const { olga, mona, mike, zoe } = circle()
  olga.write(olga.epoch())
  mona.write(mona.epoch())
  olga.seeAllOf(mona)
  olga.write(olga.add(zoe))
  mike.seeAllOf(olga)
  mike.write(share(mike, zoe))
  const both = mike.write(mike.epoch())
  assert.equal(mike.standing(both), 'counts', 'it is due, since she has one of two')
  assert.equal(best(mike)?.id, both.id)
})

test('who comes later reads what was written with an epoch that whoever followed it did not know', () => {
  const scene = new CircleScene()
  const [anna, bert, cleo, dora] = ['anna', 'bert', 'cleo', 'dora'].map((name) => scene.player(name)) as [
    Player,
    Player,
    Player,
    Player,
  ]
  const id = scene.circle(anna)
  const first = scene.facts(anna, id).epoch?.id as RecordId
  scene.link(anna, bert)
  // Bert is let in, and the link ends before he is given the epoch: he makes one that follows it, without its keys.
  const { payload } = scene.invite(anna, id, { uses: 3 })
  scene.join(bert, payload)
  scene.unlink(anna, bert)
  scene.pass(30_000)
  assert.notEqual(scene.facts(bert, id).epoch?.id, first)
  scene.link(anna, bert)
  scene.pass(30_000)
  for (const later of [cleo, dora]) {
    scene.link(bert, later)
    scene.join(later, payload)
    scene.pass(30_000)
    assert.equal(later.service.membership.epoch(id, first)?.read?.length, 32, later.name)
  }
  const generations = [anna, bert, cleo, dora].map((player) => scene.facts(player, id).epoch?.generation)
  assert.deepEqual(generations, [3, 3, 3, 3], 'one epoch gave it to all, and none was made for who came')
})

test('what a hidden history cut off stays so when it is hidden no longer', () => {
  const { olga, mona, mike, zoe } = circle()
  const all = DEFAULT_POLICY
  olga.write({ kind: 'policy', policy: { ...all, history: 'from-join' } })
  olga.write(olga.add(zoe))
  olga.write(olga.epoch())
  olga.write({ kind: 'policy', policy: all })
  const { register } = olga.resolver
  olga.resolver.settle()
  assert.deepEqual(leftBehind(register, undefined), [])
  const cut = olga.write(olga.epoch())
  olga.resolver.settle()
  assert.deepEqual(
    leftBehind(register, undefined).map(({ operation }) =>
      generationOf(olga.resolver.graph.get(operation.id)),
    ),
    [2],
    'but not what was written since then',
  )
  for (const other of [mona, mike]) other.seeAllOf(olga)
  const empty = mike.write(mike.epoch())
  assert.equal(mike.standing(empty), 'unauthorised', 'one that gives nothing is none that is due')
  assert.equal(mike.standing(cut), 'counts')
})

test('who joined while a link was full for a moment has all of the circle soon, not after a minute', () => {
  for (const kind of ['got', 'want', 'vector', 'sum', 'heads', 'page']) {
    const scene = new CircleScene()
    const [anna, bert] = [scene.player('anna'), scene.player('bert')]
    const id = scene.circle(anna)
    scene.link(anna, bert)
    const { payload } = scene.invite(anna, id, { uses: 2 })
    const refused: string[] = []
    scene.full = (frame) => {
      if (frame.kind !== kind) return false
      refused.push(frame.kind)
      return true
    }
    scene.join(bert, payload)
    scene.pass(1_000)
    assert.ok(refused.length > 0, kind)
    scene.full = () => false
    scene.drained(anna, bert)
    scene.drained(bert, anna)
    scene.pass(3_000)
    assert.equal(scene.facts(bert, id).epoch?.read?.length, 32, kind)
    assert.deepEqual(bert.service.sumOf(id), anna.service.sumOf(id), kind)
  }
})

test('forty joins cost one small operation each; with history hidden each is a new epoch', () => {
  const sizes = (history: 'all' | 'from-join'): number => {
    const scene = new CircleScene()
    const anna = scene.player('anna')
    const id = scene.do(() => anna.service.create({ history }, scene.now))
    scene.pass(1_000)
    const { payload } = scene.invite(anna, id, { uses: 40, expiresInSeconds: 100_000 })
    let last: Player = anna
    for (let number = 0; number < 40; number++) {
      last = scene.player(`p${number}`)
      scene.link(anna, last)
      scene.join(last, payload)
      scene.pass(2_000)
    }
    const { epoch, members } = scene.facts(last, id)
    assert.equal(members.size, 41)
    assert.equal(epoch?.read?.length, 32)
    assert.equal(epoch.generation, history === 'all' ? 1 : 41)
    return [...last.store.operations(id)].reduce((sum, bytes) => sum + bytes.length, 0)
  }
  const [all, fromJoin] = [sizes('all'), sizes('from-join')]
  assert.ok(all < 41 * 2_000, `${all}`)
  assert.ok(fromJoin > 3 * all, `${fromJoin}`)
})
