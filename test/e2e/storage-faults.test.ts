// SAFETY.md G4 to G9 on real small file systems. Needs root for mounting; without it the reason is printed.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Millis, PieceIndex } from '../../src/base/ids.ts'
import type { Clock } from '../../src/base/ports.ts'
import { BufferPool } from '../../src/engine/storage/buffer-pool.ts'
import { OpenFiles } from '../../src/engine/storage/open-files.ts'
import { PathClaims } from '../../src/engine/storage/path-claims.ts'
import { type StorageEvents, TorrentStorage } from '../../src/engine/storage/torrent-storage.ts'
import { BLOCK_BYTES } from '../../src/metainfo/geometry.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { NodeHasher } from '../../src/platform/hasher.ts'
import { type StoredTorrent, storedTorrent } from '../doubles/stored-torrent.ts'

/** Storage looks again every few seconds; here every fraction of one. */
const FASTER = 25
const PATIENCE_MS = 20_000
const PIECE = 262_144

const fastClock: Clock = {
  now: () => (performance.now() * FASTER) as Millis,
  wallMs: () => Date.now(),
  schedule: (at, wake) => {
    const timer = setTimeout(wake, Math.max(0, at / FASTER - performance.now()))
    return () => clearTimeout(timer)
  },
}

const hasher = new NodeHasher()
after(() => hasher.close())

function whyNot(): string | false {
  if (process.platform !== 'linux') return 'mounting small file systems is only tried on Linux'
  if (process.getuid?.() !== 0) return 'needs root, to mount small file systems'
  const probe = fs.mkdtempSync(join(tmpdir(), 'shoal-mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe])
  if (mounted.status === 0) execFileSync('umount', [probe])
  fs.rmdirSync(probe)
  return mounted.status === 0 ? false : `mounting is not allowed here: ${mounted.stderr.toString().trim()}`
}

const skip = whyNot()

class Place {
  readonly root = fs.mkdtempSync(join(tmpdir(), 'shoal-faults-'))
  readonly volume = join(this.root, 'volume')
  readonly folder = join(this.volume, 'downloads')
  readonly torrent: StoredTorrent
  readonly told: string[] = []
  readonly #disk = new NodeDisk()
  readonly #openFiles = new OpenFiles(this.#disk, () => fastClock.now())
  readonly #pool = new BufferPool()
  readonly #claims = new PathClaims()
  #storage: TorrentStorage | undefined
  readonly #readings = new Set<Promise<number>>()
  #ticking: NodeJS.Timeout | undefined

  constructor(sizeMiB: number, pieces: number) {
    fs.mkdirSync(this.volume)
    fs.mkdirSync(join(this.root, 'state'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', this.volume])
    fs.mkdirSync(this.folder)
    this.torrent = storedTorrent({
      pieceLengthBytes: PIECE,
      files: [{ path: ['film'], lengthBytes: pieces * PIECE }],
    })
  }

  get storage(): TorrentStorage {
    return this.#storage as TorrentStorage
  }

  get film(): string {
    return join(this.folder, 'film')
  }

  async open(): Promise<void> {
    const opened = await TorrentStorage.open({
      ports: { disk: this.#disk, hasher, clock: fastClock },
      pool: this.#pool,
      openFiles: this.#openFiles,
      claims: this.#claims,
      metainfo: this.torrent.metainfo,
      saveFolder: this.folder,
      journalPath: join(this.root, 'state', 'journal'),
      expected: this.torrent.expected,
      events: this.#events(),
    })
    assert.ok(opened instanceof TorrentStorage, JSON.stringify(opened))
    this.#storage = opened
    this.#ticking = setInterval(() => {
      const deadline = opened.deadline()
      if (deadline !== undefined && deadline <= fastClock.now()) opened.tick(fastClock.now())
    }, 5)
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking)
    // Some scenes read without waiting for it.
    await Promise.all(this.#readings)
    await this.#storage?.close()
    this.#storage = undefined
  }

  async done(): Promise<void> {
    await this.close()
    await this.#openFiles.closeAll()
    spawnSync('umount', ['-l', this.volume])
    fs.rmSync(this.root, { recursive: true, force: true })
  }

  /** Delivers what storage takes of a piece; false when it takes nothing. */
  feed(index: number): boolean {
    const { geometry } = this.torrent.metainfo
    const piece = index as PieceIndex
    const right = this.torrent.piece(piece)
    let taken = false
    for (let block = 0; block < geometry.blockCount(piece); block++) {
      if (!this.storage.reserve(piece, block)) continue
      const slot = this.storage.slot(piece, block * BLOCK_BYTES, geometry.blockBytes(piece, block))
      if (slot === undefined) continue
      slot.set(right.subarray(block * BLOCK_BYTES, block * BLOCK_BYTES + slot.length))
      this.storage.blockStored(piece, block)
      taken = true
    }
    return taken
  }

  /** Delivers everything, again and again, until `reached`. */
  async feedUntil(reached: () => boolean): Promise<void> {
    await until(() => {
      for (const piece of this.torrent.metainfo.geometry.pieces())
        if (!this.storage.have.has(piece)) this.feed(piece)
      return reached()
    })
  }

  /** Reads everything that is had and compares it. @returns how many pieces were right */
  readAll(): Promise<number> {
    const reading = this.#readAll().finally(() => this.#readings.delete(reading))
    this.#readings.add(reading)
    return reading
  }

  async #readAll(): Promise<number> {
    let right = 0
    for (const index of [...this.storage.have.ones()]) {
      const piece = index as PieceIndex
      const bytes = new Uint8Array(this.torrent.metainfo.geometry.pieceBytes(piece))
      const outcome = await this.storage.read(piece, 0, [bytes])
      if (outcome !== 'ok') continue
      assert.equal(
        Buffer.compare(bytes, this.torrent.piece(piece)),
        0,
        `piece ${piece} was given and is wrong`,
      )
      right++
    }
    return right
  }

  get complete(): boolean {
    return this.told.includes('finished')
  }

  #events(): StorageEvents {
    const tell = (line: string) => this.told.push(line)
    return {
      pieceVerified: () => {},
      pieceFailed: (piece) => tell(`failed ${piece}`),
      pieceInconsistent: (piece) => tell(`inconsistent ${piece}`),
      piecesLost: (pieces) => tell(`lost ${pieces.length}`),
      blocksLost: () => {},
      memoryAvailable: () => {},
      durable: () => {},
      fileCompleted: () => {},
      finished: () => tell('finished'),
      trouble: (problem) => tell(`trouble ${problem.code}`),
      recovered: () => tell('recovered'),
    }
  }
}

async function until(reached: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!reached()) {
    if (performance.now() > end) throw new Error('it took too long')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function scene(name: string, sizeMiB: number, pieces: number, play: (place: Place) => Promise<void>): void {
  test(name, { skip }, async () => {
    const place = new Place(sizeMiB, pieces)
    try {
      await place.open()
      await play(place)
    } finally {
      await place.done()
    }
  })
}

function trouble(place: Place): string | undefined {
  return place.storage.problem?.code
}

scene('G5 disk full: stops, gives on, and goes on when there is room', 16, 20, async (place) => {
  for (let piece = 0; piece < 8; piece++) place.feed(piece)
  await until(() => place.storage.have.count === 8)
  const filler = join(place.volume, 'filler')
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k', 'count=1000'], { stdio: 'ignore' })
  await place.feedUntil(() => trouble(place) !== undefined)
  assert.equal(trouble(place), 'NO_SPACE')
  assert.equal(place.feed(19), false)
  assert.ok((await place.readAll()) >= 8)
  fs.rmSync(filler)
  await place.feedUntil(() => place.complete)
  assert.equal(await place.readAll(), 20)
  assert.ok(place.told.includes('recovered'))
})

scene('G6 what does not fit beside the reserve is not begun', 4, 20, async (place) => {
  assert.equal(trouble(place), 'NO_SPACE')
  assert.equal(place.feed(0), false)
  assert.deepEqual(fs.readdirSync(place.folder), [])
  execFileSync('mount', ['-o', 'remount,size=16m', place.volume])
  await place.feedUntil(() => place.complete)
})

scene('G5 read-only: stops, gives on, and goes on when it can write', 16, 20, async (place) => {
  for (let piece = 0; piece < 8; piece++) place.feed(piece)
  await until(() => place.storage.have.count === 8)
  // Unused descriptors are let go, and only then the system allows this.
  await until(() => spawnSync('mount', ['-o', 'remount,ro', place.volume]).status === 0)
  await place.feedUntil(() => trouble(place) !== undefined)
  assert.equal(trouble(place), 'READ_ONLY')
  assert.equal(await place.readAll(), 8)
  execFileSync('mount', ['-o', 'remount,rw', place.volume])
  await place.feedUntil(() => place.complete)
  assert.equal(await place.readAll(), 20)
})

scene('G7 a deleted file is noticed, and is there again when it comes back', 16, 12, async (place) => {
  await place.feedUntil(() => place.complete)
  const aside = join(place.volume, 'aside')
  fs.renameSync(place.film, aside)
  await until(() => {
    void place.readAll()
    return trouble(place) === 'FILE_MISSING'
  })
  assert.equal(place.storage.have.count, 0)
  assert.equal(place.feed(0), false, 'not downloaded again without the person')
  fs.renameSync(aside, place.film)
  await until(() => trouble(place) === undefined)
  assert.equal(await place.readAll(), 12)
})

for (const [how, change] of [
  ['truncated', (film: string) => fs.truncateSync(film, 5 * PIECE + 7)],
  [
    'changed in place',
    (film: string) => fs.writeSync(fs.openSync(film, 'r+'), Buffer.alloc(9, 1), 0, 9, 4 * PIECE + 3),
  ],
  [
    'replaced',
    (film: string) => {
      fs.writeFileSync(`${film}.new`, Buffer.alloc(12 * PIECE, 3))
      fs.renameSync(`${film}.new`, film)
    },
  ],
] as const) {
  scene(`G7 a file that is ${how} while seeding gives no bad block`, 16, 12, async (place) => {
    await place.feedUntil(() => place.complete)
    await place.readAll()
    change(place.film)
    // readAll throws when a wrong byte is given.
    let looks = 0
    await until(() => {
      void place.readAll()
      return ++looks > 3 && trouble(place) === 'FILE_CHANGED'
    })
    const right = await place.readAll()
    assert.ok(right < 12, `${right} pieces`)
    assert.ok(place.told.some((line) => line.startsWith('lost')))
  })
}

scene(
  'G8 an unmounted volume is missed, its mount point stays empty, and the download goes on after it',
  16,
  20,
  async (place) => {
    const { volume, root } = place
    const real = join(root, 'real')
    await place.close()
    execFileSync('umount', [volume])
    fs.mkdirSync(real)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', real])
    try {
      execFileSync('mount', ['--bind', real, volume])
      fs.mkdirSync(place.folder)
      fs.rmSync(join(root, 'state', 'journal'), { force: true })
      await place.open()
      for (let piece = 0; piece < 8; piece++) place.feed(piece)
      await until(() => place.storage.have.count === 8)
      execFileSync('umount', ['-l', volume])
      await place.feedUntil(() => trouble(place) === 'MISSING_VOLUME')
      assert.deepEqual(fs.readdirSync(volume), [])
      assert.equal(place.feed(19), false)
      execFileSync('mount', ['--bind', real, volume])
      await place.feedUntil(() => place.complete)
      assert.equal(await place.readAll(), 20)
    } finally {
      await place.close()
      spawnSync('umount', ['-l', volume])
      spawnSync('umount', ['-l', real])
    }
  },
)

scene('G9 a file that was there before stays as it is', 16, 12, async (place) => {
  await place.close()
  const theirs = Buffer.from(place.torrent.file(0))
  theirs[5 * PIECE] = (theirs[5 * PIECE] as number) ^ 1
  fs.writeFileSync(place.film, theirs)
  const before = fs.statSync(place.film, { bigint: true })
  await place.open()
  assert.ok(place.storage.needsCheck)
  await place.storage.check('pending')
  await until(() => trouble(place) === 'FILE_DIFFERS')
  assert.equal(await place.readAll(), 11)
  assert.equal(place.feed(5), false)
  assert.equal(Buffer.compare(fs.readFileSync(place.film), theirs), 0)
  assert.equal(fs.statSync(place.film, { bigint: true }).mtimeNs, before.mtimeNs)
})
