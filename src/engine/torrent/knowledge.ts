// What is known of a torrent's content: its metainfo, the hashes to expect of its pieces, and the metadata as others may ask for it.
// Invariant: the three become known at once, and never change to another content.

import type { Metainfo } from '../../metainfo/metainfo.ts'
import { ExpectedPieces } from './expected-hashes.ts'
import { MetadataServe } from './metadata-serve.ts'

export class Knowledge {
  #metainfo: Metainfo | undefined
  #expected: ExpectedPieces | undefined
  #serve: MetadataServe | undefined

  get metainfo(): Metainfo | undefined {
    return this.#metainfo
  }

  get expected(): ExpectedPieces | undefined {
    return this.#expected
  }

  get serve(): MetadataServe | undefined {
    return this.#serve
  }

  /** Piece layers known by now (v2). */
  get layers(): ReadonlyMap<string, Uint8Array> {
    return this.#expected?.layers ?? new Map()
  }

  know(metainfo: Metainfo): void {
    this.#metainfo = metainfo
    this.#expected = new ExpectedPieces(metainfo)
    this.#serve = new MetadataServe(metainfo.infoBytes)
  }
}
