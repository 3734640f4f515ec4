// From the blocks that the picker gave to the requests that bring them: what one connection is asked, in order.
// Invariant: the bodies of the fetches, one after another, are the blocks in order without the bytes of pad files,
// which are zeros and never asked for (BEP 47); a piece's fetch (BEP 17) has them, as pieces have.

import type { PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES, type Geometry } from '../../metainfo/geometry.ts'
import type { BlockRef } from '../picker/world.ts'

/** Bytes `first` to before `first + lengthBytes` of a file. */
export interface FileFetch {
  readonly kind: 'file'
  readonly file: number
  readonly first: number
  lengthBytes: number
  /** Of the whole file. */
  readonly fileBytes: number
}

/** Ranges of a piece, sent one after another (BEP 17). */
export interface PieceFetch {
  readonly kind: 'piece'
  readonly piece: PieceIndex
  readonly ranges: { readonly first: number; last: number }[]
  lengthBytes: number
}

/** All of a file, from a server that knows no ranges. */
export interface WholeFetch {
  readonly kind: 'whole'
  readonly file: number
  readonly lengthBytes: number
}

export type Fetch = FileFetch | PieceFetch | WholeFetch

export function fileFetches(geometry: Geometry, blocks: readonly BlockRef[]): FileFetch[] {
  const fetches: FileFetch[] = []
  for (const { piece, block } of blocks) {
    const lengthBytes = geometry.blockBytes(piece, block)
    for (const part of geometry.parts(piece, block * BLOCK_BYTES, lengthBytes)) {
      const file = geometry.files[part.file] as Geometry['files'][number]
      if (file.pad) continue
      const last = fetches.at(-1)
      if (last?.file === part.file && last.first + last.lengthBytes === part.offset)
        last.lengthBytes += part.lengthBytes
      else
        fetches.push({
          kind: 'file',
          file: part.file,
          first: part.offset,
          lengthBytes: part.lengthBytes,
          fileBytes: file.lengthBytes,
        })
    }
  }
  return fetches
}

export function pieceFetches(geometry: Geometry, blocks: readonly BlockRef[]): PieceFetch[] {
  const fetches: PieceFetch[] = []
  for (const { piece, block } of blocks) {
    const lengthBytes = geometry.blockBytes(piece, block)
    const first = block * BLOCK_BYTES
    let fetch = fetches.at(-1)
    if (fetch?.piece !== piece) {
      fetch = { kind: 'piece', piece, ranges: [], lengthBytes: 0 }
      fetches.push(fetch)
    }
    const range = fetch.ranges.at(-1)
    if (range?.last === first - 1) range.last += lengthBytes
    else fetch.ranges.push({ first, last: first + lengthBytes - 1 })
    fetch.lengthBytes += lengthBytes
  }
  return fetches
}

/** A run of bytes of a block: from the body, or zeros of a pad file. */
export interface Stretch {
  readonly zeros: boolean
  readonly lengthBytes: number
}

/** What a block is made of when files are fetched; one stretch unless pad files lie in it. */
export function stretchesOf(geometry: Geometry, { piece, block }: BlockRef): readonly Stretch[] {
  const stretches: { zeros: boolean; lengthBytes: number }[] = []
  const parts = geometry.parts(piece, block * BLOCK_BYTES, geometry.blockBytes(piece, block))
  for (const { file, lengthBytes } of parts) {
    const zeros = (geometry.files[file] as Geometry['files'][number]).pad
    const last = stretches.at(-1)
    if (last?.zeros === zeros) last.lengthBytes += lengthBytes
    else stretches.push({ zeros, lengthBytes })
  }
  return stretches
}
