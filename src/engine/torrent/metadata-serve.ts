// Giving the info dictionary to peers that came by magnet (BEP 9), each piece a bounded number of times per peer.

import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  METADATA_PIECE_BYTES,
} from '../../protocol/wire/metadata-message.ts'
import type { Peer } from '../peer/peer.ts'

/** Whole copies one peer may ask for on one connection: more is a flood and is refused. */
const COPIES_PER_PEER = 3

export class MetadataServe {
  readonly #info: Uint8Array
  readonly #served = new WeakMap<Peer, number>()

  constructor(info: Uint8Array) {
    this.#info = info
  }

  /** Answers a request; other ut_metadata messages are not for us any more. @throws BencodeError, WireError */
  message(peer: Peer, payload: Uint8Array): void {
    const message = decodeMetadataMessage(payload)
    if (message?.type !== 'request') return
    const pieces = Math.ceil(this.#info.length / METADATA_PIECE_BYTES)
    const served = this.#served.get(peer) ?? 0
    if (message.piece >= pieces || served >= COPIES_PER_PEER * pieces) {
      peer.sendExtension('ut_metadata', encodeMetadataReject(message.piece))
      return
    }
    this.#served.set(peer, served + 1)
    const begin = message.piece * METADATA_PIECE_BYTES
    const bytes = this.#info.subarray(begin, begin + METADATA_PIECE_BYTES)
    peer.sendExtension('ut_metadata', encodeMetadataData(message.piece, this.#info.length, bytes))
  }
}
