import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeopleWire } from '../../../test/doubles/people-wire.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { type CircleId, type DeviceId, keyText, type PersonId } from '../ids.ts'
import type { CircleFacts, Membership } from '../membership.ts'
import { SystemCrypto } from '../network/system-crypto.ts'
import { openRecovery, type RecoveredCircle } from './recovery-item.ts'
import { type KeptItem, RecoveryService } from './recovery-service.ts'

const crypto = new SystemCrypto()
const id = <Id extends CircleId | DeviceId | PersonId>(number: number): Id =>
  keyText<Id>(new Uint8Array(32).fill(number))
const CIRCLE = id<CircleId>(200)
const WORDS = new Uint8Array(16).fill(1)
const HOUR_MS = 3_600_000

class Minder {
  service: RecoveryService
  /** The program begins anew with what it kept. */
  readonly again: () => void
  readonly kept = new Map<string, KeptItem>()
  members: readonly number[] = [1, 2]
  mine: readonly RecoveredCircle[] = [{ circle: CIRCLE, device: undefined, addresses: [] }]

  constructor(wire: PeopleWire, number: number, entropy?: Uint8Array) {
    const facts = () =>
      ({
        mine: 'member',
        members: new Map(
          this.members.map((one) => [
            id<PersonId>(100 + one),
            {
              person: id(100 + one),
              role: 'member',
              devices: new Map([[id<DeviceId>(one), new Uint8Array(32)]]),
            },
          ]),
        ),
        owners: new Map([1, 2, 3].map((one) => [id<DeviceId>(one), id<PersonId>(100 + one)])),
      }) as unknown as CircleFacts
    const isLinked = (_: CircleId, device: DeviceId): boolean =>
      this.members.some((one) => id(one) === device) && wire.isLinked(id(number), device)
    const begin = (): RecoveryService =>
      new RecoveryService(
        {
          me: { person: id(100 + number), device: id(number) },
          entropy,
          crypto,
          random: new SeededRandom(number),
          wall: { seconds: () => Math.floor(wire.now / 1_000) + 1_700_000_000 },
          out: wire.out(id(number)),
          membership: {
            circles: () => [CIRCLE],
            facts,
            isLinked,
            linked: () =>
              this.members.map((one) => id<DeviceId>(one)).filter((device) => isLinked(CIRCLE, device)),
          } as unknown as Membership,
          store: {
            all: () => [...this.kept.values()],
            put: (kept) => void this.kept.set(`${kept.person} ${kept.number}`, kept),
            remove: (person, from) => {
              for (const [key, kept] of this.kept)
                if (kept.person === person && kept.number >= from) this.kept.delete(key)
            },
          },
          mine: () => this.mine,
        },
        wire.now,
      )
    this.service = begin()
    this.again = () => {
      this.service = begin()
    }
    wire.add(id(number), this.service)
  }

  /** @returns items to be put meanwhile */
  pass(wire: PeopleWire, ms: number): number {
    wire.now = (wire.now + ms) as Millis
    this.service.wake(wire.now)
    return this.service.takeDue().length
  }
}

function scene(): { wire: PeopleWire; ana: Minder; ben: Minder; eve: Minder } {
  const wire = new PeopleWire()
  const [ana, ben, eve] = [new Minder(wire, 1, WORDS), new Minder(wire, 2), new Minder(wire, 3)]
  wire.link(id(1), id(2))
  wire.link(id(1), id(3))
  return { wire, ana, ben, eve }
}

test('whoever has the words makes an item, members keep it, and put it again while that person is away', () => {
  const { wire, ana, ben } = scene()
  ana.pass(wire, 30_000)
  wire.settle()
  const [kept] = [...ben.kept.values()]
  assert.equal(kept?.person, id(101))
  assert.deepEqual(openRecovery(kept.item.value, WORDS, crypto), ana.mine)
  assert.equal(ben.pass(wire, HOUR_MS), 0, 'she is here and does it herself')
  assert.equal(ana.pass(wire, HOUR_MS), 1)
  wire.unlink(id(1), id(2))
  assert.equal(ben.pass(wire, HOUR_MS), 1)
  assert.equal(ben.pass(wire, 60_000), 0, 'within the hour once')
})

test('of who is no member nothing is kept, and a stranger is given nothing', () => {
  const { wire, ana, ben, eve } = scene()
  ana.pass(wire, 30_000)
  wire.settle()
  assert.equal(eve.kept.size, 0)
  wire.link(id(3), id(2))
  const [mine] = [...ana.kept.values()] as [KeptItem]
  const { publicKey, signature, sequence, value } = mine.item
  wire.out(id(3)).send(id(2), 'keep', { k: publicKey, n: 0, q: sequence, s: signature, v: value })
  wire.settle()
  assert.deepEqual(
    [...ben.kept.values()].map(({ person }) => person),
    [id(101)],
  )
  assert.deepEqual(wire.hungUp, [])
})

test('an older item does not take the place of a newer one, and one that is not signed ends the link', () => {
  const { wire, ana, ben } = scene()
  ana.pass(wire, 30_000)
  wire.settle()
  const [old] = [...ben.kept.values()] as [KeptItem]
  ana.mine = [...ana.mine, { circle: id(201), device: undefined, addresses: [] }]
  ana.service.circleChanged()
  ana.pass(wire, 1_000)
  ana.pass(wire, 30_000)
  wire.settle()
  const [fresh] = [...ben.kept.values()] as [KeptItem]
  assert.ok(fresh.item.sequence > old.item.sequence)
  const { publicKey, signature, sequence, value } = old.item
  wire.out(id(1)).send(id(2), 'keep', { k: publicKey, n: 0, q: sequence, s: signature, v: value })
  wire.settle()
  assert.equal([...ben.kept.values()][0]?.item.sequence, fresh.item.sequence)
  wire.out(id(1)).send(id(2), 'keep', { k: publicKey, n: 0, q: sequence + 9, s: signature, v: value })
  wire.settle()
  assert.equal(wire.hungUp.length, 1)
})

test('where somebody was met changes all the time, and makes no new item each time', () => {
  const { wire, ana } = scene()
  ana.mine = [{ circle: CIRCLE, device: id(3), addresses: [] }]
  ana.pass(wire, 30_000)
  const [first] = [...ana.kept.values()] as [KeptItem]
  ana.mine = [{ circle: CIRCLE, device: id(2), addresses: [] }]
  ana.service.circleChanged()
  ana.pass(wire, 1_000)
  ana.pass(wire, 60_000)
  assert.equal([...ana.kept.values()][0]?.item.sequence, first.item.sequence)
  ana.pass(wire, HOUR_MS)
  assert.ok(([...ana.kept.values()][0]?.item.sequence ?? 0) > first.item.sequence)
})

test('somebody met where nobody was is said at once', () => {
  const { wire, ana } = scene()
  ana.pass(wire, 30_000)
  ana.mine = [{ circle: CIRCLE, device: id(2), addresses: [] }]
  ana.service.circleChanged()
  ana.pass(wire, 1_000)
  ana.pass(wire, 30_000)
  const [kept] = [...ana.kept.values()] as [KeptItem]
  assert.deepEqual(openRecovery(kept.item.value, WORDS, crypto), ana.mine)
})

test('after a start what was said before stays until somebody is met', () => {
  const { wire, ana } = scene()
  ana.mine = [{ circle: CIRCLE, device: id(2), addresses: [] }]
  ana.pass(wire, 30_000)
  const before = ana.mine
  ana.again()
  ana.mine = [{ circle: CIRCLE, device: undefined, addresses: [] }]
  ana.pass(wire, 60_000)
  const [kept] = [...ana.kept.values()] as [KeptItem]
  assert.deepEqual(openRecovery(kept.item.value, WORDS, crypto), before)
})

test('what somebody said last is put for them soon after they went, once', () => {
  const { wire, ana, ben } = scene()
  ana.pass(wire, 30_000)
  wire.settle()
  assert.equal(ben.kept.size, 1)
  wire.unlink(id(1), id(2))
  assert.equal(ben.pass(wire, 5_000), 1)
  wire.link(id(1), id(2))
  wire.unlink(id(1), id(2))
  assert.equal(ben.pass(wire, 60_000), 0)
})
