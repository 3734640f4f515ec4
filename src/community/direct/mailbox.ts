// Mail that we hold for others until they are met: with a token that they issued, for 72 hours, so many and so much.
// Promise: without a token that its device told us of nothing is stored; what is held cannot be read here; it goes to its
// device alone, or is thrown away.

import { concatBytes, equalBytes, toHex } from '../../base/bytes.ts'
import type { Digest } from '../../base/ports.ts'
import type { DeviceId } from '../ids.ts'
import type { DirectRecords, HeldMail, MailKey } from './direct-records.ts'
import {
  BOX_KEPT_SECONDS,
  HELD_SECONDS,
  MAX_BOXES,
  MAX_HELD_A_BOX_BYTES,
  MAX_HELD_A_TOKEN,
  MAX_HELD_BYTES,
  MAX_TOKENS,
  TOKEN_HASH_BYTES,
} from './limits.ts'

export const MAIL_KEY_BYTES = 16

export function mailKey(mail: Uint8Array, digest: Digest): MailKey {
  return toHex(digest.sha256(mail).subarray(0, MAIL_KEY_BYTES))
}

/** What its device tells of a token, so that its holders know it when they see it, and nothing before. */
export function tokenHash(token: Uint8Array, digest: Digest): Uint8Array {
  return digest.sha256(token).subarray(0, TOKEN_HASH_BYTES)
}

/** What to tell of all of them. */
export function boxHashes(tokens: readonly Uint8Array[], digest: Digest): Uint8Array {
  return concatBytes(tokens.slice(-MAX_TOKENS).map((token) => tokenHash(token, digest)))
}

export class Mailbox {
  readonly #records: DirectRecords
  readonly #digest: Digest

  constructor(records: DirectRecords, digest: Digest) {
    this.#records = records
    this.#digest = digest
  }

  /** A device told what it takes. @param now seconds since 1970 */
  told(device: DeviceId, hashes: Uint8Array, prekey: Uint8Array, now: number): void {
    const records = this.#records
    if (records.box(device) === undefined && records.countBoxes() >= MAX_BOXES) return
    records.putBox({ device, hashes, prekey, told: now })
  }

  /** Whether it is held now; false says that it is not taken here. */
  put(box: DeviceId, token: Uint8Array, mail: Uint8Array, now: number): boolean {
    const records = this.#records
    const key = mailKey(mail, this.#digest)
    if (records.held(key) !== undefined) return true
    if (!this.#takes(box, token)) return false
    const sums = records.heldSums(box, token)
    if (sums.token >= MAX_HELD_A_TOKEN) return false
    if (sums.boxBytes + mail.length > MAX_HELD_A_BOX_BYTES) return false
    if (sums.allBytes + mail.length > MAX_HELD_BYTES) return false
    records.putHeld({ key, box, token, mail, came: now })
    return true
  }

  /** Of a device, for whoever may write to it; signed, so it is the same whoever passes it on. */
  prekeyOf(box: DeviceId, token: Uint8Array): Uint8Array | undefined {
    const prekey = this.#takes(box, token) ? this.#records.box(box)?.prekey : undefined
    return prekey?.length === 0 ? undefined : prekey
  }

  key(mail: Uint8Array): MailKey {
    return mailKey(mail, this.#digest)
  }

  /** What its device is to get next. */
  next(box: DeviceId, limit: number): readonly HeldMail[] {
    return this.#records.heldFor(box, limit)
  }

  /** Its device has it, or does not want it; nobody else may say so. */
  answered(box: DeviceId, key: MailKey): void {
    if (this.#records.held(key)?.box === box) this.#records.removeHeld(key)
  }

  tidy(now: number): void {
    this.#records.removeHeldBefore(now - HELD_SECONDS)
    this.#records.removeBoxesBefore(now - BOX_KEPT_SECONDS)
  }

  #takes(device: DeviceId, token: Uint8Array): boolean {
    const hashes = this.#records.box(device)?.hashes
    if (hashes === undefined) return false
    const wanted = tokenHash(token, this.#digest)
    for (let at = 0; at < hashes.length; at += TOKEN_HASH_BYTES)
      if (equalBytes(hashes.subarray(at, at + TOKEN_HASH_BYTES), wanted)) return true
    return false
  }
}
