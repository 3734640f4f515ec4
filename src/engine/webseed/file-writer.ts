// A whole file as a server without ranges sends it: from its first byte to its last, whatever is here already.
// Blocks are claimed piece by piece as the bytes come, so that little memory is held and peers keep what they work on; what
// is not ours to write is passed over. Invariant: outstanding here are only blocks of the piece that is arriving.

import type { Bitfield } from '../../base/bitfield.ts'
import { after, type Millis, type PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES, type PieceRange } from '../../metainfo/geometry.ts'
import type { BlockRef, PeerKey } from '../picker/world.ts'
import { BlockWriter } from './block-writer.ts'
import type { WebSeedHost } from './host.ts'
import type { BodySink } from './sink.ts'

/** A piece that cannot be claimed for so long is passed over: it may be somebody's own, who is on parole. */
const PATIENCE_MS = 10_000

export interface FileWriterOptions {
  readonly host: WebSeedHost
  readonly key: PeerKey
  readonly has: Bitfield
  readonly file: number
  readonly exclusive: boolean
  readonly rate: number
}

export class FileWriter implements BodySink {
  readonly #options: FileWriterOptions
  readonly #pieces: PieceRange | undefined
  /** Of the file. */
  #at = 0
  #piece: number
  #entered = false
  #waitsUntil: Millis | undefined
  /** Blocks that lie in this file alone, of the piece that is arriving. */
  #writer: BlockWriter | undefined
  /** Where in the file they begin and end. */
  #fromBytes = 0
  #toBytes = 0
  /** The next piece with something to claim, as far as was looked. */
  #next: number
  claimedBlocks = 0
  over = false

  constructor(options: FileWriterOptions) {
    this.#options = options
    this.#pieces = options.host.content.geometry.piecesOf(options.file)
    this.#piece = this.#pieces?.first ?? 0
    this.#next = this.#piece
  }

  get wanted(): boolean {
    if (this.#writer?.wanted === true) return true
    this.#next = Math.max(this.#next, this.#entered ? this.#piece + 1 : this.#piece)
    for (const last = this.#pieces?.last ?? -1; this.#next <= last; this.#next++)
      if (this.#claimable(this.#next as PieceIndex)) return true
    return false
  }

  write(bytes: Uint8Array): number {
    let used = 0
    while (used < bytes.length) {
      if (!this.#entered && !this.#enter()) return used
      const take = Math.min(bytes.length - used, this.#room())
      if (this.#at >= this.#fromBytes && this.#at < this.#toBytes)
        this.#writer?.write(bytes.subarray(used, used + take))
      else this.#options.host.wasted(take)
      used += take
      this.#at += take
      if (this.#at >= this.#endOfPiece()) this.#leave()
    }
    return used
  }

  drop(piece: PieceIndex, block: number): void {
    this.#writer?.drop(piece, block)
  }

  abandon(): void {
    this.#writer?.abandon()
    this.#writer = undefined
  }

  #claimable(piece: PieceIndex): boolean {
    return this.#options.has.has(piece) && this.#options.host.content.picker.free(piece) > 0
  }

  /** Claims what is free of the next piece. @returns false when it cannot be had now, mostly for lack of memory */
  #enter(): boolean {
    const piece = this.#piece as PieceIndex
    const now = this.#options.host.clock.now()
    this.#fromBytes = 0
    this.#toBytes = 0
    if (this.#claimable(piece)) {
      const ours = this.#oursOf(piece)
      if (!this.#claim(piece, ours, now)) {
        this.#waitsUntil ??= after(now, PATIENCE_MS)
        if (now < this.#waitsUntil) return false
      }
      this.#writer = new BlockWriter({
        host: this.#options.host,
        key: this.#options.key,
        blocks: ours,
        padsLeftOut: true,
      })
    }
    this.#waitsUntil = undefined
    this.#entered = true
    return true
  }

  /** All of it or nothing. */
  #claim(piece: PieceIndex, ours: readonly BlockRef[], now: Millis): boolean {
    const { host, key, has, exclusive, rate } = this.#options
    const { picker, store, geometry } = host.content
    const count = geometry.blockCount(piece)
    const only = new Set([piece])
    const claimed = picker.pick({ peer: key, has, count, now, exclusive, only, rate, suggested: undefined })
    const whole = picker.free(piece) === 0
    const kept = new Set(whole ? ours.map(({ block }) => block) : [])
    for (const { block } of claimed) {
      // Part of a block that is not kept lies in another file, or the piece as a whole could not be had.
      if (kept.has(block)) this.claimedBlocks++
      else if (picker.released(key, piece, block) && picker.othersAsked(key, piece, block).length === 0)
        store.unreserve(piece, block)
    }
    return whole
  }

  /** Blocks that have bytes of no other file. */
  #oursOf(piece: PieceIndex): BlockRef[] {
    const { host, file } = this.#options
    const { geometry } = host.content
    const ours: BlockRef[] = []
    for (let block = 0; block < geometry.blockCount(piece); block++) {
      const parts = geometry.parts(piece, block * BLOCK_BYTES, geometry.blockBytes(piece, block))
      const here = parts.find((part) => part.file === file)
      if (here === undefined) continue
      if (!parts.every((part) => part.file === file || geometry.files[part.file]?.pad === true)) continue
      if (ours.length === 0) this.#fromBytes = here.offset
      this.#toBytes = here.offset + here.lengthBytes
      ours.push({ piece, block })
    }
    return ours
  }

  #room(): number {
    if (this.#at < this.#fromBytes) return this.#fromBytes - this.#at
    return (this.#at < this.#toBytes ? this.#toBytes : this.#endOfPiece()) - this.#at
  }

  /** Where the piece ends, counted in the file. */
  #endOfPiece(): number {
    const { host, file } = this.#options
    const { geometry } = host.content
    const end = (this.#piece + 1) * geometry.pieceLengthBytes - geometry.fileOffset(file)
    return Math.min(end, geometry.files[file]?.lengthBytes ?? 0)
  }

  #leave(): void {
    // Nothing is left in it: every block was finished or passed over.
    this.#writer?.abandon()
    this.#writer = undefined
    this.#entered = false
    this.#piece++
    this.over = this.#piece <= (this.#pieces?.last ?? -1) && !this.wanted
  }
}
