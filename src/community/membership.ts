// What the other services may know of circles: who is in, who is linked, and the secrets of epochs. The circle service
// (circle/) answers it; chat, files and catalogues only ask. Promise: what it says of a circle is what the signed log says.

import type { CircleId, DeviceId, PersonId, RecordId } from './ids.ts'

export type Role = 'owner' | 'moderator' | 'member' | 'keeper'

export interface MemberFacts {
  readonly person: PersonId
  readonly role: Role
  readonly muted: boolean
  /** Live devices with the X25519 key that secrets are sealed to. */
  readonly devices: ReadonlyMap<DeviceId, Uint8Array>
  /** Seconds since 1970 as the operation says; for showing. */
  readonly addedAt: number
}

/** Where the log of a device that is out ends: later entries, and others at this place, never count. */
export interface Pin {
  /** 0 for nothing. */
  readonly seq: number
  readonly head: RecordId | undefined
}

export interface CirclePolicy {
  readonly history: 'all' | 'from-join'
  readonly approval: boolean
  readonly retentionDays: number
  readonly retentionBytes: number
  readonly keepCopies: number
}

export interface EpochFacts {
  /** Of the operation: epochs are told apart by it, generations may meet. */
  readonly id: RecordId
  readonly generation: number
  /** Rendezvous, gate and realm: members and keepers. Without bytes for epochs whose key never came. */
  readonly access: Uint8Array
  /** Members only; undefined for keepers, and for epochs whose key never came. */
  readonly read: Uint8Array | undefined
}

export interface CircleFacts {
  readonly id: CircleId
  readonly members: ReadonlyMap<PersonId, MemberFacts>
  /** Of every device that ever was in: whose it is. */
  readonly owners: ReadonlyMap<DeviceId, PersonId>
  readonly pins: ReadonlyMap<DeviceId, Pin>
  /** Who is out because others put them out; all others that are out left by themselves. */
  readonly removed: ReadonlySet<PersonId>
  readonly policy: CirclePolicy
  /** What is written with; undefined until one came. */
  readonly epoch: EpochFacts | undefined
  /** Whether this device is in now, and as what. */
  readonly mine: Role | undefined
}

export interface Membership {
  circles(): readonly CircleId[]
  /** The same object until something changed. */
  facts(circle: CircleId): CircleFacts | undefined
  /** Any epoch known here, for opening what was written before. */
  epoch(circle: CircleId, id: RecordId): EpochFacts | undefined
  /** Linked devices that proved to be in it (both ways), now. */
  linked(circle: CircleId): readonly DeviceId[]
  isLinked(circle: CircleId, device: DeviceId): boolean
  /** Told after each change: `facts`, or who is linked. */
  watch(listener: MembershipListener): void
}

export interface MembershipListener {
  circleChanged(circle: CircleId): void
  memberLinked(circle: CircleId, device: DeviceId): void
  memberUnlinked(circle: CircleId, device: DeviceId): void
}

/** Facts for the code CIRCLE_LEFT: put out by others, or only this device, by another one of mine. */
export function whyOut(
  facts: CircleFacts | undefined,
  me: PersonId,
): { readonly removed?: true; readonly device?: true } {
  if (facts?.removed.has(me) === true) return { removed: true }
  return facts?.members.has(me) === true ? { device: true } : {}
}
