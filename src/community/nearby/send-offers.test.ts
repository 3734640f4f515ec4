import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeopleScene, type SceneDevice } from '../../../test/doubles/people-scene.ts'
import { utf8 } from '../../base/bytes.ts'
import { MAX_OFFERS_OF_KNOWN, MAX_OFFERS_OF_STRANGER } from './limits.ts'
import { encodeList } from './offered-list.ts'

const LIST = encodeList({
  name: 'Holiday',
  kind: 'folder',
  files: 1,
  lengthBytes: 5_000,
  what: {
    kind: 'list',
    items: [{ path: 'the list of files, in full', root: new Uint8Array(32), lengthBytes: 5_000 }],
  },
})
const GIFT = {
  offer: LIST,
  items: [{ name: 'Holiday', lengthBytes: 5_000, files: 3, kind: 'folder' }],
  totalBytes: 5_000,
  note: 'from last summer',
}

async function neighbours() {
  const scene = new PeopleScene()
  const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
  await scene.meet(ana, bob, 'nearby')
  return { scene, ana, bob }
}

const send = (from: SceneDevice, to: SceneDevice, gift = GIFT) =>
  from.near.offers.send([to.id], to.person, gift)[0]?.id as string
const state = (device: SceneDevice, id: string) => device.near.offers.row(id).state

test('an offer shows what it is, and nothing of the list moves before a yes', async () => {
  const { scene, ana, bob } = await neighbours()
  const id = send(ana, bob)
  await scene.settle()
  const [row] = bob.fresh
  assert.deepEqual(
    [row?.person, row?.name, row?.note, row?.totalBytes, row?.items],
    [ana.person, 'Ana', 'from last summer', 5_000, GIFT.items],
  )
  assert.equal(row?.offer.length, 0)
  assert.ok(!scene.seen.some(({ body }) => Buffer.from(body).includes(LIST)))
  bob.near.offers.accept(id)
  await scene.settle()
  assert.deepEqual(bob.ready[0]?.offer, LIST)
  assert.deepEqual(bob.ready[0]?.secret, ana.near.offers.row(id).secret)
  assert.deepEqual([state(ana, id), ana.ready.length], ['accepted', 1])
})

test('how far it is and that it is done is seen on both sides', async () => {
  const { scene, ana, bob } = await neighbours()
  const id = send(ana, bob)
  await scene.settle()
  bob.near.offers.accept(id)
  await scene.settle()
  bob.near.offers.progress(id, { doneBytes: 2_000 }, scene.now)
  await scene.settle()
  assert.equal(ana.near.offers.row(id).doneBytes, 2_000)
  bob.near.offers.ended(id, 'done')
  await scene.settle()
  assert.deepEqual([state(ana, id), ana.near.offers.row(id).doneBytes], ['done', 5_000])
})

test('what is declined or withdrawn is over on both sides', async () => {
  const { scene, ana, bob } = await neighbours()
  const [one, other] = [send(ana, bob), send(ana, bob)]
  await scene.settle()
  bob.near.offers.decline(one)
  ana.near.offers.decline(other)
  await scene.settle()
  assert.deepEqual([state(ana, one), state(bob, other)], ['declined', 'withdrawn'])
  assert.throws(() => bob.near.offers.accept(other), { code: 'OFFER_UNKNOWN' })
})

test('an offer, and its answer, wait until the other is met again', async () => {
  const { scene, ana, bob } = await neighbours()
  scene.unlink(ana, bob)
  const id = send(ana, bob)
  await scene.settle()
  assert.equal(bob.fresh.length, 0)
  await scene.meet(ana, bob)
  assert.equal(bob.fresh.length, 1)
  scene.unlink(ana, bob)
  bob.near.offers.accept(id)
  await scene.settle()
  assert.equal(state(ana, id), 'waiting')
  await scene.meet(ana, bob)
  assert.deepEqual([state(ana, id), bob.ready.length], ['accepted', 1])
})

test('of all devices of a person the first that takes it has it', async () => {
  const { scene, ana, bob } = await neighbours()
  const phone = scene.add('Bob', bob)
  await scene.meet(ana, phone, 'nearby')
  const [laptop, mobile] = ana.near.offers.send([bob.id, phone.id], bob.person, GIFT)
  await scene.settle()
  phone.near.offers.accept(mobile?.id as string)
  await scene.settle()
  assert.deepEqual(
    [state(ana, mobile?.id as string), state(bob, laptop?.id as string)],
    ['accepted', 'withdrawn'],
  )
})

test('own devices accept one another', async () => {
  const { scene, bob } = await neighbours()
  const phone = scene.add('Bob', bob)
  await scene.meet(bob, phone)
  const id = send(bob, phone)
  await scene.settle()
  assert.deepEqual([phone.fresh.length, phone.ready.length, state(bob, id)], [0, 1, 'accepted'])
})

test('up to what was allowed is accepted without asking, and one byte more is asked for', async () => {
  const { scene, ana, bob } = await neighbours()
  await scene.acquaint(ana, bob)
  await scene.meet(ana, bob)
  bob.book.change(ana.person, { alwaysAcceptBytes: 5_000 })
  send(ana, bob)
  send(ana, bob, { ...GIFT, totalBytes: 5_001 })
  await scene.settle()
  assert.deepEqual([bob.ready.length, bob.fresh.length], [1, 1])
  bob.book.change(ana.person, { alwaysAcceptBytes: 0 })
  send(ana, bob)
  await scene.settle()
  assert.equal(bob.fresh.length, 2)
})

test('whether to accept always is asked after the second one that was accepted', async () => {
  const { scene, ana, bob } = await neighbours()
  const asked: boolean[] = []
  for (let i = 0; i < 3; i++) {
    const id = send(ana, bob)
    await scene.settle()
    bob.near.offers.accept(id)
    asked.push(bob.book.asksAlways(ana.person))
  }
  assert.deepEqual(asked, [false, true, true])
})

test('a stranger who floods is told no, and only two are shown', async () => {
  const { scene, ana, bob } = await neighbours()
  const ids = Array.from({ length: 10 }, () => send(ana, bob))
  await scene.settle()
  assert.equal(bob.fresh.length, MAX_OFFERS_OF_STRANGER)
  assert.equal(ids.filter((id) => state(ana, id) === 'declined').length, 10 - MAX_OFFERS_OF_STRANGER)
  await scene.acquaint(ana, bob)
  await scene.meet(ana, bob)
  for (let i = 0; i < 40; i++) send(ana, bob)
  await scene.settle()
  assert.equal(bob.fresh.length, MAX_OFFERS_OF_KNOWN)
})

test('who is blocked, and a stranger where only contacts see me, offers nothing', async () => {
  const { scene, ana, bob } = await neighbours()
  bob.visible = 'contacts'
  const first = send(ana, bob)
  await scene.settle()
  assert.equal(bob.fresh.length, 0)
  ana.near.offers.decline(first)
  bob.visible = 'everyone'
  await scene.acquaint(ana, bob)
  bob.book.change(ana.person, { blocked: true })
  await scene.meet(ana, bob)
  send(ana, bob)
  await scene.settle()
  assert.equal(bob.fresh.length, 0)
})

test('an offer nobody answers ends after a day, and is forgotten after a week', async () => {
  const { scene, ana, bob } = await neighbours()
  const id = send(ana, bob)
  await scene.settle()
  await scene.pass(24 * 3_600 + 61)
  assert.deepEqual([state(ana, id), state(bob, id)], ['expired', 'expired'])
  await scene.pass(8 * 86_400)
  assert.throws(() => ana.near.offers.row(id), { code: 'OFFER_UNKNOWN' })
})

test('nobody answers, ends or fetches an offer of somebody else', async () => {
  const { scene, ana, bob } = await neighbours()
  const eve = scene.add('Eve')
  await scene.meet(ana, eve, 'nearby')
  await scene.meet(bob, eve, 'nearby')
  const id = send(ana, bob)
  await scene.settle()
  const before = scene.seen.length
  bob.near.offers.accept(id)
  await scene.settle()
  const answers = scene.seen.slice(before).filter(({ from }) => from === bob.id)
  ana.ready.length = 0
  for (const frame of answers) scene.frames.push({ ...frame, from: eve.id })
  const end = { from: eve.id, to: bob.id, service: 'near', kind: 'end' }
  scene.frames.push({ ...end, body: utf8(`d1:a9:withdrawn1:i16:${'\0'.repeat(16)}e`) })
  await scene.settle()
  assert.equal(ana.ready.length, 0)
  assert.deepEqual([state(ana, id), state(bob, id)], ['accepted', 'accepted'])
})

test('an offer under the card of another device ends the link', async () => {
  const { scene, ana, bob } = await neighbours()
  const eve = scene.add('Eve')
  await scene.meet(bob, eve, 'nearby')
  send(ana, bob)
  await scene.settle()
  const offer = scene.seen.find(({ kind }) => kind === 'offer')
  assert.ok(offer !== undefined)
  scene.frames.push({ ...offer, from: eve.id })
  await scene.settle()
  assert.deepEqual(bob.hungUp, ['RECORD_INVALID'])
})

test('a list that is none ends the link to whoever sent it', async () => {
  const { scene, ana, bob } = await neighbours()
  const id = send(ana, bob, { ...GIFT, offer: utf8('d1:f1:fe') })
  await scene.settle()
  bob.near.offers.accept(id)
  await scene.settle()
  assert.deepEqual([bob.hungUp, bob.ready.length], [['RECORD_INVALID'], 0])
})

test('what was taken unasked for its size does not become larger: a list of more bytes is refused, and nothing of it moves', async () => {
  const { scene, ana, bob } = await neighbours()
  await scene.acquaint(ana, bob)
  await scene.meet(ana, bob)
  bob.book.change(ana.person, { alwaysAcceptBytes: 1_000_000 })
  const items = [{ path: 'film', root: new Uint8Array(32), lengthBytes: 10_000_000_000 }]
  const film = { name: 'Film', kind: 'folder', files: 1, what: { kind: 'list' as const, items } }
  const told = encodeList({ ...film, lengthBytes: 10_000_000_000 })
  const lied = encodeList({ ...film, lengthBytes: 1_000_000 })
  for (const offer of [told, lied]) {
    send(ana, bob, { ...GIFT, offer, totalBytes: 1_000_000 })
    await scene.settle()
    await scene.meet(ana, bob)
  }
  assert.deepEqual([bob.ready.length, bob.hungUp], [0, ['RECORD_INVALID', 'RECORD_INVALID']])
})

test('an offer with long names fits a frame of a stranger', async () => {
  const { scene, ana, bob } = await neighbours()
  const long = { name: '長'.repeat(200), lengthBytes: 2 ** 50, files: 1_000_000, kind: 'k'.repeat(60) }
  ana.name = '長'.repeat(60)
  send(ana, bob, { ...GIFT, items: Array(9).fill(long), totalBytes: 2 ** 52, note: 'n'.repeat(4_000) })
  await scene.settle()
  const offer = scene.seen.find(({ kind }) => kind === 'offer')
  assert.ok(offer !== undefined && offer.body.length + 30 <= 1_024, `${offer?.body.length} bytes`)
  assert.equal(bob.fresh.length, 1)
})
