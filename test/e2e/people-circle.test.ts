// Two and three real daemons and nobody else: a circle, invites, messages, and who is away when.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { People } from '../doubles/people-daemons.ts'

test('two make a circle, one invites, the other joins, and they talk', async (t) => {
  const people = await People.make(t)
  const [ana, ben] = await people.startAll('Ana', 'Ben')
  const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
  assert.deepEqual([circle.name, circle.role, circle.members], ['Family', 'owner', 1])
  const { link } = await ana.call('newInvite', { id: circle.id })
  assert.equal(await ben.join(link as string), circle.id)

  const room = await ana.room()
  await ana.say(room, 'hello Ben')
  await ben.hears(room, 'hello Ben')
  await ben.say(room, 'hello Ana')
  await ana.hears(room, 'hello Ana')
  const seen = await ben.circle()
  assert.deepEqual(seen.people.map(({ name, role }) => [name, role]).sort(), [
    ['Ana', 'owner'],
    ['Ben', 'member'],
  ])
  assert.equal(seen.name, 'Family')
})

test('somebody joins while the founder is off, and what was written before is read', async (t) => {
  const people = await People.make(t)
  const [ana, ben, eve] = await people.startAll('Ana', 'Ben', 'Eve')
  const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
  const first = await ana.call('newInvite', { id: circle.id })
  await ben.join(first.link as string)
  const room = await ana.room()
  await ana.say(room, 'written before Eve came')
  await ben.hears(room, 'written before Eve came')
  const { link } = await ana.call('newInvite', { id: circle.id })
  await ben.until('Ben knows the invite', async () => {
    const { invites } = await ben.call('invites', { id: circle.id })
    return invites.length === 2
  })
  await ana.stop()
  await eve.join(link as string)
  await eve.hears(room, 'written before Eve came')
  await eve.say(room, 'hello from Eve')
  await ben.hears(room, 'hello from Eve')
  await eve.stop()
  await ana.start()
  await ana.hears(room, 'hello from Eve')
})
