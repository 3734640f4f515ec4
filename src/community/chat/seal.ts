// Content to ciphertext and back, under a key made of an epoch's read secret. What binds it: circle, author, place in the
// author's chain and epoch, so that a ciphertext says nothing anywhere else.

import { encode } from '../../base/bencode-encode.ts'
import { type CommunityCrypto, SECRET_BYTES } from '../crypto.ts'
import { type CircleId, type DeviceId, keyBytes, type RecordId } from '../ids.ts'
import type { EpochFacts } from '../membership.ts'

export interface Place {
  readonly circle: CircleId
  readonly author: DeviceId
  readonly seq: number
  readonly epoch: RecordId
}

const INFO = 'shoal chat entry 1'
/** Epochs whose keys are at hand; one is made in some microseconds. */
const KEPT_KEYS = 64

export class EntrySeal {
  readonly #crypto: CommunityCrypto
  readonly #keys = new Map<RecordId, Uint8Array>()

  constructor(crypto: CommunityCrypto) {
    this.#crypto = crypto
  }

  /** @param read of the place's epoch */
  seal(place: Place, read: Uint8Array, content: Uint8Array): Uint8Array {
    return this.#crypto.seal(this.#key(place.epoch, read), content, bound(place))
  }

  /** Undefined without the key, or where anything was changed. */
  open(place: Place, epoch: EpochFacts | undefined, sealed: Uint8Array): Uint8Array | undefined {
    if (epoch?.read === undefined) return undefined
    return this.#crypto.open(this.#key(place.epoch, epoch.read), sealed, bound(place))
  }

  #key(epoch: RecordId, read: Uint8Array): Uint8Array {
    let key = this.#keys.get(epoch)
    if (key === undefined) {
      key = this.#crypto.derive(read, INFO, SECRET_BYTES)
      if (this.#keys.size >= KEPT_KEYS) this.#keys.clear()
      this.#keys.set(epoch, key)
    }
    return key
  }
}

function bound({ circle, author, seq, epoch }: Place): Uint8Array {
  return encode({ a: keyBytes(author), c: keyBytes(circle), e: keyBytes(epoch), q: seq })
}
