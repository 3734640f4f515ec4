// What is remembered of people: rows, and the store that keeps them (SQLite in production, maps in tests).

import type { DeviceId, PersonId } from '../ids.ts'

export interface ContactRow {
  readonly person: PersonId
  /** As they said last; null until they said one. */
  readonly name: string | null
  /** As I call them. */
  readonly alias: string | null
  readonly contact: boolean
  readonly verified: boolean
  readonly ignored: boolean
  readonly blocked: boolean
  readonly alwaysAcceptBytes: number
  readonly acceptedOffers: number
  /** Seconds since 1970; null while never met. */
  readonly seenAt: number | null
  /** Seconds since 1970, of the last change by me on any device of mine: the later one counts. */
  readonly changedAt: number
}

export interface KnownDevice {
  readonly device: DeviceId
  readonly person: PersonId
  /** Whole, as it was signed; undefined while only a link told of it. */
  readonly card: Uint8Array | undefined
  readonly name: string
  /** Where a link said that it is; what was learnt since is the network's. */
  readonly hints: readonly string[]
  /** Of a link by which I add them, until they answered. */
  readonly token: Uint8Array | undefined
  readonly seenAt: number | null
}

export interface ContactRecords {
  contact(person: PersonId): ContactRow | undefined
  contacts(): readonly ContactRow[]
  putContact(row: ContactRow): void
  removeContact(person: PersonId): void
  device(device: DeviceId): KnownDevice | undefined
  devicesOf(person: PersonId): readonly KnownDevice[]
  /** Those with a token. */
  asked(): readonly KnownDevice[]
  putDevice(row: KnownDevice): void
  removeDevice(device: DeviceId): void
  /** Devices that a person has put out, those first that went first. */
  isGone(person: PersonId, device: DeviceId): boolean
  goneDevices(person: PersonId): readonly DeviceId[]
  putGone(person: PersonId, device: DeviceId, at: number): void
  removeGone(person: PersonId, device: DeviceId): void
  /** The latest list of a person's devices (identity/device-list.ts). */
  list(person: PersonId): Uint8Array | undefined
  putList(person: PersonId, list: Uint8Array): void
  /** With what it said to be gone. */
  removeList(person: PersonId): void
  /** Tokens of links that I made and that still work. */
  linkTokens(): readonly Uint8Array[]
  /** Seconds since 1970; undefined where it is none of mine, or withdrawn. */
  linkMade(token: Uint8Array): number | undefined
  putLinkToken(token: Uint8Array, made: number): void
  removeLinkTokens(): void
}
