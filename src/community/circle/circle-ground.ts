// What the parts of the circle service have in common: the circles, who is linked, and how they tell one another that
// something changed. The service (circle-service.ts) fills it.

import type { Millis } from '../../base/ids.ts'
import type { Random } from '../../base/ports.ts'
import type { CircleId, DeviceId, InviteId } from '../ids.ts'
import type { Pin } from '../membership.ts'
import type { ServiceOut } from '../service.ts'
import type { Circle, CircleGround } from './circle.ts'
import type { Operation, OperationBody } from './operation.ts'

/** What is done elsewhere, since it takes time, and answered by a command. */
export type CircleEffect =
  /** HPKE each share to its recipient's key: answered by `sealed`. */
  | {
      readonly kind: 'seal'
      readonly number: number
      readonly shares: readonly SealShare[]
    }
  /** HPKE with this device's own key: answered by `opened`. */
  | {
      readonly kind: 'open'
      readonly number: number
      readonly info: Uint8Array
      readonly sealed: Uint8Array
    }

export interface SealShare {
  /** X25519. */
  readonly recipient: Uint8Array
  readonly info: Uint8Array
  readonly plain: Uint8Array
}

export interface CircleEvents {
  joiningChanged(invite: InviteId): void
  requestsChanged(circle: CircleId): void
  invitesChanged(circle: CircleId): void
  /** How far a linked device is trusted with time and memory (`standing`). */
  standingChanged(device: DeviceId): void
}

export interface PartGround extends CircleGround {
  readonly random: Random
  readonly out: ServiceOut
  readonly events: CircleEvents
  /** Where a device's chat ends here, for pins. */
  chatEnd(circle: CircleId, device: DeviceId): Pin
  circles(): Iterable<Circle>
  circle(id: CircleId): Circle | undefined
  linkedDevices(): Iterable<DeviceId>
  /** Writes an operation and has it told. @throws CommunityError NOT_ALLOWED */
  write(circle: Circle, body: OperationBody, now: Millis): Operation
  /** Lets a linked device in by name: it is in, and could not know a secret yet. */
  welcome(circle: Circle, device: DeviceId): void
  effect(make: (number: number) => CircleEffect): number
}
