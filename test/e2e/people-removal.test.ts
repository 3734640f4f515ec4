// A removed member reads nothing new, and what they write is taken by nobody.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { People } from '../doubles/people-daemons.ts'

test('a removed member reads nothing that was written after, and the others go on', async (t) => {
  const people = await People.make(t)
  const [ana, ben, eve] = await people.startAll('Ana', 'Ben', 'Eve')
  const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id, uses: 2 })
  await ben.join(link as string)
  await eve.join(link as string)
  const room = await ana.room()
  await ana.say(room, 'all of us')
  await Promise.all([ben.hears(room, 'all of us'), eve.hears(room, 'all of us')])

  const { person } = await eve.call('me', {})
  await ana.call('removeMember', { id: circle.id, person })
  await eve.until('Eve knows that she is out', async () => (await eve.circle()).role === null)
  await ana.say(room, 'only the two of us')
  await ben.hears(room, 'only the two of us')
  await ben.say(room, 'yes')
  await ana.hears(room, 'yes')
  assert.deepEqual(await eve.heard(room), ['all of us'], 'what she read she has read, and no more')
  await assert.rejects(eve.call('writeMessage', { id: room, text: 'I am still here' }), {
    code: 'CIRCLE_LEFT',
  })
  await assert.rejects(eve.call('newInvite', { id: circle.id }), { code: 'CIRCLE_LEFT' })
  // Nor after all of them began anew.
  await Promise.all([ana, eve].map((one) => one.stop()))
  await Promise.all([ana, eve].map((one) => one.start()))
  await ana.say(room, 'good morning')
  await ben.hears(room, 'good morning')
  assert.deepEqual(await eve.heard(room), ['all of us'])
  assert.equal((await ana.circle()).people.length, 2)
})
