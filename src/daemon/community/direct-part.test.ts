import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { PeopleParts } from '../../../test/doubles/people-parts.ts'

const PAGE = { offset: 0, limit: 50 }

async function friends(t: TestContext) {
  const scene = new PeopleParts()
  t.after(() => scene.close())
  const [ana, bob] = [await scene.add('Ana'), await scene.add('Bob')]
  const { link } = ana.call('contactLink', { anew: false })
  const person = bob.call('addContact', { link })
  assert.deepEqual([person.id, person.name, person.contact], [ana.person, 'Ana', true])
  scene.link(ana, bob)
  await scene.until(() => ana.call('people', {}).people.some(({ contact }) => contact))
  return { scene, ana, bob }
}

test('a link adds a contact on both sides, and words can be compared', async (t) => {
  const { ana, bob } = await friends(t)
  const [person] = ana.call('people', {}).people
  assert.deepEqual([person?.name, person?.online, person?.verified], ['Bob', true, false])
  const words = ana.call('comparisonWords', { id: bob.person }).words
  assert.deepEqual(bob.call('comparisonWords', { id: ana.person }).words, words)
  assert.equal(ana.call('changePerson', { id: bob.person, verified: true, alias: 'Bobby' }).alias, 'Bobby')
  assert.ok(ana.events.some(({ kind, id }) => kind === 'person' && id === bob.person))
})

test('what a link is can be said without anybody being asked', async (t) => {
  const { ana, bob } = await friends(t)
  const { link } = ana.call('contactLink', { anew: false })
  assert.deepEqual(bob.call('peopleLinkFacts', { link }), {
    kind: 'contact',
    circle: null,
    person: ana.person,
    name: 'Ana',
    role: null,
    expiresAt: null,
    known: true,
  })
  assert.throws(() => bob.call('peopleLinkFacts', { link: `${link}a` }), { code: 'LINK_NOT_OURS' })
  assert.throws(() => bob.call('addContact', { link: 'shoal:contact:aaaa' }), { code: 'LINK_NOT_OURS' })
})

test('a direct message is written, arrives with a notice, and is delivered', async (t) => {
  const { scene, ana, bob } = await friends(t)
  const conversation = `direct:${bob.person}`
  const sent = ana.call('writeMessage', { id: conversation, text: 'hello Bob', mentions: [] })
  assert.equal(sent.where, 'here')
  const theirs = () => bob.call('messages', { id: `direct:${ana.person}`, limit: 50 }).messages
  await scene.until(() => theirs().length === 1)
  assert.deepEqual([theirs()[0]?.text, theirs()[0]?.author], ['hello Bob', ana.person])
  const mine = () => ana.call('messages', { id: conversation, limit: 50 }).messages[0]
  await scene.until(() => mine()?.where === 'delivered')
  const told = bob.events.find(({ kind, notify }) => kind === 'message' && notify !== undefined)
  assert.match(told?.notify?.text ?? '', /hello Bob/)
})

test('an edit, a reaction and a reply reach the other side as in rooms', async (t) => {
  const { scene, ana, bob } = await friends(t)
  const [toBob, toAna] = [`direct:${bob.person}`, `direct:${ana.person}`]
  const { id } = ana.call('writeMessage', { id: toBob, text: 'helo', mentions: [] })
  const theirs = () => bob.call('messages', { id: toAna, limit: 50 }).messages
  await scene.until(() => theirs().length === 1)
  ana.call('editMessage', { id: toBob, message: id, text: 'hello' })
  bob.call('react', { id: toAna, message: id, emoji: '👍', on: true })
  bob.call('writeMessage', { id: toAna, text: 'hi', replyTo: id, mentions: [] })
  const mine = () => ana.call('messages', { id: toBob, limit: 50 }).messages
  await scene.until(() => mine().length === 2 && mine()[0]?.reactions.length === 1)
  await scene.until(() => theirs()[0]?.edited === true)
  assert.deepEqual([theirs()[0]?.text, mine()[1]?.replyTo?.id], ['hello', id])
})

test('who is blocked is refused, and who is removed is no contact any more', async (t) => {
  const { ana, bob } = await friends(t)
  ana.call('changePerson', { id: bob.person, blocked: true })
  assert.deepEqual(ana.blocked, [[bob.person, true]])
  assert.throws(() => ana.call('writeMessage', { id: `direct:${bob.person}`, text: 'x', mentions: [] }), {
    code: 'PERSON_BLOCKED',
  })
  assert.ok(ana.part.blocks(bob.device))
  ana.call('changePerson', { id: bob.person, blocked: false })
  ana.call('removeContact', { id: bob.person })
  assert.deepEqual(ana.call('people', {}).people, [])
})

test('those nearby are seen, and sent to by one call; the other side is asked, and told when it is there', async (t) => {
  const { scene, ana, bob } = await friends(t)
  await scene.until(() => ana.call('nearby', {}).devices.length === 1)
  const [near] = ana.call('nearby', {}).devices
  assert.deepEqual([near?.device, near?.name, near?.contact, near?.own], [bob.device, 'Bob', true, false])
  const what = { kind: 'file', root: new Uint8Array(32).fill(5) } as const
  const offer = { name: 'song.flac', kind: 'audio', files: 1, lengthBytes: 300, what }
  const items = [{ name: 'song.flac', kind: 'audio', files: 1, lengthBytes: 300 }]
  const to = `device:${bob.device}`
  const [out] = ana.call('sendOfferOut', { to, offer, items, totalBytes: 300, note: 'listen' })
  await scene.until(() => bob.call('sendOffers', {}).offers.length === 1)
  const [incoming] = bob.call('sendOffers', {}).offers
  assert.deepEqual([incoming?.state, incoming?.direction, incoming?.totalBytes], ['waiting', 'in', 300])
  assert.ok(bob.events.some(({ kind, notify }) => kind === 'offer' && notify?.title === 'Ana'))
  const id = incoming?.id as string
  bob.call('acceptSendOffer', { id })
  await scene.until(() => bob.asked.has('offerReady') && ana.asked.has('offerReady'))
  assert.deepEqual(bob.call('sendOfferFacts', { id }).offer, offer)
  assert.deepEqual(bob.call('sendOfferFacts', { id }).secret, ana.call('sendOfferFacts', { id }).secret)
  bob.call('offerProgress', { id, doneBytes: 300, bytesPerSecond: 0, ended: 'done', saved: ['/x/song.flac'] })
  await scene.until(() => ana.call('sendOffers', {}).offers[0]?.state === 'done')
  assert.equal(out?.id, id)
  assert.throws(() => ana.call('declineOffer', { id }), { code: 'OFFER_UNKNOWN' })
})

test('what is asked of nobody is said: an unknown device or person, and a device that offers nothing', async (t) => {
  const { ana, bob, scene } = await friends(t)
  const nobody = 'a'.repeat(52)
  await assert.rejects(async () => await ana.call('nearbyFiles', { id: nobody, path: '', ...PAGE }), {
    code: 'DEVICE_UNKNOWN',
  })
  assert.throws(() => ana.call('addContact', { device: nobody }), { code: 'DEVICE_UNKNOWN' })
  assert.throws(() => ana.call('addContact', { person: nobody }), { code: 'PERSON_UNKNOWN' })
  await scene.until(() => ana.call('nearby', {}).devices.length === 1)
  const files = ana.call('nearbyFiles', { id: bob.device, path: '', ...PAGE })
  assert.deepEqual(await scene.answered(Promise.resolve(files)), { folders: [], files: [], total: 0 })
})
