// One person on two devices: what is said to one is read on both, and a device that is put out reads nothing new.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { People, type PersonDaemon } from '../doubles/people-daemons.ts'

test('two devices of one person have the same circles and messages; one that is put out gets nothing new', async (t) => {
  const people = await People.make(t)
  const [desk, phone, ben] = await people.startAll('Desk', 'Phone', 'Ben')
  const circle = await desk.call('newCircle', { name: 'Family', myName: 'Ana' })
  const { link } = await desk.call('newInvite', { id: circle.id })
  await ben.join(link as string)
  const room = await desk.room()
  await ben.say(room, 'before the phone')
  await desk.hears(room, 'before the phone')
  const [toAna, toBen] = await becomeContacts(desk, ben)
  await ben.say(toAna, 'just to you')
  await desk.hears(toBen, 'just to you')

  const asked = await phone.patiently('deviceLink', {})
  await desk.call('linkDevice', { link: asked.link })
  const { person } = await desk.call('me', {})
  await phone.until('the phone is the same person', async () => {
    const me = await phone.patiently('me', {})
    return me.person === person && me.devices.length === 2
  })
  assert.equal((await phone.call('me', {})).words, 'elsewhere')
  await phone.until('the phone has the circle', async () => {
    const { circles } = await phone.patiently('circles', {})
    return circles.some(({ id, role, rooms }) => id === circle.id && role === 'owner' && rooms.length > 0)
  })
  await phone.hears(room, 'before the phone')
  await phone.until('the phone has the contact', async () =>
    (await phone.patiently('people', {})).people.some(({ name, contact }) => contact && name === 'Ben'),
  )
  await phone.hears(toBen, 'just to you')
  await ben.say(room, 'to both of you')
  await Promise.all([desk.hears(room, 'to both of you'), phone.hears(room, 'to both of you')])
  await phone.say(room, 'from the phone')
  await Promise.all([desk.hears(room, 'from the phone'), ben.hears(room, 'from the phone')])

  await ben.say(toAna, 'once more')
  await Promise.all([desk.hears(toBen, 'once more'), phone.hears(toBen, 'once more')])

  const { device } = await phone.call('me', {})
  await desk.call('removeDevice', { id: device.id })
  await phone.until('the phone is out', async () => (await phone.circle()).role === null)
  await desk.say(room, 'without the phone')
  await ben.hears(room, 'without the phone')
  assert.ok(!(await phone.heard(room)).includes('without the phone'))
  // Contacts learn it, too: nothing is sealed to it, and what it says is nobody's.
  await ben.until('Ben knows that the phone is out', async () => {
    const { people: all } = await ben.patiently('people', {})
    return all.find(({ id }) => id === person)?.devices.every(({ id }) => id !== device.id)
  })
  await ben.say(toAna, 'not to the phone')
  await desk.hears(toBen, 'not to the phone')
  assert.ok(!(await phone.heard(toBen)).includes('not to the phone'))
  await phone.until('the phone knows it as well', () =>
    phone.call('writeMessage', { id: toBen, text: 'from nobody' }).then(
      () => false,
      (error: { code?: string }) => error.code === 'DEVICE_PUT_OUT',
    ),
  )
  assert.ok(!(await ben.heard(toAna)).includes('from nobody'))
  assert.equal((await desk.call('me', {})).devices.length, 1)
})

/** @returns the conversations, as the second and as the first call them */
async function becomeContacts(one: PersonDaemon, other: PersonDaemon): Promise<readonly [string, string]> {
  const { link } = await one.call('contactLink', {})
  await other.call('addContact', { link })
  const persons = await Promise.all([one, other].map(async (some) => (await some.call('me', {})).person))
  await one.until('both are contacts', async () =>
    (await one.call('people', {})).people.some(({ id, contact }) => contact && id === persons[1]),
  )
  return [`direct:${persons[0]}`, `direct:${persons[1]}`]
}
