// A TorrentStorage on the simulated disk with everything around it, for tests: time moves when told, events are kept
// as lines of text, and the machine can crash or be killed and start again.

import { SimDisk } from '../../lab/sim/disk.ts'
import type { PieceIndex } from '../../src/base/ids.ts'
import type { Disk } from '../../src/base/ports.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { BufferPool } from '../../src/engine/storage/buffer-pool.ts'
import { OpenFiles } from '../../src/engine/storage/open-files.ts'
import { PathClaims } from '../../src/engine/storage/path-claims.ts'
import {
  type OpenRefusal,
  type StorageEvents,
  type StorageOptions,
  TorrentStorage,
} from '../../src/engine/storage/torrent-storage.ts'
import { BLOCK_BYTES, type Geometry } from '../../src/metainfo/geometry.ts'
import { DiskHasher } from './disk-hasher.ts'
import { type StoredOptions, type StoredTorrent, storedTorrent } from './stored-torrent.ts'
import { VirtualClock } from './virtual-clock.ts'

export const SAVE = '/data/downloads'
export const JOURNAL = '/state/torrent.journal'
const STEP_MS = 250

/** Everything that promises can do now is done. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export class StorageRig {
  readonly clock = new VirtualClock(1_000)
  readonly disk: SimDisk
  /** The same, as this life of the program sees it. */
  #living: Disk
  readonly torrent: StoredTorrent
  readonly geometry: Geometry
  hasher: DiskHasher
  pool = new BufferPool()
  openFiles: OpenFiles
  claims = new PathClaims()
  /** What storage told, one line each. */
  told: string[] = []
  #storage: TorrentStorage | undefined
  /** Storages of an earlier life speak to nobody. */
  #life = 0

  private constructor(torrent: StoredTorrent, seed: number, disk?: SimDisk) {
    this.torrent = torrent
    this.geometry = torrent.metainfo.geometry
    this.disk = disk ?? new SimDisk({ random: new SeededRandom(seed), wallMs: () => this.clock.wallMs() })
    this.#living = this.disk.start()
    this.hasher = new DiskHasher(this.#living)
    this.openFiles = new OpenFiles(this.#living, () => this.clock.now())
  }

  static async make(options: StoredOptions, seed = 1): Promise<StorageRig> {
    const rig = new StorageRig(storedTorrent(options), seed)
    for (const folder of [SAVE, '/state']) {
      await rig.disk.makeDirectory(folder)
      for (let at = folder; at !== '/'; at = rig.disk.join(at, '..'))
        await rig.disk.syncDirectory(rig.disk.join(at, '..'))
    }
    return rig
  }

  get storage(): TorrentStorage {
    if (this.#storage === undefined) throw new Error('not open')
    return this.#storage
  }

  get opened(): boolean {
    return this.#storage !== undefined
  }

  /** Opens and tells; throws when refused. */
  async open(more: Partial<StorageOptions> = {}): Promise<TorrentStorage> {
    const opened = await this.tryOpen(more)
    if (!(opened instanceof TorrentStorage)) throw new Error(`refused: ${JSON.stringify(opened.refused)}`)
    return opened
  }

  async tryOpen(more: Partial<StorageOptions> = {}): Promise<TorrentStorage | OpenRefusal> {
    const opened = await TorrentStorage.open({
      ports: { disk: this.#living, hasher: this.hasher, clock: this.clock },
      pool: this.pool,
      openFiles: this.openFiles,
      claims: this.claims,
      metainfo: this.torrent.metainfo,
      saveFolder: SAVE,
      journalPath: JOURNAL,
      expected: this.torrent.expected,
      events: this.#events(),
      ...more,
    })
    if (opened instanceof TorrentStorage) {
      this.#storage = opened
      opened.tick(this.clock.now())
      await settle()
    }
    return opened
  }

  /** Power failure or kill; everything in memory is gone. */
  stop(how: 'crash' | 'kill', seed = 1): void {
    if (how === 'crash') this.disk.crash(new SeededRandom(seed))
    else this.disk.kill()
    this.#living = this.disk.start()
    this.#storage = undefined
    this.told = []
    this.#life++
    this.pool = new BufferPool()
    this.claims = new PathClaims()
    this.hasher = new DiskHasher(this.#living)
    this.openFiles = new OpenFiles(this.#living, () => this.clock.now())
  }

  async close(): Promise<void> {
    const closing = this.storage.close()
    await this.advance(1_000)
    await closing
    this.#storage = undefined
  }

  /** Lets time pass, and the storage act when it asked to. */
  async advance(ms: number): Promise<void> {
    await settle()
    for (let left = ms; left > 0; left -= STEP_MS) {
      await this.clock.advance(Math.min(left, STEP_MS))
      const deadline = this.#storage?.deadline()
      if (deadline !== undefined && deadline <= this.clock.now()) this.#storage?.tick(this.clock.now())
      await settle()
    }
  }

  piece(index: number): PieceIndex {
    const piece = this.geometry.piece(index)
    if (piece === undefined) throw new Error(`no piece ${index}`)
    return piece
  }

  /** Delivers one block, right or (with `wrong`) not. False when storage would not have it. */
  block(index: number, block: number, wrong = false): boolean {
    const piece = this.piece(index)
    const begin = block * BLOCK_BYTES
    const lengthBytes = this.geometry.blockBytes(piece, block)
    if (!this.storage.reserve(piece, block)) return false
    const slot = this.storage.slot(piece, begin, lengthBytes)
    if (slot === undefined) return false
    slot.set(this.torrent.piece(piece).subarray(begin, begin + lengthBytes))
    if (wrong) slot[0] = (slot[0] as number) ^ 0xff
    this.storage.blockStored(piece, block)
    return true
  }

  /** Delivers what is missing of a piece. */
  feed(index: number): void {
    const piece = this.piece(index)
    for (let block = 0; block < this.geometry.blockCount(piece); block++) {
      if (!this.geometry.isPadding(piece, block)) this.block(index, block)
    }
  }

  feedAll(): void {
    for (const piece of this.geometry.pieces()) this.feed(piece)
  }

  /** Bytes of a piece as storage reads them, or why not. */
  async read(index: number, begin = 0, lengthBytes?: number): Promise<Uint8Array | string> {
    const piece = this.piece(index)
    const bytes = new Uint8Array(lengthBytes ?? this.geometry.pieceBytes(piece) - begin)
    const cut = Math.floor(bytes.length / 3)
    const outcome = await this.storage.read(piece, begin, [bytes.subarray(0, cut), bytes.subarray(cut)])
    return outcome === 'ok' ? bytes : outcome
  }

  /** Right pieces of those that storage has; throws for a wrong one. */
  async readAllHad(): Promise<number> {
    let count = 0
    for (const index of this.storage.have.ones()) {
      const bytes = await this.read(index)
      if (typeof bytes === 'string') throw new Error(`piece ${index} is had and ${bytes}`)
      const right = this.torrent.piece(this.piece(index))
      if (Buffer.compare(bytes, right) !== 0) throw new Error(`piece ${index} is had and wrong`)
      count++
    }
    return count
  }

  /** Lines told since the last call. */
  news(): string[] {
    const news = this.told
    this.told = []
    return news
  }

  #events(): StorageEvents {
    const life = this.#life
    const tell = (line: string): void => {
      if (life === this.#life) this.told.push(line)
    }
    return {
      pieceVerified: (piece) => tell(`verified ${piece}`),
      pieceFailed: (piece, leaves) =>
        tell(`failed ${piece}${leaves === undefined ? '' : ` ${leaves.length / 32} leaves`}`),
      pieceInconsistent: (piece) => tell(`inconsistent ${piece}`),
      piecesLost: (pieces) => tell(`lost ${pieces.join(' ')}`),
      blocksLost: (piece, blocks) => tell(`blocks lost ${piece}: ${blocks.join(' ')}`),
      memoryAvailable: () => tell('memory'),
      durable: (pieces) => tell(`durable ${pieces.join(' ')}`),
      fileCompleted: (file, path) => tell(`completed ${file} ${path}`),
      finished: () => tell('finished'),
      trouble: (problem) => tell(`trouble ${problem.code}`),
      recovered: () => tell('recovered'),
    }
  }
}

/** assert.deepEqual on large arrays takes minutes to say that they differ. */
export function sameBytes(actual: Uint8Array | string | undefined, expected: Uint8Array): boolean {
  return typeof actual === 'object' && Buffer.compare(actual, expected) === 0
}
