import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryContent, type MemoryContentOptions, rightBytes } from '../../../test/doubles/memory-content.ts'
import { Purse, UNLIMITED } from '../../../test/doubles/peer-scene.ts'
import { PretendedFiles, type PretendedRequest } from '../../../test/doubles/pretended-files.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { Bitfield } from '../../base/bitfield.ts'
import type { Infohash, Millis, PieceIndex } from '../../base/ids.ts'
import type { Http } from '../../base/ports.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { Allowance } from '../peer/host.ts'
import type { BlockRef } from '../picker/world.ts'
import type { WebSeedHost } from './host.ts'
import { SLOW_WINDOW_MS } from './lane.ts'
import type { WebSeedSource } from './source.ts'
import { MAX_CONNECTIONS, WebSeeds } from './web-seeds.ts'

const MIB = 1024 * 1024

const PEER = 99

/** A torrent of one file, its web seeds, and a server for all of them. */
class SeedScene implements WebSeedHost {
  readonly clock = new VirtualClock()
  readonly files = new PretendedFiles()
  readonly http = this.files as unknown as Http
  readonly content: MemoryContent
  readonly metainfo: Metainfo
  rangeBytes = 16 * MIB
  allowed: Allowance = UNLIMITED
  receivedBytes = 0
  wastedBytes = 0
  readonly bans: string[] = []
  readonly wakes: Millis[] = []
  /** Finished pieces that were wrong. */
  readonly wrong: number[] = []
  readonly seeds: WebSeeds
  #keys = 0

  constructor(options: MemoryContentOptions, sources: readonly WebSeedSource[] = named('a')) {
    this.content = new MemoryContent(options)
    const { geometry } = this.content
    this.metainfo = {
      singleFile: true,
      infohashV1: 'ab'.repeat(20) as Infohash,
      files: [{ index: 0, path: ['f'], lengthBytes: geometry.payloadBytes }],
      geometry,
    } as unknown as Metainfo
    this.seeds = new WebSeeds(this, sources)
  }

  get now(): Millis {
    return this.clock.now()
  }

  fill(): void {
    this.seeds.fill(this.now)
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms)
    this.seeds.tick(this.now)
  }

  /** Right bytes of the file. */
  bytes(first: number, lengthBytes: number): Uint8Array {
    const { pieceLengthBytes } = this.content.geometry
    const bytes = new Uint8Array(lengthBytes)
    for (let at = 0; at < lengthBytes; ) {
      const piece = Math.floor((first + at) / pieceLengthBytes)
      const begin = (first + at) % pieceLengthBytes
      const take = Math.min(lengthBytes - at, pieceLengthBytes - begin)
      bytes.set(rightBytes(piece, begin, take), at)
      at += take
    }
    return bytes
  }

  get fileBytes(): number {
    return this.content.geometry.payloadBytes
  }

  /** Answers a request as a good server does, in parts. */
  serve(request: PretendedRequest, partBytes = 50_000): void {
    const { first } = request.range ?? { first: 0 }
    request.accept(this.fileBytes)
    for (let at = 0; at < request.lengthBytes; at += partBytes)
      request.data(this.bytes(first + at, Math.min(partBytes, request.lengthBytes - at)))
    request.end()
  }

  /** Serves until nothing is asked any more. */
  serveAll(): void {
    for (let rounds = 0; this.files.waiting.length > 0 && rounds < 10_000; rounds++)
      this.serve(this.files.waiting[0] as PretendedRequest)
  }

  /** What a peer that has everything is asked. */
  peer(count: number, key = PEER): BlockRef[] {
    return this.content.picker.pick({
      peer: key,
      has: Bitfield.full(this.content.pieceCount),
      count,
      now: this.now,
      exclusive: false,
      only: undefined,
      rate: 0,
      suggested: undefined,
    })
  }

  /** A peer delivers a block, as Downloader does. */
  peerGives({ piece, block }: BlockRef, key = PEER): void {
    const { picker, store, geometry } = this.content
    const begin = block * BLOCK_BYTES
    const lengthBytes = geometry.blockBytes(piece, block)
    const rivals = picker.othersAsked(key, piece, block)
    if (picker.received(key, piece, block) !== 'first') return
    for (const rival of rivals) this.dropElsewhere(rival, piece, block)
    store.slot(piece, begin, lengthBytes)?.set(rightBytes(piece, begin, lengthBytes))
    store.blockStored(piece, block)
    this.received(piece, lengthBytes)
  }

  // ── WebSeedHost ──

  newKey(): number {
    return ++this.#keys
  }

  allowance(): Allowance {
    return this.allowed
  }

  received(piece: PieceIndex, lengthBytes: number): void {
    this.receivedBytes += lengthBytes
    if (!this.content.picker.complete(piece)) return
    if (this.content.isRight(piece)) {
      this.content.verified(piece)
      return
    }
    this.wrong.push(piece)
    this.content.picker.failed(piece, 'all')
    this.content.resetBlocks(piece, 'all')
  }

  wasted(lengthBytes: number): void {
    this.wastedBytes += lengthBytes
  }

  dropElsewhere(key: number, piece: PieceIndex, block: number): void {
    if (key === PEER) this.content.picker.released(key, piece, block)
    else this.seeds.drop(key, piece, block)
  }

  wakeAt(at: Millis): void {
    this.wakes.push(at)
  }

  banned(name: string, code: string): void {
    this.bans.push(`${name} ${code}`)
  }
}

function named(...letters: readonly string[]): WebSeedSource[] {
  return letters.map((letter) => ({ url: `http://${letter}.test/f`, kind: 'files', by: 'link' }))
}

/** So many missing pieces of a MiB. */
const mebibytes = (count: number, more: Partial<MemoryContentOptions> = {}): MemoryContentOptions => ({
  pieces: '.'.repeat(count),
  blocksPerPiece: 64,
  ...more,
})

test('a web seed alone brings the whole file, in ranges of whole pieces, none twice', () => {
  const scene = new SeedScene(mebibytes(40, { lastPieceBytes: 100_001 }))
  scene.fill()
  scene.serveAll()
  assert.ok(scene.content.have.complete)
  assert.equal(scene.receivedBytes, scene.fileBytes)
  assert.equal(scene.wastedBytes, 0)
  for (const { range } of scene.files.requests) {
    assert.equal((range?.first ?? 0) % MIB, 0)
    assert.ok(range?.last === scene.fileBytes - 1 || ((range?.last ?? 0) + 1) % MIB === 0)
  }
  assert.equal(scene.content.reservedBlocks, 0)
  assert.equal(scene.files.waiting.length, 0)
})

test('one request shows whether a web seed is worth a second, and two at a time are enough', () => {
  const scene = new SeedScene(mebibytes(40))
  scene.fill()
  assert.equal(scene.files.waiting.length, 1)
  scene.serve(scene.files.last)
  assert.equal(scene.files.waiting.length, 2)
})

test('there are at most four connections, shared out among the web seeds', () => {
  const scene = new SeedScene(mebibytes(100), named('a', 'b', 'c', 'd', 'e', 'f'))
  scene.fill()
  assert.equal(scene.files.waiting.length, MAX_CONNECTIONS)
  for (const request of [...scene.files.waiting]) scene.serve(request)
  assert.equal(scene.files.waiting.length, MAX_CONNECTIONS)
  const hosts = new Set(scene.files.requests.map(({ opening }) => new URL(opening.url).host))
  assert.ok(hosts.size >= 4)
})

test('a range lasts a few seconds at the rate that was seen, and has its limit', async () => {
  const scene = new SeedScene(mebibytes(120))
  scene.fill()
  assert.equal(scene.files.last.lengthBytes, MIB)
  for (let i = 0; i < 40 && scene.files.waiting.length > 0; i++) {
    scene.serve(scene.files.waiting[0] as PretendedRequest)
    await scene.pass(50)
  }
  const longest = Math.max(...scene.files.requests.map(({ lengthBytes }) => lengthBytes))
  assert.equal(longest, 16 * MIB)
  scene.rangeBytes = 2 * MIB
  for (const request of [...scene.files.waiting]) scene.serve(request)
  assert.ok(scene.files.waiting.every(({ lengthBytes }) => lengthBytes <= 2 * MIB))
})

test('pieces that peers work on are left to them, and no block is asked twice before the endgame', () => {
  const scene = new SeedScene(mebibytes(8))
  const asked = scene.peer(3)
  scene.fill()
  scene.serveAll()
  const piece = asked[0]?.piece as PieceIndex
  for (const request of scene.files.requests.slice(0, -1))
    assert.ok(
      request.range === undefined ||
        Math.floor(request.range.first / MIB) !== piece ||
        request.range.first % MIB > 0,
    )
  for (const block of asked) scene.peerGives(block)
  scene.fill()
  scene.serveAll()
  assert.ok(scene.content.have.complete)
})

test('a limit on the rate holds the server back through the socket', async () => {
  const scene = new SeedScene(mebibytes(4))
  const purse = new Purse(100_000)
  scene.allowed = purse
  const seeds = new WebSeeds(scene, named('b'))
  seeds.fill(scene.now)
  const request = scene.files.last
  request.accept(scene.fileBytes)
  request.data(scene.bytes(request.range?.first ?? 0, 60_000))
  assert.equal(request.paused, false)
  request.data(scene.bytes((request.range?.first ?? 0) + 60_000, 60_000))
  assert.equal(request.paused, true, 'twenty thousand bytes are owed')
  assert.ok(scene.wakes.length > 0)
  await scene.clock.advance(1_000)
  seeds.tick(scene.now)
  assert.equal(request.paused, true)
  purse.bytes = 50_000
  seeds.tick(scene.now)
  assert.equal(request.paused, false)
  assert.equal(purse.bytes, 30_000)
  await scene.clock.advance(SLOW_WINDOW_MS / 2)
  purse.bytes = 0
  request.data(scene.bytes((request.range?.first ?? 0) + 120_000, 50_000))
  for (let i = 0; i < 120; i++) {
    await scene.clock.advance(1_000)
    seeds.tick(scene.now)
  }
  assert.equal(request.cancelled, false, 'who waits for us is not slow')
})

test('many small answers stay within a limit on the rate, too', async () => {
  const scene = new SeedScene({ pieces: '.#'.repeat(20), blocksPerPiece: 1 })
  const purse = new Purse(5 * BLOCK_BYTES)
  scene.allowed = purse
  const seeds = new WebSeeds(scene, named('b'))
  seeds.fill(scene.now)
  scene.serveAll()
  assert.ok(
    scene.files.requests.length <= 5 + 2,
    `${scene.files.requests.length} answers for five blocks allowed`,
  )
  for (let second = 0; second < 20; second++) {
    await scene.clock.advance(1_000)
    purse.bytes = 2 * BLOCK_BYTES
    seeds.tick(scene.now)
    scene.serveAll()
    assert.ok(scene.receivedBytes <= (5 + 2 + 2 * (second + 1)) * BLOCK_BYTES)
  }
  assert.ok(scene.content.have.complete)
})

test('the answers of one run stay within it as well', () => {
  const scene = new SeedScene({ pieces: '.'.repeat(20), blocksPerPiece: 1 })
  scene.allowed = new Purse(5 * BLOCK_BYTES)
  const seeds = new WebSeeds(scene, [{ url: 'http://p.test/seed', kind: 'pieces', by: 'link' }])
  seeds.fill(scene.now)
  for (let i = 0; i < 20 && scene.files.waiting.length > 0; i++) {
    const [request] = scene.files.waiting as [PretendedRequest]
    const piece = Number(new URL(request.opening.url).searchParams.get('piece'))
    request.head(200)
    request.data(rightBytes(piece, 0, BLOCK_BYTES))
    request.end()
  }
  assert.equal(scene.receivedBytes, 6 * BLOCK_BYTES, 'the sixth was on its way when the fifth was paid for')
})

test('a body that hardly moves is given up, and others may have its blocks', async () => {
  const scene = new SeedScene(mebibytes(1))
  scene.fill()
  const request = scene.files.last
  request.accept(scene.fileBytes)
  for (let second = 0; second < 60 && request.open; second++) {
    request.data(scene.bytes(second * 100, 100))
    await scene.pass(1_000)
  }
  assert.equal(request.cancelled, true)
  assert.ok(request.givenBytes <= 40 * 100)
  assert.equal(scene.content.reservedBlocks, 0)
  assert.deepEqual(
    scene.seeds.status(scene.now).map(({ state, reason }) => [state, reason]),
    [['waiting', 'TOO_SLOW']],
  )
  assert.equal(scene.peer(64).length, 64)
})

test('a steady trickle is no reason to give up', async () => {
  const scene = new SeedScene(mebibytes(1))
  scene.fill()
  const request = scene.files.last
  request.accept(scene.fileBytes)
  for (let second = 0; second < 200; second++) {
    request.data(scene.bytes(second * 2_000, 2_000))
    await scene.pass(1_000)
  }
  assert.equal(request.open, true)
})

test('more bytes than were asked for are never taken', () => {
  const scene = new SeedScene(mebibytes(2))
  scene.fill()
  const request = scene.files.last
  request.accept(scene.fileBytes)
  request.data(scene.bytes(0, 3 * MIB))
  assert.equal(request.cancelled, true)
  assert.equal(scene.receivedBytes, MIB)
  assert.deepEqual(scene.wrong, [])
})

test('a body that ends early gives what came, and the rest is asked again later', async () => {
  const scene = new SeedScene(mebibytes(1))
  scene.fill()
  scene.files.last.accept(scene.fileBytes)
  scene.files.last.data(scene.bytes(0, 100_000))
  scene.files.last.end()
  assert.equal(scene.files.waiting.length, 0)
  assert.equal(scene.seeds.status(scene.now)[0]?.reason, 'CUT_SHORT')
  await scene.pass(5_000)
  assert.equal(scene.files.last.range?.first, 6 * BLOCK_BYTES, 'behind the last whole block')
  scene.serveAll()
  assert.ok(scene.content.have.complete)
})

test('where memory is short ranges are short, and everything comes in the end', () => {
  const scene = new SeedScene(mebibytes(6, { memoryBlocks: 10 }), named('a', 'b'))
  scene.fill()
  for (let i = 0; i < 200 && !scene.content.have.complete; i++) {
    scene.serveAll()
    scene.fill()
  }
  assert.ok(scene.content.have.complete)
  assert.ok(scene.files.requests.every(({ lengthBytes }) => lengthBytes <= 10 * BLOCK_BYTES))
})

test('a piece larger than a range is fetched in several, one after the other', () => {
  const scene = new SeedScene({ pieces: '.', blocksPerPiece: 64 })
  scene.rangeBytes = 20 * BLOCK_BYTES
  scene.fill()
  scene.serveAll()
  assert.ok(scene.content.have.complete)
  assert.deepEqual(
    scene.files.requests.map(({ range }) => (range?.first ?? 0) / BLOCK_BYTES),
    [0, 20, 40, 60],
  )
})

test('in the endgame whoever is first wins, and the other stops writing', () => {
  const scene = new SeedScene(mebibytes(1))
  const asked = scene.peer(64)
  assert.equal(asked.length, 64)
  scene.fill()
  const request = scene.files.last
  assert.equal(request.lengthBytes, 16 * BLOCK_BYTES, 'duplicates of the last blocks')
  const { first } = request.range as { first: number }
  const block = { piece: 0 as PieceIndex, block: first / BLOCK_BYTES }
  request.accept(scene.fileBytes)
  request.data(scene.bytes(first, 5_000))
  scene.peerGives(block)
  assert.ok(!scene.content.picker.isOutstanding(1, block.piece, block.block))
  request.data(scene.bytes(first + 5_000, BLOCK_BYTES))
  for (const one of asked) if (one.block !== block.block) scene.peerGives(one)
  assert.ok(scene.content.have.complete)
  assert.deepEqual(scene.wrong, [])
  assert.equal(scene.files.waiting.length, 0, 'nothing is waited for that is here')
})

test('what a peer delivered in the midst of a block is not written over any more', () => {
  const scene = new SeedScene({ pieces: '.', blocksPerPiece: 2 })
  scene.fill()
  const request = scene.files.last
  request.accept(scene.fileBytes)
  request.data(new Uint8Array(5_000))
  const first = scene.peer(2).find(({ block }) => block === 0) as BlockRef
  scene.peerGives(first)
  request.data(new Uint8Array(BLOCK_BYTES - 5_000))
  assert.equal(request.open, true, 'the second block is still wanted')
  request.data(scene.bytes(BLOCK_BYTES, BLOCK_BYTES))
  request.end()
  assert.ok(scene.content.have.complete)
  assert.ok(scene.content.isRight(first.piece))
  assert.deepEqual(scene.wrong, [])
})

test('memory into which a peer is writing is not touched', () => {
  const scene = new SeedScene({ pieces: '.', blocksPerPiece: 1 })
  const [{ piece, block }] = scene.peer(1) as [BlockRef]
  const slot = scene.content.slot(piece, 0, BLOCK_BYTES)
  slot?.set(rightBytes(piece, 0, 9_000))
  scene.fill()
  const request = scene.files.last
  request.accept(scene.fileBytes)
  request.data(new Uint8Array(12_000))
  slot?.set(rightBytes(piece, 9_000, BLOCK_BYTES - 9_000), 9_000)
  const rivals = scene.content.picker.othersAsked(PEER, piece, block)
  assert.equal(scene.content.picker.received(PEER, piece, block), 'first')
  for (const rival of rivals) scene.dropElsewhere(rival, piece, block)
  scene.content.blockStored(piece, block)
  scene.received(piece, BLOCK_BYTES)
  assert.ok(scene.content.have.complete)
  assert.deepEqual(scene.wrong, [])
})

test('in the endgame a block of a web seed is written once, and a slow peer is told', () => {
  const scene = new SeedScene(mebibytes(1))
  const asked = scene.peer(64)
  scene.fill()
  const { first, last } = scene.files.last.range as { first: number; last: number }
  scene.serve(scene.files.last)
  assert.ok(scene.receivedBytes >= BLOCK_BYTES)
  for (const { piece, block } of asked) {
    const given = block * BLOCK_BYTES >= first && block * BLOCK_BYTES < last
    assert.equal(scene.content.picker.isOutstanding(PEER, piece, block), !given, `block ${block}`)
  }
  for (const block of asked) scene.peerGives(block)
  assert.ok(scene.content.have.complete)
  assert.equal(scene.receivedBytes, scene.fileBytes)
  assert.deepEqual(scene.wrong, [])
})

test('trouble stops everything that is out, and frees its blocks', () => {
  const scene = new SeedScene(mebibytes(8))
  scene.fill()
  scene.content.receiving = false
  scene.seeds.stop()
  assert.equal(scene.files.waiting.length, 0)
  assert.equal(scene.content.reservedBlocks, 0)
  scene.fill()
  assert.equal(scene.files.waiting.length, 0)
  assert.equal(scene.seeds.deadline(scene.now), undefined)
  scene.content.receiving = true
  scene.fill()
  scene.serveAll()
  assert.ok(scene.content.have.complete)
})

test('a closed one asks for nothing any more', async () => {
  const scene = new SeedScene(mebibytes(2))
  scene.fill()
  scene.seeds.close()
  assert.equal(scene.files.waiting.length, 0)
  await scene.pass(60_000)
  assert.equal(scene.files.requests.length, 1)
})

test('a banned web seed has no request out and is told by name and reason', () => {
  const scene = new SeedScene(mebibytes(8), named('a', 'b'))
  scene.fill()
  scene.seeds.ban(1, 'POISON_PROVEN')
  scene.seeds.ban(1, 'POISON_PROVEN')
  assert.deepEqual(scene.bans, ['a.test POISON_PROVEN'])
  assert.ok(scene.files.waiting.every(({ opening }) => opening.url.startsWith('http://b.test/')))
  scene.serveAll()
  assert.ok(scene.content.have.complete)
  assert.deepEqual(
    scene.seeds.status(scene.now).map(({ name, state, reason }) => [name, state, reason]),
    [
      ['a.test', 'dropped', 'POISON'],
      ['b.test', 'idle', undefined],
    ],
  )
})

test('who is suspected gets pieces of its own only', () => {
  const scene = new SeedScene(mebibytes(2))
  const [first] = scene.peer(1) as [BlockRef]
  scene.peerGives(first)
  scene.seeds.suspect(1)
  scene.fill()
  scene.serveAll()
  assert.equal(scene.content.drawn, first.piece === 0 ? '.#' : '#.', 'not the one that somebody else began')
  scene.seeds.acquit(1)
  scene.content.picker.releasedAll(PEER)
  scene.fill()
  scene.serveAll()
  assert.ok(scene.content.have.complete)
})

test('a server of pieces is asked for each, and its word for later is kept (BEP 17)', async () => {
  const scene = new SeedScene({ pieces: '..', blocksPerPiece: 2 }, [
    { url: 'http://p.test/seed.php', kind: 'pieces', by: 'link' },
  ])
  scene.fill()
  const busy = scene.files.last
  assert.equal(new URL(busy.opening.url).searchParams.get('piece'), '0')
  assert.equal(new URL(busy.opening.url).searchParams.get('ranges'), `0-${2 * BLOCK_BYTES - 1}`)
  assert.ok(busy.opening.url.includes(`info_hash=${'%AB'.repeat(20)}`))
  busy.head(503)
  busy.data(new TextEncoder().encode('42'))
  busy.end()
  await scene.pass(41_000)
  assert.equal(scene.files.requests.length, 1)
  await scene.pass(1_000)
  for (let i = 0; i < 4 && scene.files.waiting.length > 0; i++) {
    const request = scene.files.waiting[0] as PretendedRequest
    const piece = Number(new URL(request.opening.url).searchParams.get('piece'))
    request.head(200, { 'content-length': String(2 * BLOCK_BYTES) })
    request.data(rightBytes(piece, 0, 2 * BLOCK_BYTES))
    request.end()
  }
  assert.ok(scene.content.have.complete)
})

test('nobody learns the infohash of a torrent from its files (BEP 19)', () => {
  const scene = new SeedScene(mebibytes(3))
  scene.fill()
  scene.serveAll()
  for (const { opening } of scene.files.requests) {
    assert.doesNotMatch(JSON.stringify(opening), /abababab|info_hash/i)
    assert.deepEqual(Object.keys(opening.headers ?? {}).sort(), ['accept', 'range', 'user-agent'])
  }
})

test('through broken bodies, wrong answers, short memory and busy peers all of it comes, over seeded runs', async (t) => {
  for (let seed = 1; seed <= 25; seed++) {
    const random = new SeededRandom(seed)
    const scene = new SeedScene(
      {
        pieces: '.'.repeat(2 + randomInt(random, 12)),
        blocksPerPiece: 1 + randomInt(random, 16),
        lastPieceBytes: 1 + randomInt(random, BLOCK_BYTES),
        memoryBlocks: 20 + randomInt(random, 200),
        seed,
      },
      named(...'abc'.slice(0, 1 + randomInt(random, 3))),
    )
    scene.rangeBytes = (1 + randomInt(random, 30)) * BLOCK_BYTES
    const outstanding: BlockRef[] = []
    // One server in three knows no ranges.
    const ranges = randomInt(random, 3) > 0
    for (let step = 0; step < 4_000 && !scene.content.have.complete; step++) {
      const request = scene.files.waiting[randomInt(random, Math.max(1, scene.files.waiting.length))]
      switch (randomInt(random, 6)) {
        case 0:
          await scene.pass(randomInt(random, 3_000))
          break
        case 1: {
          const endgame = scene.content.picker.endgame
          const picked = scene.peer(1 + randomInt(random, 20))
          if (!endgame && picked.length > 0 && !scene.content.picker.endgame)
            for (const { piece, block } of picked)
              assert.equal(scene.content.picker.othersAsked(PEER, piece, block).length, 0, `seed ${seed}`)
          outstanding.push(...picked)
          break
        }
        case 2: {
          const [block] = outstanding.splice(randomInt(random, Math.max(1, outstanding.length)), 1)
          if (block === undefined) break
          if (scene.content.picker.isOutstanding(PEER, block.piece, block.block)) scene.peerGives(block)
          break
        }
        default:
          if (request === undefined) scene.fill()
          else step += misbehave(scene, request, random, ranges)
      }
    }
    if (!scene.content.have.complete) {
      for (const block of outstanding)
        if (scene.content.picker.isOutstanding(PEER, block.piece, block.block)) scene.peerGives(block)
      for (let i = 0; i < 50; i++) {
        await scene.pass(600_000)
        for (const request of [...scene.files.waiting]) {
          if (ranges) scene.serve(request)
          else serveWhole(scene, request)
        }
      }
      // A file is not fetched whole for ever.
      for (let i = 0; i < 1_000 && !ranges && !scene.content.have.complete; i++)
        for (const block of scene.peer(20)) scene.peerGives(block)
    }
    assert.ok(scene.content.have.complete, `seed ${seed}: ${scene.content.drawn}`)
    assert.deepEqual(scene.wrong, [], `seed ${seed}`)
  }
  t.diagnostic('25 seeds')
})

/** As `python3 -m http.server` and many others: the whole file, whatever range was asked for. */
function serveWhole(scene: SeedScene, request: PretendedRequest, partBytes = 70_000): void {
  request.head(200, { 'content-length': String(scene.fileBytes) })
  for (let at = 0; at < scene.fileBytes && request.open; at += partBytes)
    request.data(scene.bytes(at, Math.min(partBytes, scene.fileBytes - at)))
  request.end()
}

test('a server that knows no ranges is asked for the whole file, over one connection', () => {
  const scene = new SeedScene(mebibytes(6, { lastPieceBytes: 70_001 }))
  scene.fill()
  for (let i = 0; i < 10 && scene.files.waiting.length > 0; i++) {
    assert.equal(scene.files.waiting.length, 1)
    serveWhole(scene, scene.files.waiting[0] as PretendedRequest)
  }
  assert.ok(scene.content.have.complete)
  assert.equal(scene.files.last.range, undefined)
  assert.equal(scene.receivedBytes, scene.fileBytes)
  assert.equal(scene.content.reservedBlocks, 0)
})

test('of a whole file only what nobody has or works on is taken, and it ends when the rest is of no use', () => {
  const scene = new SeedScene({ pieces: '#..#.###', blocksPerPiece: 4 })
  const peers = scene.peer(1)
  scene.fill()
  serveWhole(scene, scene.files.last)
  const [request] = scene.files.waiting as [PretendedRequest]
  assert.equal(request.range, undefined)
  serveWhole(scene, request)
  assert.ok(request.cancelled, 'the last pieces are here already')
  assert.ok(request.givenBytes < scene.fileBytes)
  const asked = peers[0]?.piece as PieceIndex
  for (const block of [...peers, ...scene.peer(100)]) scene.peerGives(block)
  assert.ok(scene.content.have.complete, `piece ${asked} was finished by the peer`)
  assert.deepEqual(scene.wrong, [])
})

test('a whole file waits where memory is short, and takes up where it stood', async () => {
  const scene = new SeedScene({ pieces: '#.......', blocksPerPiece: 4, memoryBlocks: 6 })
  scene.fill()
  serveWhole(scene, scene.files.last)
  const [request] = scene.files.waiting as [PretendedRequest]
  request.head(200, { 'content-length': String(scene.fileBytes) })
  const held = scene.peer(4)
  assert.equal(held.length, 4, 'two blocks of memory are left')
  request.data(scene.bytes(0, 200_000))
  assert.equal(request.paused, true)
  assert.equal(scene.receivedBytes, 0)
  for (const block of held) scene.peerGives(block)
  scene.fill()
  assert.equal(request.paused, false)
  for (let at = 200_000; at < scene.fileBytes; at += 100_000)
    request.data(scene.bytes(at, Math.min(100_000, scene.fileBytes - at)))
  request.end()
  await scene.pass(1_000)
  assert.ok(scene.content.have.complete, scene.content.drawn)
  assert.deepEqual(scene.wrong, [])
})

test('the last bytes of a whole file may wait for memory after the body has ended', async () => {
  const scene = new SeedScene({ pieces: '#..', blocksPerPiece: 4, memoryBlocks: 6 })
  scene.fill()
  serveWhole(scene, scene.files.last)
  const [request] = scene.files.waiting as [PretendedRequest]
  request.head(200, { 'content-length': String(scene.fileBytes) })
  const held = scene.peer(4)
  request.data(scene.bytes(0, scene.fileBytes))
  request.end()
  assert.equal(scene.content.have.complete, false)
  for (const block of held) scene.peerGives(block)
  await scene.pass(1_000)
  assert.ok(scene.content.have.complete, scene.content.drawn)
})

/** Gives some of a body, or breaks it. */
function misbehave(
  scene: SeedScene,
  request: PretendedRequest,
  random: SeededRandom,
  ranges: boolean,
): number {
  const first = ranges ? (request.range?.first ?? 0) : 0
  const lengthBytes = ranges ? request.lengthBytes : scene.fileBytes
  if (request.givenBytes === 0) {
    const fate = randomInt(random, 12)
    if (fate === 0) request.head(503, { 'retry-after': '2' })
    else if (fate === 1) request.end('REFUSED')
    if (fate < 2) return 1
    if (ranges) request.accept(scene.fileBytes)
    else request.head(200, { 'content-length': String(scene.fileBytes) })
    if (!request.open) return 1
  }
  // Who pauses is sent nothing.
  if (request.paused) {
    scene.fill()
    return 1
  }
  if (randomInt(random, 25) === 0) {
    request.end('BAD_RESPONSE')
    return 1
  }
  const take = Math.min(lengthBytes - request.givenBytes, 1 + randomInt(random, 100_000))
  request.data(scene.bytes(first + request.givenBytes, take))
  if (request.givenBytes === lengthBytes) request.end()
  return 0
}
