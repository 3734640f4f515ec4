// Values that we keep for others (BEP 44).
// Invariants: at most MAX_ITEMS, at most MAX_ITEMS_PER_HOST from one address; a mutable item is signed, and its sequence
// number never goes back. What nobody puts again is forgotten after ITEM_LIFE_MS; where there is no room, what lies farthest
// from our id goes: it is others' to keep, and a flood of anything else moves nothing that is ours to keep.

import { isPublicHost } from '../../base/address.ts'
import { equalBytes, toHex } from '../../base/bytes.ts'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import { after, type Millis } from '../../base/ids.ts'
import type { Digest, Signatures } from '../../base/ports.ts'
import { immutableTarget, isSignedWell, type MutableItem, mutableTarget } from './item.ts'
import { KRPC_ERRORS } from './krpc.ts'
import { ITEM_LIFE_MS, MAX_ITEMS, MAX_ITEMS_PER_HOST, MAX_SALT_BYTES, MAX_VALUE_BYTES } from './limits.ts'
import { compareDistance } from './node-id.ts'

export interface StoredItem {
  readonly value: Uint8Array
  readonly mutable: MutableItem | undefined
}

interface Kept extends StoredItem {
  readonly target: Uint8Array
  /** Who put it first: it counts against that address. */
  readonly putter: string
  untilMs: Millis
}

export interface PutRefusal {
  readonly code: number
  readonly text: string
}

export class ItemStore {
  readonly #digest: Digest
  readonly #signatures: Signatures
  readonly #ownId: () => Uint8Array
  /** By target in hex. */
  readonly #items = new Map<string, Kept>()
  readonly #perPutter = new Map<string, number>()

  constructor(digest: Digest, signatures: Signatures, ownId: () => Uint8Array) {
    this.#digest = digest
    this.#signatures = signatures
    this.#ownId = ownId
  }

  get size(): number {
    return this.#items.size
  }

  get(target: Uint8Array, now: Millis): StoredItem | undefined {
    const kept = this.#items.get(toHex(target))
    return kept === undefined || kept.untilMs <= now ? undefined : kept
  }

  /** @param value bencoded @param from undefined for what is our own */
  putImmutable(value: Uint8Array, from: Endpoint | undefined, now: Millis): PutRefusal | undefined {
    if (value.length > MAX_VALUE_BYTES) return TOO_BIG
    const target = immutableTarget(value, this.#digest)
    return this.#keep(target, { value: value.slice(), mutable: undefined }, from, now)
  }

  /** @param cas BEP 44: put only if this is the sequence number that is here */
  putMutable(
    item: MutableItem,
    cas: number | undefined,
    from: Endpoint | undefined,
    now: Millis,
  ): PutRefusal | undefined {
    if (item.value.length > MAX_VALUE_BYTES) return TOO_BIG
    if (item.salt.length > MAX_SALT_BYTES) return SALT_TOO_BIG
    const target = mutableTarget(item.publicKey, item.salt, this.#digest)
    const here = this.get(target, now)?.mutable
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
    return this.#keep(target, { value: mutable.value, mutable }, from, now)
  }

  expire(now: Millis): void {
    for (const [key, { untilMs }] of this.#items) if (untilMs <= now) this.#forget(key)
  }

  #keep(
    target: Uint8Array,
    item: StoredItem,
    from: Endpoint | undefined,
    now: Millis,
  ): PutRefusal | undefined {
    const key = toHex(target)
    const before = this.#items.get(key)
    const putter = before?.putter ?? putterOf(from)
    if (before === undefined) {
      if ((this.#perPutter.get(putter) ?? 0) >= MAX_ITEMS_PER_HOST) return TOO_MANY
      if (this.#items.size >= MAX_ITEMS && !this.#makeRoom(target)) return FULL
      this.#perPutter.set(putter, (this.#perPutter.get(putter) ?? 0) + 1)
    }
    this.#items.set(key, { ...item, target, putter, untilMs: after(now, ITEM_LIFE_MS) })
    return undefined
  }

  /** @returns false when what is to come in is the farthest itself */
  #makeRoom(target: Uint8Array): boolean {
    const ownId = this.#ownId()
    let farthest = target
    for (const kept of this.#items.values())
      if (compareDistance(ownId, kept.target, farthest) > 0) farthest = kept.target
    this.#forget(toHex(farthest))
    return farthest !== target
  }

  #forget(key: string): void {
    const kept = this.#items.get(key)
    if (kept === undefined) return
    this.#items.delete(key)
    const left = (this.#perPutter.get(kept.putter) ?? 1) - 1
    if (left <= 0) this.#perPutter.delete(kept.putter)
    else this.#perPutter.set(kept.putter, left)
  }
}

/** SAFETY.md: a public address whatever its port; on private ranges address and port. */
function putterOf(from: Endpoint | undefined): string {
  if (from === undefined) return 'ourselves'
  return isPublicHost(from.host) ? from.host : endpointText(from)
}

const TOO_BIG = { code: KRPC_ERRORS.valueTooBig, text: 'value too big' }
const SALT_TOO_BIG = { code: KRPC_ERRORS.saltTooBig, text: 'salt too big' }
const BAD_SIGNATURE = { code: KRPC_ERRORS.badSignature, text: 'bad signature' }
const CAS_MISMATCH = { code: KRPC_ERRORS.casMismatch, text: 'CAS mismatch' }
const SEQUENCE_TOO_LOW = { code: KRPC_ERRORS.sequenceTooLow, text: 'sequence number too low' }
const TOO_MANY = { code: KRPC_ERRORS.server, text: 'too many items of yours' }
const FULL = { code: KRPC_ERRORS.server, text: 'no room' }
