// Whoever is out is told so by anybody of that time whom they meet, and of nothing later.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircleScene, type Player } from '../../../test/doubles/circle-scene.ts'

test('who was put out while away learns it from the first member they meet, and nothing that was done after', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo, dora] = ['anna', 'ben', 'cleo', 'dora'].map((name) => scene.player(name)) as [
    Player,
    Player,
    Player,
    Player,
  ]
  const circle = scene.circleOf(anna, ben, cleo)
  scene.unlinkAll(cleo)
  // What the removal rests on is not there with them either.
  const { payload } = scene.invite(anna, circle)
  scene.do(() => anna.service.remove(circle, cleo.person, scene.now))
  scene.pass(5_000)
  scene.link(anna, dora)
  scene.join(dora, payload)
  scene.pass(5_000)
  assert.equal(scene.facts(cleo, circle).mine, 'member')
  scene.link(ben, cleo)
  scene.pass(10_000)
  const { mine, members } = scene.facts(cleo, circle)
  assert.equal(mine, undefined)
  assert.ok(!members.has(dora.person), 'who came later is none of their business')
  assert.deepEqual(ben.service.membership.linked(circle).includes(cleo.device), false)
  const [mineOperations, all] = [cleo, ben].map(({ store }) => [...store.operations(circle)].length)
  assert.ok((mineOperations as number) < (all as number))
  assert.deepEqual(scene.hungUp, [])
})

test('who never was in is told nothing, whatever they ask', () => {
  const scene = new CircleScene()
  const [anna, ben, eve] = ['anna', 'ben', 'eve'].map((name) => scene.player(name)) as [
    Player,
    Player,
    Player,
  ]
  const circle = scene.circleOf(anna, ben)
  scene.do(() => anna.service.remove(circle, ben.person, scene.now))
  scene.pass(5_000)
  const before = scene.sent.length
  scene.link(anna, eve)
  scene.pass(10_000)
  assert.deepEqual(
    scene.sent.slice(before).filter(({ to }) => to === eve.device),
    [],
  )
})
