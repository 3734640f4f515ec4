// Piece layers and leaf hashes between peers (BEP 52): one side asks, the other answers, and some of them lie.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { PretendedPeer } from '../../../test/doubles/pretended-peer.ts'
import { contentOf, infoV2, layersOf, leaf, torrent } from '../../../test/doubles/torrents.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { HASH_BYTES, Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { readTorrent } from '../../metainfo/read.ts'
import type { HashRange } from '../../protocol/wire/messages.ts'
import type { Peer } from '../peer/peer.ts'
import { ExpectedPieces } from './expected-hashes.ts'
import { HashExchange } from './hash-exchange.ts'
import { HashServe } from './hash-serve.ts'
import { HashTrees } from './hash-trees.ts'

const merkle = new Merkle(digest)

interface Files {
  readonly [name: string]: Uint8Array
}

/** A v2 torrent of these files; with its layers, or without as after a magnet. */
function metainfoOf(files: Files, pieceBytes: number, layers: boolean): Metainfo {
  const tree = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, leaf(content)]))
  const known = Object.values(files).filter((content) => content.length > pieceBytes)
  const around = layers ? { 'piece layers': layersIn(known, pieceBytes) } : {}
  return readTorrent(torrent(infoV2(tree, { 'piece length': pieceBytes }), around), digest).metainfo
}

function layersIn(contents: readonly Uint8Array[], pieceBytes: number) {
  if (pieceBytes === BLOCK_BYTES) return layersOf(...contents)
  return new Map(
    contents.map((content) => {
      let rows = merkle.leaves(content)
      let layer = 0
      for (let bytes = BLOCK_BYTES; bytes < pieceBytes; bytes *= 2) rows = merkle.parents(rows, layer++)
      return [merkle.root(merkle.leaves(content), 0, rootLayerOf(content.length)), rows] as const
    }),
  )
}

function rootLayerOf(lengthBytes: number): number {
  return Math.ceil(Math.log2(Math.ceil(lengthBytes / BLOCK_BYTES)))
}

interface Asking {
  readonly exchange: HashExchange
  readonly expected: ExpectedPieces
  readonly liars: Peer[]
  learned: number
  now: number
}

function asking(metainfo: Metainfo): Asking {
  const expected = new ExpectedPieces(metainfo)
  const trees = new HashTrees(metainfo, expected, merkle)
  const made: Asking = {
    expected,
    liars: [],
    learned: 0,
    now: 1_000,
    exchange: new HashExchange({
      trees,
      now: () => made.now as Millis,
      learned: () => made.learned++,
      lied: (peer) => {
        made.liars.push(peer)
        peer.close({ code: 'HASHES_WRONG', blame: 'remote' })
      },
    }),
  }
  return made
}

/** Somebody who has the whole torrent and answers. */
function serving(metainfo: Metainfo, files: Files): HashServe {
  return new HashServe({
    trees: new HashTrees(metainfo, new ExpectedPieces(metainfo), merkle),
    have: () => true,
    leavesFromDisk: async (piece) => {
      const place = new ExpectedPieces(metainfo).place(piece)
      const content = Object.values(files)[place?.file.index ?? 0] ?? new Uint8Array(0)
      const from = (place?.pieceInFile ?? 0) * metainfo.pieceLengthBytes
      return merkle.leaves(content.subarray(from, from + metainfo.pieceLengthBytes))
    },
  })
}

/** Lets `serve` answer everything that `asked` was asked. @returns how many requests there were */
async function answerAll(made: Asking, asked: PretendedPeer, serve: HashServe): Promise<number> {
  let count = 0
  for (;;) {
    const requests = asked.heardOf('hashRequest')
    if (requests.length === 0) return count
    count += requests.length
    for (const request of requests) {
      const asker = new PretendedPeer()
      serve.requested(asker.peer, request, made.now as Millis)
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      for (const message of asker.heard()) {
        if (message.type === 'hashes') made.exchange.answered(asked.peer, message)
        if (message.type === 'hashReject') made.exchange.refused(asked.peer, message, made.now as Millis)
      }
    }
  }
}

function rangeOf(request: HashRange): HashRange {
  const { root, baseLayer, index, length, proofLayers } = request
  return { root, baseLayer, index, length, proofLayers }
}

const FILES: Files = {
  a: contentOf(5 * BLOCK_BYTES + 77, 1),
  b: contentOf(100, 2),
  c: contentOf(3 * BLOCK_BYTES, 3),
}

test('a magnet’s missing piece layers are asked for, proven against the roots and learned', async () => {
  const made = asking(metainfoOf(FILES, BLOCK_BYTES, false))
  const full = metainfoOf(FILES, BLOCK_BYTES, true)
  assert.deepEqual(
    made.expected.missing().map((file) => file.path.at(-1)),
    ['a', 'c'],
    'a file of one piece needs none',
  )
  const peer = new PretendedPeer({ pieces: '#.........' })
  made.exchange.consider([peer.peer])
  await answerAll(made, peer, serving(full, FILES))
  assert.equal(made.learned, 2)
  assert.deepEqual(made.expected.missing(), [])
  const right = new ExpectedPieces(full)
  for (const piece of full.geometry.pieces())
    assert.deepEqual(made.expected.pieceRoot(piece), right.pieceRoot(piece))
  assert.deepEqual(made.liars, [])
})

test('a long layer is asked in runs of 512, four at a time from one peer, and becomes whole', async () => {
  const files = { long: contentOf(2_600 * BLOCK_BYTES - 5) }
  const made = asking(metainfoOf(files, BLOCK_BYTES, false))
  const peer = new PretendedPeer({ pieces: '#'.repeat(2_600) })
  made.exchange.consider([peer.peer])
  const first = peer.heardOf('hashRequest')
  assert.deepEqual(
    first.map(({ index, length }) => [index, length]),
    [0, 512, 1_024, 1_536].map((index) => [index, 512]),
  )
  made.exchange.gone(peer.peer)
  const fresh = new PretendedPeer({ key: 2, pieces: '#'.repeat(2_600) })
  made.exchange.consider([fresh.peer])
  const full = metainfoOf(files, BLOCK_BYTES, true)
  assert.equal(await answerAll(made, fresh, serving(full, files)), 6)
  assert.equal(made.learned, 1)
  assert.deepEqual(
    [...made.expected.layers.values()].map((layer) => layer.length),
    [2_600 * HASH_BYTES],
  )
  assert.deepEqual(
    made.expected.pieceRoot(2_599 as PieceIndex),
    new ExpectedPieces(full).pieceRoot(2_599 as PieceIndex),
  )
})

test('only peers that speak v2 and have something are asked', () => {
  const made = asking(metainfoOf(FILES, BLOCK_BYTES, false))
  const old = new PretendedPeer({ key: 1, v2: false, pieces: '##########' })
  const empty = new PretendedPeer({ key: 2, pieces: '..........' })
  const unknown = new PretendedPeer({ key: 3 })
  made.exchange.consider([old.peer, empty.peer, unknown.peer])
  for (const peer of [old, empty, unknown]) assert.deepEqual(peer.heard(), [])
})

test('what is asked is spread over the peers', () => {
  const files = { long: contentOf(2_600 * BLOCK_BYTES) }
  const made = asking(metainfoOf(files, BLOCK_BYTES, false))
  const peers = [1, 2, 3].map((key) => new PretendedPeer({ key, pieces: '#'.repeat(2_600) }))
  made.exchange.consider(peers.map((one) => one.peer))
  assert.deepEqual(
    peers.map((one) => one.heard().length),
    [2, 2, 2],
  )
})

test('wrong hashes are not learned, their giver is known for a liar, and another is asked at once', async () => {
  for (const kind of ['garbage', 'one bit', 'too short', 'too long', 'empty'] as const) {
    const made = asking(metainfoOf(FILES, BLOCK_BYTES, false))
    const full = metainfoOf(FILES, BLOCK_BYTES, true)
    const liar = new PretendedPeer({ key: 1, pieces: '##########' })
    const honest = new PretendedPeer({ key: 2, pieces: '##########' })
    made.exchange.consider([liar.peer])
    const [request] = liar.heardOf('hashRequest')
    assert.ok(request)
    const asker = new PretendedPeer()
    serving(full, FILES).requested(asker.peer, request, 1_000 as Millis)
    const [right] = asker.heardOf('hashes')
    assert.ok(right)
    const hashes = {
      garbage: contentOf(right.hashes.length, 9),
      'one bit': right.hashes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
      'too short': right.hashes.slice(HASH_BYTES),
      'too long': new Uint8Array(right.hashes.length + HASH_BYTES),
      empty: new Uint8Array(0),
    }[kind]
    made.exchange.consider([liar.peer, honest.peer])
    made.exchange.answered(liar.peer, { ...rangeOf(request), hashes })
    assert.deepEqual(made.liars, [liar.peer], kind)
    assert.equal(made.learned, 0, kind)
    made.exchange.gone(liar.peer)
    made.exchange.consider([liar.peer, honest.peer])
    await answerAll(made, honest, serving(full, FILES))
    assert.equal(made.learned, 2, kind)
  }
})

test('hashes that were not asked of this peer are ignored, right or wrong', () => {
  const made = asking(metainfoOf(FILES, BLOCK_BYTES, false))
  const asked = new PretendedPeer({ key: 1, pieces: '##########' })
  const stranger = new PretendedPeer({ key: 2, pieces: '##########' })
  made.exchange.consider([asked.peer])
  const [request] = asked.heardOf('hashRequest')
  assert.ok(request)
  const junk = contentOf(8 * HASH_BYTES)
  made.exchange.answered(stranger.peer, { ...rangeOf(request), hashes: junk })
  made.exchange.answered(asked.peer, {
    ...rangeOf(request),
    index: request.index + request.length,
    hashes: junk,
  })
  made.exchange.answered(asked.peer, {
    ...rangeOf(request),
    proofLayers: request.proofLayers + 1,
    hashes: junk,
  })
  made.exchange.answered(asked.peer, { ...rangeOf(request), root: contentOf(32, 5), hashes: junk })
  made.exchange.refused(stranger.peer, request, 1_000 as Millis)
  assert.deepEqual(made.liars, [])
  assert.equal(made.learned, 0)
})

test('a refusal sends the question to another peer, and not back for a minute', () => {
  const files = { a: FILES.a as Uint8Array }
  const made = asking(metainfoOf(files, BLOCK_BYTES, false))
  const one = new PretendedPeer({ key: 1, pieces: '######' })
  const two = new PretendedPeer({ key: 2, pieces: '######' })
  made.exchange.consider([one.peer])
  const [request] = one.heardOf('hashRequest')
  assert.ok(request)
  made.exchange.refused(one.peer, request, made.now as Millis)
  assert.deepEqual(one.heard(), [])
  made.exchange.consider([one.peer, two.peer])
  assert.equal(two.heard().length, 1)
  assert.deepEqual(one.heard(), [])
  made.exchange.gone(two.peer)
  made.now += 59_000
  made.exchange.consider([one.peer])
  assert.deepEqual(one.heard(), [])
  made.now += 1_000
  made.exchange.consider([one.peer])
  assert.equal(one.heard().length, 1)
})

test('an answer that does not come within ten seconds is asked of somebody else', () => {
  const files = { a: FILES.a as Uint8Array }
  const made = asking(metainfoOf(files, BLOCK_BYTES, false))
  const silent = new PretendedPeer({ key: 1, pieces: '######' })
  const other = new PretendedPeer({ key: 2, pieces: '######' })
  made.exchange.consider([silent.peer])
  made.exchange.consider([silent.peer, other.peer])
  made.now += 9_999
  made.exchange.tick(made.now as Millis)
  assert.deepEqual(other.heard(), [])
  made.now += 1
  made.exchange.tick(made.now as Millis)
  assert.equal(other.heard().length, 1)
})

test('a torrent of many files without layers is looked at in bounded steps, and all get their turn', async () => {
  const files: Record<string, Uint8Array> = {}
  for (let i = 0; i < 450; i++) files[`f${i}`] = contentOf(2 * BLOCK_BYTES + i + 1)
  const made = asking(metainfoOf(files, BLOCK_BYTES, false))
  const full = metainfoOf(files, BLOCK_BYTES, true)
  // The first one refuses everything, so that its files wait at the front.
  const stubborn = new PretendedPeer({ key: 1, pieces: '#'.repeat(1_350) })
  made.exchange.consider([stubborn.peer])
  for (let round = 0; round < 100; round++) {
    for (const request of stubborn.heardOf('hashRequest'))
      made.exchange.refused(stubborn.peer, request, made.now as Millis)
  }
  const helpful = new PretendedPeer({ key: 2, pieces: '#'.repeat(1_350) })
  made.exchange.consider([helpful.peer])
  const serve = serving(full, files)
  for (let round = 0; round < 50 && made.learned < 450; round++) {
    await answerAll(made, helpful, serve)
    made.now += 1_000
    made.exchange.tick(made.now as Millis)
    made.exchange.consider([helpful.peer])
  }
  assert.equal(made.learned >= 400, true, String(made.learned))
})

test('a fast connection asks no more in a second than another Shoal answers, and gets everything', async () => {
  const files: Record<string, Uint8Array> = {}
  for (let i = 0; i < 450; i++) files[`f${i}`] = contentOf(2 * BLOCK_BYTES + i + 1)
  const made = asking(metainfoOf(files, BLOCK_BYTES, false))
  const serve = serving(metainfoOf(files, BLOCK_BYTES, true), files)
  const asked = new PretendedPeer({ key: 1, pieces: '#'.repeat(1_350) })
  const asker = new PretendedPeer({ key: 2 })
  made.exchange.consider([asked.peer])
  for (let tenth = 0; tenth < 30; tenth++, made.now += 100) {
    for (
      let requests = asked.heardOf('hashRequest');
      requests.length > 0;
      requests = asked.heardOf('hashRequest')
    ) {
      for (const request of requests) {
        // Its seconds begin in the middle of ours.
        serve.requested(asker.peer, request, (made.now + 500) as Millis)
        for (const message of asker.heard()) {
          assert.equal(message.type, 'hashes')
          if (message.type === 'hashes') made.exchange.answered(asked.peer, message)
        }
      }
    }
    made.exchange.tick(made.now as Millis)
  }
  assert.equal(made.learned, 450)
})

// ── leaves, for blame ──

const PIECE = 4 * BLOCK_BYTES
const POISONED: Files = { big: contentOf(3 * PIECE - 100, 4) }

test('the right leaves of a bad piece come from a peer that has it, and only from such', async () => {
  const full = metainfoOf(POISONED, PIECE, true)
  for (const piece of [0, 1, 2] as PieceIndex[]) {
    const made = asking(full)
    const without = new PretendedPeer({
      key: 1,
      pieces: [0, 1, 2].map((i) => (i === piece ? '.' : '#')).join(''),
    })
    const having = new PretendedPeer({ key: 2, pieces: '###' })
    made.exchange.consider([without.peer, having.peer])
    let leaves: Uint8Array | undefined
    made.exchange.leavesOf(piece, (found) => {
      leaves = found
    })
    assert.deepEqual(without.heard(), [])
    await answerAll(made, having, serving(full, POISONED))
    const content = (POISONED.big as Uint8Array).subarray(piece * PIECE, (piece + 1) * PIECE)
    assert.deepEqual(leaves, merkle.leaves(content), `piece ${piece}`)
  }
})

test('wrong leaves are proven wrong against the piece’s hash', () => {
  const full = metainfoOf(POISONED, PIECE, true)
  const made = asking(full)
  const liar = new PretendedPeer({ pieces: '###' })
  made.exchange.consider([liar.peer])
  const told: unknown[] = []
  made.exchange.leavesOf(1 as PieceIndex, (found) => told.push(found))
  const [request] = liar.heardOf('hashRequest')
  assert.ok(request)
  made.exchange.answered(liar.peer, { ...rangeOf(request), hashes: contentOf(request.length * HASH_BYTES) })
  assert.deepEqual(made.liars, [liar.peer])
  assert.deepEqual(told, [])
})

test('when nobody gives the leaves in time that is said, once, and late answers are ignored', () => {
  const full = metainfoOf(POISONED, PIECE, true)
  const made = asking(full)
  const silent = new PretendedPeer({ pieces: '###' })
  made.exchange.consider([silent.peer])
  const told: unknown[] = []
  made.exchange.leavesOf(1 as PieceIndex, (found) => told.push(found))
  const [request] = silent.heardOf('hashRequest')
  assert.ok(request)
  made.now += 15_000
  made.exchange.tick(made.now as Millis)
  assert.deepEqual(told, [undefined])
  made.exchange.answered(silent.peer, { ...rangeOf(request), hashes: new Uint8Array(HASH_BYTES) })
  made.now += 15_000
  made.exchange.tick(made.now as Millis)
  assert.deepEqual(told, [undefined])
  assert.deepEqual(made.liars, [])
})

test('a piece of one block has no leaves to ask for: whoever gave it gave all of it', () => {
  const made = asking(metainfoOf(FILES, BLOCK_BYTES, true))
  const told: unknown[] = []
  made.exchange.leavesOf(0 as PieceIndex, (found) => told.push(found))
  assert.deepEqual(told, [undefined])
})
