// Where devices find one another without a server: keys in the DHT and on the local network, made of a secret that both
// know, the device that is looked for, and the day. Promise: whoever has not the secret sees random bytes, other ones every
// day, of which no two can be told to belong together.

import { concatBytes, utf8 } from '../../base/bytes.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type DeviceId, type InviteId, keyBytes } from '../ids.ts'

export const DAY_SECONDS = 86_400
/** Computers whose clocks are this far off still meet around midnight (UTC). */
const CLOCK_SLACK_SECONDS = 3_600

/** The UTC day, as a number. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS)
}

/** Today; around midnight the other one, too. */
export function daysAround(seconds: number): readonly number[] {
  const days = [dayOf(seconds), dayOf(seconds - CLOCK_SLACK_SECONDS), dayOf(seconds + CLOCK_SLACK_SECONDS)]
  return [...new Set(days)]
}

/** Of one item of BEP 44: where it lies, and what its value is sealed with. */
export interface MeetingPlace {
  /** Ed25519 seed of the pair of keys that the DHT knows: whoever knows the secret could write there. */
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
  readonly salt: Uint8Array
  readonly sealing: Uint8Array
}

const NO_SALT = new Uint8Array(0)

/** Of a device in a circle (`secret`: access of an epoch) or for a contact. */
export function devicePlace(
  crypto: CommunityCrypto,
  use: 'circle' | 'contact',
  secret: Uint8Array,
  device: DeviceId,
  day: number,
): MeetingPlace {
  return placeOf(crypto, crypto.hmac(secret, label(use, keyBytes(device), day)), NO_SALT)
}

/** Members who may let somebody in share an invite's place; each has one of its slots. */
export const INVITE_SLOTS = 4

export function invitePlace(
  crypto: CommunityCrypto,
  invite: InviteId,
  slot: number,
  day: number,
): MeetingPlace {
  return placeOf(
    crypto,
    crypto.hmac(keyBytes(invite), label('invite', Uint8Array.of(slot), day)),
    Uint8Array.of(slot),
  )
}

/** By key, so that members spread without talking about it. */
export function inviteSlot(crypto: CommunityCrypto, invite: InviteId, device: DeviceId): number {
  const digest = crypto.hmac(keyBytes(invite), concatBytes([utf8('slot'), keyBytes(device)]))
  return (digest[0] as number) % INVITE_SLOTS
}

/** 20 bytes, as the local network's packets carry (BEP 14). */
export const LAN_KEY_BYTES = 20

export function lanKey(
  crypto: CommunityCrypto,
  secret: Uint8Array,
  device: DeviceId,
  day: number,
): Uint8Array {
  return crypto.hmac(secret, label('lan', keyBytes(device), day)).subarray(0, LAN_KEY_BYTES)
}

/** Of devices that everybody near may see: the same everywhere, always. */
export function visibleLanKey(crypto: CommunityCrypto): Uint8Array {
  return crypto.sha256(utf8('shoal nearby 1')).subarray(0, LAN_KEY_BYTES)
}

function placeOf(crypto: CommunityCrypto, secret: Uint8Array, salt: Uint8Array): MeetingPlace {
  const seed = crypto.derive(secret, 'shoal meeting key', 32)
  return {
    seed,
    salt,
    publicKey: crypto.publicKey(seed),
    sealing: crypto.derive(secret, 'shoal meeting seal', 32),
  }
}

function label(use: string, part: Uint8Array, day: number): Uint8Array {
  return concatBytes([utf8(`shoal ${use} ${day} `), part])
}
