// What direct messages keep: prekeys, tokens, correspondents, what is on its way, and what is held for others. Rows, and the
// store of them (SQLite in production, maps in tests). The messages themselves are chat's (DirectInbox).

import type { DeviceId, PersonId, RecordId } from '../ids.ts'
import type { OwnPrekey } from './prekey.ts'

/** A device that I can write to. */
export interface Correspondent {
  readonly device: DeviceId
  readonly person: PersonId
  /** X25519, signed by the device. */
  readonly prekey: Uint8Array
  readonly made: number
  /** What it issued to me: goes outside on each mail to it. */
  readonly token: Uint8Array
}

/** An entry that is not everywhere yet. */
export interface Waiting {
  readonly id: RecordId
  /** With whom the conversation is. */
  readonly person: PersonId
  readonly entry: Uint8Array
  /** Seconds since 1970. */
  readonly made: number
}

export interface Holder {
  readonly device: DeviceId
  /** Seconds since 1970: then it has thrown it away. */
  readonly until: number
}

/** One entry on its way to one device. */
export interface Delivery {
  readonly id: RecordId
  readonly device: DeviceId
  /** Whose it is: the recipient, or me. */
  readonly person: PersonId
  readonly arrived: boolean
  /** Sealed to it, so that it is the same however often it is sent. */
  readonly mail: Uint8Array | undefined
  /** When the prekey was made that it is sealed to. */
  readonly prekeyMade: number
  readonly holders: readonly Holder[]
}

/** Somebody else's mail. */
export interface HeldMail {
  readonly key: MailKey
  readonly box: DeviceId
  readonly token: Uint8Array
  readonly mail: Uint8Array
  /** Seconds since 1970. */
  readonly came: number
}

/** First 16 bytes of a mail's hash, in hex. */
export type MailKey = string

/** What one device takes, as it told. */
export interface Box {
  readonly device: DeviceId
  /** TOKEN_HASH_BYTES each. */
  readonly hashes: Uint8Array
  /** Its signed prekey, for those who may write to it; empty while it has none. */
  readonly prekey: Uint8Array
  readonly told: number
}

export interface DirectRecords {
  /** Newest first. */
  prekeys(): readonly OwnPrekey[]
  putPrekey(prekey: OwnPrekey): void
  /** Overwritten, then removed. */
  removePrekey(publicKey: Uint8Array): void

  tokenFor(person: PersonId): Uint8Array | undefined
  personOfToken(token: Uint8Array): PersonId | undefined
  putToken(person: PersonId, token: Uint8Array): void
  removeToken(person: PersonId): void
  /** All that were issued, oldest first. */
  tokens(): readonly { readonly person: PersonId; readonly token: Uint8Array }[]

  correspondent(device: DeviceId): Correspondent | undefined
  correspondentsOf(person: PersonId): readonly Correspondent[]
  putCorrespondent(row: Correspondent): void
  removeCorrespondent(device: DeviceId): void

  waiting(id: RecordId): Waiting | undefined
  waitingOf(person: PersonId): readonly Waiting[]
  /** With whom the conversations are in which something waits. */
  waitingPersons(): readonly PersonId[]
  countWaiting(person: PersonId): number
  putWaiting(row: Waiting): void
  /** With its deliveries. */
  removeWaiting(id: RecordId): void
  waitingBefore(made: number): readonly Waiting[]
  deliveries(id: RecordId): readonly Delivery[]
  delivery(id: RecordId, device: DeviceId): Delivery | undefined
  putDelivery(row: Delivery): void
  removeDelivery(id: RecordId, device: DeviceId): void
  /** Of one device, not arrived, oldest first. */
  pendingFor(device: DeviceId, limit: number): readonly Delivery[]
  pendingDevices(): readonly { readonly device: DeviceId; readonly person: PersonId }[]

  /** Mails that were opened here. */
  isSeen(key: MailKey): boolean
  putSeen(key: MailKey, until: number): void
  forgetSeen(before: number): void

  box(device: DeviceId): Box | undefined
  putBox(box: Box): void
  countBoxes(): number
  removeBoxesBefore(told: number): void
  held(key: MailKey): HeldMail | undefined
  /** Oldest first. */
  heldFor(box: DeviceId, limit: number): readonly HeldMail[]
  heldSums(
    box: DeviceId,
    token: Uint8Array,
  ): { readonly token: number; readonly boxBytes: number; readonly allBytes: number }
  putHeld(mail: HeldMail): void
  removeHeld(key: MailKey): void
  removeHeldBefore(came: number): void
}
