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
  readonly #nameOf: (hash: WireHash) => WireHash | undefined
  #hashes: Hashes

  /**
   * @param dht whether we say that we have a DHT node (BEP 5)
   * @param nameOf what a hash is called in its realm; undefined where it has no name there any more
   */
  constructor(
    asked: Hashes,
    realm: string,
    random: Random,
    dht: () => boolean = () => false,
    nameOf: (hash: WireHash) => WireHash | undefined = (hash) => hash,
  ) {
    this.#dht = dht
    this.#nameOf = nameOf
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

  /** Hashes under which others may connect: one, or both of a hybrid. In a realm what they are called there now. */
  get wireHashes(): readonly WireHash[] {
    return this.ownHashes.map(this.#nameOf).filter((name) => name !== undefined)
  }

  /** The torrent's own, in whatever realm. */
  get ownHashes(): readonly WireHash[] {
    const { infohashV1, infohashV2 } = this.#hashes
    return [infohashV1, infohashV2].filter((hash) => hash !== undefined).map(wireHash)
  }

  /** What to say in a handshake; for an incoming one `asked` is the hash it named. */
  answer(asked?: { readonly hash: WireHash; readonly v2: boolean }): HandshakeAnswer {
    const { infohashV1, infohashV2 } = this.#hashes
    const accepts = this.wireHashes
    // BEP 52: whoever came by the v1 hash of a hybrid and speaks v2 is answered with the v2 hash.
    const upgrade = asked?.v2 === true && infohashV1 !== undefined && infohashV2 !== undefined
    const v2Hash = infohashV2 === undefined ? undefined : this.#nameOf(wireHash(infohashV2))
    const upgraded = upgrade ? v2Hash : undefined
    const hash = upgraded ?? asked?.hash ?? (accepts[0] as WireHash)
    const flags = { extended: true, fast: true, v2: infohashV2 !== undefined, dht: this.#dht() }
    return { handshake: { hash, peerId: this.peerId, flags }, accepts, v2Hash, ourId: this.peerId }
  }
}
