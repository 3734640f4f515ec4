// HPKE (RFC 9180) as SealingKeys: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, over WebCrypto.
// One message for each encapsulated key, so nothing here counts. Promise: whatever is wrong with what came is `undefined`,
// never an error; sealing to a key that is none is a RecordError. Any other error is a mistake of ours (a key of another length).

import {
  Aes256Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  HpkeError,
  type SenderContext,
  type SenderContextParams,
} from '@hpke/core'
import { concatBytes, EMPTY } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import { SEALED_EXTRA_BYTES, type SealingKeys } from '../crypto.ts'
import { KEY_BYTES } from '../ids.ts'

const ENCAPSULATED_BYTES = 32

export class HpkeKeys implements SealingKeys {
  readonly #suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  })

  async generate(): Promise<{ readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }> {
    const { kem } = this.#suite
    const { publicKey, privateKey } = await kem.generateKeyPair()
    const [open, secret] = [
      await kem.serializePublicKey(publicKey),
      await kem.serializePrivateKey(privateKey),
    ]
    return { publicKey: new Uint8Array(open), privateKey: new Uint8Array(secret) }
  }

  /** @param associated authenticated, not sent; empty in all that is ours */
  async sealTo(
    recipient: Uint8Array,
    info: Uint8Array,
    plain: Uint8Array,
    associated: Uint8Array = EMPTY,
  ): Promise<Uint8Array> {
    return await this.#seal(recipient, info, () => plain, associated)
  }

  async sealMade(
    recipient: Uint8Array,
    info: Uint8Array,
    make: (encapsulated: Uint8Array) => Uint8Array,
  ): Promise<Uint8Array> {
    return await this.#seal(recipient, info, make, EMPTY)
  }

  async openWith(
    privateKey: Uint8Array,
    info: Uint8Array,
    sealed: Uint8Array,
    associated: Uint8Array = EMPTY,
  ): Promise<Uint8Array | undefined> {
    const recipientKey = await this.#suite.kem.deserializePrivateKey(checkedKey(privateKey))
    if (sealed.length < SEALED_EXTRA_BYTES) return undefined
    const [enc, ct] = [sealed.slice(0, ENCAPSULATED_BYTES), sealed.slice(ENCAPSULATED_BYTES)]
    try {
      return new Uint8Array(await this.#suite.open({ recipientKey, enc, info }, ct, associated))
    } catch (error) {
      // Changed, for another key, or a point that gives no secret: all of it came from outside.
      if (error instanceof HpkeError) return undefined
      throw error
    }
  }

  async #seal(
    recipient: Uint8Array,
    info: Uint8Array,
    make: (encapsulated: Uint8Array) => Uint8Array,
    associated: Uint8Array,
  ): Promise<Uint8Array> {
    const recipientPublicKey = await this.#suite.kem.deserializePublicKey(checkedKey(recipient))
    const context = await this.#begun({ recipientPublicKey, info })
    const encapsulated = new Uint8Array(context.enc)
    return concatBytes([encapsulated, new Uint8Array(await context.seal(make(encapsulated), associated))])
  }

  async #begun(to: SenderContextParams): Promise<SenderContext> {
    try {
      return await this.#suite.createSenderContext(to)
    } catch (error) {
      // A key that came from outside and is a point that gives no secret.
      if (error instanceof HpkeError) throw new RecordError('RECORD_INVALID', { what: 'sealing key' }, error)
      throw error
    }
  }
}

function checkedKey(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES) throw new RangeError(`an X25519 key has ${KEY_BYTES} bytes`)
  return key
}
