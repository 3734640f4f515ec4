// What storage costs a download and an upload, without sockets: `node lab/bench/storage.ts [folder] [MiB] [piece KiB]`.
// Blocks are copied into their slots as the wire decoder does, written, hashed by workers, synced and journalled;
// then every piece is read back in requests of 16 blocks. The folder should be on the disk in question (a RAM disk
// shows our own cost).

import * as fs from 'node:fs'
import { join } from 'node:path'
import type { PieceIndex } from '../../src/base/ids.ts'
import { BufferPool } from '../../src/engine/storage/buffer-pool.ts'
import { OpenFiles } from '../../src/engine/storage/open-files.ts'
import { PathClaims } from '../../src/engine/storage/path-claims.ts'
import { type StorageEvents, TorrentStorage } from '../../src/engine/storage/torrent-storage.ts'
import { BLOCK_BYTES, Geometry } from '../../src/metainfo/geometry.ts'
import type { Metainfo } from '../../src/metainfo/metainfo.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { NodeHasher } from '../../src/platform/hasher.ts'
import { hashPiece } from '../../src/platform/piece-hash.ts'

const [parent = '/dev/shm', size = '2048', pieceKiB = '1024'] = process.argv.slice(2)
const totalBytes = Number(size) * 1_048_576
const pieceBytes = Number(pieceKiB) * 1024
/** Blocks between two turns of the event loop: what a socket brings at once. */
const BLOCKS_PER_TURN = 16
const READ_BLOCKS = 16

const root = fs.mkdtempSync(join(parent, 'shoal-bench-'))
const clock = new SystemClock()
const hasher = new NodeHasher()
const disk = new NodeDisk()
const openFiles = new OpenFiles(disk, () => clock.now())
const pool = new BufferPool()

const content = new Uint8Array(pieceBytes)
for (let at = 0; at < content.length; at++) content[at] = at * 31 + (at >> 9)
const sha1 = hashPiece(content, { sha1: true, merkle: undefined }).sha1
const geometry = new Geometry([{ lengthBytes: totalBytes, pad: false }], pieceBytes, 'packed')
const metainfo = {
  version: 'v1',
  infohashV1: '00'.repeat(20),
  infohashV2: undefined,
  infoBytes: new Uint8Array(0),
  name: 'bench',
  singleFile: true,
  private: false,
  pieceLengthBytes: pieceBytes,
  files: [
    {
      index: 0,
      path: ['bench'],
      lengthBytes: totalBytes,
      pad: false,
      executable: false,
      hidden: false,
      symlink: false,
      root: undefined,
    },
  ],
  geometry,
  piecesV1: undefined,
  pieceLayers: new Map(),
} as unknown as Metainfo

let finished: () => void = () => {}
const complete = new Promise<void>((resolve) => {
  finished = resolve
})
let memory: () => void = () => {}
const events: StorageEvents = {
  pieceVerified: () => {},
  pieceFailed: (piece) => {
    throw new Error(`piece ${piece} failed`)
  },
  pieceInconsistent: () => {},
  piecesLost: () => {},
  blocksLost: () => {},
  memoryAvailable: () => memory(),
  durable: () => {},
  fileCompleted: () => {},
  finished: () => finished(),
  trouble: (problem) => {
    throw new Error(problem.code)
  },
  recovered: () => {},
}

const storage = await TorrentStorage.open({
  ports: { disk, hasher, clock },
  pool,
  openFiles,
  claims: new PathClaims(),
  metainfo,
  saveFolder: root,
  journalPath: join(root, 'journal'),
  expected: { sha1: () => sha1, pieceRoot: () => undefined },
  events,
})
if (!(storage instanceof TorrentStorage)) throw new Error(JSON.stringify(storage))
const ticking = setInterval(() => {
  const deadline = storage.deadline()
  if (deadline !== undefined && deadline <= clock.now()) storage.tick(clock.now())
}, 20)

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function measured(name: string, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const gib = totalBytes / 2 ** 30
  const mainThread = process.resourceUsage()
  console.log(
    `${name}: ${Math.round(totalBytes / 1e6 / seconds)} MB/s, ` +
      `${((user + system) / 1e6 / gib).toFixed(2)} CPU s per GiB, peak ${Math.round(mainThread.maxRSS / 1024)} MiB`,
  )
}

await measured('download', async () => {
  let left = BLOCKS_PER_TURN
  for (const piece of geometry.pieces()) {
    const blocks = geometry.blockCount(piece)
    for (let block = 0; block < blocks; block++) {
      while (!storage.reserve(piece, block)) {
        await Promise.race([turn(), new Promise<void>((resolve) => (memory = resolve))])
      }
      const lengthBytes = geometry.blockBytes(piece, block)
      const slot = storage.slot(piece, block * BLOCK_BYTES, lengthBytes) as Uint8Array
      slot.set(content.subarray(block * BLOCK_BYTES, block * BLOCK_BYTES + lengthBytes))
      storage.blockStored(piece, block)
      if (--left > 0) continue
      left = BLOCKS_PER_TURN
      await turn()
    }
  }
  await complete
})

await measured('upload', async () => {
  const readers = Array.from({ length: 4 }, async (_, reader) => {
    const views = Array.from({ length: READ_BLOCKS }, () => new Uint8Array(BLOCK_BYTES))
    for (let piece = reader; piece < geometry.pieceCount; piece += 4) {
      const bytes = geometry.pieceBytes(piece as PieceIndex)
      for (let begin = 0; begin < bytes; begin += READ_BLOCKS * BLOCK_BYTES) {
        const count = Math.min(READ_BLOCKS, Math.ceil((bytes - begin) / BLOCK_BYTES))
        const outcome = await storage.read(piece as PieceIndex, begin, views.slice(0, count))
        if (outcome !== 'ok') throw new Error(outcome)
      }
    }
  })
  await Promise.all(readers)
})

await measured('check', async () => {
  await storage.check('all')
})

clearInterval(ticking)
await storage.close()
await hasher.close()
fs.rmSync(root, { recursive: true })
