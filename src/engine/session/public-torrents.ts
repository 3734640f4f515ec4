// The torrents that answer to everybody, by each hash they answer to and by its tag in encrypted handshakes.
// Invariant: torrents of other realms are never in here, so a circle's is as unknown to a stranger as one that is not here.

import { toHex } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import { torrentTag } from '../../protocol/mse/keys.ts'
import type { Torrent } from '../torrent/torrent.ts'

export class PublicTorrents {
  readonly #digest: Digest
  readonly #torrents = new Map<WireHash, Torrent>()
  /** Hex, so that finding takes as long for one that is here as for one that is not. */
  readonly #hashes = new Map<string, WireHash>()

  constructor(digest: Digest) {
    this.#digest = digest
  }

  get(hash: WireHash): Torrent | undefined {
    return this.#torrents.get(hash)
  }

  /** By what an encrypted handshake says of its torrent. */
  find(tag: Uint8Array): WireHash | undefined {
    return this.#hashes.get(toHex(tag))
  }

  /** Again whenever it may have got another hash. */
  add(torrent: Torrent): void {
    if (torrent.options.realm !== 'public') return
    for (const hash of torrent.wireHashes) {
      this.#torrents.set(hash, torrent)
      this.#hashes.set(this.#tag(hash), hash)
    }
  }

  remove(torrent: Torrent): void {
    for (const hash of torrent.wireHashes) {
      if (this.#torrents.get(hash) !== torrent) continue
      this.#torrents.delete(hash)
      this.#hashes.delete(this.#tag(hash))
    }
  }

  #tag(hash: WireHash): string {
    return toHex(torrentTag(this.#digest, hash))
  }
}
