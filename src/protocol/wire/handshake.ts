// The 68 bytes that open every peer connection (BEP 3), with the capability bits of BEP 5, 6, 10 and 52.
// Promise: a stream that is not BitTorrent is refused at its first wrong byte, and nothing beyond 68 bytes is taken.

import {
  hashBytes,
  type PeerId,
  peerId,
  peerIdBytes,
  type WireHash,
  wireHashFromBytes,
} from '../../base/ids.ts'
import { WireError } from './error.ts'
import { HANDSHAKE_BYTES, PROTOCOL_STRING } from './limits.ts'

export { HANDSHAKE_BYTES } from './limits.ts'

export interface HandshakeFlags {
  /** Extension protocol (BEP 10). */
  readonly extended: boolean
  /** Fast extension (BEP 6). */
  readonly fast: boolean
  /** Can speak v2 of this hybrid torrent (BEP 52, upgrade path). */
  readonly v2: boolean
  /** Has a DHT node and may send `port` (BEP 5). */
  readonly dht: boolean
}

export interface Handshake {
  readonly hash: WireHash
  readonly peerId: PeerId
  readonly flags: HandshakeFlags
}

/** How the handshake begins; fixed bytes, never to be changed. */
export const HANDSHAKE_START: Uint8Array = Uint8Array.from([
  PROTOCOL_STRING.length,
  ...Array.from(PROTOCOL_STRING, (c) => c.charCodeAt(0)),
])
const RESERVED_AT = HANDSHAKE_START.length
const HASH_AT = RESERVED_AT + 8
const PEER_ID_AT = HASH_AT + 20

const EXTENDED_BYTE = RESERVED_AT + 5
const LAST_BYTE = RESERVED_AT + 7
const EXTENDED_BIT = 0x10
const V2_BIT = 0x10
const FAST_BIT = 0x04
const DHT_BIT = 0x01

export function encodeHandshake(handshake: Handshake): Uint8Array {
  const { flags } = handshake
  const bytes = new Uint8Array(HANDSHAKE_BYTES)
  bytes.set(HANDSHAKE_START)
  bytes[EXTENDED_BYTE] = flags.extended ? EXTENDED_BIT : 0
  bytes[LAST_BYTE] = (flags.v2 ? V2_BIT : 0) | (flags.fast ? FAST_BIT : 0) | (flags.dht ? DHT_BIT : 0)
  bytes.set(hashBytes(handshake.hash), HASH_AT)
  bytes.set(peerIdBytes(handshake.peerId), PEER_ID_AT)
  return bytes
}

/**
 * Collects a handshake from a stream cut anywhere.
 * `hash` and `flags` are known after 48 bytes, so that the side that was dialled can answer before the peer id comes.
 */
export class HandshakeDecoder {
  readonly #bytes = new Uint8Array(HANDSHAKE_BYTES)
  #filled = 0
  #hash: WireHash | undefined
  #flags: HandshakeFlags | undefined
  #handshake: Handshake | undefined

  get hash(): WireHash | undefined {
    return this.#hash
  }

  get flags(): HandshakeFlags | undefined {
    return this.#flags
  }

  /** Defined once all 68 bytes are here. */
  get handshake(): Handshake | undefined {
    return this.#handshake
  }

  /**
   * @returns how many bytes were taken; fewer than given only at the end of the handshake.
   * @throws WireError NOT_BITTORRENT at the first byte that differs from the protocol string
   */
  push(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, HANDSHAKE_BYTES - this.#filled)
    for (let i = 0; i < taken; i++) {
      const byte = bytes[i] as number
      const at = this.#filled
      if (at < RESERVED_AT && byte !== HANDSHAKE_START[at])
        throw new WireError('NOT_BITTORRENT', { at, byte })
      this.#bytes[at] = byte
      this.#filled = at + 1
    }
    if (this.#hash === undefined && this.#filled >= PEER_ID_AT) this.#readHash()
    if (this.#handshake === undefined && this.#filled === HANDSHAKE_BYTES) this.#readPeerId()
    return taken
  }

  #readHash(): void {
    const last = this.#bytes[LAST_BYTE] as number
    this.#hash = wireHashFromBytes(this.#bytes.subarray(HASH_AT, PEER_ID_AT))
    this.#flags = {
      extended: ((this.#bytes[EXTENDED_BYTE] as number) & EXTENDED_BIT) !== 0,
      fast: (last & FAST_BIT) !== 0,
      v2: (last & V2_BIT) !== 0,
      dht: (last & DHT_BIT) !== 0,
    }
  }

  #readPeerId(): void {
    this.#handshake = {
      hash: this.#hash as WireHash,
      peerId: peerId(this.#bytes.subarray(PEER_ID_AT)),
      flags: this.#flags as HandshakeFlags,
    }
  }
}
