import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircleScene } from '../../../test/doubles/circle-scene.ts'

test('two people are in one circle by an invite, and share its secrets', () => {
  const scene = new CircleScene()
  const [anna, ben] = [scene.player('anna'), scene.player('ben')]
  const circle = scene.circle(anna)
  const { payload } = scene.invite(anna, circle)
  scene.link(anna, ben)
  const invite = scene.join(ben, payload)
  assert.equal(scene.step(ben, invite), 'joined')
  scene.pass(5_000)
  for (const player of [anna, ben]) {
    const { members, epoch, mine } = scene.facts(player, circle)
    assert.deepEqual(
      [...members.values()].map(({ role }) => role),
      ['owner', 'member'],
    )
    assert.equal(mine, player === anna ? 'owner' : 'member')
    assert.equal(epoch?.generation, 2)
    assert.equal(epoch.read?.length, 32)
  }
  assert.deepEqual(scene.facts(anna, circle).epoch, scene.facts(ben, circle).epoch)
  assert.deepEqual(anna.service.membership.linked(circle), [ben.device])
  assert.deepEqual(ben.service.membership.linked(circle), [anna.device])
  assert.deepEqual(scene.hungUp, [])
})
