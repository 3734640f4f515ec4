// A circle of ten that wants three copies of each file, in virtual time.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentNamed, KeepScene } from '../../../test/doubles/keep-scene.ts'
import { SeededRandom } from '../../base/random.ts'
import { TURN_MS } from './keep-service.ts'
import { GRACE_MS } from './presence.ts'

const MB = 1_000_000
const FILES = 40
const FILE_BYTES = 10 * MB

function tenMembers(spaceBytes = 10_000 * MB): KeepScene {
  const scene = new KeepScene(3)
  for (let number = 1; number <= 10; number++) scene.add(number, spaceBytes)
  for (let file = 0; file < FILES; file++)
    scene.all[file % 10]?.own.add(contentNamed(`file ${file}`, FILE_BYTES))
  scene.told()
  return scene
}

function counts(scene: KeepScene): number[] {
  return scene.contents().map((content) => scene.holders(content))
}

test('each file comes to have three holders, and no copy is fetched that is not needed', () => {
  const scene = tenMembers()
  scene.pass(20 * 60_000)
  assert.deepEqual(new Set(counts(scene)), new Set([3]))
  assert.equal(scene.fetched, 2 * FILES)
  assert.ok(
    scene.all.every(({ kept }) => kept.size > 0 && kept.size < 20),
    'the work is spread',
  )
})

test('members leave one by one: the count recovers, and exactly what left is fetched again', (t) => {
  const scene = tenMembers()
  scene.pass(20 * 60_000)
  while (scene.all.length > 3) {
    const leaver = scene.all[0] ?? assert.fail()
    const lost = leaver.own.size + leaver.kept.size
    const before = scene.fetched
    const began = scene.circle.now
    scene.leave(leaver)
    while (counts(scene).some((count) => count < 3)) {
      scene.pass(1_000)
      assert.ok(scene.circle.now - began < 30 * 60_000, 'it recovers')
    }
    t.diagnostic(
      `${scene.all.length} left: ${lost} copies again after ${(scene.circle.now - began) / 1_000} s`,
    )
    scene.pass(10 * 60_000)
    assert.equal(scene.fetched - before, lost)
    assert.equal(scene.contents().length, FILES, 'nothing is lost')
  }
})

test('a device that goes to sleep makes nobody fetch before the grace is over; one that comes back in time never', () => {
  const scene = tenMembers()
  scene.pass(20 * 60_000)
  const before = scene.fetched
  const sleeper = scene.all[4] ?? assert.fail()
  scene.off(sleeper)
  scene.pass(GRACE_MS - 60_000)
  assert.equal(scene.fetched, before)
  scene.on(sleeper)
  scene.pass(2 * GRACE_MS)
  assert.equal(scene.fetched, before)
  scene.off(sleeper)
  scene.pass(GRACE_MS + 15 * 60_000)
  assert.deepEqual(new Set(counts(scene)), new Set([3]))
})

test('room is bounded: nobody keeps more than they give, and what too many have goes where room is needed', () => {
  const scene = tenMembers(5 * FILE_BYTES)
  scene.pass(60 * 60_000)
  for (const { kept, spaceBytes } of scene.all)
    assert.ok([...kept.values()].reduce((sum, each) => sum + each, 0) <= spaceBytes)
  assert.ok(
    scene.all.some(({ tooFew }) => tooFew > 0),
    'it is said that there are too few',
  )
  assert.equal(scene.fetched, 50, 'all the room is used')
  // Those who own them take more copies themselves: kept ones make room for what still lacks some.
  for (const keeping of scene.all.slice(0, 3))
    for (const content of scene.contents()) keeping.own.add(content)
  scene.told()
  scene.pass(60 * 60_000)
  assert.ok(scene.all.every(({ tooFew }) => tooFew === 0))
  assert.ok(counts(scene).every((count) => count >= 3))
})

test('where the first in order cannot, the next one does, after a turn', () => {
  const scene = new KeepScene(2)
  const [owner] = [scene.add(1, 0), scene.add(2, 0), scene.add(3, 100 * MB)]
  owner?.own.add(contentNamed('film', 50 * MB))
  scene.told()
  scene.pass(3 * TURN_MS + 60_000)
  assert.equal(scene.holders(contentNamed('film', 50 * MB)), 2)
})

test('whoever comes, goes, gives room or takes it back: copies recover, and no storm of fetches', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const random = new SeededRandom(seed)
    const below = (most: number) => random.uint32() % most
    const scene = tenMembers()
    scene.pass(20 * 60_000)
    let lost = 0
    for (let step = 0; step < 12; step++) {
      const online = scene.all.filter((each) => each.online)
      const one = scene.all[below(scene.all.length)] ?? assert.fail()
      if (one.online && online.length > 4) {
        lost += one.own.size + one.kept.size
        if (below(3) === 0) scene.leave(one)
        else scene.off(one)
      } else if (!one.online) scene.on(one)
      scene.pass(below(3 * GRACE_MS))
    }
    scene.pass(2 * GRACE_MS + 60 * 60_000)
    for (const content of scene.contents()) {
      const count = scene.holders(content)
      assert.ok(count >= 3 || count === 0, `seed ${seed}: ${count} holders`)
    }
    assert.ok(
      scene.fetched - 2 * FILES <= lost,
      `seed ${seed}: ${scene.fetched - 2 * FILES} fetched, ${lost} lost`,
    )
  }
})
