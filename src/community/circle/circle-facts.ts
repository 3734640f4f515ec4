// What a circle's operations come to now: members, devices, pins, policy and the epoch that is written with.

import type { DeviceId, PersonId, RecordId } from '../ids.ts'
import type { CircleFacts, CirclePolicy, EpochFacts, MemberFacts, Pin } from '../membership.ts'
import { bestOf, policyAt, recipients } from './epoch-rules.ts'
import { byPlace, type Node } from './graph.ts'
import type { DevicePin } from './operation.ts'
import type { Register } from './register.ts'
import type { Resolver } from './resolver.ts'

/** What a circle begins with: chat for a month, everybody reads what was written before they came. */
export const DEFAULT_POLICY: CirclePolicy = {
  history: 'all',
  approval: false,
  retentionDays: 30,
  retentionBytes: 50_000_000,
  keepCopies: 0,
}

/** @param epoch what is known of an epoch's secrets */
export function factsOf(
  resolver: Resolver,
  me: DeviceId,
  epoch: (id: RecordId) => EpochFacts | undefined,
): CircleFacts {
  resolver.settle()
  const { register, graph } = resolver
  const members = membersOf(register)
  const owners = ownersOf(resolver)
  const live = new Set([...members.values()].flatMap(({ devices }) => [...devices.keys()]))
  const best = bestOf(register, undefined, recipients(register, undefined))
  const mine = owners.get(me)
  return {
    id: graph.circle,
    members,
    owners,
    pins: pinsOf(resolver, owners, live),
    removed: removedOf(register, members),
    policy: policyOf(register),
    epoch: best && epoch(best.operation.id),
    mine: mine !== undefined && live.has(me) ? members.get(mine)?.role : undefined,
  }
}

export function policyOf(register: Register): CirclePolicy {
  return policyAt(register, undefined) ?? DEFAULT_POLICY
}

function membersOf(register: Register): Map<PersonId, MemberFacts> {
  const members = new Map<PersonId, MemberFacts>()
  for (const person of register.persons()) {
    const add = register.addOf(person, undefined)
    const role = add && register.role(person, undefined)
    if (add === undefined || role === undefined) continue
    const cards = register.liveDevices(person, undefined)
    members.set(person, {
      person,
      role,
      muted: register.muted(person, undefined),
      devices: new Map(cards.map(({ device, sealingKey }) => [device, sealingKey])),
      addedAt: add.operation.at,
    })
  }
  return members
}

/** By the last operation that ended their membership, as far as one stands. */
function removedOf(register: Register, members: ReadonlyMap<PersonId, MemberFacts>): Set<PersonId> {
  const removed = new Set<PersonId>()
  for (const person of register.persons()) {
    if (members.has(person)) continue
    const last = register.removalsSeen(person, undefined).sort(byPlace).at(-1)
    if (last?.operation.body.kind === 'remove') removed.add(person)
  }
  return removed
}

function ownersOf({ register }: Resolver): Map<DeviceId, PersonId> {
  const owners = new Map<DeviceId, PersonId>()
  for (const person of register.persons())
    for (const device of register.devicesEver(person))
      if (register.ownerOf(device, undefined) === person) owners.set(device, person)
  return owners
}

/** Of devices that are out: where their chat ends, as whoever put them out knew it; of several the furthest. */
function pinsOf(
  resolver: Resolver,
  owners: ReadonlyMap<DeviceId, PersonId>,
  live: ReadonlySet<DeviceId>,
): Map<DeviceId, Pin> {
  const pins = new Map<DeviceId, Pin>()
  for (const device of owners.keys()) if (!live.has(device)) pins.set(device, { seq: 0, head: undefined })
  for (const node of resolver.graph.nodes) {
    if (!resolver.counts(node)) continue
    for (const { device, seq, head } of pinsIn(node)) {
      const pin = pins.get(device)
      if (pin === undefined || seq < pin.seq) continue
      if (seq > pin.seq || (head ?? '') < (pin.head ?? '')) pins.set(device, { seq, head })
    }
  }
  return pins
}

function pinsIn({ operation: { body } }: Node): readonly DevicePin[] {
  if (body.kind === 'remove' || body.kind === 'leave') return body.pins
  return body.kind === 'device-remove' && body.pin !== undefined ? [body.pin] : []
}
