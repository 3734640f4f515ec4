// Values that we keep for others (BEP 44).
// Invariants: at most MAX_ITEMS, at most MAX_ITEMS_PER_HOST from one address; a mutable item is signed, and its sequence
// number never goes back. What nobody puts again is forgotten after ITEM_LIFE_MS.

import { equalBytes, toHex } from '../../base/bytes.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { immutableTarget, isSignedWell, type MutableItem, mutableTarget } from './item.ts'
import { KRPC_ERRORS } from './krpc.ts'
import { ITEM_LIFE_MS, MAX_ITEMS, MAX_ITEMS_PER_HOST, MAX_SALT_BYTES, MAX_VALUE_BYTES } from './limits.ts'

export interface StoredItem {
  readonly value: Uint8Array
  readonly mutable: MutableItem | undefined
}

interface Kept extends StoredItem {
  /** Who put it first: it counts against that address. */
  readonly host: string
  untilMs: Millis
}

export interface PutRefusal {
  readonly code: number
  readonly text: string
}

export class ItemStore {
  readonly #digest: Digest
  readonly #signatures: Signatures
  /** By target in hex, the one put longest ago first. */
  readonly #items = new Map<string, Kept>()
  readonly #perHost = new Map<string, number>()

  constructor(digest: Digest, signatures: Signatures) {
    this.#digest = digest
    this.#signatures = signatures
  }

  get size(): number {
    return this.#items.size
  }

  get(target: Uint8Array, now: Millis): StoredItem | undefined {
    const kept = this.#items.get(toHex(target))
    return kept === undefined || kept.untilMs <= now ? undefined : kept
  }

  /** @param value bencoded */
  putImmutable(value: Uint8Array, host: string, now: Millis): PutRefusal | undefined {
    if (value.length > MAX_VALUE_BYTES) return TOO_BIG
    const key = toHex(immutableTarget(value, this.#digest))
    return this.#keep(key, { value: value.slice(), mutable: undefined }, host, now)
  }

  /** @param cas BEP 44: put only if this is the sequence number that is here */
  putMutable(item: MutableItem, cas: number | undefined, host: string, now: Millis): PutRefusal | undefined {
    if (item.value.length > MAX_VALUE_BYTES) return TOO_BIG
    if (item.salt.length > MAX_SALT_BYTES) return SALT_TOO_BIG
    const key = toHex(mutableTarget(item.publicKey, item.salt, this.#digest))
    const here = this.#items.get(key)?.mutable
    if (here !== undefined) {
      if (cas !== undefined && cas !== here.sequence) return CAS_MISMATCH
      if (item.sequence < here.sequence) return SEQUENCE_TOO_LOW
      if (item.sequence === here.sequence && !equalBytes(item.value, here.value)) return SEQUENCE_TOO_LOW
    }
    // Last, for it costs most.
    if (!isSignedWell(item, this.#signatures)) return BAD_SIGNATURE
    const mutable: MutableItem = {
      publicKey: item.publicKey.slice(),
      salt: item.salt.slice(),
      sequence: item.sequence,
      signature: item.signature.slice(),
      value: item.value.slice(),
    }
    return this.#keep(key, { value: mutable.value, mutable }, host, now)
  }

  expire(now: Millis): void {
    for (const [key, { untilMs }] of this.#items) if (untilMs <= now) this.#forget(key)
  }

  #keep(key: string, item: StoredItem, host: string, now: Millis): PutRefusal | undefined {
    const before = this.#items.get(key)
    if (before === undefined) {
      if ((this.#perHost.get(host) ?? 0) >= MAX_ITEMS_PER_HOST) return FULL
      if (this.#items.size >= MAX_ITEMS) this.#makeRoom()
      this.#perHost.set(host, (this.#perHost.get(host) ?? 0) + 1)
    }
    this.#items.delete(key)
    this.#items.set(key, { ...item, host: before?.host ?? host, untilMs: after(now, ITEM_LIFE_MS) })
    return undefined
  }

  #makeRoom(): void {
    for (const key of this.#items.keys()) {
      this.#forget(key)
      return
    }
  }

  #forget(key: string): void {
    const kept = this.#items.get(key)
    if (kept === undefined) return
    this.#items.delete(key)
    const left = (this.#perHost.get(kept.host) ?? 1) - 1
    if (left <= 0) this.#perHost.delete(kept.host)
    else this.#perHost.set(kept.host, left)
  }
}

const TOO_BIG = { code: KRPC_ERRORS.valueTooBig, text: 'value too big' }
const SALT_TOO_BIG = { code: KRPC_ERRORS.saltTooBig, text: 'salt too big' }
const BAD_SIGNATURE = { code: KRPC_ERRORS.badSignature, text: 'bad signature' }
const CAS_MISMATCH = { code: KRPC_ERRORS.casMismatch, text: 'CAS mismatch' }
const SEQUENCE_TOO_LOW = { code: KRPC_ERRORS.sequenceTooLow, text: 'sequence number too low' }
const FULL = { code: KRPC_ERRORS.server, text: 'too many items of yours' }
