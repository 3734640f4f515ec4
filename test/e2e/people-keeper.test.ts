// A keeper holds for a circle what it cannot read, and hands it over when the others are away.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesBelow, People, type PersonDaemon } from '../doubles/people-daemons.ts'
import { foundInMemory } from '../doubles/process-memory.ts'

/** Letters that nothing else has; in two scripts, because JavaScript keeps them in two ways. */
const SECRET = 'quixotic-marmalade-telegraph'
const OTHER_SECRET = 'верблюд-апельсин-телеграф'

async function joinAsKeeper(keeper: PersonDaemon, link: string): Promise<void> {
  const joining = await keeper.patiently('joinCircle', { link, name: keeper.name })
  await keeper.until('the keeper is in', async () => {
    const { circles } = await keeper.patiently('circles', {})
    return circles.some(({ id, role }) => id === joining.circle && role === 'keeper')
  })
}

test('a message sent while the recipient was away comes from a keeper, the sender being off; the keeper cannot read it', async (t) => {
  const people = await People.make(t)
  const [ana, ben, box] = await people.startAll('Ana', 'Ben', 'Box')
  const circle = await ana.call('newCircle', { name: 'Plans', myName: 'Ana' })
  const member = await ana.call('newInvite', { id: circle.id })
  await ben.join(member.link as string)
  const keeping = await ana.call('newInvite', { id: circle.id, role: 'keeper' })
  assert.equal(keeping.role, 'keeper')
  await joinAsKeeper(box, keeping.link as string)
  const room = await ana.room()
  await ana.say(room, 'before')
  await ben.hears(room, 'before')

  await ben.stop()
  const sent = [await ana.say(room, SECRET), await ana.say(room, OTHER_SECRET)]
  await ana.until('the keeper holds both', async () => {
    const { messages } = await ana.call('messages', { id: room })
    return sent.every(({ id }) => (messages.find((message) => message.id === id)?.heldBy ?? 0) > 0)
  })
  await ana.stop()
  await ben.start()
  await ben.hears(room, SECRET)
  await ben.hears(room, OTHER_SECRET)

  const words = [SECRET, OTHER_SECRET]
  for (const bytes of filesBelow(box.stateFolder))
    for (const word of words)
      for (const form of [Buffer.from(word, 'utf8'), Buffer.from(word, 'utf16le')])
        assert.ok(!bytes.includes(form), 'no file of the keeper has it')
  if (process.platform === 'linux') {
    assert.deepEqual(foundInMemory(await box.peoplePid(), words), [], 'nor the people process of the keeper')
    assert.deepEqual(foundInMemory(box.pid, words), [], 'nor its daemon')
    // The search does find what is there.
    assert.deepEqual(foundInMemory(await ben.peoplePid(), words).sort(), [...words].sort())
  }
  const { rooms, role } = await box.circle()
  assert.deepEqual([rooms, role], [[], 'keeper'])
})
