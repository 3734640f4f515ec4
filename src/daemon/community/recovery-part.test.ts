// By their words alone a person comes back on a new device: what lies in the DHT for them leads into their circles again.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type HostedPerson, hostPeople } from '../../../test/doubles/people-hosts.ts'

/** Items that this one puts into the DHT again: its own, and those of others. */
function minded({ folder }: HostedPerson): number {
  const database = new DatabaseSync(join(folder, 'community.db'), { readOnly: true })
  try {
    return Number(database.prepare('SELECT count(*) AS n FROM recovery_items').get()?.n)
  } finally {
    database.close()
  }
}

test('a person whose device is gone comes back by twelve words, into their circle and its history', async (t) => {
  const [ana, ben, again] = (await hostPeople(t, ['Ana', 'Ben', 'Again'])) as [
    HostedPerson,
    HostedPerson,
    HostedPerson,
  ]
  const circle = await ana.call('newCircle', { name: 'Family', myName: 'Ana' })
  const { link } = await ana.call('newInvite', {
    id: circle.id,
    expiresInSeconds: 3_600,
    uses: 1,
    approval: false,
    role: 'member',
  })
  await ben.call('joinCircle', { link: link as string, name: 'Ben' })
  const rooms = await ben.until('Ben is in', async () => {
    const { circles } = await ben.call('circles', {})
    return circles.find(({ id, role }) => id === circle.id && role === 'member')?.rooms[0]
  })
  const room = `room:${circle.id}:${rooms.id}`
  await ana.call('writeMessage', { id: room, text: 'written on the old device', mentions: [] })
  const { words } = await ana.call('myWords', {})
  const { person } = await ana.call('me', {})
  // Of him there is one, too, once he has a circle.
  await ben.until('Ben minds what Ana needs to come back', async () => minded(ben) === 2)
  await ana.stop()

  await again.call('restoreMe', { words })
  await again.stop()
  await again.start()
  assert.equal((await again.call('me', {})).person, person)
  await again.until('she is in the circle again', async () => {
    const { circles } = await again.call('circles', {})
    return circles.some(({ id, role, rooms: all }) => id === circle.id && role === 'owner' && all.length > 0)
  })
  await again.until('she reads what was written before', async () => {
    const { messages } = await again.call('messages', { id: room, limit: 50 })
    return messages.some(({ text }) => text === 'written on the old device')
  })
  await again.call('writeMessage', { id: room, text: 'back again', mentions: [] })
  await ben.until('Ben hears it', async () => {
    const { messages } = await ben.call('messages', { id: room, limit: 50 })
    return messages.some(({ text, author }) => text === 'back again' && author === person)
  })
})
