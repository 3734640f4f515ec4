import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeopleWire } from '../../../test/doubles/people-wire.ts'
import type { DeviceAddress } from '../device-address.ts'
import { type CircleId, type DeviceId, keyText, type PersonId } from '../ids.ts'
import type { CircleFacts, Membership } from '../membership.ts'
import type { LinkWay } from '../service.ts'
import { NEWS_AFTER_MS, ReachService } from './reach-service.ts'

const id = <Id extends CircleId | DeviceId | PersonId>(number: number): Id =>
  keyText<Id>(new Uint8Array(32).fill(number))
const CIRCLE = id<CircleId>(200)
const PUBLIC = 'tcp/203.0.113.5:7' as DeviceAddress
const HOME = 'utp/192.168.1.7:7' as DeviceAddress

/** Devices 1, 2 and 3 are members; 9 is not. */
const MEMBERS = [1, 2, 3]

class Device {
  readonly service: ReachService
  readonly known = new Map<DeviceId, readonly DeviceAddress[]>()
  readonly heardOf: DeviceId[] = []
  readonly linkedMembers = new Set<DeviceId>()
  /** As far as its operations go. */
  members = MEMBERS
  own: readonly DeviceAddress[]

  constructor(wire: PeopleWire, number: number) {
    const me = id<DeviceId>(number)
    this.own = [PUBLIC, HOME]
    const facts = (): CircleFacts => {
      const all = this.members.map((one) => ({ person: id<PersonId>(100 + one), device: id<DeviceId>(one) }))
      return {
        members: new Map(
          all.map(({ person, device }) => [person, { devices: new Map([[device, new Uint8Array(32)]]) }]),
        ),
        owners: new Map(all.map(({ person, device }) => [device, person])),
      } as unknown as CircleFacts
    }
    const membership = {
      circles: () => [CIRCLE],
      facts,
      isLinked: (_: CircleId, device: DeviceId) => this.linkedMembers.has(device),
    } as unknown as Membership
    this.service = new ReachService({
      me,
      out: wire.out(me),
      membership,
      book: {
        addresses: (device) => this.known.get(device) ?? [],
        learn: (device, addresses) => void this.known.set(device, addresses),
      },
      own: () => this.own,
      heardOf: (device) => void this.heardOf.push(device),
      now: () => wire.now,
    })
    wire.add(me, this.service)
  }
}

function scene(way: LinkWay): {
  wire: PeopleWire
  devices: Record<1 | 2 | 9, Device>
  pass: (a: 1 | 2 | 9, b: 1 | 2 | 9) => void
} {
  const wire = new PeopleWire()
  const devices = { 1: new Device(wire, 1), 2: new Device(wire, 2), 9: new Device(wire, 9) }
  wire.link(id(1), id(2), way)
  wire.link(id(1), id(9), way)
  const pass = (a: 1 | 2 | 9, b: 1 | 2 | 9): void => {
    devices[a].linkedMembers.add(id(b))
    devices[a].service.memberLinked(CIRCLE, id(b))
  }
  return { wire, devices, pass }
}

test('members tell each other where they are, and of members that both know; a stranger is told nothing', () => {
  const { wire, devices, pass } = scene('nearby')
  devices[1].known.set(id(3), [PUBLIC])
  pass(1, 2)
  pass(2, 1)
  wire.settle()
  assert.deepEqual(devices[2].known.get(id(1)), [PUBLIC, HOME])
  assert.deepEqual(devices[2].known.get(id(3)), [PUBLIC])
  assert.deepEqual(devices[2].heardOf, [id(1), id(3)])
  assert.equal(devices[9].known.size, 0)
})

test('addresses of one network are of no use on another, and are neither told nor taken there', () => {
  const { wire, devices, pass } = scene('direct')
  pass(1, 2)
  pass(2, 1)
  wire.settle()
  assert.deepEqual(devices[2].known.get(id(1)), [PUBLIC])
  wire.out(id(1)).send(id(2), 'here', { a: [HOME] })
  wire.settle()
  assert.deepEqual(devices[2].known.get(id(1)), [PUBLIC])
})

test('who moved tells those who may know, once', () => {
  const { wire, devices, pass } = scene('nearby')
  pass(1, 2)
  wire.settle()
  devices[1].own = [HOME]
  devices[1].service.moved()
  assert.equal(wire.settle(), 1)
  devices[1].service.moved()
  assert.equal(wire.settle(), 0)
  assert.deepEqual(devices[2].known.get(id(1)), [HOME])
})

test('nothing is taken of devices that are no members, nor of ourselves', () => {
  const { wire, devices, pass } = scene('nearby')
  pass(2, 1)
  const told = [id<DeviceId>(9), id<DeviceId>(2), id<DeviceId>(3)]
  wire.out(id(1)).send(id(2), 'others', { d: told.map((device) => ({ a: [PUBLIC], i: bytesOf(device) })) })
  wire.settle()
  assert.deepEqual([...devices[2].known.keys()].sort(), [id(3)])
  function bytesOf(device: DeviceId): Uint8Array {
    return new Uint8Array(32).fill(device === id(9) ? 9 : device === id(2) ? 2 : 3)
  }
})

test('who came in is told where the others are though it has not their operations yet', () => {
  const { wire, devices, pass } = scene('nearby')
  devices[1].known.set(id(3), [PUBLIC])
  devices[2].members = [1, 2]
  pass(1, 2)
  wire.settle()
  assert.deepEqual([...devices[2].known.keys()], [id(1)])
  pass(2, 1)
  devices[2].members = MEMBERS
  devices[2].service.circleChanged(CIRCLE)
  assert.deepEqual(devices[2].known.get(id(3)), [PUBLIC])
  assert.deepEqual(devices[2].heardOf, [id(1), id(3)])
})

test('who is linked already is told where somebody new is, once, and of whoever moves', () => {
  const { wire, devices, pass } = scene('nearby')
  for (const one of [1, 2] as const) {
    devices[one].members = [1, 2]
    devices[one].service.circleChanged(CIRCLE)
  }
  pass(1, 2)
  pass(2, 1)
  wire.settle()
  devices[1].known.set(id(3), [PUBLIC])
  for (const one of [1, 2] as const) {
    devices[one].members = MEMBERS
    devices[one].service.circleChanged(CIRCLE)
  }
  wire.pass(NEWS_AFTER_MS)
  assert.deepEqual(devices[2].known.get(id(3)), [PUBLIC])
  // What it was told it does not tell back, nor is it told again.
  assert.equal(wire.carried.get('others')?.frames, 1)
  devices[1].service.circleChanged(CIRCLE)
  wire.pass(60_000)
  assert.equal(wire.carried.get('others')?.frames, 1)
})

test('what is no list of addresses ends the link', () => {
  for (const [kind, body] of [
    ['here', {}],
    ['here', { a: [new Uint8Array(65)] }],
    ['here', { a: Array.from({ length: 9 }, () => PUBLIC) }],
    ['others', { d: [{ a: [PUBLIC], i: new Uint8Array(31) }] }],
    ['others', { d: Array.from({ length: 33 }, () => ({ a: [PUBLIC], i: new Uint8Array(32) })) }],
    ['elsewhere', {}],
  ] as const) {
    const { wire } = scene('nearby')
    wire.out(id(1)).send(id(2), kind, body)
    wire.settle()
    assert.deepEqual(
      wire.hungUp.map(({ by, code }) => [by, code.split(' ')[0]]),
      [[id(2), 'FRAME_INVALID']],
    )
  }
})
