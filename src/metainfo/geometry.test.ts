import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PieceIndex } from '../base/ids.ts'
import { BLOCK_BYTES, Geometry } from './geometry.ts'

const PIECE = 2 * BLOCK_BYTES

/** `a3 p1 b0`: lengths in half blocks, a name beginning with p is a pad. */
function draw(drawing: string, alignment: 'packed' | 'files', pieceLengthBytes = PIECE): Geometry {
  const files = drawing.split(' ').map((file) => ({
    lengthBytes: (Number(file.slice(1)) * BLOCK_BYTES) / 2,
    pad: file.startsWith('p'),
  }))
  return new Geometry(files, pieceLengthBytes, alignment)
}

/** The file number of each half block of a piece. */
function drawn(geometry: Geometry, piece: number): string {
  return geometry
    .parts(piece as PieceIndex)
    .map(({ file, lengthBytes }) => String(file).repeat((lengthBytes * 2) / BLOCK_BYTES))
    .join('')
}

function pieces(geometry: Geometry): string {
  return [...geometry.pieces()].map((piece) => drawn(geometry, piece)).join(' ')
}

test('packed files lie end to end, aligned ones begin at pieces', () => {
  assert.equal(pieces(draw('a3 b0 c6 d1', 'packed')), '0002 2222 23')
  assert.equal(pieces(draw('a3 b0 c6 d1', 'files')), '000 2222 22 3')
  assert.equal(pieces(draw('a0 b4 c0 d0 e1 f0', 'packed')), '1111 4')
  assert.equal(pieces(draw('a0 b4 c0 d0 e1 f0', 'files')), '1111 4')
  assert.equal(pieces(draw('a1 p3 b2', 'packed')), '0111 22')
})

test('sizes of pieces and blocks end where the data ends', () => {
  const aligned = draw('a5 b1', 'files')
  assert.deepEqual(
    [...aligned.pieces()].map((piece) => aligned.pieceBytes(piece)),
    [PIECE, BLOCK_BYTES / 2, BLOCK_BYTES / 2],
  )
  assert.deepEqual(
    [...aligned.pieces()].map((piece) => aligned.blockCount(piece)),
    [2, 1, 1],
  )
  const packed = draw('a5 b1', 'packed')
  assert.deepEqual(
    [...packed.pieces()].map((piece) => packed.pieceBytes(piece)),
    [PIECE, BLOCK_BYTES],
  )
  assert.equal(packed.blockBytes(1 as PieceIndex, 0), BLOCK_BYTES)
  assert.equal(packed.maxBlocks, 2)
})

test('the last block of a v2 file may be asked in full, in v1 only what is there', () => {
  const asked = (geometry: Geometry, piece: number, begin: number, lengthBytes: number) =>
    geometry.mayBeAsked(piece as PieceIndex, begin, lengthBytes)
  const aligned = draw('a3 b1', 'files')
  assert.equal(asked(aligned, 0, BLOCK_BYTES, BLOCK_BYTES / 2), true)
  assert.equal(asked(aligned, 0, BLOCK_BYTES, BLOCK_BYTES), true)
  assert.equal(asked(aligned, 0, BLOCK_BYTES, BLOCK_BYTES + 1), false)
  assert.equal(asked(aligned, 0, 1.5 * BLOCK_BYTES, 1), false, 'begins behind the end')
  assert.equal(asked(aligned, 1, BLOCK_BYTES, BLOCK_BYTES), false, 'a block of nothing')
  assert.equal(asked(aligned, 1, 0, 0), false)
  const packed = draw('a3 b2', 'packed')
  assert.equal(asked(packed, 1, 0, BLOCK_BYTES / 2), true)
  assert.equal(asked(packed, 1, 0, BLOCK_BYTES), false)
})

test('padding is no payload, and a block of nothing else is known', () => {
  const geometry = draw('a1 p3 b2', 'packed')
  assert.equal(geometry.payloadBytes, 1.5 * BLOCK_BYTES)
  assert.equal(geometry.payloadOf(0 as PieceIndex), BLOCK_BYTES / 2)
  assert.equal(geometry.isPadding(0 as PieceIndex, 0), false)
  assert.equal(geometry.isPadding(0 as PieceIndex, 1), true)
})

test('only indexes of this torrent become piece indexes', () => {
  const geometry = draw('a9', 'packed')
  assert.equal(geometry.pieceCount, 3)
  assert.deepEqual(
    [-1, 0, 2, 3, 0.5, Number.NaN, 2 ** 32].map((index) => geometry.piece(index)),
    [undefined, 0, 2, undefined, undefined, undefined, undefined],
  )
})

test('a block is exactly one of ours, a run may lie anywhere inside the piece', () => {
  const geometry = draw('a7', 'packed')
  const last = 1 as PieceIndex
  assert.ok(geometry.isBlock(last, 0, BLOCK_BYTES) && geometry.isBlock(last, BLOCK_BYTES, BLOCK_BYTES / 2))
  assert.ok(!geometry.isBlock(last, BLOCK_BYTES, BLOCK_BYTES) && !geometry.isBlock(last, 1, BLOCK_BYTES))
  assert.ok(!geometry.isBlock(last, 2 * BLOCK_BYTES, 0))
  assert.ok(geometry.contains(last, 1, BLOCK_BYTES) && geometry.contains(last, 0, 1.5 * BLOCK_BYTES))
  assert.ok(!geometry.contains(last, 0, 1.5 * BLOCK_BYTES + 1) && !geometry.contains(last, 0, 0))
  assert.ok(!geometry.contains(last, -1, 5))
})

test('every byte of every file lies in exactly one piece, where piecesOf says', () => {
  const file = fc.record({ lengthBytes: fc.oneof(fc.constant(0), fc.nat(5 * PIECE)), pad: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(file, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('packed', 'files'),
      fc.constantFrom(BLOCK_BYTES, PIECE, 4 * BLOCK_BYTES),
      (files, alignment, pieceLengthBytes) => {
        const geometry = new Geometry(files, pieceLengthBytes, alignment as 'packed' | 'files')
        const next = files.map(() => 0)
        for (const piece of geometry.pieces()) {
          const parts = geometry.parts(piece)
          assert.ok(parts.length > 0 && (alignment === 'packed' || parts.length === 1))
          assert.equal(
            parts.reduce((sum, part) => sum + part.lengthBytes, 0),
            geometry.pieceBytes(piece),
          )
          for (const part of parts) {
            assert.equal(part.offset, next[part.file])
            next[part.file] = part.offset + part.lengthBytes
            const range = geometry.piecesOf(part.file)
            assert.ok(range !== undefined && range.first <= piece && piece <= range.last)
          }
          let blocks = 0
          for (let block = 0; block < geometry.blockCount(piece); block++) {
            const bytes = geometry.blockBytes(piece, block)
            assert.ok(bytes > 0 && geometry.isBlock(piece, block * BLOCK_BYTES, bytes))
            blocks += bytes
          }
          assert.equal(blocks, geometry.pieceBytes(piece))
        }
        assert.deepEqual(
          next,
          files.map(({ lengthBytes }) => lengthBytes),
        )
        for (const [index, { lengthBytes }] of files.entries()) {
          const range = geometry.piecesOf(index)
          if (lengthBytes === 0) assert.equal(range, undefined)
          else assert.equal(Math.floor(geometry.fileOffset(index) / pieceLengthBytes), range?.first)
        }
      },
    ),
    { numRuns: 500 },
  )
})
