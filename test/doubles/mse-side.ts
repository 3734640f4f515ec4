// One side of message stream encryption under dictation: it can say each part of the handshake, right or wrong. Built on
// Node's own Diffie-Hellman and SHA-1, so that a mistake of ours in those is not made twice; RC4 is ours, which RFC 6229
// vouches for.

import { createDiffieHellman, createHash } from 'node:crypto'
import { concatBytes, utf8, writeUint16, writeUint32 } from '../../src/base/bytes.ts'
import { hashBytes, type WireHash } from '../../src/base/ids.ts'
import { Rc4 } from '../../src/protocol/mse/rc4.ts'

const PRIME = Buffer.from(
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74' +
    '020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437' +
    '4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563',
  'hex',
)

export interface DictatedMessage {
  readonly constant?: Uint8Array
  readonly bits?: number
  readonly pad?: Uint8Array
  /** Instead of the length of the pad. */
  readonly padLength?: number
  /** Initiator only. */
  readonly initialPayload?: Uint8Array
}

export class MseSide {
  readonly #exchange = createDiffieHellman(PRIME, 2)
  readonly #role: 'initiator' | 'responder'
  readonly #hash: WireHash
  readonly key: Uint8Array
  #secret: Uint8Array | undefined
  #encrypt: Rc4 | undefined
  #decrypt: Rc4 | undefined

  constructor(role: 'initiator' | 'responder', hash: WireHash) {
    this.#role = role
    this.#hash = hash
    this.key = padded(this.#exchange.generateKeys())
  }

  /** Takes the other side's key: the first 96 bytes. */
  hear(bytes: Uint8Array): void {
    this.#secret = padded(this.#exchange.computeSecret(bytes.subarray(0, 96)))
    const [out, back] = this.#role === 'initiator' ? ['keyA', 'keyB'] : ['keyB', 'keyA']
    this.#encrypt = Rc4.dropped(sha1(utf8(out as string), this.secret, hashBytes(this.#hash)))
    this.#decrypt = Rc4.dropped(sha1(utf8(back as string), this.secret, hashBytes(this.#hash)))
  }

  get secret(): Uint8Array {
    if (this.#secret === undefined) throw new TypeError('hear the other key first')
    return this.#secret
  }

  /** HASH('req1', S), HASH('req2', SKEY) xor HASH('req3', S). */
  proof(hash = this.#hash): Uint8Array {
    const tag = sha1(utf8('req2'), hashBytes(hash))
    const mask = sha1(utf8('req3'), this.secret)
    return concatBytes([sha1(utf8('req1'), this.secret), tag.map((byte, at) => byte ^ (mask[at] as number))])
  }

  /** The encrypted message of this side. */
  message(parts: DictatedMessage = {}): Uint8Array {
    const { constant = new Uint8Array(8), bits = 2, pad = new Uint8Array(0), initialPayload } = parts
    const head = new Uint8Array(6)
    writeUint32(head, 0, bits)
    writeUint16(head, 4, parts.padLength ?? pad.length)
    const ends = [constant, head, pad]
    if (this.#role === 'initiator') {
      const length = new Uint8Array(2)
      writeUint16(length, 0, initialPayload?.length ?? 0)
      ends.push(length, initialPayload ?? new Uint8Array(0))
    }
    return this.encrypted(concatBytes(ends))
  }

  /** The next bytes of its encrypted stream. */
  encrypted(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length)
    this.#encrypt?.crypt(bytes, out)
    return out
  }

  decrypted(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length)
    this.#decrypt?.crypt(bytes, out)
    return out
  }
}

function padded(key: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(96)
  bytes.set(key, 96 - key.length)
  return bytes
}

function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash('sha1').update(concatBytes(parts)).digest())
}
