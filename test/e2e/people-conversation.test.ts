// Two real daemons in one room: what can be done with messages, seen from the other side through the API.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { People } from '../doubles/people-daemons.ts'

test('messages are answered, changed, reacted to, found and taken back, and whoever is ignored is not shown', async (t) => {
  const people = await People.make(t)
  const [ana, ben] = await people.startAll('Ana', 'Ben')
  const circle = await ana.call('newCircle', { name: 'Band', myName: 'Ana' })
  const { link } = await ana.call('newInvite', { id: circle.id })
  await ben.join(link as string)
  const room = await ana.room()

  const { id } = await ana.say(room, 'Rehersal on Tuesday')
  await ben.hears(room, 'Rehersal on Tuesday')
  const { conversations } = await ben.call('conversations', {})
  assert.deepEqual([conversations[0]?.unread, conversations[0]?.last?.authorName], [1, 'Ana'])
  await ana.until('it is delivered', async () => {
    const { messages } = await ana.call('messages', { id: room })
    return messages.find((message) => message.id === id)?.where === 'delivered'
  })

  await ana.call('editMessage', { id: room, message: id, text: 'Rehearsal on Tuesday' })
  await ben.hears(room, 'Rehearsal on Tuesday')
  assert.equal((await ben.call('searchMessages', { words: 'rehersal', in: room })).total, 0)
  assert.equal((await ben.call('searchMessages', { words: 'rehears', in: room })).total, 1)
  await ben.call('react', { id: room, message: id, emoji: '🎸', on: true })
  await ben.call('writeMessage', { id: room, text: 'I bring cables', replyTo: id })
  await ana.hears(room, 'I bring cables')
  const { messages } = await ana.call('messages', { id: room })
  const [first, reply] = messages.filter(({ kind }) => kind === 'text')
  assert.deepEqual(first?.reactions, [{ emoji: '🎸', people: ['Ben'], mine: false }])
  assert.deepEqual([reply?.replyTo?.text, reply?.mentionsMe], ['Rehearsal on Tuesday', true])
  const read = await ana.call('readConversation', { id: room, message: reply?.id ?? '' })
  assert.deepEqual([read.unread, read.mentions], [0, 0])

  await ana.call('deleteMessage', { id: room, message: reply?.id ?? '' })
  await ben.until('it is taken away', async () => {
    const { messages: seen } = await ben.call('messages', { id: room })
    return seen.find((message) => message.id === reply?.id)?.deleted === 'moderator'
  })

  const { person } = await ana.call('me', {})
  await ben.call('changePerson', { id: person, ignored: true })
  await ana.say(room, 'Nobody listens')
  await ana.until('it has arrived', async () => {
    const { messages: seen } = await ana.call('messages', { id: room })
    return seen.at(-1)?.where === 'delivered'
  })
  assert.deepEqual(await ben.heard(room), [''])
  await ben.call('changePerson', { id: person, ignored: false })
  assert.deepEqual(await ben.heard(room), ['Rehearsal on Tuesday', '', 'Nobody listens'])
  await ben.call('changePerson', { id: person, blocked: true })
  assert.deepEqual(await ben.heard(room), [''])
  // They keep their name, also when what they said of themselves is gone.
  const named = async () => (await ben.call('people', {})).people.find(({ id }) => id === person)?.name
  assert.equal(await named(), 'Ana')
  await ben.call('changePerson', { id: person, blocked: false })
  assert.equal(await named(), 'Ana')
})
