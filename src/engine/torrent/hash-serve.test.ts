// Answers to hash requests (BEP 52): right ones are provable, malformed ones and floods are refused, each once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { PretendedPeer } from '../../../test/doubles/pretended-peer.ts'
import { contentOf, infoV2, leaf, torrent } from '../../../test/doubles/torrents.ts'
import { settled } from '../../../test/doubles/virtual-clock.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { provesToRoot } from '../../metainfo/hash-run.ts'
import { Merkle, rootLayer } from '../../metainfo/merkle.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { readTorrent } from '../../metainfo/read.ts'
import type { HashRange } from '../../protocol/wire/messages.ts'
import { ExpectedPieces } from './expected-hashes.ts'
import { HashServe, type HashServeOptions } from './hash-serve.ts'
import { HashTrees } from './hash-trees.ts'

const merkle = new Merkle(digest)
const PIECE = 2 * BLOCK_BYTES
const CONTENT = contentOf(9 * BLOCK_BYTES + 5, 6)
const ROOT = merkle.root(merkle.leaves(CONTENT), 0, rootLayer(CONTENT.length))
const LAYER = merkle.parents(merkle.leaves(CONTENT), 0)
const NOW = 5_000 as Millis

function metainfo(layers = true): Metainfo {
  const info = infoV2({ f: leaf(CONTENT) }, { 'piece length': PIECE })
  return readTorrent(torrent(info, layers ? { 'piece layers': new Map([[ROOT, LAYER]]) } : {}), digest)
    .metainfo
}

function leavesOfPiece(piece: PieceIndex): Uint8Array {
  return merkle.leaves(CONTENT.subarray(piece * PIECE, (piece + 1) * PIECE))
}

function serving(changes: Partial<HashServeOptions> = {}): HashServe {
  const known = metainfo()
  return new HashServe({
    trees: new HashTrees(known, new ExpectedPieces(known), merkle),
    have: () => true,
    leavesFromDisk: async (piece) => leavesOfPiece(piece),
    ...changes,
  })
}

const range = (baseLayer: number, index: number, length: number, proofLayers: number): HashRange => ({
  root: ROOT,
  baseLayer,
  index,
  length,
  proofLayers,
})

test('a run of the piece layer is answered with hashes that prove themselves', () => {
  for (const [index, length, proofLayers] of [
    [0, 8, 0],
    [0, 2, 3],
    [2, 2, 2],
    [4, 2, 3],
    [4, 4, 3],
  ] as const) {
    const peer = new PretendedPeer()
    serving().requested(peer.peer, range(1, index, length, proofLayers), NOW)
    const [answer] = peer.heardOf('hashes')
    assert.ok(answer, `${index} ${length}`)
    assert.deepEqual([answer.baseLayer, answer.index, answer.length], [1, index, length])
    const run = { baseLayer: 1, index, length, proofLayers }
    if (proofLayers >= 3 || length === 8)
      assert.equal(provesToRoot(merkle, CONTENT.length, run, answer.hashes, ROOT), true)
  }
})

test('leaves are hashed from disk, of one piece or several small ones', async () => {
  for (const [index, length] of [
    [0, 2],
    [2, 2],
    [0, 4],
    [8, 2],
    [0, 16],
  ] as const) {
    const peer = new PretendedPeer()
    serving().requested(peer.peer, range(0, index, length, 4), NOW)
    await settled()
    const [answer] = peer.heardOf('hashes')
    assert.ok(answer, `${index} ${length}`)
    const run = { baseLayer: 0, index, length, proofLayers: 4 }
    assert.equal(provesToRoot(merkle, CONTENT.length, run, answer.hashes, ROOT), true, `${index} ${length}`)
  }
})

test('malformed requests, and those for what does not exist, are each answered by one reject', async () => {
  const wrong: [string, HashRange][] = [
    ['length 0', range(1, 0, 0, 0)],
    ['length no power of two', range(1, 0, 3, 0)],
    ['length beyond 512', range(0, 0, 1_024, 0)],
    ['length 2^31', range(0, 0, 2 ** 31, 0)],
    ['index not aligned', range(1, 1, 2, 0)],
    ['index beyond the file', range(1, 64, 2, 0)],
    ['index 2^32 − 2', range(1, 0xffff_fffe, 2, 0)],
    ['base layer above the root', range(9, 0, 2, 0)],
    ['base layer 2^32 − 1', range(0xffff_ffff, 0, 2, 0)],
    ['proof layers beyond the root', range(1, 0, 2, 30)],
    ['proof layers 2^32 − 1', range(1, 0, 2, 0xffff_ffff)],
    ['unknown root', { ...range(1, 0, 2, 0), root: contentOf(32, 77) }],
  ]
  const serve = serving()
  for (const [what, asked] of wrong) {
    const peer = new PretendedPeer()
    serve.requested(peer.peer, asked, NOW)
    await settled()
    assert.deepEqual(peer.heard(), [{ type: 'hashReject', ...asked }], what)
  }
})

test('what is not known or not here is refused', async () => {
  const bare = metainfo(false)
  const cases: [string, HashServe, HashRange][] = [
    [
      'layer unknown',
      serving({ trees: new HashTrees(bare, new ExpectedPieces(bare), merkle) }),
      range(1, 0, 2, 0),
    ],
    ['piece not had', serving({ have: () => false }), range(0, 0, 2, 4)],
    ['piece unreadable', serving({ leavesFromDisk: async () => undefined }), range(0, 0, 2, 4)],
  ]
  for (const [what, serve, asked] of cases) {
    const peer = new PretendedPeer()
    serve.requested(peer.peer, asked, NOW)
    await settled()
    assert.deepEqual(peer.heard(), [{ type: 'hashReject', ...asked }], what)
  }
})

test('four hundred short answers a second for each peer, or fifty of the longest, the rest are refused', () => {
  const serve = serving()
  const flooder = new PretendedPeer({ key: 1 })
  for (let i = 0; i < 5_000; i++) serve.requested(flooder.peer, range(1, 0, 8, 0), NOW)
  assert.equal(flooder.heardOf('hashes').length, 400)
  const other = new PretendedPeer({ key: 2 })
  serve.requested(other.peer, range(1, 0, 8, 0), NOW)
  assert.equal(other.heardOf('hashes').length, 1)
  serve.requested(flooder.peer, range(1, 0, 8, 0), (NOW + 1_000) as Millis)
  assert.equal(flooder.heardOf('hashes').length, 1)
})

test('a flood does not even look for the file', () => {
  const known = metainfo()
  const trees = new HashTrees(known, new ExpectedPieces(known), merkle)
  let looks = 0
  const fileOf = trees.fileOf.bind(trees)
  trees.fileOf = (root) => {
    looks++
    return fileOf(root)
  }
  const serve = serving({ trees })
  const flooder = new PretendedPeer()
  for (let i = 0; i < 1_000; i++) serve.requested(flooder.peer, range(1, 0, 8, 0), NOW)
  assert.equal(looks, 400)
})

test('at most four answers are hashed from disk at the same time', async () => {
  const waiting: (() => void)[] = []
  const serve = serving({
    leavesFromDisk: (piece) =>
      new Promise((resolve) => {
        waiting.push(() => resolve(leavesOfPiece(piece)))
      }),
  })
  const peer = new PretendedPeer()
  for (let i = 0; i < 6; i++) serve.requested(peer.peer, range(0, 0, 2, 4), NOW)
  assert.equal(waiting.length, 4)
  assert.equal(peer.heardOf('hashReject').length, 2)
  for (const release of waiting) release()
  await settled()
  assert.equal(peer.heardOf('hashes').length, 4)
  serve.requested(peer.peer, range(0, 0, 2, 4), NOW)
  assert.equal(waiting.length, 5)
})

test('an error while hashing is a bug of ours: the peer is closed without blame and the error becomes visible', async () => {
  const bug = new TypeError('a bug')
  const serve = serving({ leavesFromDisk: () => Promise.reject(bug) })
  const peer = new PretendedPeer()
  serve.requested(peer.peer, range(0, 0, 2, 4), NOW)
  await settled()
  assert.deepEqual(peer.reason, { code: 'INTERNAL', blame: 'local' })
  assert.deepEqual(peer.brokenBy, [bug])
})

test('what is read and hashed for others is bounded per second, however many ask', async () => {
  let pieces = 0
  const serve = serving({
    leavesFromDisk: async (piece) => {
      pieces++
      return leavesOfPiece(piece)
    },
  })
  const flood = async (now: number) => {
    pieces = 0
    for (let one = 0; one < 10; one++) {
      const peer = new PretendedPeer({ key: 1 + one + now })
      for (let asked = 0; asked < 300; asked++) {
        serve.requested(peer.peer, range(0, 0, 2, 4), now as Millis)
        await Promise.resolve()
        if (asked % 4 === 3) await settled()
      }
    }
    return pieces * PIECE
  }
  const perSecond = 32 * 1024 * 1024
  // A second may be owed; after that a second's worth is done in a second.
  assert.equal(await flood(10_000), perSecond + PIECE)
  assert.equal(await flood(11_000), perSecond)
  assert.equal(await flood(11_000), 0)
})
