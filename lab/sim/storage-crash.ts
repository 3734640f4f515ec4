// Crashes of storage on the simulated disk, seed by seed: `node lab/sim/storage-crash.ts [first seed] [seeds]`.
// Meanwhile files become wanted and unwanted, and are renamed and moved. Promises looked at after every crash: no piece is recorded that is not on disk and right (SAFETY.md G1); what was
// said to be durable is still there; nothing that came more than 5 s before is asked for again; nothing is rechecked.

import type { PieceIndex } from '../../src/base/ids.ts'
import { randomInt, SeededRandom } from '../../src/base/random.ts'
import { BLOCK_BYTES } from '../../src/metainfo/geometry.ts'
import type { TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { StorageRig, settle } from '../../test/doubles/storage-rig.ts'
import type { StoredFile } from '../../test/doubles/stored-torrent.ts'
import type { DiskOperation } from './disk.ts'

/** TRANSFER.md, Storage guarantees; the rig looks at deadlines every quarter of a second. */
const MAX_LOSS_MS = 5_000 + 250
const MAX_LIVES = 8

export interface CrashOutcome {
  readonly crashes: number
  readonly pieces: number
  /** Blocks that had to come again. */
  readonly repeated: number
}

/** @throws Error that names the seed when a promise is broken */
export async function crashRun(seed: number): Promise<CrashOutcome> {
  const run = new CrashRun(seed)
  try {
    return await run.go()
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

class CrashRun {
  readonly #random: SeededRandom
  readonly #seed: number
  /** When each block that storage took came. */
  readonly #came = new Map<string, number>()
  /** Those that ever came wrong: a crash can bring such bytes back, and the piece's hash then finds them. */
  readonly #wrong = new Set<string>()
  readonly #durable = new Set<number>()
  #finished = false
  #stoppedAt = 0
  #repeated = 0
  #crashes = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#random = new SeededRandom(seed)
  }

  async go(): Promise<CrashOutcome> {
    const rig = await this.#rig()
    const options = {
      stretchBlocks: 1 + this.#below(4),
      preallocate: this.#below(2) === 0 ? ('sparse' as const) : ('full' as const),
      partSuffix: this.#below(4) === 0 ? '' : '.part',
    }
    for (let life = 0; ; life++) {
      this.#finished = false
      await rig.open(options)
      await this.#lookAround(rig)
      const { pendingMove } = rig.storage
      if (pendingMove !== undefined) await rig.storage.move(pendingMove)
      if (life === MAX_LIVES) break
      const how = this.#below(3) === 0 ? 'kill' : 'crash'
      const dead = await this.#live(rig, how)
      this.#listen(rig)
      if (!dead && rig.storage.have.complete && this.#below(2) === 0) break
      this.#crashes++
      if (!dead) this.#stoppedAt = rig.clock.now()
      // Dead already: the platter is as that left it.
      rig.stop(dead ? 'kill' : how, this.#random.uint32())
    }
    await this.#finish(rig)
    return { crashes: this.#crashes, pieces: rig.geometry.pieceCount, repeated: this.#repeated }
  }

  #below(limit: number): number {
    return randomInt(this.#random, limit)
  }

  async #rig(): Promise<StorageRig> {
    const version = (['v1', 'v2', 'hybrid'] as const)[this.#below(3)] as TorrentVersion
    const pieceLengthBytes = [32_768, 65_536, 262_144][this.#below(3)] as number
    const files: StoredFile[] = []
    const count = 1 + this.#below(5)
    for (let index = 0; index < count; index++) {
      const lengthBytes = [0, 1, 16_384, this.#below(40_000), this.#below(400_000)][this.#below(5)] as number
      files.push({ path: ['t', ...(this.#below(3) === 0 ? ['sub'] : []), `f${index}`], lengthBytes })
      // A hybrid's files begin at pieces (BEP 52).
      const overBytes = version === 'hybrid' && index < count - 1 ? lengthBytes % pieceLengthBytes : 0
      if (overBytes > 0) {
        const padBytes = pieceLengthBytes - overBytes
        files.push({ path: ['t', '.pad', `${padBytes}-${index}`], lengthBytes: padBytes, pad: true })
      }
    }
    return await StorageRig.make({ version, pieceLengthBytes, files, seed: this.#seed }, this.#seed)
  }

  /** What must hold right after a start. */
  async #lookAround(rig: StorageRig): Promise<void> {
    const { storage } = rig
    const { report } = storage
    if (report.journal.damage === 'corrupt') throw new Error('the journal was called corrupt')
    if (storage.needsCheck) throw new Error(`pieces doubted: ${JSON.stringify(report)}`)
    if (storage.problem !== undefined)
      throw new Error(`trouble ${storage.problem.code} ${storage.problem.path}`)
    await rig.readAllHad()
    for (const piece of this.#durable) {
      if (!storage.have.has(piece)) throw new Error(`piece ${piece} was durable and is gone`)
    }
    const known = new Map(storage.partials.map(({ piece, blocks }) => [piece as number, blocks]))
    for (const [piece, blocks] of known) this.#compareBlocks(rig, piece, blocks.ones())
    const now = this.#stoppedAt
    for (const [key, at] of [...this.#came]) {
      const [piece = 0, block = 0] = key.split(':').map(Number)
      if (storage.have.has(piece) || known.get(piece)?.has(block) === true) continue
      if (now - at > MAX_LOSS_MS)
        throw new Error(`block ${key} came ${now - at} ms before the crash and is gone`)
      this.#came.delete(key)
      this.#repeated++
    }
  }

  /** Blocks said to be on disk are there as they came. */
  #compareBlocks(rig: StorageRig, index: number, blocks: Iterable<number>): void {
    const { geometry, torrent, storage, disk } = rig
    const piece = rig.piece(index)
    for (const block of blocks) {
      if (this.#wrong.has(`${index}:${block}`)) continue
      const lengthBytes = geometry.blockBytes(piece, block)
      for (const part of geometry.parts(piece, block * BLOCK_BYTES, lengthBytes)) {
        const bytes = disk.peek(storage.path(part.file) ?? '')
        // Of a file that is not wanted: in the part store.
        if (bytes === undefined) continue
        const there = bytes.subarray(part.offset, part.offset + part.lengthBytes)
        const right = torrent.file(part.file).subarray(part.offset, part.offset + part.lengthBytes)
        if (Buffer.compare(there, right) !== 0)
          throw new Error(`block ${index}:${block} is recorded and not on disk`)
      }
    }
  }

  /** Downloads for a while, at most until the fatal operation. @returns whether it came to that */
  async #live(rig: StorageRig, how: 'crash' | 'kill'): Promise<boolean> {
    const fatal = (['write', 'sync', 'rename', 'replace', 'syncDirectory', 'truncate'] as const)[
      this.#below(6)
    ]
    let left = 1 + this.#below(12)
    let dead = false
    rig.disk.watch = (operation: DiskOperation) => {
      if (operation !== fatal || --left > 0 || dead) return
      dead = true
      this.#stoppedAt = rig.clock.now()
      if (how === 'crash') rig.disk.crash(this.#random)
      else rig.disk.kill()
    }
    for (let step = this.#below(40); step >= 0 && !dead; step--) {
      this.#deliver(rig)
      if (this.#below(2) === 0) await rig.advance([250, 1_000, 4_250][this.#below(3)] as number)
      else await settle()
      if (this.#below(8) === 0 && !dead) await this.#within(rig, rig.readAllHad(), () => dead)
      if (this.#below(12) === 0 && !dead) await this.#within(rig, this.#rearrange(rig), () => dead)
      this.#listen(rig)
    }
    rig.disk.watch = undefined
    return dead
  }

  /** What a person may do to the files meanwhile. */
  async #rearrange(rig: StorageRig): Promise<void> {
    const { files } = rig.torrent.metainfo
    const some = this.#below(files.length)
    switch (this.#below(3)) {
      case 0:
        return await rig.storage.setWanted(files.map(() => this.#below(2) === 0))
      case 1:
        await rig.storage.renameFile(some, ['t', `r${this.#below(3)}`, `n${some}-${this.#below(100)}`])
        return
      default:
        await rig.storage.move(`/data/m${this.#below(3)}`)
    }
  }

  /** Operations of a dead machine never end. */
  async #within(rig: StorageRig, work: Promise<unknown>, dead: () => boolean): Promise<void> {
    let done = false
    const watched = work.then(() => {
      done = true
    })
    // Time passes, so that batches become due in the middle of it.
    while (!done && !dead())
      await Promise.race([watched, this.#below(2) === 0 ? settle() : rig.advance(1_000)])
  }

  /** A few blocks, mostly of one piece, sometimes a wrong one. */
  #deliver(rig: StorageRig): void {
    const { geometry } = rig
    if (geometry.pieceCount === 0) return
    const piece = this.#below(geometry.pieceCount)
    const blocks = geometry.blockCount(rig.piece(piece))
    const from = this.#below(blocks)
    for (let block = from; block < blocks; block++) {
      const wrong = this.#below(40) === 0
      if (rig.block(piece, block, wrong)) {
        const key = `${piece}:${block}`
        this.#came.set(key, rig.clock.now())
        if (wrong) this.#wrong.add(key)
      }
      if (this.#below(6) === 0) return
    }
  }

  /** Keeps what storage said, and forgets blocks of bad pieces as the torrent would. */
  #listen(rig: StorageRig): void {
    for (const line of rig.news()) {
      const [word, ...rest] = line.split(' ')
      if (word === 'finished') this.#finished = true
      else if (word === 'durable') for (const piece of rest) this.#durable.add(Number(piece))
      else if (word === 'failed') {
        const piece = Number(rest[0])
        rig.storage.resetBlocks(piece as PieceIndex, 'all')
        for (const key of [...this.#came.keys()]) if (key.startsWith(`${piece}:`)) this.#came.delete(key)
      } else if (word === 'lost' || word === 'trouble' || word === 'blocks') throw new Error(line)
    }
  }

  async #finish(rig: StorageRig): Promise<void> {
    this.#listen(rig)
    this.#finished = false
    await rig.storage.setWanted(rig.torrent.metainfo.files.map(() => true))
    for (let round = 0; round < 20 && !this.#finished; round++) {
      rig.feedAll()
      await rig.advance(5_000)
      this.#listen(rig)
    }
    if (!this.#finished) throw new Error(`never finished: ${JSON.stringify(rig.storage.problem)}`)
    await rig.readAllHad()
    for (const file of rig.torrent.metainfo.files) {
      if (file.pad) continue
      const bytes = rig.disk.peek(rig.storage.path(file.index) ?? '')
      if (bytes === undefined || Buffer.compare(bytes, rig.torrent.file(file.index)) !== 0) {
        throw new Error(`${file.path.join('/')} is not what it should be`)
      }
    }
  }
}

if (import.meta.main) {
  const first = Number(process.argv[2] ?? 1)
  const seeds = Number(process.argv[3] ?? 2_000)
  let crashes = 0
  let repeated = 0
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = await crashRun(seed)
    crashes += outcome.crashes
    repeated += outcome.repeated
  }
  console.log(
    `${seeds} seeds from ${first}: ${crashes} crashes survived, ${repeated} blocks came again, nothing wrong`,
  )
}
