// One operation of a circle: what a device did, and on what it rested. The bodies are facts as they were signed; whether
// they count is the resolver's to say (resolver.ts).

import type { DeviceCard } from '../identity/device-card.ts'
import type { CircleId, DeviceId, InviteId, PersonId, RecordId } from '../ids.ts'
import type { CirclePolicy, Role } from '../membership.ts'

/** Roles that an invite and an add give; others come by a role operation. */
export type JoinRole = 'member' | 'keeper'

export interface DevicePin {
  readonly device: DeviceId
  /** 0 for nothing. */
  readonly seq: number
  readonly head: RecordId | undefined
}

/** That an add rests on an invite: signed by the invite's key (join-proof.ts). */
export interface InviteBacking {
  readonly invite: InviteId
  readonly admitter: DeviceId
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
}

export interface EpochShare {
  readonly device: DeviceId
  /** HPKE to its key: access and read secret; access only for keepers. */
  readonly sealed: Uint8Array
}

/** An epoch before, sealed under this one's secrets. */
export interface EpochPast {
  readonly epoch: RecordId
  /** Its access secret under this access secret. */
  readonly access: Uint8Array
  /** Its read secret under this read secret. */
  readonly read: Uint8Array
}

export type OperationBody =
  | {
      readonly kind: 'create'
      readonly card: Uint8Array
      readonly policy: CirclePolicy
      readonly salt: Uint8Array
    }
  | {
      readonly kind: 'add'
      readonly role: JoinRole
      /** Encoded cards of one person. */
      readonly cards: readonly Uint8Array[]
      /** Undefined: an owner or moderator takes them in by their own right. */
      readonly backing: InviteBacking | undefined
    }
  | { readonly kind: 'remove'; readonly person: PersonId; readonly pins: readonly DevicePin[] }
  | { readonly kind: 'leave'; readonly pins: readonly DevicePin[] }
  | { readonly kind: 'role'; readonly person: PersonId; readonly role: Role }
  | { readonly kind: 'mute'; readonly person: PersonId; readonly muted: boolean }
  | {
      readonly kind: 'invite'
      readonly invite: InviteId
      readonly role: JoinRole
      readonly uses: number
      /** Seconds since 1970: kept by whoever lets in, since a log has no clock. */
      readonly expires: number
      readonly approval: boolean
    }
  | { readonly kind: 'invite-revoke'; readonly invite: InviteId }
  | {
      readonly kind: 'epoch'
      readonly generation: number
      /** The epochs that it follows: the heads among those in its past, ascending; none for the first. */
      readonly after: readonly RecordId[]
      readonly accessHash: Uint8Array
      readonly readHash: Uint8Array
      /** Ascending by device. */
      readonly shares: readonly EpochShare[]
      readonly past: readonly EpochPast[]
    }
  | {
      /** An epoch that is there, for those who came since (decision 0042). */
      readonly kind: 'share'
      readonly epoch: RecordId
      /** Ascending by device; one at least. */
      readonly shares: readonly EpochShare[]
    }
  | { readonly kind: 'policy'; readonly policy: CirclePolicy }
  | { readonly kind: 'device'; readonly card: Uint8Array }
  | { readonly kind: 'device-remove'; readonly device: DeviceId; readonly pin: DevicePin | undefined }

export type OperationKind = OperationBody['kind']

export interface OperationDraft {
  /** Undefined for create alone. */
  readonly circle: CircleId | undefined
  readonly author: DeviceId
  /** From 1. */
  readonly seq: number
  /** The author's own before; undefined for its first. */
  readonly prev: RecordId | undefined
  /** Ascending, without `prev`; none for create alone. */
  readonly parents: readonly RecordId[]
  /** Seconds since 1970 by the author's clock: for showing. */
  readonly at: number
  readonly body: OperationBody
}

export interface Operation extends OperationDraft {
  readonly id: RecordId
  readonly circle: CircleId
  readonly bytes: Uint8Array
  /** Cards within, read and verified. */
  readonly cards: readonly DeviceCard[]
}
