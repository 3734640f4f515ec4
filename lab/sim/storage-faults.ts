// Storage on a simulated disk whose operations fail at random for a while, seed by seed:
// `node lab/sim/storage-faults.ts [first seed] [seeds]`. Promises: a piece that is had is right, whatever failed; when the
// disk is well again the download ends by itself with every byte in place, and nobody has to say a word.

import type { PieceIndex } from '../../src/base/ids.ts'
import type { DiskCode } from '../../src/base/ports.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import type { TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { StorageRig } from '../../test/doubles/storage-rig.ts'
import type { StoredFile } from '../../test/doubles/stored-torrent.ts'
import type { DiskOperation } from './disk.ts'

const CODES: readonly DiskCode[] = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EMFILE']
const OPERATIONS: readonly DiskOperation[] = [
  'open',
  'read',
  'write',
  'truncate',
  'allocate',
  'sync',
  'stat',
  'makeDirectory',
  'rename',
  'replace',
  'remove',
  'syncDirectory',
  'space',
]
const PHASES = 3
const STEPS = 15
/** Trouble is looked at again every few seconds, and each look may find the next. */
const ROUNDS_TO_END = 60

/** @throws Error that names the seed and what failed */
export async function faultRun(seed: number): Promise<void> {
  const run = new FaultRun(seed)
  try {
    await run.go()
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new Error(`seed ${seed} (${run.faults.join(', ')}): ${what}`, { cause: error })
  }
}

class FaultRun {
  readonly #seed: number
  readonly #random: SeededRandom
  readonly faults: string[] = []
  #finished = false

  constructor(seed: number) {
    this.#seed = seed
    this.#random = new SeededRandom(seed)
  }

  async go(): Promise<void> {
    const rig = await this.#rig()
    const options = {
      stretchBlocks: 1 + this.#below(4),
      preallocate: this.#below(2) === 0 ? ('sparse' as const) : ('full' as const),
    }
    await rig.open(options)
    for (let phase = 0; phase < PHASES; phase++) {
      await this.#suffer(rig)
      await rig.advance(this.#below(2) === 0 ? 2_000 : 70_000)
      if (this.#below(4) > 0) continue
      rig.stop(this.#below(2) === 0 ? 'kill' : 'crash', this.#seed)
      await rig.open(options)
      if (rig.storage.needsCheck) await rig.storage.check('pending')
    }
    await this.#end(rig)
  }

  #below(limit: number): number {
    return randomInt(this.#random, limit)
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T
  }

  async #rig(): Promise<StorageRig> {
    const version = this.#one<TorrentVersion>(['v1', 'v2', 'hybrid'])
    const pieceLengthBytes = this.#one([32_768, 65_536, 262_144])
    const files: StoredFile[] = []
    const count = 1 + this.#below(4)
    for (let index = 0; index < count; index++) {
      const lengthBytes = this.#one([0, 1, 16_384, this.#below(40_000), this.#below(400_000)])
      files.push({ path: ['t', ...(this.#below(3) === 0 ? ['sub'] : []), `f${index}`], lengthBytes })
      const overBytes = version === 'hybrid' && index < count - 1 ? lengthBytes % pieceLengthBytes : 0
      if (overBytes > 0) {
        const padBytes = pieceLengthBytes - overBytes
        files.push({ path: ['t', '.pad', `${padBytes}-${index}`], lengthBytes: padBytes, pad: true })
      }
    }
    return await StorageRig.make({ version, pieceLengthBytes, files, seed: this.#seed }, this.#seed)
  }

  /** Every so many of one kind of operation fail, while blocks come. */
  async #suffer(rig: StorageRig): Promise<void> {
    const operation = this.#one(OPERATIONS)
    const code = this.#one(CODES)
    const every = 1 + this.#below(6)
    this.faults.push(`${operation} ${code} every ${every}`)
    let count = 0
    rig.disk.fault = (what) => (what === operation && ++count % every === 0 ? code : undefined)
    for (let step = 0; step < STEPS; step++) {
      this.#deliver(rig)
      await rig.advance(this.#one([250, 1_000, 4_250]))
      this.#listen(rig)
      await this.#readHad(rig)
    }
    rig.disk.fault = undefined
  }

  #deliver(rig: StorageRig): void {
    const { geometry } = rig
    if (geometry.pieceCount === 0) return
    const piece = this.#below(geometry.pieceCount)
    for (let block = 0; block < geometry.blockCount(rig.piece(piece)); block++) {
      if (!geometry.isPadding(rig.piece(piece), block)) rig.block(piece, block, this.#below(60) === 0)
      if (this.#below(8) === 0) return
    }
  }

  /** Reading may fail now; wrong bytes may not come. */
  async #readHad(rig: StorageRig): Promise<void> {
    for (const index of [...rig.storage.have.ones()]) {
      const bytes = await rig.read(index)
      if (typeof bytes === 'string') continue
      if (Buffer.compare(bytes, rig.torrent.piece(rig.piece(index))) !== 0)
        throw new Error(`piece ${index} is had and wrong`)
    }
  }

  /** Forgets blocks of bad pieces, as the torrent would. */
  #listen(rig: StorageRig): void {
    for (const line of rig.news()) {
      const [word, piece] = line.split(' ')
      if (word === 'finished') this.#finished = true
      if (word === 'failed') rig.storage.resetBlocks(Number(piece) as PieceIndex, 'all')
    }
  }

  async #end(rig: StorageRig): Promise<void> {
    this.#listen(rig)
    for (let round = 0; round < ROUNDS_TO_END && !this.#whole(rig); round++) {
      rig.feedAll()
      await rig.advance(5_000)
      this.#listen(rig)
    }
    const { problem, have } = rig.storage
    if (!this.#whole(rig))
      throw new Error(`not whole: ${have.count} pieces, problem ${JSON.stringify(problem)}`)
    await rig.readAllHad()
  }

  #whole(rig: StorageRig): boolean {
    if (!this.#finished) return false
    return rig.torrent.metainfo.files.every((file) => {
      const bytes = file.pad ? undefined : rig.disk.peek(rig.storage.path(file.index) ?? '')
      return file.pad || (bytes !== undefined && Buffer.compare(bytes, rig.torrent.file(file.index)) === 0)
    })
  }
}

if (import.meta.main) {
  const first = Number(process.argv[2] ?? 1)
  const seeds = Number(process.argv[3] ?? 1_000)
  for (let seed = first; seed < first + seeds; seed++) await faultRun(seed)
  console.log(`${seeds} seeds from ${first}: every one ended with every byte, nothing wrong`)
}
