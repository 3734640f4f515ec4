import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SystemCrypto } from '../../src/community/network/system-crypto.ts'
import { ChatWorld } from '../../test/doubles/chat-world.ts'
import { bring, countOf, fanOut, joiner, RoomServer } from './scale-parts.ts'
import { ScaleRoom, type Writer } from './scale-room.ts'

const crypto = new SystemCrypto()

function sample(members: number, messages: number) {
  const world = new ChatWorld(crypto)
  const plan = { members, messages, seed: 6, startSeconds: world.startSeconds - 86_400, days: 1 }
  return { world, room: new ScaleRoom(world.circle, plan, crypto) }
}

test('who joins a room of fifty takes each entry once, in pages, and little beside them; then only what is new', (t) => {
  const { world, room } = sample(50, 1_500)
  const server = room.writers[0] as Writer
  const serving = new RoomServer(room, world.wire, server.device, crypto)
  const late = joiner(world, room, 1)
  t.after(late.remove)
  const link = () => {
    world.wire.link(server.device, late.device.device)
    serving.sync.opened(world.circle.id, late.device.device, false, world.wire.now)
    late.device.membership.link(world.circle.id, server.device)
  }
  const apart = () => {
    late.device.membership.unlink(world.circle.id, server.device)
    world.wire.unlink(server.device, late.device.device)
  }
  const joined = bring(world, late, link)
  assert.equal(joined.entries, room.entries.length)
  const bytes = room.entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
  // And one the other way: how the newcomer is called.
  assert.equal(joined.pages, 1 + Math.ceil((bytes + 8 * room.entries.length) / (256 * 1_024)))
  assert.ok(joined.pageBytes < 1.02 * bytes, `${joined.pageBytes} for ${bytes}`)
  assert.ok(joined.otherBytes < 100 * 50 * joined.pages, `${joined.otherBytes}`)
  assert.equal(late.device.part.rooms(world.circle.id)[0]?.name, 'General')
  assert.equal(countOf(late.device, 'chat_states'), 50 + 1 + 2)

  apart()
  for (let index = 0; index < 100; index++) serving.sync.append(room.say(index % 5))
  const caught = bring(world, late, link)
  assert.equal(caught.entries, 100)
  assert.equal(caught.pages, 1)
  apart()
  const again = bring(world, late, link)
  assert.equal(again.entries, 0)
  assert.equal(again.pageBytes, 0)
  assert.ok(again.otherBytes < 250, `${again.otherBytes}`)
})

test('a message reaches a hundred devices, each checks it once, and a device is told by at most each of its links', () => {
  const { room } = sample(100, 10)
  const cost = fanOut(room, crypto, 8, 6)
  assert.equal(cost.reached, 100)
  assert.equal(cost.pages, 99)
  assert.equal(cost.verified, 99)
  assert.ok(cost.headFrames <= 2 * cost.links, `${cost.headFrames} heads on ${cost.links} links`)
  assert.ok(cost.bytes / cost.devices < 2_500, `${cost.bytes}`)
})
