// Who a torrent is to others: its hashes, its peer id, and what it says in handshakes.
// Invariant: after the metadata is known the hashes are those of the metadata, which include the ones asked for.

import { type Infohash, type PeerId, type WireHash, wireHash } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import { makePeerId } from '../../protocol/wire/peer-id.ts'
import type { HandshakeAnswer } from '../peer/handshaking.ts'

export interface Hashes {
  readonly infohashV1: Infohash | undefined
  readonly infohashV2: Infohash | undefined
}

export class Identity {
  /** Fresh per torrent, so that two torrents of one person cannot be linked by it. */
  readonly peerId: PeerId
  /** Unique within the session and stable over its life. */
  readonly key: string
  readonly #dht: () => boolean
  #hashes: Hashes

  /** @param dht whether we say that we have a DHT node (BEP 5) */
  constructor(asked: Hashes, realm: string, random: Random, dht: () => boolean = () => false) {
    this.#dht = dht
    this.#hashes = { infohashV1: asked.infohashV1, infohashV2: asked.infohashV2 }
    this.peerId = makePeerId(random)
    this.key = `${realm} ${asked.infohashV2 ?? asked.infohashV1}`
  }

  get hashes(): Hashes {
    return this.#hashes
  }

  know(hashes: Hashes): void {
    this.#hashes = { infohashV1: hashes.infohashV1, infohashV2: hashes.infohashV2 }
  }

  /** Hashes under which others may connect: one, or both of a hybrid. */
  get wireHashes(): readonly WireHash[] {
    const { infohashV1, infohashV2 } = this.#hashes
    return [infohashV1, infohashV2].filter((hash) => hash !== undefined).map(wireHash)
  }

  /** What to say in a handshake; for an incoming one `asked` is the hash it named. */
  answer(asked?: { readonly hash: WireHash; readonly v2: boolean }): HandshakeAnswer {
    const { infohashV1, infohashV2 } = this.#hashes
    const accepts = this.wireHashes
    // BEP 52: whoever came by the v1 hash of a hybrid and speaks v2 is answered with the v2 hash.
    const upgrade = asked?.v2 === true && infohashV1 !== undefined && infohashV2 !== undefined
    const hash = upgrade ? wireHash(infohashV2) : (asked?.hash ?? (accepts[0] as WireHash))
    const flags = { extended: true, fast: true, v2: infohashV2 !== undefined, dht: this.#dht() }
    const v2Hash = infohashV2 === undefined ? undefined : wireHash(infohashV2)
    return { handshake: { hash, peerId: this.peerId, flags }, accepts, v2Hash, ourId: this.peerId }
  }
}
