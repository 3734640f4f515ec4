import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { ScanDatabase } from '../../../test/doubles/scan-database.ts'
import { contentIdText } from '../../metainfo/content-id.ts'
import { blocksOf, Merkle, powerOfTwoAbove, rootLayer } from '../../metainfo/merkle.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { NodeHasher } from '../../platform/hasher.ts'
import { FolderScan } from './folder-scan.ts'
import { HashQueue, type HashQueueOptions } from './hash-queue.ts'
import type { WaitingFile } from './scan-store.ts'
import { pause } from './yielding.ts'

const merkle = new Merkle(new SystemDigest())
/** So that no file has to rest. */
const LONG_AGO = new Date('2020-01-02T03:04:05.678Z')

function scene(t: TestContext, options: Partial<HashQueueOptions> = {}) {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'shoal-hash-'))
  const store = new ScanDatabase()
  const hasher = new NodeHasher({
    program: new URL('../../platform/quiet-hash-worker.ts', import.meta.url),
  })
  const clock = new SystemClock()
  const stale: WaitingFile[] = []
  const queue = new HashQueue({
    store,
    hasher,
    digest: new SystemDigest(),
    clock,
    pressure: () => 0,
    pathOf: () => folder,
    stale: (file) => stale.push(file),
    recorded: () => {},
    failed: (error) => {
      throw error
    },
    ...options,
  })
  t.after(async () => {
    await queue.close()
    await hasher.close()
    store.close()
    fs.rmSync(folder, { recursive: true })
  })
  return {
    folder,
    store,
    queue,
    stale,
    hasher,
    write(name: string, bytes: Uint8Array, modified = LONG_AGO) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      fs.writeFileSync(path.join(folder, name), bytes)
      fs.utimesSync(path.join(folder, name), modified, modified)
    },
    scan() {
      const now = () => performance.now()
      const scan = new FolderScan({
        folder: { id: 'f', path: folder },
        store,
        now,
        wallMs: Date.now,
        room: 1e6,
        never: [],
      })
      while (scan.advance() === undefined);
    },
    /** Until the queue has nothing left that it could read. */
    async idle() {
      while (!queue.isIdle) await pause(clock, 5)
    },
  }
}

function someBytes(lengthBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes)
  let state = seed + 1
  for (let at = 0; at < lengthBytes; at += 4_099) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    bytes[at] = state % 256
  }
  return bytes
}

function reference(bytes: Uint8Array): string {
  const leaves = merkle.leaves(bytes)
  return contentIdText({ root: merkle.root(leaves, 0, rootLayer(bytes.length)), lengthBytes: bytes.length })
}

test('files of every shape of tree get the content id of their bytes, empty ones none', async (t) => {
  const { write, scan, queue, idle, store } = scene(t)
  const lengths = [1, 16_383, 16_384, 16_385, 65_536, 65_537, 300_000, 1_048_577, 5_000_000]
  const wanted = new Map<string, string | null>([['empty', null]])
  write('empty', new Uint8Array(0))
  for (const [seed, length] of lengths.entries()) {
    const bytes = someBytes(length, seed)
    write(`in/${length}`, bytes)
    wanted.set(`in/${length}`, reference(bytes))
  }
  scan()
  queue.wake()
  await idle()
  assert.deepEqual(new Map(store.files('f').map((file) => [file.path, file.content])), wanted)
  assert.equal(store.recorded.length, lengths.length)
  queue.wake()
  await idle()
  assert.equal(store.recorded.length, lengths.length, 'nothing is hashed twice')
})

test('a long file is hashed by pieces and its layer is kept', async (t) => {
  const { write, scan, queue, idle, store } = scene(t)
  const bytes = someBytes(67_108_864 + 70_000, 3)
  write('film.mkv', bytes)
  scan()
  queue.wake()
  await idle()
  const content = store.files('f')[0]?.content as string
  assert.equal(content, reference(bytes))
  const layer = store.layer(content) as Uint8Array
  const root = merkle.root(merkle.leaves(bytes), 0, rootLayer(bytes.length))
  assert.ok(merkle.isPieceLayer(layer, bytes.length, 65_536, root))
  assert.equal(powerOfTwoAbove(blocksOf(bytes.length)), 8_192)
})

test('a file that changes while it is read is not recorded, is said to be stale, and is hashed when it rests', async (t) => {
  const { write, scan, queue, idle, store, stale, folder, hasher } = scene(t)
  const bytes = someBytes(100_000, 1)
  write('a.bin', bytes)
  scan()
  const files = hasher.files.bind(hasher)
  let meddle = true
  hasher.files = async (pieces) => {
    const results = await files(pieces)
    // In the same length, and with the time put back: only the system's own time of change tells.
    if (meddle) write('a.bin', someBytes(100_000, 2))
    meddle = false
    return results
  }
  queue.wake()
  await idle()
  assert.equal(store.files('f')[0]?.content, null)
  assert.equal(stale[0]?.path, 'a.bin')
  assert.equal(store.recorded.length, 0)
  write('a.bin', someBytes(100_001, 2))
  scan()
  queue.wake()
  await idle()
  assert.equal(store.files('f')[0]?.content, reference(someBytes(100_001, 2)))
  assert.ok(fs.existsSync(path.join(folder, 'a.bin')))
})

test('a file that is gone, a link or a directory in its place is not read', async (t) => {
  const { write, scan, queue, idle, store, stale, folder } = scene(t)
  for (const name of ['gone', 'link', 'directory']) write(name, someBytes(10_000, 1))
  scan()
  for (const name of ['gone', 'link', 'directory']) fs.rmSync(path.join(folder, name))
  fs.symlinkSync('/etc/passwd', path.join(folder, 'link'))
  fs.mkdirSync(path.join(folder, 'directory'))
  queue.wake()
  await idle()
  assert.deepEqual(stale.map((file) => file.path).sort(), ['directory', 'gone', 'link'])
  assert.equal(store.recorded.length, 0)
})

test('a second name of a file is not read again', async (t) => {
  const { write, scan, queue, idle, store, folder, hasher } = scene(t)
  write('a.bin', someBytes(50_000, 1), new Date())
  const moment = LONG_AGO.getTime() / 1_000 + 0.000_123
  fs.utimesSync(path.join(folder, 'a.bin'), moment, moment)
  fs.linkSync(path.join(folder, 'a.bin'), path.join(folder, 'b.bin'))
  scan()
  let read = 0
  const files = hasher.files.bind(hasher)
  hasher.files = (pieces) => {
    read += pieces.length
    return files(pieces)
  }
  queue.wake()
  await idle()
  assert.equal(read, 1)
  const [a, b] = store.files('f')
  assert.equal(a?.content, reference(someBytes(50_000, 1)))
  assert.equal(b?.content, a?.content)
})

/** A file of 2.25 GiB that takes no space. */
function sparse(folder: string): { lengthBytes: number; at: string } {
  const at = path.join(folder, 'long.img')
  fs.closeSync(fs.openSync(at, 'w'))
  const lengthBytes = 2_415_919_104
  fs.truncateSync(at, lengthBytes)
  fs.utimesSync(at, LONG_AGO, LONG_AGO)
  return { lengthBytes, at }
}

test('a long file that was stopped goes on where it was, unless it changed', async (t) => {
  const { scan, store, folder, hasher } = scene(t)
  const { lengthBytes } = sparse(folder)
  scan()
  const waiting = store.unhashed(undefined, 1)[0] as WaitingFile
  const pieceBytes = 2_097_152
  let readPieces = 0
  const counting = {
    parallelism: 1,
    digest: hasher.digest.bind(hasher),
    stream: hasher.stream.bind(hasher),
    // The pieces of zeros are all alike: one is hashed, the others are counted.
    files: async (pieces: Parameters<NodeHasher['files']>[0]) => {
      readPieces += pieces.length
      const [result] = await hasher.files(pieces.slice(0, 1))
      return pieces.map(() => result as NonNullable<typeof result>)
    },
  }
  const begin = (stopAfter: number) => {
    const clock = new SystemClock()
    let turns = 0
    const queue: HashQueue = new HashQueue({
      store,
      hasher: counting,
      digest: new SystemDigest(),
      clock,
      pressure: () => {
        if (++turns > stopAfter) void queue.close()
        return 0
      },
      pathOf: () => folder,
      stale: () => {},
      recorded: () => {},
      failed: (error) => {
        throw error
      },
    })
    queue.wake()
    return { queue, clock }
  }
  const first = begin(30)
  while (!first.queue.isIdle) await pause(first.clock, 5)
  await first.queue.close()
  assert.equal(store.files('f')[0]?.content, null)
  const reached = (store.checkpoint(waiting.id)?.layer.length ?? 0) / 32
  assert.ok(reached >= 512, 'a gigabyte at least')
  assert.ok(readPieces < lengthBytes / pieceBytes)

  const second = begin(1e9)
  while (!second.queue.isIdle) await pause(second.clock, 5)
  assert.equal(readPieces, lengthBytes / pieceBytes, 'no piece was read twice')
  assert.ok(store.files('f')[0]?.content?.endsWith(`-${lengthBytes}`))
  assert.equal(store.checkpoint(waiting.id), undefined)
})

test('as long as transfers want the machine, hashing takes a small part of it', async () => {
  const { restAfter } = await import('./yielding.ts')
  assert.equal(restAfter(100, 0), 0)
  assert.equal(restAfter(100, 0.5), 100)
  assert.ok(Math.abs(restAfter(100, 1) - 1_900) < 1)
  assert.equal(restAfter(10_000, 1), 2_000)
})
