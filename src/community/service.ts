// What talks with other devices: services side by side on one authenticated link to each device, and what they are given.
// A service is a machine: links, frames, commands and time go in, frames go out through `out`. It never asks for sockets.
//
// A frame is the bencoded dictionary {k: `<service>.<kind>`, b: {...}}, at most MAX_FRAME_BYTES, length-prefixed (4 bytes,
// big endian) on the one long-lived stream `/shoal/people/1` of each pair of devices. The switchboard (switchboard.ts)
// decodes, bounds and routes; who sends what is no frame is hung up on.

import type { Encodable } from '../base/bencode-encode.ts'
import type { BDict } from '../base/bencode-value.ts'
import type { Millis } from '../base/ids.ts'
import type { DeviceId } from './ids.ts'

/** COMMUNITY.md: pages of history and epoch operations are at most 256 KiB; and what stands around them. */
export const MAX_FRAME_BYTES = 264 * 1024

export type LinkWay =
  /** Straight, from anywhere. */
  | 'direct'
  /** Straight, on the same local network. */
  | 'nearby'
  /** Through another member: chat only, and few bytes. */
  | 'relayed'

export interface Link {
  readonly device: DeviceId
  readonly way: LinkWay
  /** We called. */
  readonly outgoing: boolean
}

/** Where a service's frames go. */
export interface ServiceOut {
  /** False where the link is gone or its buffer is full: the service offers it again after `drained`. */
  send(to: DeviceId, kind: string, body: { readonly [key: string]: Encodable | undefined }): boolean
  /** Ends the link; `code` goes to the log, and counts against the device where it was its fault. */
  hangUp(device: DeviceId, code: string, blame: boolean): void
}

export interface Service {
  /** Its frames are those whose kind begins with this and a dot. */
  readonly name: string
  linked(link: Link, now: Millis): void
  /** `body` was decoded canonically and is bounded, and nothing more. @throws RecordError to hang up */
  received(from: DeviceId, kind: string, body: BDict, now: Millis): void
  /** What was refused by `send` may be tried again. */
  drained(device: DeviceId, now: Millis): void
  unlinked(device: DeviceId, now: Millis): void
  wake(now: Millis): void
  deadline(): Millis | undefined
}

/** Wall time, for expiry and for dates that people see; it may jump, so nothing of order hangs on it. */
export interface Wall {
  /** Seconds since 1970. */
  seconds(): number
}
