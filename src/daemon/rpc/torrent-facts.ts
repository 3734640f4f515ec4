// What only the torrent file itself says: when it was made and its web seeds. Read once for each torrent and kept,
// because clients ask for it with every look at a torrent.

import type { TransferRow } from '../../api/schemas/transfer.ts'
import { CodedError } from '../../base/errors.ts'
import type { Digest } from '../../base/ports.ts'
import { readTorrent } from '../../metainfo/read.ts'
import type { Calls } from './calls.ts'

export interface TorrentFacts {
  /** Since 1970; 0 when the torrent does not say it. */
  readonly createdAtSeconds: number
  readonly webSeeds: readonly string[]
}

/** Of as many torrents as are usual on a seedbox; the oldest are read again when asked for. */
const MAX_KEPT = 5_000

export class TorrentFactsCache {
  readonly #calls: Calls
  readonly #digest: Digest
  readonly #kept = new Map<string, TorrentFacts>()

  constructor(calls: Calls, digest: Digest) {
    this.#calls = calls
    this.#digest = digest
  }

  async of({ id, fileCount }: TransferRow): Promise<TorrentFacts | undefined> {
    const kept = this.#kept.get(id)
    if (kept !== undefined || fileCount === 0) return kept
    try {
      const { torrent } = await this.#calls.make('transferTorrent', { id })
      const { hints } = readTorrent(Buffer.from(torrent, 'base64'), this.#digest)
      const facts = {
        createdAtSeconds: hints.creationDate ?? 0,
        webSeeds: [...hints.webSeeds, ...hints.httpSeeds],
      }
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined && this.#kept.size >= MAX_KEPT) this.#kept.delete(oldest)
      this.#kept.set(id, facts)
      return facts
    } catch (error) {
      // There is no torrent file yet, or not any more.
      if (error instanceof CodedError) return undefined
      throw error
    }
  }
}
