// A circle without its log of operations: who is in and with which keys is simply said, to all devices at once or to each apart.
// For what stands on circles (chat, files, catalogues).

import type { CommunityCrypto } from '../../src/community/crypto.ts'
import {
  type CircleId,
  type DeviceId,
  keyText,
  type PersonId,
  type RecordId,
} from '../../src/community/ids.ts'
import type {
  CircleFacts,
  CirclePolicy,
  EpochFacts,
  MemberFacts,
  Membership,
  MembershipListener,
  Pin,
  Role,
} from '../../src/community/membership.ts'

const POLICY: CirclePolicy = {
  history: 'all',
  approval: false,
  retentionDays: 30,
  retentionBytes: 50_000_000,
  keepCopies: 0,
}

export class PretendedCircle {
  readonly id: CircleId
  readonly epochs: EpochFacts[] = []
  readonly #crypto: CommunityCrypto
  readonly #members = new Map<PersonId, MemberFacts>()
  readonly #owners = new Map<DeviceId, PersonId>()
  readonly #pins = new Map<DeviceId, Pin>()
  readonly #removed = new Set<PersonId>()
  #policy = POLICY

  constructor(crypto: CommunityCrypto, number: number) {
    this.#crypto = crypto
    this.id = keyText<CircleId>(crypto.sha256(new Uint8Array([99, number])))
    this.rotate()
  }

  rotate(): void {
    const generation = this.epochs.length + 1
    const secret = (what: number) =>
      this.#crypto.sha256(new TextEncoder().encode(`${this.id}${generation}${what}`))
    this.epochs.push({ id: keyText<RecordId>(secret(1)), generation, access: secret(2), read: secret(3) })
  }

  add(person: PersonId, device: DeviceId, role: Role = 'member'): void {
    const before = this.#members.get(person)
    const devices = new Map(before?.devices)
    devices.set(device, new Uint8Array(32))
    this.#owners.set(device, person)
    this.#pins.delete(device)
    this.#removed.delete(person)
    this.#members.set(person, { person, role, muted: before?.muted ?? false, devices, addedAt: 0 })
  }

  change(person: PersonId, change: Partial<Pick<MemberFacts, 'role' | 'muted'>>): void {
    this.#members.set(person, { ...(this.#members.get(person) as MemberFacts), ...change })
  }

  /** With keys that they do not get. */
  remove(person: PersonId, pin: (device: DeviceId) => Pin): void {
    for (const device of this.#members.get(person)?.devices.keys() ?? []) this.#pins.set(device, pin(device))
    this.#members.delete(person)
    this.#removed.add(person)
    this.rotate()
  }

  policy(change: Partial<CirclePolicy>): void {
    this.#policy = { ...this.#policy, ...change }
  }

  /** As a device of this person sees it now, with read keys from one epoch on. */
  facts(person: PersonId, readsFrom: number): CircleFacts {
    const mine = this.#members.get(person)?.role
    return {
      id: this.id,
      members: new Map(this.#members),
      owners: new Map(this.#owners),
      pins: new Map(this.#pins),
      removed: new Set(this.#removed),
      policy: this.#policy,
      epoch: this.epoch(this.epochs.length - 1, mine, readsFrom),
      mine,
    }
  }

  epoch(index: number, mine: Role | undefined, readsFrom: number): EpochFacts | undefined {
    const epoch = this.epochs[index]
    if (epoch === undefined) return undefined
    return mine === 'keeper' || index < readsFrom ? { ...epoch, read: undefined } : epoch
  }
}

/** What one device knows; it learns of changes when told to. */
export class PretendedMembership implements Membership {
  readonly #person: PersonId
  readonly #circles = new Map<CircleId, { circle: PretendedCircle; facts: CircleFacts; epochs: number }>()
  readonly #linked = new Map<CircleId, Set<DeviceId>>()
  readonly #listeners: MembershipListener[] = []
  /** Index of the first epoch whose read key it has. */
  readsFrom = 0

  constructor(person: PersonId) {
    this.#person = person
  }

  learn(circle: PretendedCircle): void {
    const facts = circle.facts(this.#person, this.readsFrom)
    this.#circles.set(circle.id, { circle, facts, epochs: circle.epochs.length })
    for (const listener of this.#listeners) listener.circleChanged(circle.id)
  }

  link(circle: CircleId, device: DeviceId): void {
    const linked = this.#linked.get(circle) ?? new Set()
    linked.add(device)
    this.#linked.set(circle, linked)
    for (const listener of this.#listeners) listener.memberLinked(circle, device)
  }

  unlink(circle: CircleId, device: DeviceId): void {
    if (this.#linked.get(circle)?.delete(device) !== true) return
    for (const listener of this.#listeners) listener.memberUnlinked(circle, device)
  }

  circles(): readonly CircleId[] {
    return [...this.#circles.keys()]
  }

  facts(circle: CircleId): CircleFacts | undefined {
    return this.#circles.get(circle)?.facts
  }

  epoch(circle: CircleId, id: RecordId): EpochFacts | undefined {
    const known = this.#circles.get(circle)
    const index = known?.circle.epochs.findIndex((epoch) => epoch.id === id) ?? -1
    if (known === undefined || index < 0 || index >= known.epochs) return undefined
    return known.circle.epoch(index, known.facts.mine, this.readsFrom)
  }

  linked(circle: CircleId): readonly DeviceId[] {
    return [...(this.#linked.get(circle) ?? [])]
  }

  isLinked(circle: CircleId, device: DeviceId): boolean {
    return this.#linked.get(circle)?.has(device) === true
  }

  watch(listener: MembershipListener): void {
    this.#listeners.push(listener)
  }
}
