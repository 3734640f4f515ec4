// What an engine offers by content where nobody tells it more: the files of its own listed torrents. For a command that shares
// without a running Shoal; the daemon has transfers and the library (contents.ts).
// Invariant: as there, nothing of an unlisted, private or unfinished torrent is offered.

import { compareBytes } from '../../base/bytes.ts'
import { type WireHash, wireHash } from '../../base/ids.ts'
import type { Digest } from '../../base/ports.ts'
import type { ContentSource, OfferedContent } from '../../engine/session/content-source.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import { contentInfohash } from '../../metainfo/content-id.ts'
import { torrentTag } from '../../protocol/mse/keys.ts'
import { offeredFile } from './offered-file.ts'

/** Of one torrent: a command shares what was named on its line. */
const MAX_FILES = 10_000

interface Keys {
  /** File index by hash, and hash by tag; both in hex. */
  readonly files: ReadonlyMap<WireHash, number>
  readonly tags: ReadonlyMap<string, WireHash>
}

export class SessionContents implements ContentSource {
  readonly #digest: Digest
  readonly #keys = new WeakMap<Torrent, Keys>()
  /** Set once the session is open. */
  torrents: Iterable<Torrent> = []

  constructor(digest: Digest) {
    this.#digest = digest
  }

  async byInfohash(hash: Uint8Array): Promise<OfferedContent | undefined> {
    return this.#find((keys) => keys.files.get(wireHash(hash.toHex() as Parameters<typeof wireHash>[0])))
  }

  async byTag(tag: Uint8Array): Promise<OfferedContent | undefined> {
    const text = tag.toHex()
    return this.#find((keys) => keys.files.get(keys.tags.get(text) ?? ('' as WireHash)))
  }

  async after(hash: Uint8Array | undefined, count: number): Promise<readonly Uint8Array[]> {
    const all: Uint8Array[] = []
    for (const torrent of this.#offered())
      for (const key of this.#keysOf(torrent).files.keys()) all.push(Uint8Array.fromHex(key))
    const behind = hash === undefined ? all : all.filter((each) => compareBytes(each, hash) > 0)
    return behind.sort(compareBytes).slice(0, count)
  }

  #find(indexIn: (keys: Keys) => number | undefined): OfferedContent | undefined {
    for (const torrent of this.#offered()) {
      const index = indexIn(this.#keysOf(torrent))
      const found = index === undefined ? undefined : offeredFile(torrent, index, this.#digest)
      if (found !== undefined) return found
    }
    return undefined
  }

  *#offered(): Generator<Torrent> {
    for (const torrent of this.torrents) {
      const { options, metainfo, finished } = torrent
      if (options.realm !== 'public' || options.listing !== 'everyone' || !finished) continue
      if (metainfo !== undefined && metainfo.version !== 'v1' && !metainfo.private) yield torrent
    }
  }

  /** Computed once for each: 20 µs a file. */
  #keysOf(torrent: Torrent): Keys {
    const known = this.#keys.get(torrent)
    if (known !== undefined) return known
    const files = new Map<WireHash, number>()
    const tags = new Map<string, WireHash>()
    for (const { index, root, lengthBytes } of torrent.metainfo?.files ?? []) {
      if (root === undefined || files.size >= MAX_FILES) continue
      const hash = wireHash(contentInfohash({ root, lengthBytes }, this.#digest))
      files.set(hash, index)
      tags.set(torrentTag(this.#digest, hash).toHex(), hash)
    }
    const keys = { files, tags }
    this.#keys.set(torrent, keys)
    return keys
  }
}
