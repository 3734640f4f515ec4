// What circles keep on disk, as the circle service asks for it: synchronous, inside the one transaction that the host puts
// around each input. Promise wanted of whoever fills it: what was put is there after a restart if the transaction ended,
// operations in the order in which they were put.

import type { CircleId, DeviceId, InviteId, PersonId, RecordId } from '../ids.ts'

export interface StoredCircle {
  readonly id: CircleId
  /**
   * `in`: a member, or was one. `joining`: let in, and still receiving. `restoring`: of a person that came back by words,
   * before anybody of it was met. `left`: this person left by itself; what was received stays.
   */
  readonly state: 'in' | 'joining' | 'restoring' | 'left'
}

/** Secrets of an epoch, by its operation. */
export interface StoredEpoch {
  readonly id: RecordId
  readonly access: Uint8Array
  /** Absent for keepers. */
  readonly read: Uint8Array | undefined
}

/** A circle on its way to be joined; its invite's seed is in `payload`. */
export interface StoredJoining {
  readonly invite: InviteId
  readonly circle: CircleId
  /** As in the link (invite-link.ts). */
  readonly payload: Uint8Array
  readonly step: 'looking' | 'asking' | 'waiting-approval' | 'receiving-history' | 'joined' | 'failed'
  /** INVITE_USED …, when failed. */
  readonly problem: string | undefined
  /** Seconds since 1970. */
  readonly since: number
}

/** Somebody with an invite that waits for a moderator's yes; `invite` and `device` stand in the request, too. */
export interface StoredRequest {
  readonly circle: CircleId
  readonly person: PersonId
  readonly device: DeviceId
  readonly invite: InviteId
  /** Cards and proof of the invite (join-request.ts). */
  readonly request: Uint8Array
  /** Seconds since 1970. */
  readonly at: number
}

export interface CircleStore {
  circles(): readonly StoredCircle[]
  putCircle(circle: StoredCircle): void
  /** Operations, secrets and requests, too. */
  forgetCircle(circle: CircleId): void
  /** In the order they were put: parents first. */
  operations(circle: CircleId): Iterable<Uint8Array>
  putOperation(circle: CircleId, id: RecordId, bytes: Uint8Array): void
  epochs(circle: CircleId): readonly StoredEpoch[]
  putEpoch(circle: CircleId, epoch: StoredEpoch): void
  joinings(): readonly StoredJoining[]
  putJoining(joining: StoredJoining): void
  removeJoining(invite: InviteId): void
  requests(): readonly StoredRequest[]
  putRequest(request: StoredRequest): void
  removeRequest(circle: CircleId, person: PersonId): void
}
