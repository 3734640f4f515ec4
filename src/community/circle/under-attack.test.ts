import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircleScene, type Player } from '../../../test/doubles/circle-scene.ts'
import { MemoryCircleStore } from '../../../test/doubles/circle-store.ts'
import { Writer } from '../../../test/doubles/circle-writers.ts'
import { utf8 } from '../../base/bytes.ts'
import { SeededRandom } from '../../base/random.ts'
import { type CircleId, keyBytes, keyText, type RecordId } from '../ids.ts'
import { Circle } from './circle.ts'
import { DEFAULT_POLICY } from './circle-facts.ts'
import { OperationGraph } from './graph.ts'
import { MAX_DEVICES_EVER, MAX_LEAVES, MAX_OPERATIONS_PER_DEVICE } from './limits.ts'
import type { Operation, OperationBody } from './operation.ts'
import { signOperation } from './operation-codec.ts'
import { Resolver } from './resolver.ts'
import { WaitingOperations } from './waiting-operations.ts'

test('where the log has no room for a change, whoever asks is told so, and what follows by itself ends nothing', () => {
  const scene = new CircleScene()
  const [anna, ben] = ['anna', 'ben'].map((name) => scene.player(name)) as [Player, Player]
  const circle = scene.circleOf(anna, ben)
  scene.unlinkAll(anna, ben)
  const { crypto } = scene
  const ground = { me: anna, crypto, wall: { seconds: () => scene.wallSeconds }, store: anna.store }
  const written = new Circle(circle, ground)
  const last = () => written.graph.tip(anna.device)?.operation.seq ?? 0
  while (last() < MAX_OPERATIONS_PER_DEVICE) written.write({ kind: 'policy', policy: DEFAULT_POLICY })
  scene.restart(anna)
  assert.throws(() => anna.service.remove(circle, ben.person, scene.now), { code: 'TOO_MANY' })
  // Ben leaves: a new epoch is due that Anna has no room to write.
  scene.link(anna, ben)
  scene.do(() => ben.service.leave(circle, scene.now))
  scene.pass(120_000)
  const { members, epoch } = scene.facts(anna, circle)
  assert.deepEqual([[...members.keys()], epoch], [[anna.person], undefined])
})

/** Operations that Mallory, a member, writes beside everybody else, as bytes. */
function written(
  scene: CircleScene,
  circle: CircleId,
  by: Player,
  bodies: readonly OperationBody[],
): Uint8Array[] {
  const { crypto } = scene
  const copy = new MemoryCircleStore()
  for (const bytes of by.store.operations(circle))
    copy.putOperation(circle, keyText(crypto.sha256(bytes)), bytes)
  const own = new Circle(circle, { me: by, crypto, wall: { seconds: () => scene.wallSeconds }, store: copy })
  return bodies.map((body) => own.write(body).bytes)
}

test('a page that ends in junk has no less effect: who is out by what came before is let go, and everybody hears of it', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo, mallory] = ['anna', 'ben', 'cleo', 'mallory'].map((name) =>
    scene.player(name),
  ) as Player[]
  assert.ok(anna && ben && cleo && mallory)
  const circle = scene.circleOf(anna, ben, cleo, mallory)
  scene.unlinkAll(anna)
  const [removal] = written(scene, circle, anna, [{ kind: 'remove', person: cleo.person, pins: [] }])
  scene.inject(mallory, ben, 'page', { c: keyBytes(circle), m: 0, r: [removal as Uint8Array, utf8('junk')] })
  assert.deepEqual(
    scene.hungUp.map(({ by, device }) => [by, device]),
    [['ben', mallory.device]],
  )
  assert.ok(!ben.service.membership.isLinked(circle, cleo.device))
  scene.link(ben, anna)
  scene.pass(30_000)
  for (const player of [anna, ben]) assert.ok(!scene.facts(player, circle).members.has(cleo.person))
  assert.notEqual(scene.facts(ben, circle).epoch, undefined)
})

test('operations that rest on nothing cost who sends them its link, and are forgotten with it', () => {
  const scene = new CircleScene()
  const [anna, mallory] = ['anna', 'mallory'].map((name) => scene.player(name)) as [Player, Player]
  const circle = scene.circleOf(anna, mallory)
  const waiting = new WaitingOperations()
  let operation: Operation | undefined
  for (let frame = 0; scene.isLinked(anna, mallory) && frame < 100; frame++) {
    const page = Array.from({ length: 500 }, () => {
      const body = { kind: 'policy' as const, policy: DEFAULT_POLICY }
      const parents = [keyText<RecordId>(scene.random.bytes(32))]
      const place = { circle, author: mallory.device, seq: 1, prev: undefined, parents, at: 1, body }
      operation = signOperation(place, mallory.deviceSeed, scene.crypto)
      return operation.bytes
    })
    scene.inject(mallory, anna, 'page', { c: keyBytes(circle), m: 0, r: page })
    scene.now = (scene.now + 100) as typeof scene.now
  }
  assert.match(scene.hungUp[0]?.code ?? '', /TOO_FAST/)
  assert.ok(scene.sent.filter(({ kind }) => kind === 'got').length < 10)
  // The place where they wait.
  assert.ok(operation !== undefined)
  assert.ok(waiting.put(operation, mallory.device, operation.parents))
  assert.ok(waiting.has(circle, operation.id))
  waiting.gone(mallory.device)
  assert.ok(!waiting.has(circle, operation.id))
})

test('an operation that came too early and is none is not held against whoever brings what it waited for', () => {
  const scene = new CircleScene()
  const [anna, ben, mallory] = ['anna', 'ben', 'mallory'].map((name) => scene.player(name)) as Player[]
  assert.ok(anna && ben && mallory)
  const circle = scene.circleOf(anna, ben, mallory)
  scene.unlinkAll(anna)
  scene.link(anna, mallory)
  const stranger = scene.player('stranger')
  const [first] = written(scene, circle, mallory, [{ kind: 'device', card: mallory.card }])
  const child = signOperation(
    {
      circle,
      author: stranger.device,
      seq: 1,
      prev: undefined,
      parents: [keyText<RecordId>(scene.crypto.sha256(first as Uint8Array))],
      at: 1,
      body: { kind: 'leave', pins: [] },
    },
    stranger.deviceSeed,
    scene.crypto,
  )
  scene.inject(mallory, anna, 'page', { c: keyBytes(circle), m: 0, r: [child.bytes] })
  scene.inject(mallory, ben, 'page', { c: keyBytes(circle), m: 0, r: [first as Uint8Array] })
  scene.link(anna, ben)
  scene.pass(5_000)
  assert.deepEqual(scene.hungUp, [])
  assert.ok(scene.isLinked(anna, ben))
})

test('no person has devices without end in a circle, nor comes and goes without end by one invite', () => {
  const random = new SeededRandom(3)
  const [olga, mike] = [new Writer('olga', random), new Writer('mike', random)]
  olga.found()
  olga.write(olga.add(mike))
  mike.seeAllOf(olga)
  const standings = Array.from({ length: MAX_DEVICES_EVER + 2 }, (_, number) => {
    const other = new Writer(`mike ${number}`, random, mike)
    const added = mike.write({ kind: 'device', card: other.card })
    mike.write({ kind: 'device-remove', device: other.device, pin: undefined })
    return mike.standing(added)
  })
  assert.equal(standings.lastIndexOf('counts'), MAX_DEVICES_EVER - 2)
  assert.equal(standings.at(-1), 'unauthorised')

  const seed = random.bytes(32)
  const guest = new Writer('guest', random)
  olga.write(olga.invite(seed, 1))
  for (let time = 0; time <= MAX_LEAVES; time++) {
    const added = olga.write(olga.admit(guest, seed))
    assert.equal(olga.standing(added), time < MAX_LEAVES ? 'counts' : 'unauthorised')
    guest.seeAllOf(olga)
    guest.write({ kind: 'leave', pins: [] })
    olga.seeAllOf(guest)
  }
  const later = random.bytes(32)
  olga.write(olga.invite(later, 1))
  assert.equal(olga.standing(olga.write(olga.admit(guest, later))), 'counts')
})

test('whoever fills the log of a circle is put out all the same, also where others have more of it', () => {
  const random = new SeededRandom(4)
  const [olga, nina, mike] = ['olga', 'nina', 'mike'].map((name) => new Writer(name, random)) as Writer[]
  assert.ok(olga && nina && mike)
  const first = olga.found()
  for (const other of [nina, mike]) olga.write(olga.add(other))
  mike.seeAllOf(olga)
  const begun = olga.resolver.graph.nodes.map(({ operation }) => operation)
  const flood = Array.from({ length: 60 }, () => mike.write({ kind: 'device', card: mike.card }))
  const room = { operations: 50, keptOperations: 20, lengthBytes: 1e9, keptBytes: 0 }
  const scarce = new Resolver(new OperationGraph(first.circle, room))
  for (const operation of begun) scarce.add(operation)
  let taken = 0
  assert.throws(
    () => {
      for (const operation of flood) if (scarce.add(operation)) taken++
    },
    { code: 'TOO_FAST' },
  )
  assert.equal(taken, 27)
  // Elsewhere one more of them had been taken when the owner put him out.
  olga.see(flood.slice(0, taken + 1))
  const removal = olga.write(olga.remove(mike))
  const waiting = new WaitingOperations()
  assert.ok(waiting.put(removal, olga.device, scarce.graph.missing(removal)))
  const next = flood[taken] as Operation
  const needed = (operation: Operation) =>
    waiting.isNeeded(first.circle, operation.id, ({ author }) => scarce.leads(author))
  assert.ok(needed(next))
  assert.ok(!needed(flood[taken + 1] as Operation))
  scarce.add(next, true)
  for (const operation of waiting.came(first.circle, next.id, scarce.graph)) scarce.add(operation)
  assert.equal(scarce.standing(removal.id), 'counts')
})
