// Something sent to a person or device: what both sides remember of it, and the store for that.

import type { DeviceId, PersonId } from '../ids.ts'

export type OfferState = 'waiting' | 'accepted' | 'declined' | 'done' | 'failed' | 'withdrawn' | 'expired'

export interface OfferItem {
  readonly name: string
  readonly lengthBytes: number
  /** More than one for a folder. */
  readonly files: number
  readonly kind: string
}

/** 32 hex digits: 16 random bytes of the sender. */
export type OfferId = string

export interface SendOfferRow {
  readonly id: OfferId
  readonly incoming: boolean
  /** The other side's. */
  readonly person: PersonId | undefined
  readonly device: DeviceId
  readonly name: string
  readonly note: string
  /** The first few. */
  readonly items: readonly OfferItem[]
  readonly totalBytes: number
  /** The list of files; of what comes in empty until it was told after the yes. */
  readonly offer: Uint8Array
  /** 32 random bytes of the sender; what the bytes of it go under. Empty until then, too. */
  readonly secret: Uint8Array
  readonly state: OfferState
  /** The other side knows of this state. */
  readonly told: boolean
  readonly doneBytes: number
  readonly problem: { readonly code: string; readonly data: Readonly<Record<string, string>> } | undefined
  readonly saved: readonly string[]
  /** Seconds since 1970. */
  readonly at: number
  /** Offers of one call: the first of a person's devices that takes it withdraws the others. */
  readonly batch: string
}

export interface OfferRecords {
  offer(id: OfferId): SendOfferRow | undefined
  /** Newest first. */
  offers(limit: number): readonly SendOfferRow[]
  put(row: SendOfferRow): void
  /** What the other side does not know yet, oldest first. */
  untold(device: DeviceId): readonly SendOfferRow[]
  batch(batch: string): readonly SendOfferRow[]
  /** Incoming ones without an answer. */
  waiting(): { readonly all: number; of(device: DeviceId): number }
  /** Without an answer since before. */
  waitingBefore(at: number): readonly SendOfferRow[]
  /** All but the newest `kept`, and those from before. */
  forget(kept: number, before: number): void
}

export function isOver(state: OfferState): boolean {
  return state !== 'waiting' && state !== 'accepted'
}
