import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircleScene, type Player } from '../../../test/doubles/circle-scene.ts'
import { Circle } from './circle.ts'
import { DEFAULT_POLICY } from './circle-facts.ts'
import { MAX_OPERATIONS_PER_DEVICE } from './limits.ts'

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
