import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChatWorld } from '../../../test/doubles/chat-world.ts'

function band() {
  const world = new ChatWorld()
  const ana = world.join('Ana')
  const ben = world.join('Ben')
  const cleo = world.join('Cleo')
  return { world, ana, ben, cleo }
}

test('what one member writes is read by the others, with the name that they gave themselves', () => {
  const { world, ana, ben, cleo } = band()
  world.linkAll()
  world.wire.pass(1_000)
  world.say(ana, 'Hello')
  world.wire.pass(1_000)
  for (const device of [ana, ben, cleo]) {
    const [message] = world.messages(device)
    assert.equal(message?.text, 'Hello')
    assert.equal(message?.authorName, 'Ana')
  }
  assert.equal(ben.part.circleName(world.circle.id), 'Band')
})
