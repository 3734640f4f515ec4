// Hybrids by magnet among peers without v2: when SHA-1 decides alone, and how a whole file proves its v2 half.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../../lab/sim/disk.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { DiskHasher } from '../../../test/doubles/disk-hasher.ts'
import { PretendedPeer } from '../../../test/doubles/pretended-peer.ts'
import { contentOf, infoV2, layerOf, leaf, rootOf, torrent } from '../../../test/doubles/torrents.ts'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { type Disk, DiskError } from '../../base/ports.ts'
import { SeededRandom } from '../../base/random.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo, TorrentFile } from '../../metainfo/metainfo.ts'
import { readTorrent } from '../../metainfo/read.ts'
import { ExpectedPieces } from './expected-hashes.ts'
import { V1Reliance } from './v1-reliance.ts'

const PIECE = 2 * BLOCK_BYTES

const PATH = '/downloads/long'
const CONTENT = contentOf(70 * PIECE + 123)
const FULL = readTorrent(
  torrent(infoV2({ long: leaf(CONTENT) }, { 'piece length': PIECE }), {
    'piece layers': new Map([[rootOf(CONTENT), layerOf(CONTENT, PIECE)]]),
  }),
  digest,
).metainfo

interface Made {
  readonly disk: Disk
  readonly expected: ExpectedPieces
  readonly reliance: V1Reliance
  readonly file: TorrentFile
  decided: number
}

/** A torrent of one long file as a magnet brings it: without its piece layer. */
function make(version: 'hybrid' | 'v2', here: readonly number[] = []): Made {
  const disk = new SimDisk({ random: new SeededRandom(1), wallMs: () => 0 }).start()
  const metainfo: Metainfo = { ...FULL, version, pieceLayers: new Map() }
  const expected = new ExpectedPieces(metainfo)
  const made: Made = {
    disk,
    expected,
    decided: 0,
    file: metainfo.files[0] as TorrentFile,
    reliance: new V1Reliance(
      {
        metainfo,
        expected,
        merkle: new Merkle(digest),
        hasher: new DiskHasher(disk),
        decided: () => made.decided++,
      },
      (piece) => here.includes(piece),
    ),
  }
  return made
}

async function write(disk: Disk, bytes: Uint8Array): Promise<void> {
  await disk.makeDirectory('/downloads')
  const file = await disk.open(PATH, 'create')
  await file.write(bytes, 0)
  await file.close()
}

const old = (key: number, pieces = '#'.repeat(71)) => new PretendedPeer({ key, v2: false, pieces }).peer
const modern = (key: number) => new PretendedPeer({ key, pieces: '#'.repeat(71) }).peer

test('among sources without v2, SHA-1 decides after five seconds', () => {
  const made = make('hybrid')
  const { reliance, expected, file } = made
  reliance.tick([], 1_000 as Millis)
  reliance.tick([old(1)], 60_000 as Millis)
  reliance.tick([old(1)], 64_999 as Millis)
  assert.equal(expected.verifiable(0 as PieceIndex), false)
  reliance.tick([old(1)], 65_000 as Millis)
  assert.equal(made.decided, 1)
  assert.equal(expected.v1Alone, true)
  assert.equal(expected.verifiable(0 as PieceIndex), true)
  assert.deepEqual([...reliance.unproven], [file])
})

test('who has nothing is no source, and the wait begins anew when all sources left', () => {
  const { reliance, expected } = make('hybrid')
  reliance.tick([old(1, '.'.repeat(71))], 10_000 as Millis)
  reliance.tick([old(1, '.'.repeat(71))], 60_000 as Millis)
  reliance.tick([old(2)], 61_000 as Millis)
  reliance.tick([], 63_000 as Millis)
  reliance.tick([old(2)], 64_000 as Millis)
  reliance.tick([old(2)], 68_999 as Millis)
  assert.equal(expected.v1Alone, false)
})

test('sources that speak v2 get the time to tell their layers', () => {
  const { reliance, expected } = make('hybrid')
  reliance.tick([old(1), modern(2)], 1_000 as Millis)
  reliance.tick([old(1), modern(2)], 45_999 as Millis)
  assert.equal(expected.v1Alone, false)
  reliance.tick([old(1), modern(2)], 46_000 as Millis)
  assert.equal(expected.v1Alone, true)
})

test('a torrent of v2 only has nothing else to rely on', () => {
  const { reliance, expected } = make('v2')
  reliance.tick([old(1)], 1_000 as Millis)
  reliance.tick([old(1)], 1_000_000 as Millis)
  assert.equal(expected.v1Alone, false)
})

test('pieces of an earlier run without their layer were taken by SHA-1: it goes on so', () => {
  const { reliance, expected, file } = make('hybrid', [70])
  assert.equal(expected.v1Alone, true)
  assert.ok(reliance.unproven.has(file))
})

test('a whole file on disk proves its root and teaches its layer', async () => {
  const { reliance, expected, file, disk } = make('hybrid', [0])
  await write(disk, CONTENT)
  assert.equal(await reliance.prove(file, PATH), true)
  assert.equal(expected.allKnown, true)
  assert.deepEqual(expected.layers, FULL.pieceLayers)
  assert.equal(reliance.unproven.size, 0)
})

test('a file whose v2 half describes other bytes is told, and nothing is learned', async () => {
  const { reliance, expected, file, disk } = make('hybrid', [0])
  const wrong = CONTENT.slice()
  wrong[12_345] = (wrong[12_345] as number) ^ 1
  await write(disk, wrong)
  assert.equal(await reliance.prove(file, PATH), false)
  assert.equal(expected.allKnown, false)
  assert.ok(reliance.unproven.has(file))
})

test('a file that cannot be read is neither right nor wrong', async () => {
  const { reliance, file, disk } = make('hybrid', [0])
  await write(disk, CONTENT.subarray(0, PIECE))
  await assert.rejects(reliance.prove(file, PATH), DiskError)
})
