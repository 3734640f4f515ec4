// What is known of one circle while copies are kept for it. Nothing of it outlives the process: it is told and counted anew.

import type { Millis } from '../../base/ids.ts'
import type { DeviceId } from '../ids.ts'
import { Presence } from './presence.ts'

/** A content of a circle, and the devices in whose catalogue it stands. */
export interface OfferedContent {
  /** contentIdText(): the root in hex, a dash, the length. */
  readonly content: string
  readonly lengthBytes: number
  readonly holders: readonly DeviceId[]
}

export interface KeepSide {
  readonly presence: Presence
  /** Free room as its device said it. */
  readonly room: Map<DeviceId, number>
  /** Contents that a device said it fetches, and until when that counts. */
  readonly plans: Map<DeviceId, Map<string, Millis>>
  /** What I said that I fetch: begun, and waiting for its turn. */
  readonly claims: Map<string, OfferedContent>
  readonly fetching: Set<string>
  readonly resting: Map<string, Millis>
  /** Since when a content has too few. */
  readonly short: Map<string, Millis>
  lookAt: Millis | undefined
  planAt: Millis | undefined
  roomAt: Millis | undefined
  toldRoomAt: Millis | undefined
}

export function keepSide(now: Millis): KeepSide {
  return {
    presence: new Presence(now),
    room: new Map(),
    plans: new Map(),
    claims: new Map(),
    fetching: new Set(),
    resting: new Map(),
    short: new Map(),
    lookAt: undefined,
    planAt: undefined,
    roomAt: undefined,
    toldRoomAt: undefined,
  }
}
