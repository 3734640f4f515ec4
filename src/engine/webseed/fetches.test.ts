import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PieceIndex } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { BLOCK_BYTES, Geometry } from '../../metainfo/geometry.ts'
import type { BlockRef } from '../picker/world.ts'
import { fileFetches, pieceFetches, stretchesOf } from './fetches.ts'

const file = (lengthBytes: number) => ({ lengthBytes, pad: false })
const pad = (lengthBytes: number) => ({ lengthBytes, pad: true })

/** Every block of these pieces that is not padding. */
function blocksOf(geometry: Geometry, ...pieces: readonly number[]): BlockRef[] {
  return pieces.flatMap((index) => {
    const piece = index as PieceIndex
    return Array.from({ length: geometry.blockCount(piece) }, (_, block) => ({ piece, block })).filter(
      ({ block }) => !geometry.isPadding(piece, block),
    )
  })
}

/** `file:first+length` for each. */
function drawn(geometry: Geometry, blocks: readonly BlockRef[]): string {
  return fileFetches(geometry, blocks)
    .map(({ file: index, first, lengthBytes }) => `${index}:${first}+${lengthBytes}`)
    .join(' ')
}

test('neighbouring pieces of one file are one range', () => {
  const geometry = new Geometry([file(10 * BLOCK_BYTES + 5)], 2 * BLOCK_BYTES, 'packed')
  assert.equal(drawn(geometry, blocksOf(geometry, 1, 2, 3)), `0:${2 * BLOCK_BYTES}+${6 * BLOCK_BYTES}`)
  assert.equal(drawn(geometry, blocksOf(geometry, 4, 5)), `0:${8 * BLOCK_BYTES}+${2 * BLOCK_BYTES + 5}`)
})

test('a range that spans files is a request for each', () => {
  const geometry = new Geometry([file(100), file(0), file(BLOCK_BYTES), file(7)], 2 * BLOCK_BYTES, 'packed')
  assert.equal(drawn(geometry, blocksOf(geometry, 0)), `0:0+100 2:0+${BLOCK_BYTES} 3:0+7`)
})

test('pad files are never asked for, and blocks that hold some get their zeros', () => {
  const geometry = new Geometry([file(100), pad(BLOCK_BYTES - 100), file(50)], BLOCK_BYTES, 'packed')
  assert.equal(drawn(geometry, blocksOf(geometry, 0, 1)), '0:0+100 2:0+50')
  assert.deepEqual(stretchesOf(geometry, { piece: 0 as PieceIndex, block: 0 }), [
    { zeros: false, lengthBytes: 100 },
    { zeros: true, lengthBytes: BLOCK_BYTES - 100 },
  ])
})

test('files of a v2 torrent are asked for apart, each from a piece of its own', () => {
  const geometry = new Geometry([file(BLOCK_BYTES + 1), file(3)], 4 * BLOCK_BYTES, 'files')
  assert.equal(drawn(geometry, blocksOf(geometry, 0, 1)), `0:0+${BLOCK_BYTES + 1} 1:0+3`)
})

test('what lies apart is asked for apart', () => {
  const geometry = new Geometry([file(8 * BLOCK_BYTES)], 4 * BLOCK_BYTES, 'packed')
  const piece = 0 as PieceIndex
  const blocks = [0, 1, 3].map((block) => ({ piece, block }))
  assert.equal(drawn(geometry, blocks), `0:0+${2 * BLOCK_BYTES} 0:${3 * BLOCK_BYTES}+${BLOCK_BYTES}`)
})

test('a piece is one request with the ranges that are missing (BEP 17)', () => {
  const geometry = new Geometry([file(6 * BLOCK_BYTES + 9)], 4 * BLOCK_BYTES, 'packed')
  const blocks = [...[0, 1, 3].map((block) => ({ piece: 0 as PieceIndex, block })), ...blocksOf(geometry, 1)]
  assert.deepEqual(pieceFetches(geometry, blocks), [
    {
      kind: 'piece',
      piece: 0,
      ranges: [
        { first: 0, last: 2 * BLOCK_BYTES - 1 },
        { first: 3 * BLOCK_BYTES, last: 4 * BLOCK_BYTES - 1 },
      ],
      lengthBytes: 3 * BLOCK_BYTES,
    },
    {
      kind: 'piece',
      piece: 1,
      ranges: [{ first: 0, last: 2 * BLOCK_BYTES + 8 }],
      lengthBytes: 2 * BLOCK_BYTES + 9,
    },
  ])
})

test('bodies and zeros together are exactly the blocks, in order, over seeded torrents', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed)
    const files = Array.from({ length: 1 + (random.uint32() % 6) }, () => {
      const lengthBytes = random.uint32() % (3 * BLOCK_BYTES)
      return random.uint32() % 4 === 0 ? pad(lengthBytes) : file(lengthBytes)
    })
    files.push(file(1))
    const geometry = new Geometry(files, (1 + (random.uint32() % 3)) * BLOCK_BYTES, 'packed')
    const all = blocksOf(geometry, ...geometry.pieces()).filter(() => random.uint32() % 5 > 0)
    const wanted = all.flatMap(({ piece, block }) =>
      geometry.parts(piece, block * BLOCK_BYTES, geometry.blockBytes(piece, block)),
    )
    const bytes = (parts: readonly { readonly lengthBytes: number }[]): number =>
      parts.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    const asked = fileFetches(geometry, all)
    assert.equal(
      bytes(asked),
      bytes(wanted.filter((part) => geometry.files[part.file]?.pad === false)),
      `seed ${seed}: nothing but what is no padding`,
    )
    for (const fetch of asked) {
      assert.ok(fetch.lengthBytes > 0 && fetch.first + fetch.lengthBytes <= fetch.fileBytes, `seed ${seed}`)
      assert.equal(geometry.files[fetch.file]?.pad, false, `seed ${seed}`)
    }
    const stretches = all.flatMap((block) => [...stretchesOf(geometry, block)])
    assert.equal(bytes(stretches), bytes(wanted), `seed ${seed}`)
    assert.equal(bytes(stretches.filter(({ zeros }) => !zeros)), bytes(asked), `seed ${seed}`)
  }
})
