import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crypto, PeopleScene, type SceneDevice } from '../../../test/doubles/people-scene.ts'
import { readDeviceList, signDeviceList } from '../identity/device-list.ts'

/** Ana with desk (which has her words) and phone; Bob knows her, and has met both. */
async function anaWithPhone() {
  const scene = new PeopleScene()
  const [desk, bob] = [scene.add('Ana'), scene.add('Bob')]
  await scene.acquaint(desk, bob)
  const phone = scene.add('Ana', desk)
  phone.book.add(bob.person, 'Bob')
  await scene.meet(desk, phone)
  await scene.meet(desk, bob)
  await scene.meet(phone, bob)
  return { scene, desk, phone, bob }
}

/** As `removeDevice` does. */
function putOut(on: SceneDevice, gone: SceneDevice): void {
  on.book.putOut(gone.id)
  on.direct.putOut(gone.id)
  on.lists.renew()
}

function listOf(on: SceneDevice, of: SceneDevice) {
  const bytes = on.contacts.list(of.person)
  return bytes && readDeviceList(bytes, crypto).list
}

test('a contact knows all devices of a person by their list, also those it never met', async () => {
  const scene = new PeopleScene()
  const [desk, bob] = [scene.add('Ana'), scene.add('Bob')]
  await scene.acquaint(desk, bob)
  const phone = scene.add('Ana', desk)
  await scene.meet(desk, phone)
  await scene.meet(desk, bob)
  assert.equal(bob.book.personOf(phone.id), desk.person)
  assert.deepEqual(phone.contacts.list(desk.person), bob.contacts.list(desk.person))
})

test('a device that was put out writes no more as me, and nothing is sealed to it', async () => {
  const { scene, desk, phone, bob } = await anaWithPhone()
  scene.unlink(phone, bob)
  phone.write(bob, 'already on its way')
  const waiting = bob.write(desk, 'to both')
  await scene.settle()
  putOut(desk, phone)
  await scene.settle()
  assert.equal(bob.book.personOf(phone.id), undefined)
  assert.deepEqual(
    bob.records.correspondentsOf(desk.person).map(({ device }) => device),
    [desk.id],
  )
  // What waited for the phone alone is done.
  assert.equal(bob.records.waiting(waiting.id), undefined)
  const before = scene.seen.length
  await scene.meet(phone, bob)
  bob.write(desk, 'without the phone')
  await scene.settle()
  assert.ok(desk.texts.includes('without the phone'))
  assert.ok(!bob.texts.includes('already on its way') && !phone.texts.includes('without the phone'))
  // It is told that it is out, and nothing else.
  const told = scene.seen.slice(before).filter(({ from, to }) => from === bob.id && to === phone.id)
  assert.deepEqual(
    told.filter(({ service }) => service !== 'near').map(({ service, kind }) => `${service}.${kind}`),
    ['devices.list'],
  )
  assert.ok(phone.book.amOut)
  assert.throws(() => phone.write(bob, 'still me?'), { code: 'DEVICE_PUT_OUT' })
})

test('mail of a device that was put out is nothing, whoever carries it', async () => {
  const { scene, desk, phone, bob } = await anaWithPhone()
  const mia = scene.add('Mia')
  scene.circle(9, desk, bob, mia)
  await scene.meet(bob, mia)
  scene.unlink(bob, mia)
  scene.unlink(phone, bob)
  scene.unlink(phone, desk)
  await scene.meet(phone, mia)
  phone.write(bob, 'through Mia')
  await scene.settle()
  assert.equal(mia.records.heldFor(bob.id, 10).length, 1)
  putOut(desk, phone)
  await scene.settle()
  await scene.meet(bob, mia)
  assert.deepEqual(bob.texts, [])
  assert.equal(mia.records.heldFor(bob.id, 10).length, 0)
})

test('an older list brings nothing back, whoever tells it; who tells it hears the later one', async () => {
  const { scene, desk, phone, bob } = await anaWithPhone()
  const older = phone.contacts.list(desk.person) as Uint8Array
  scene.unlink(phone, desk)
  putOut(desk, phone)
  await scene.settle()
  const later = bob.contacts.list(desk.person)
  assert.equal(listOf(bob, desk)?.sequence, 2)
  scene.out(phone, 'devices').send(bob.id, 'list', { l: older })
  scene.out(desk, 'devices').send(bob.id, 'list', { l: older })
  const before = scene.seen.length
  await scene.settle()
  assert.deepEqual(bob.contacts.list(desk.person), later)
  assert.equal(bob.book.personOf(phone.id), undefined)
  assert.ok(
    scene.seen
      .slice(before)
      .some(({ from, to, kind }) => kind === 'list' && from === bob.id && to === desk.id),
  )
})

test('whoever was restored by words goes on with the number that a contact tells', async () => {
  const { scene, desk, phone, bob } = await anaWithPhone()
  putOut(desk, phone)
  await scene.settle()
  scene.unlink(desk, bob)
  const restored = scene.add('Ana', desk, true)
  for (const { device } of restored.contacts.devicesOf(desk.person)) restored.contacts.removeDevice(device)
  const token = bob.book.links.token()
  restored.book.addByLink({ person: bob.person, device: bob.id, name: 'Bob', token, addresses: [] })
  await scene.meet(restored, bob)
  const list = listOf(bob, desk)
  assert.deepEqual([list?.sequence, list?.removed], [3, [phone.id]])
  assert.equal(list?.cards.length, 2)
  assert.deepEqual([...restored.book.ownDevices()], [desk.id])
  // And the desk hears of it by Bob, who knows both.
  await scene.meet(desk, bob)
  assert.equal(listOf(desk, desk)?.sequence, 3)
  assert.equal(desk.book.personOf(restored.id), desk.person)
})

test('two lists of one number: all take the same, and the next has what both said', async () => {
  const { scene, desk, phone, bob } = await anaWithPhone()
  const [restored, tablet] = [scene.add('Ana', desk, true), scene.add('Ana', desk)]
  await scene.meet(desk, restored)
  scene.unlink(desk, restored)
  for (const device of [phone, bob]) scene.unlink(desk, device)
  scene.unlink(phone, bob)
  putOut(desk, phone)
  putOut(restored, tablet)
  assert.equal(listOf(desk, desk)?.sequence, listOf(restored, desk)?.sequence)
  await scene.meet(desk, restored)
  assert.deepEqual(new Set(listOf(desk, desk)?.removed), new Set([phone.id, tablet.id]))
  assert.deepEqual(desk.contacts.list(desk.person), restored.contacts.list(desk.person))
})

test('lists of others, bent ones and a flood of them are not taken', async () => {
  const { scene, desk, bob } = await anaWithPhone()
  const eve = scene.add('Eve')
  await scene.acquaint(eve, bob)
  await scene.meet(eve, bob)
  const list = { person: desk.person, sequence: 9, issued: 1, cards: [], removed: [desk.id] }
  const forged = signDeviceList(list, eve.personSeed, crypto)
  const told = bob.contacts.list(desk.person)
  scene.out(eve, 'devices').send(bob.id, 'list', { l: forged })
  await scene.settle()
  assert.deepEqual(bob.hungUp, ['RECORD_INVALID'])
  // A true one of somebody else is not theirs to tell.
  await scene.meet(eve, bob)
  scene.out(eve, 'devices').send(bob.id, 'list', { l: signDeviceList(list, desk.personSeed, crypto) })
  await scene.settle()
  assert.deepEqual(bob.contacts.list(desk.person), told)
  for (let i = 0; i < 70; i++) scene.out(eve, 'devices').send(bob.id, 'list', { l: forged.subarray(0, 40) })
  await scene.settle()
  assert.equal(bob.hungUp.length, 2)
  // What Eve says of her own devices is hers, and puts nobody else's out.
  await scene.meet(eve, bob)
  const hers = { person: eve.person, sequence: 1, issued: 1, cards: [eve.card], removed: [desk.id] }
  scene.out(eve, 'devices').send(bob.id, 'list', { l: signDeviceList(hers, eve.personSeed, crypto) })
  await scene.settle()
  assert.equal(bob.book.personOf(desk.id), desk.person)
})

test('a list that did not fit is told when there is room', async () => {
  const { scene, desk, phone, bob } = await anaWithPhone()
  scene.full.add(desk.id)
  putOut(desk, phone)
  await scene.settle()
  assert.equal(bob.book.personOf(phone.id), desk.person)
  scene.full.clear()
  desk.lists.drained(bob.id, scene.now)
  await scene.settle()
  assert.equal(bob.book.personOf(phone.id), undefined)
})
