// `verify` as a whole: are the files on disk what a torrent describes? Reads only, on all cores, a stretch at a time.
// Promise: a file is called right only when every byte of it was covered by a hash that fits and its length is exact.

import { Bitfield } from '../base/bitfield.ts'
import { equalBytes } from '../base/bytes.ts'
import { CodedError } from '../base/errors.ts'
import type { PieceIndex } from '../base/ids.ts'
import type { Digest, Disk, FileSpan, Hasher, HashResult, SpanFailure } from '../base/ports.ts'
import { Verifier } from '../engine/storage/verify.ts'
import { ExpectedPieces } from '../engine/torrent/expected-hashes.ts'
import { HASH_BYTES, Merkle, pieceLayer, rootLayer } from '../metainfo/merkle.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { type LaidFile, layOut } from './data-layout.ts'

/**
 * `unreadable`: it is there, but the system does not let us read it, or it is a link or a folder.
 * `unproven`: v1 pieces reach across files, and all that is wrong with it is a piece it shares with a file that is
 * missing or wrong.
 */
export type FileVerdict = 'right' | 'missing' | 'shorter' | 'longer' | 'different' | 'unreadable' | 'unproven'

export interface VerifiedFile {
  /** With `/` between components, as `inspect` shows it. */
  readonly path: string
  readonly lengthBytes: number
  readonly state: FileVerdict
  /** Bytes of it in pieces that are right. */
  readonly goodBytes: number
}

export interface Verification {
  readonly name: string
  readonly complete: boolean
  readonly totalBytes: number
  readonly goodBytes: number
  readonly files: readonly VerifiedFile[]
}

export class VerifyError extends CodedError<'FILE_NOT_FOUND' | 'INTERRUPTED' | 'VERIFY_FAILED'> {}

export interface VerifyPorts {
  readonly disk: Disk
  readonly hasher: Hasher
  readonly digest: Digest
}

export interface VerifyWatch {
  readonly progress?: (doneBytes: number, totalBytes: number) => void
  readonly cancelled?: () => boolean
}

/** @param at absolute. @throws VerifyError FILE_NOT_FOUND, INTERRUPTED; DiskError for what cannot be looked at */
export async function verifyData(
  metainfo: Metainfo,
  at: string,
  ports: VerifyPorts,
  watch: VerifyWatch = {},
): Promise<Verification> {
  if ((await ports.disk.stat(at, 'follow')) === undefined)
    throw new VerifyError('FILE_NOT_FOUND', { path: at })
  const laid = await layOut(ports.disk, metainfo, at)
  const check = new DataCheck(metainfo, laid, ports)
  await check.run(watch)
  return check.result()
}

/** Bytes asked of the hasher at once, and stretches at a time: as for creating. */
const STRETCH_BYTES = 67_108_864
const STRETCHES_AT_ONCE = 2

type Outcome = HashResult | SpanFailure | undefined

class DataCheck {
  readonly #metainfo: Metainfo
  readonly #laid: readonly LaidFile[]
  readonly #hasher: Hasher
  readonly #verifier: Verifier
  readonly #merkle: Merkle
  readonly #good: Bitfield
  readonly #goodBytes: number[]
  readonly #unreadable = new Set<number>()
  /** Answers of #isWrong: a piece of many small files asks for the same large neighbour each time. */
  readonly #wrong = new Map<number, boolean>()
  /** Piece roots of files whose layer the torrent lacks, to be judged together at the end. */
  readonly #unjudged = new Map<number, Map<number, Uint8Array>>()

  constructor(metainfo: Metainfo, laid: readonly LaidFile[], { hasher, digest }: VerifyPorts) {
    this.#metainfo = metainfo
    this.#laid = laid
    this.#hasher = hasher
    this.#verifier = new Verifier(metainfo, new ExpectedPieces(metainfo))
    this.#merkle = new Merkle(digest)
    this.#good = new Bitfield(metainfo.geometry.pieceCount)
    this.#goodBytes = laid.map(() => 0)
  }

  async run(watch: VerifyWatch): Promise<void> {
    const { pieceCount, payloadBytes } = this.#metainfo.geometry
    const { pieceLengthBytes } = this.#metainfo
    const stretchPieces = Math.max(this.#hasher.parallelism, Math.ceil(STRETCH_BYTES / pieceLengthBytes))
    let next = 0
    let doneBytes = 0
    const work = async (): Promise<void> => {
      while (next < pieceCount) {
        if (watch.cancelled?.() === true) throw new VerifyError('INTERRUPTED')
        const first = next
        next = Math.min(pieceCount, first + stretchPieces)
        const checkedBytes = await this.#stretch(first, next)
        doneBytes += checkedBytes
        watch.progress?.(doneBytes, payloadBytes)
      }
    }
    const lanes = await Promise.allSettled(Array.from({ length: STRETCHES_AT_ONCE }, work))
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
    this.#judgeByRoots()
  }

  async #stretch(first: number, end: number): Promise<number> {
    const { geometry } = this.#metainfo
    const pieces = Array.from({ length: end - first }, (_, i) => (first + i) as PieceIndex)
    const there = pieces.filter((piece) => this.#isThere(piece))
    const results = await this.#hasher.files(
      there.map((piece) => ({ spans: this.#spans(piece), want: this.#verifier.want(piece) })),
    )
    for (const [i, piece] of there.entries()) this.#judge(piece, results[i])
    return pieces.reduce((sum, piece) => sum + geometry.payloadOf(piece), 0)
  }

  /** Whether every file of the piece is there and long enough, so that hashing it can say anything. */
  #isThere(piece: PieceIndex): boolean {
    return this.#metainfo.geometry.parts(piece).every((part) => {
      const { file, stat } = this.#laid[part.file] as LaidFile
      return file.pad || (stat?.kind === 'file' && stat.lengthBytes >= part.offset + part.lengthBytes)
    })
  }

  #spans(piece: PieceIndex): FileSpan[] {
    return this.#metainfo.geometry.parts(piece).map(({ file, offset, lengthBytes }) => {
      const laid = this.#laid[file] as LaidFile
      return { path: laid.file.pad ? undefined : laid.path, offset, lengthBytes }
    })
  }

  #judge(piece: PieceIndex, result: Outcome): void {
    if (result === undefined || 'failed' in result) {
      for (const part of this.#metainfo.geometry.parts(piece)) this.#unreadable.add(part.file)
      return
    }
    const verdict = this.#verifier.judge(piece, result)
    if (verdict === 'good') this.#credit(piece)
    else if (verdict === 'unknown' && result.root !== undefined) this.#keepRoot(piece, result)
  }

  /** A hybrid piece whose v1 hash is wrong is not kept: nothing can make it right. */
  #keepRoot(piece: PieceIndex, { root, sha1 }: HashResult): void {
    const { geometry, piecesV1 } = this.#metainfo
    const v1 = piecesV1?.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES)
    if (root === undefined || (v1 !== undefined && (sha1 === undefined || !equalBytes(v1, sha1)))) return
    const file = geometry.parts(piece)[0]?.file as number
    const roots = this.#unjudged.get(file) ?? new Map<number, Uint8Array>()
    roots.set(piece, root)
    this.#unjudged.set(file, roots)
  }

  #judgeByRoots(): void {
    const { geometry, pieceLengthBytes, files } = this.#metainfo
    for (const [index, roots] of this.#unjudged) {
      const { lengthBytes, root } = files[index] as Metainfo['files'][number]
      const range = geometry.piecesOf(index)
      if (range === undefined || root === undefined || roots.size !== range.last - range.first + 1) continue
      const layer = new Uint8Array(roots.size * HASH_BYTES)
      for (const [piece, hash] of roots) layer.set(hash, (piece - range.first) * HASH_BYTES)
      const own = this.#merkle.root(layer, pieceLayer(pieceLengthBytes), rootLayer(lengthBytes))
      if (equalBytes(own, root)) for (const piece of roots.keys()) this.#credit(piece as PieceIndex)
    }
  }

  #credit(piece: PieceIndex): void {
    this.#good.set(piece)
    for (const { file, lengthBytes } of this.#metainfo.geometry.parts(piece)) {
      this.#goodBytes[file] = (this.#goodBytes[file] as number) + lengthBytes
    }
  }

  result(): Verification {
    const files = this.#laid
      .filter(({ file }) => !file.pad && !file.symlink)
      .map(
        (laid): VerifiedFile => ({
          path: laid.file.path.join('/'),
          lengthBytes: laid.file.lengthBytes,
          state: this.#verdict(laid),
          goodBytes: this.#goodBytes[laid.file.index] as number,
        }),
      )
    return {
      name: this.#metainfo.name,
      complete: files.every((file) => file.state === 'right'),
      totalBytes: this.#metainfo.geometry.payloadBytes,
      goodBytes: files.reduce((sum, file) => sum + file.goodBytes, 0),
      files,
    }
  }

  #verdict({ file, stat }: LaidFile): FileVerdict {
    if (stat === undefined) return 'missing'
    if (stat.kind !== 'file') return 'unreadable'
    if (stat.lengthBytes < file.lengthBytes) return 'shorter'
    if (stat.lengthBytes > file.lengthBytes) return 'longer'
    if (this.#goodBytes[file.index] === file.lengthBytes) return 'right'
    if (this.#unreadable.has(file.index)) return 'unreadable'
    const shared = this.#badPieces(file.index).map((piece) => this.#filesOf(piece))
    const excused = shared.every((sharers) =>
      sharers.some((other) => other !== file.index && this.#isWrong(other)),
    )
    return excused ? 'unproven' : 'different'
  }

  /** Whether a file is surely not right, whatever its neighbours are. */
  #isWrong(index: number): boolean {
    const known = this.#wrong.get(index)
    if (known !== undefined) return known
    const wrong = this.#looksWrong(index)
    this.#wrong.set(index, wrong)
    return wrong
  }

  #looksWrong(index: number): boolean {
    const { file, stat } = this.#laid[index] as LaidFile
    if (stat?.kind !== 'file' || stat.lengthBytes < file.lengthBytes || this.#unreadable.has(index))
      return true
    return this.#badPieces(index).some((piece) => this.#filesOf(piece).length === 1)
  }

  #badPieces(index: number): PieceIndex[] {
    const range = this.#metainfo.geometry.piecesOf(index)
    const bad: PieceIndex[] = []
    for (let piece = range?.first ?? 0; range !== undefined && piece <= range.last; piece++) {
      if (!this.#good.has(piece)) bad.push(piece as PieceIndex)
    }
    return bad
  }

  #filesOf(piece: PieceIndex): number[] {
    const parts = this.#metainfo.geometry.parts(piece).map((part) => part.file)
    return parts.filter((file) => (this.#laid[file] as LaidFile).file.pad === false)
  }
}

const SHA1_BYTES = 20
