// What a session keeps of each torrent between runs: its metadata (a .torrent file) and its journal, named by infohash.
// Invariant: a kept file is whole or absent (write aside, sync, replace); a bad one is ignored and asked for again.

import { toHex, utf8 } from '../../base/bytes.ts'
import type { Infohash } from '../../base/ids.ts'
import { type Digest, type Disk, DiskError } from '../../base/ports.ts'
import { writeStateFile } from '../../base/state-file.ts'
import { MetainfoError } from '../../metainfo/error.ts'
import type { Metainfo, Torrent as TorrentBytes } from '../../metainfo/metainfo.ts'
import { readTorrent } from '../../metainfo/read.ts'
import { writeTorrent } from '../../metainfo/write.ts'

/** Larger files are not ours (SAFETY.md: a torrent file is at most 10 MB). */
const KEPT_LIMIT_BYTES = 10_000_000

/** Hex digits of the save folder's hash in a journal's name: one torrent may be kept in several folders. */
const FOLDER_DIGITS = 12

export class ResumeStore {
  readonly #disk: Disk
  readonly #digest: Digest
  readonly #folder: string
  /** One after another: what is learned later must not be overtaken. */
  #writes: Promise<void> = Promise.resolve()

  constructor(disk: Disk, digest: Digest, stateFolder: string) {
    this.#disk = disk
    this.#digest = digest
    this.#folder = disk.join(stateFolder, 'torrents')
  }

  async open(): Promise<void> {
    await this.#disk.makeDirectory(this.#folder)
  }

  journalPath(hash: Infohash, saveFolder: string): string {
    const place = toHex(this.#digest.sha256(utf8(saveFolder))).slice(0, FOLDER_DIGITS)
    return this.#disk.join(this.#folder, `${hash}-${place}.journal`)
  }

  /** Keeps the info dictionary and the piece layers known by now, under each hash that a link may name it by. */
  keep(metainfo: Metainfo, layers: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const bytes = writeTorrent({ infoBytes: metainfo.infoBytes, pieceLayers: layers, hints: {} })
    const job = this.#writes.then(async () => {
      for (const hash of [metainfo.infohashV1, metainfo.infohashV2]) {
        if (hash !== undefined) await writeStateFile(this.#disk, this.#folder, fileName(hash), bytes)
      }
    })
    this.#writes = job.catch(() => undefined)
    return job
  }

  /** Resolves when everything asked to be kept is, or failed. */
  async settled(): Promise<void> {
    await this.#writes
  }

  /** Undefined when nothing (usable) is kept. */
  async read(hash: Infohash): Promise<TorrentBytes | undefined> {
    const path = this.#path(hash)
    const stat = await this.#disk.stat(path)
    if (stat === undefined || stat.kind !== 'file' || stat.lengthBytes > KEPT_LIMIT_BYTES) return undefined
    try {
      const file = await this.#disk.open(path, 'read')
      try {
        const bytes = new Uint8Array(stat.lengthBytes)
        await file.read(bytes, 0)
        const torrent = readTorrent(bytes, this.#digest, { names: this.#disk.nameRules })
        const { infohashV1, infohashV2 } = torrent.metainfo
        return infohashV1 === hash || infohashV2 === hash ? torrent : undefined
      } finally {
        await file.close()
      }
    } catch (error) {
      if (error instanceof DiskError || error instanceof MetainfoError) return undefined
      throw error
    }
  }

  #path(hash: Infohash): string {
    return this.#disk.join(this.#folder, fileName(hash))
  }
}

function fileName(hash: Infohash): string {
  return `${hash}.torrent`
}
