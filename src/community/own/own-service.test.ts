import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crypto, PeopleScene, type SceneDevice } from '../../../test/doubles/people-scene.ts'
import { utf8 } from '../../base/bytes.ts'
import type { CommunityError } from '../community-error.ts'
import type { DeviceLink } from '../contact/device-link.ts'
import type { DirectMessage } from '../direct/direct-inbox.ts'
import { readCard } from '../identity/device-card.ts'
import { type CircleId, keyText, type RecordId } from '../ids.ts'
import type { OwnEpoch } from './own-frames.ts'
import { OwnService } from './own-service.ts'

const CIRCLE = keyText<CircleId>(new Uint8Array(32).fill(4))
const EPOCH: OwnEpoch = {
  id: keyText<RecordId>(new Uint8Array(32).fill(5)),
  access: new Uint8Array(32).fill(6),
  read: new Uint8Array(32).fill(7),
}

interface Rig {
  readonly device: SceneDevice
  readonly own: OwnService
  readonly taken: { card: Uint8Array; name: string }[]
  readonly told: { circle: CircleId; epochs: readonly OwnEpoch[] }[]
  readonly kept: DirectMessage[]
  circles: CircleId[]
  history: RecordId | 'all' | undefined
}

function rig(scene: PeopleScene, device: SceneDevice, hasWords = true): Rig {
  const made: Rig = {
    device,
    taken: [],
    told: [],
    kept: [],
    circles: [],
    history: undefined,
    own: new OwnService({
      me: {
        person: device.person,
        device: device.id,
        deviceSeed: device.seed,
        personSeed: hasWords ? device.personSeed : undefined,
        sealingKey: new Uint8Array(32).fill(1),
        card: () => device.card,
        name: () => device.name,
      },
      out: scene.out(device, 'own'),
      book: device.book,
      crypto,
      random: scene.random,
      wall: scene.wall,
      inbox: {
        add: (message) => {
          made.kept.push(message)
          return true
        },
        where: () => undefined,
        page: (after, limit) => {
          const at = after === undefined ? 0 : device.messages.findIndex(({ id }) => id === after) + 1
          return device.messages.slice(at, at + limit)
        },
      },
      circles: () => made.circles.map((id) => ({ id, epochs: [EPOCH] })),
      circleTold: (circle, epochs) => void made.told.push({ circle, epochs }),
      taken: (card, name) => void made.taken.push({ card, name }),
      historyAt: () => made.history,
      historyTaken: (until) => {
        made.history = until
      },
      putOut: (gone) => device.book.putOut(gone),
      changed: () => undefined,
    }),
  }
  device.services.push(made.own)
  return made
}

function strangers() {
  const scene = new PeopleScene()
  return { scene, desk: rig(scene, scene.add('Ana')), phone: rig(scene, scene.add('Phone')) }
}

async function taking(scene: PeopleScene, desk: Rig, link: DeviceLink) {
  const ends: (CommunityError | undefined)[] = []
  desk.own.take(link, scene.now, (error) => ends.push(error))
  await scene.settle()
  return ends
}

test('a device whose secret was said gets a card of mine, signed by me and by itself', async () => {
  const { scene, desk, phone } = strangers()
  const link = phone.own.offer('phone', [])
  await scene.meet(desk.device, phone.device)
  const ends = await taking(scene, desk, link)
  const card = readCard(phone.taken[0]?.card as Uint8Array, crypto)
  assert.deepEqual([card.person, card.device], [desk.device.person, phone.device.id])
  assert.equal(phone.taken[0]?.name, 'Ana')
  // It is known to be mine when it comes back and greets with it.
  assert.deepEqual(ends, [])
  desk.device.book.saw(card, phone.taken[0]?.card as Uint8Array, 'Ana')
  desk.own.met(phone.device.id, scene.now)
  assert.deepEqual(ends, [undefined])
})

test('a wrong secret, a second time, and one that ended take nothing in', async () => {
  const { scene, desk, phone } = strangers()
  const link = phone.own.offer('phone', [])
  await scene.meet(desk.device, phone.device)
  await taking(scene, desk, { ...link, secret: new Uint8Array(16) })
  assert.deepEqual([phone.taken.length, phone.device.hungUp], [0, ['RECORD_INVALID']])
  await taking(scene, desk, link)
  await scene.meet(desk.device, phone.device)
  assert.equal(phone.taken.length, 1)
  const eve = rig(scene, scene.add('Eve'))
  await scene.meet(eve.device, phone.device)
  await taking(scene, eve, link)
  assert.equal(phone.taken.length, 1)
  const again = phone.own.offer('phone', [])
  scene.seconds += 601
  assert.throws(() => desk.own.take(again, scene.now, () => undefined), { code: 'INVITE_EXPIRED' })
  await taking(scene, eve, { ...again, expires: scene.seconds + 60 })
  assert.equal(phone.taken.length, 1)
})

test('a device that is mine already does not mind being taken in again by the one that has not heard of it', async () => {
  const { scene, desk } = strangers()
  const tablet = rig(scene, scene.add('Tablet', desk.device), false)
  tablet.device.book.keepCard(readCard(desk.device.card, crypto), desk.device.card)
  await scene.meet(desk.device, tablet.device)
  const expires = scene.seconds + 60
  const link = {
    device: tablet.device.id,
    name: 'tablet',
    secret: new Uint8Array(16),
    expires,
    addresses: [],
  }
  await taking(scene, desk, link)
  assert.deepEqual([tablet.taken.length, tablet.device.hungUp], [0, []])
})

test('without the words none is taken in, and where somebody is already none is offered', () => {
  const { scene, desk, phone } = strangers()
  const link = phone.own.offer('phone', [])
  const linked = rig(scene, scene.add('Tablet', desk.device), false)
  assert.throws(() => linked.own.take(link, scene.now, () => undefined), { code: 'WORDS_ELSEWHERE' })
  phone.circles = [CIRCLE]
  assert.throws(() => phone.own.offer('phone', []), { code: 'SOMEBODY_ALREADY' })
})

test('a device that is not there within forty seconds is said to be gone', async () => {
  const { scene, desk, phone } = strangers()
  const ends = await taking(scene, desk, phone.own.offer('phone', []))
  await scene.pass(41)
  assert.deepEqual(
    ends.map((error) => error?.code),
    ['DEVICE_GONE'],
  )
  assert.equal(desk.device.book.known(phone.device.id), undefined)
})

test('two devices of mine tell one another contacts, circles and messages of before; the later decision counts', async () => {
  const scene = new PeopleScene()
  const [desk, bob] = [rig(scene, scene.add('Ana')), scene.add('Bob')]
  await scene.acquaint(desk.device, bob)
  for (let i = 0; i < 70; i++) desk.device.write(bob, `number ${i}`)
  desk.device.book.change(bob.person, { alias: 'Bobby', verified: true })
  desk.circles = [CIRCLE]
  desk.history = 'all'
  const phone = rig(scene, scene.add('Ana', desk.device))
  await scene.meet(desk.device, phone.device)
  const row = phone.device.book.row(bob.person)
  assert.deepEqual([row?.alias, row?.verified, row?.contact], ['Bobby', true, true])
  assert.deepEqual(phone.told[0], { circle: CIRCLE, epochs: [EPOCH] })
  assert.deepEqual(
    phone.kept.map(({ id }) => id),
    desk.device.messages.map(({ id }) => id),
  )
  assert.equal(phone.history, 'all')
  scene.seconds += 5
  phone.device.book.change(bob.person, { alias: null })
  phone.own.changed()
  await scene.settle()
  assert.equal(desk.device.book.row(bob.person)?.alias, null)
})

test('who is not mine is told nothing and tells nothing; a device that was put out is not mine', async () => {
  const scene = new PeopleScene()
  const [desk, bob] = [rig(scene, scene.add('Ana')), rig(scene, scene.add('Bob'))]
  await scene.acquaint(desk.device, bob.device)
  await scene.meet(desk.device, bob.device)
  assert.deepEqual(
    scene.seen.filter(({ service }) => service === 'own'),
    [],
  )
  const more = { from: bob.device.id, to: desk.device.id, service: 'own', kind: 'more', body: utf8('de') }
  const rows = { ...more, kind: 'rows', body: utf8('d1:llee') }
  for (const frame of [more, rows]) scene.deliver(frame)
  const phone = rig(scene, scene.add('Ana', desk.device))
  desk.device.book.putOut(phone.device.id)
  assert.equal(desk.device.book.personOf(phone.device.id), undefined)
  await scene.meet(desk.device, phone.device)
  assert.equal(desk.device.book.personOf(phone.device.id), undefined)
  const before = scene.seen.length
  scene.deliver({ ...more, from: phone.device.id })
  await scene.settle()
  const told = scene.seen
    .slice(before)
    .filter(({ from, service }) => from === desk.device.id && service === 'own')
  assert.deepEqual(told, [])
})
