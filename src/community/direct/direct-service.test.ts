import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crypto, type Frame, PeopleScene, type SceneDevice } from '../../../test/doubles/people-scene.ts'
import { decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import type { BDict } from '../../base/bencode-value.ts'
import { utf8 } from '../../base/bytes.ts'
import { keyBytes } from '../ids.ts'
import { MAX_HELD_A_TOKEN } from './limits.ts'
import { signPrekey } from './prekey.ts'

const DAY = 86_400

/** Ana and Bob know one another and have met; they are not linked now. */
async function friends() {
  const scene = new PeopleScene()
  const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
  await scene.acquaint(ana, bob)
  return { scene, ana, bob }
}

/** And Mia, who shares a circle with both. */
async function friendsAndMember() {
  const { scene, ana, bob } = await friends()
  const mia = scene.add('Mia')
  scene.circle(9, ana, bob, mia)
  await scene.meet(bob, mia)
  scene.unlink(bob, mia)
  return { scene, ana, bob, mia }
}

test('who adds somebody by their link is a contact of theirs, too, and both can write', async () => {
  const { scene, ana, bob } = await friends()
  assert.ok(ana.book.isContact(bob.person) && bob.book.isContact(ana.person))
  assert.equal(ana.book.row(bob.person)?.name, 'Bob')
  await scene.meet(ana, bob)
  ana.write(bob, 'hello')
  bob.write(ana, 'hello too')
  await scene.settle()
  assert.deepEqual(ana.texts, ['hello', 'hello too'])
  assert.deepEqual(bob.texts, ['hello too', 'hello'])
})

test('a message waits until its recipient is met, and is delivered then', async () => {
  const { scene, ana, bob } = await friends()
  const message = ana.write(bob, 'later')
  await scene.settle()
  assert.equal(ana.where(message), undefined)
  await scene.meet(ana, bob)
  assert.deepEqual(bob.texts, ['later'])
  assert.equal(ana.where(message), 'delivered')
  assert.equal(ana.records.waiting(message.id), undefined)
})

test('a message waits with a member and arrives while the sender is off; the sender learns of it', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  const message = ana.write(bob, 'through Mia')
  await scene.meet(ana, mia)
  assert.equal(ana.where(message), 'held')
  scene.unlink(ana, mia)
  assert.deepEqual(mia.texts, [])

  await scene.meet(bob, mia)
  await scene.pass(3)
  assert.deepEqual(bob.texts, ['through Mia'])
  assert.equal(mia.records.heldFor(bob.id, 10).length, 0)
  scene.unlink(bob, mia)

  // Bob's receipt waits with Mia as well.
  await scene.meet(ana, mia)
  assert.equal(ana.where(message), 'delivered')
})

test('a keeper holds what it cannot read, and is asked before members', async () => {
  const scene = new PeopleScene()
  const [ana, bob] = [scene.add('Ana'), scene.add('Bob')]
  const others = ['K', 'L', 'M', 'N'].map((name) => scene.add(name))
  const keeper = others[3] as SceneDevice
  await scene.acquaint(ana, bob)
  scene.circle(9, ana, bob, ...others.slice(0, 3), [keeper, 'keeper'])
  for (const other of others) {
    await scene.meet(bob, other)
    scene.unlink(bob, other)
    await scene.meet(ana, other)
  }
  const message = ana.write(bob, 'a plain secret')
  await scene.settle()
  assert.equal(ana.wheres.get(message.id)?.heldBy, 3)
  const [held] = keeper.records.heldFor(bob.id, 10)
  assert.ok(held !== undefined)
  assert.ok(!Buffer.from(held.mail).includes('plain secret'))
  assert.ok(!scene.seen.some(({ body }) => Buffer.from(body).includes('plain secret')))
})

test('a message that came by three ways is one message', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  ana.write(bob, 'once')
  await scene.meet(ana, mia)
  await scene.meet(ana, bob)
  await scene.meet(bob, mia)
  await scene.pass(3)
  assert.deepEqual(bob.texts, ['once'])
  assert.equal(bob.told.length, 1)
})

test('it goes to every device of the recipient, and to my own others', async () => {
  const { scene, ana, bob } = await friends()
  const [phone, tablet] = [scene.add('Bob', bob), scene.add('Ana', ana)]
  phone.book.add(ana.person, 'Ana')
  tablet.book.add(bob.person, 'Bob')
  await scene.meet(bob, phone)
  await scene.meet(ana, tablet)
  await scene.meet(ana, bob)
  // Ana has never met the phone: Bob's other device gives it what she wrote.
  ana.write(bob, 'to all')
  await scene.settle()
  for (const device of [bob, phone, tablet]) assert.deepEqual(device.texts, ['to all'])
  const seen = [bob, phone, tablet].map((device) => device.messages[0])
  assert.deepEqual(
    seen.map((message) => [message?.person, message?.author]),
    [
      [ana.person, ana.person],
      [ana.person, ana.person],
      [bob.person, ana.person],
    ],
  )
  assert.equal(new Set(seen.map((message) => message?.id)).size, 1)
})

test('a replayed mail is no second message, nor one for somebody else', async () => {
  const { scene, ana, bob } = await friends()
  const eve = scene.add('Eve')
  await scene.acquaint(eve, bob)
  await scene.acquaint(eve, ana)
  await scene.meet(ana, bob)
  ana.write(bob, 'pay 10')
  await scene.settle()
  const mail = scene.seen.find(({ kind }) => kind === 'mail')
  assert.ok(mail !== undefined)
  await scene.meet(eve, bob)
  scene.frames.push({ ...mail, from: eve.id })
  await scene.settle()
  // After its prekey is gone it cannot be opened, so it need not be remembered.
  await scene.pass(22 * DAY)
  await scene.pass(8 * DAY)
  scene.frames.push({ ...mail, from: eve.id })
  await scene.meet(eve, ana)
  scene.frames.push({ ...mail, from: eve.id, to: ana.id })
  await scene.settle()
  assert.deepEqual(bob.texts, ['pay 10'])
  assert.deepEqual(ana.texts, ['pay 10'])
})

test('the token of another contact does not make me them', async () => {
  const { scene, ana, bob } = await friends()
  const eve = scene.add('Eve')
  await scene.acquaint(eve, bob)
  // Eve came to know the token that Bob issued to Ana.
  const stolen = bob.records.tokenFor(ana.person) as Uint8Array
  const known = eve.records.correspondent(bob.id)
  assert.ok(known !== undefined)
  eve.records.putCorrespondent({ ...known, token: stolen })
  scene.link(eve, bob)
  scene.frames.length = 0
  eve.write(bob, 'I am Ana')
  await scene.settle()
  assert.deepEqual(bob.texts, [])
})

test('a revoked token does not work, neither straight nor through a member', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  for (const { circles } of [bob, mia, ana]) circles.members.clear()
  scene.circle(8, bob, mia)
  ana.circles.members.clear()
  ana.circles.members.set(
    mia.circles.circles()[0] as never,
    new Map([
      [bob.person, 'member'],
      [mia.person, 'member'],
      [ana.person, 'member'],
    ]),
  )
  bob.book.remove(ana.person)
  bob.direct.revoked(ana.person)
  await scene.meet(bob, mia)
  scene.unlink(bob, mia)
  const message = ana.write(bob, 'still there?')
  await scene.meet(ana, mia)
  assert.equal(mia.records.heldFor(bob.id, 10).length, 0)
  await scene.meet(ana, bob)
  assert.deepEqual(bob.texts, [])
  assert.notEqual(ana.where(message), 'delivered')
})

test('who is blocked costs nothing: no greeting, nothing opened, nothing kept', async () => {
  const { scene, ana, bob } = await friends()
  bob.book.change(ana.person, { blocked: true })
  bob.direct.revoked(ana.person)
  ana.write(bob, 'hey')
  const before = scene.seen.length
  await scene.meet(ana, bob)
  ana.direct.changedMe()
  await scene.settle()
  const sent = scene.seen.slice(before).filter(({ from }) => from === bob.id)
  assert.deepEqual(sent, [])
  assert.deepEqual([bob.texts, bob.told.length], [[], 0])
  assert.throws(() => bob.write(ana, 'no'), { code: 'PERSON_BLOCKED' })
})

test('mail of somebody who is blocked, or was removed, is thrown away by who holds it', async () => {
  for (const blocked of [true, false]) {
    const { scene, ana, bob, mia } = await friendsAndMember()
    const message = ana.write(bob, 'left with Mia')
    await scene.meet(ana, mia)
    assert.equal(ana.where(message), 'held')
    for (const { circles } of [ana, bob]) circles.members.clear()
    scene.circle(8, bob, mia)
    if (blocked) bob.book.change(ana.person, { blocked })
    else bob.book.remove(ana.person)
    bob.direct.revoked(ana.person)
    await scene.meet(bob, mia)
    assert.equal(mia.records.heldFor(bob.id, 10).length, 0)
    // Nor is more taken for him.
    ana.write(bob, 'and more')
    await scene.settle()
    assert.deepEqual([bob.texts, mia.records.heldFor(bob.id, 10).length], [[], 0])
  }
})

test('a link that was made anew withdraws those before, and who came by them stays', async () => {
  const { scene, ana, bob } = await friends()
  const eve = scene.add('Eve')
  const old = ana.book.links.token()
  ana.book.links.withdraw()
  const link = { person: ana.person, device: ana.id, name: 'Ana', addresses: [] }
  eve.book.addByLink({ ...link, token: old })
  await scene.meet(eve, ana)
  assert.equal(ana.book.row(eve.person), undefined)
  assert.ok(ana.book.isContact(bob.person))
  scene.unlink(eve, ana)
  eve.book.addByLink({ ...link, token: ana.book.links.token() })
  await scene.meet(eve, ana)
  assert.ok(ana.book.isContact(eve.person))
})

test('who was removed does not come back by the link they have, only by a later one', async () => {
  const { scene, ana, bob } = await friends()
  await scene.pass(60)
  ana.book.remove(bob.person)
  ana.direct.revoked(bob.person)
  const link = { person: ana.person, device: ana.id, name: 'Ana', addresses: [] }
  bob.book.addByLink({ ...link, token: ana.book.links.token() })
  await scene.meet(bob, ana)
  bob.write(ana, 'let me in')
  await scene.settle()
  assert.deepEqual([ana.book.isContact(bob.person), ana.texts], [false, []])
  scene.unlink(bob, ana)
  await scene.pass(60)
  ana.book.links.withdraw()
  bob.book.addByLink({ ...link, token: ana.book.links.token() })
  await scene.meet(bob, ana)
  assert.ok(ana.book.isContact(bob.person))
  assert.deepEqual(ana.texts, ['let me in'])
})

test('a mailbox takes so many a token, and no more', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  await scene.meet(ana, mia)
  for (let i = 0; i < MAX_HELD_A_TOKEN + 20; i++) ana.write(bob, `flood ${i}`)
  await scene.settle()
  assert.equal(mia.records.heldFor(bob.id, 1_000).length, MAX_HELD_A_TOKEN)
  // The rest waits with its author, and comes when they meet.
  await scene.meet(ana, bob)
  assert.equal(bob.messages.length, MAX_HELD_A_TOKEN + 20)
})

test('without a token that its device told of, nothing is held', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  await scene.meet(ana, mia)
  const put = { b: new Uint8Array(32).fill(5), t: new Uint8Array(16), x: new Uint8Array(200) }
  const frame = { from: ana.id, to: mia.id, service: 'direct', kind: 'put' }
  scene.frames.push({ ...frame, body: encode(put) })
  scene.frames.push({ ...frame, body: encode({ ...put, b: utf8(bob.id).subarray(0, 32) }) })
  await scene.settle()
  assert.equal(mia.database.prepare('SELECT count(*) AS n FROM direct_held').get()?.n, 0)
})

test('what is held is thrown away after 72 hours, and left anew by its author', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  await scene.meet(ana, mia)
  const message = ana.write(bob, 'patience')
  await scene.settle()
  scene.unlink(ana, mia)
  await scene.pass(3 * DAY + 7_200)
  assert.equal(mia.records.heldFor(bob.id, 10).length, 0)
  assert.equal(ana.where(message), 'here')
  await scene.meet(ana, mia)
  assert.equal(mia.records.heldFor(bob.id, 10).length, 1)
  assert.equal(ana.where(message), 'held')
})

test('a prekey is used for a week and its secret is gone two weeks later', async () => {
  const { scene, ana, bob } = await friends()
  const first = bob.records.prekeys()[0]
  await scene.pass(7 * DAY + 3_600)
  assert.equal(bob.records.prekeys().length, 2)
  // Ana has not met Bob since: what she seals to the old one is still opened.
  ana.write(bob, 'old key')
  await scene.meet(ana, bob)
  scene.unlink(ana, bob)
  assert.deepEqual(bob.texts, ['old key'])
  await scene.pass(14 * DAY + 3_600)
  assert.ok(!bob.records.prekeys().some(({ made }) => made === first?.made))
  const secret = Buffer.from(first?.privateKey as Uint8Array)
  assert.ok(!Buffer.from(bob.database.serialize()).includes(secret))
})

test('a message sealed to a prekey that is gone is sealed anew when both meet', async () => {
  const { scene, ana, bob } = await friends()
  const message = ana.write(bob, 'long ago')
  await scene.settle()
  bob.records.removePrekey((bob.records.prekeys()[0] as { publicKey: Uint8Array }).publicKey)
  await scene.pass(22 * DAY)
  await scene.meet(ana, bob)
  assert.deepEqual(bob.texts, ['long ago'])
  assert.equal(ana.where(message), 'delivered')
})

test('a prekey that is long gone is asked for where mail is held, and nothing is lost; until then it is only here', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  const first = bob.records.prekeys()[0]?.made
  // Ana is away for weeks and meets neither.
  await scene.pass(7 * DAY + 3_600)
  await scene.pass(14 * DAY + 3_600)
  assert.ok(!bob.records.prekeys().some(({ made }) => made === first))
  const message = ana.write(bob, 'are you there?')
  await scene.meet(ana, mia)
  // Mia knows only what Bob told her weeks ago.
  assert.equal(ana.where(message) ?? 'here', 'here')
  assert.equal(mia.records.heldFor(bob.id, 10).length, 0)
  scene.unlink(ana, mia)

  await scene.meet(bob, mia)
  scene.unlink(bob, mia)
  await scene.meet(ana, mia)
  assert.equal(ana.where(message), 'held')
  scene.unlink(ana, mia)
  await scene.meet(bob, mia)
  assert.deepEqual(bob.texts, ['are you there?'])
})

test('what waited with somebody until its prekey was old is taken back, and sealed to the later one', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  await scene.meet(ana, mia)
  const message = ana.write(bob, 'patience')
  await scene.settle()
  assert.equal(ana.where(message), 'held')
  await scene.pass(8 * DAY)
  await scene.pass(14 * DAY)
  assert.equal(ana.where(message), 'here')
  await scene.meet(bob, mia)
  assert.deepEqual(bob.texts, [])
  await scene.pass(3_600)
  assert.deepEqual(bob.texts, ['patience'])
  await scene.pass(3)
  assert.equal(ana.where(message), 'delivered')
})

test('a prekey that its device did not sign, an older one, and the prekey of somebody else change nothing', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  await scene.meet(ana, mia)
  const known = ana.records.correspondent(bob.id)
  const prekey = { device: bob.id, publicKey: new Uint8Array(32).fill(3), made: (known?.made ?? 0) - 1 }
  const tell = async (p: Uint8Array) => {
    scene.out(mia, 'direct').send(ana.id, 'prekey', { p })
    await scene.settle()
    assert.deepEqual(ana.records.correspondent(bob.id), known)
  }
  await tell(signPrekey(prekey, bob.seed, crypto))
  await tell(signPrekey({ ...prekey, device: mia.id, made: scene.seconds }, mia.seed, crypto))
  await tell(signPrekey({ ...prekey, made: scene.seconds + 3 * DAY }, bob.seed, crypto))
  assert.ok(scene.areLinked(ana.id, mia.id))
  await tell(signPrekey({ ...prekey, made: scene.seconds + 1 }, mia.seed, crypto))
  assert.deepEqual(ana.hungUp, ['RECORD_INVALID'])
  // Nor is it told to whoever may not write to that device.
  await scene.meet(ana, mia)
  const before = scene.seen.length
  scene.out(ana, 'direct').send(mia.id, 'ask', { b: keyBytes(bob.id), t: new Uint8Array(16) })
  await scene.settle()
  assert.ok(!scene.seen.slice(before).some(({ kind }) => kind === 'prekey'))
})

test('a changed byte in a mail makes it nothing, and the link goes on', async () => {
  const { scene, ana, bob } = await friends()
  await scene.meet(ana, bob)
  scene.onWay = (frame) => {
    if (frame.kind !== 'mail') return frame
    const body = frame.body.slice()
    body[body.length - 10] = (body[body.length - 10] as number) ^ 1
    return { ...frame, body }
  }
  ana.write(bob, 'bent')
  await scene.settle()
  assert.deepEqual(bob.texts, [])
  assert.ok(scene.areLinked(ana.id, bob.id))
})

test('frames cut or bent anywhere are no frames, and never a crash', async () => {
  const { scene, ana, bob, mia } = await friendsAndMember()
  ana.write(bob, 'x')
  await scene.meet(ana, mia)
  await scene.meet(ana, bob)
  const kinds = new Map(scene.seen.map((frame) => [frame.kind, frame]))
  assert.deepEqual([...kinds.keys()].sort(), ['box', 'got', 'grant', 'hello', 'kept', 'mail', 'put'])
  for (const frame of kinds.values()) {
    if (!scene.areLinked(frame.from, frame.to)) scene.link(scene.device(frame.from), scene.device(frame.to))
    const { value } = decode(frame.body, 'canonical')
    const fields = new Map<string, Encodable>(
      (value as BDict).entries().map(({ key, value }) => [key, value]),
    )
    for (const key of fields.keys()) {
      const without = new Map(fields)
      without.delete(key)
      const bent = [new Map(fields).set(key, -1), new Map(fields).set(key, [1]), new Map(fields).set('zz', 1)]
      // Only the token of a link may be absent.
      if (!(frame.kind === 'hello' && key === 'l')) bent.push(without)
      for (const body of bent)
        assert.throws(() => scene.deliver({ ...frame, body: encode(body) }), { name: 'RecordError' })
    }
  }
  assert.throws(() => scene.deliver({ ...(kinds.get('got') as Frame), kind: 'nothing' }), {
    code: 'FRAME_INVALID',
  })
})

test('a card of another device, or for somebody else, ends the link', async () => {
  const { scene, ana, bob } = await friends()
  const eve = scene.add('Eve')
  await scene.acquaint(eve, bob)
  scene.onWay = (frame) =>
    frame.kind === 'hello' && frame.from === eve.id
      ? { ...frame, body: encode({ a: 0, c: ana.card, n: 'Ana' }) }
      : frame
  await scene.meet(eve, bob)
  assert.deepEqual(bob.hungUp, ['RECORD_INVALID'])
})

test('somebody who is neither contact nor member is told nothing', async () => {
  const scene = new PeopleScene()
  const [ana, eve] = [scene.add('Ana'), scene.add('Eve')]
  await scene.settle()
  eve.book.add(ana.person, 'Ana')
  await scene.meet(eve, ana)
  eve.direct.acquainted(ana.person)
  await scene.settle()
  assert.deepEqual(
    scene.seen.filter(({ from }) => from === ana.id),
    [],
  )
  assert.equal(ana.book.row(eve.person), undefined)
  eve.write(ana, 'hello?')
  await scene.settle()
  assert.deepEqual(ana.texts, [])
})

test('too many greetings end a link', async () => {
  const { scene, ana, bob } = await friends()
  await scene.meet(ana, bob)
  for (let i = 0; i < 20; i++) ana.direct.changedMe()
  await scene.settle()
  assert.deepEqual(bob.hungUp, ['TOO_FAST'])
})

test('to strangers, to myself and too much at once nothing is written', async () => {
  const { scene, ana, bob } = await friends()
  const eve = scene.add('Eve')
  assert.throws(() => ana.write(eve, 'x'), { code: 'PERSON_UNKNOWN' })
  assert.throws(() => ana.write(ana, 'x'), { code: 'PERSON_UNKNOWN' })
  assert.throws(() => ana.write(bob, 'x'.repeat(40_000)), { code: 'MESSAGE_TOO_LONG' })
})
