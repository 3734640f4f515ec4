// Where the bytes of a body go: into the memory of the blocks that were claimed, one after another.
// Invariant: bytes are only written into memory of a block that is outstanding at this web seed and not yet here; where
// a peer may send the same block (endgame) they go into scratch memory first. What nobody wants any more is passed over.

import type { PieceIndex } from '../../base/ids.ts'
import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { BlockRef, PeerKey } from '../picker/world.ts'
import { type Stretch, stretchesOf } from './fetches.ts'
import type { WebSeedHost } from './host.ts'
import type { BodySink } from './sink.ts'

export interface WriterOptions {
  readonly host: Pick<WebSeedHost, 'content' | 'received' | 'wasted' | 'dropElsewhere'>
  readonly key: PeerKey
  readonly blocks: readonly BlockRef[]
  /** Whether bodies leave out the zeros of pad files. */
  readonly padsLeftOut: boolean
}

export class BlockWriter implements BodySink {
  readonly over = false
  readonly #options: WriterOptions
  readonly #hasPads: boolean
  /** The block that the next byte belongs to. */
  #index = 0
  #at = 0
  /** Of this block, from the body: what is more are zeros of pad files. */
  #bodyBytes = 0
  #begun = false
  /** Undefined: its bytes are passed over. */
  #slot: Uint8Array | undefined
  #scratch: Uint8Array | undefined
  #usesScratch = false
  /** What is left of the block, in stretches; only where pads lie in it. */
  #stretches: readonly Stretch[] | undefined

  constructor(options: WriterOptions) {
    this.#options = options
    this.#hasPads = options.padsLeftOut && options.host.content.geometry.files.some((file) => file.pad)
  }

  get wanted(): boolean {
    const { blocks, key, host } = this.#options
    for (let index = this.#index; index < blocks.length; index++) {
      const { piece, block } = blocks[index] as BlockRef
      if (host.content.picker.isOutstanding(key, piece, block)) return true
    }
    return false
  }

  write(bytes: Uint8Array): number {
    let at = 0
    while (at < bytes.length) {
      if (!this.#begun) this.#begin()
      const take = Math.min(bytes.length - at, this.#room())
      this.#slot?.set(at === 0 && take === bytes.length ? bytes : bytes.subarray(at, at + take), this.#at)
      at += take
      this.#bodyBytes += take
      this.#advance(take)
    }
    return bytes.length
  }

  drop(piece: PieceIndex, block: number): void {
    const { key, host } = this.#options
    const current = this.#options.blocks[this.#index]
    if (this.#begun && current?.piece === piece && current.block === block) this.#slot = undefined
    host.content.picker.released(key, piece, block)
  }

  abandon(): void {
    const { blocks, key, host } = this.#options
    this.#slot = undefined
    for (; this.#index < blocks.length; this.#index++) {
      const { piece, block } = blocks[this.#index] as BlockRef
      if (host.content.picker.released(key, piece, block)) this.#unreserve(piece, block)
    }
  }

  #begin(): void {
    const { key, host, blocks } = this.#options
    const ref = blocks[this.#index] as BlockRef
    const { piece, block } = ref
    const { picker, store, geometry } = host.content
    this.#begun = true
    this.#at = 0
    this.#bodyBytes = 0
    this.#usesScratch = false
    this.#slot = undefined
    if (this.#hasPads) this.#stretches = stretchesOf(geometry, ref)
    const lengthBytes = geometry.blockBytes(piece, block)
    if (!picker.isOutstanding(key, piece, block)) return
    if (picker.othersAsked(key, piece, block).length > 0) {
      this.#scratch ??= new Uint8Array(BLOCK_BYTES)
      this.#usesScratch = true
      this.#slot = this.#scratch.subarray(0, lengthBytes)
    } else this.#slot = store.slot(piece, block * BLOCK_BYTES, lengthBytes)
    this.#skipZeros()
  }

  /** Bytes of the body that go to the place where we are. */
  #room(): number {
    const { piece, block } = this.#options.blocks[this.#index] as BlockRef
    let endBytes = this.#options.host.content.geometry.blockBytes(piece, block)
    if (this.#stretches !== undefined) {
      endBytes = 0
      for (const { lengthBytes } of this.#stretches) {
        endBytes += lengthBytes
        if (endBytes > this.#at) break
      }
    }
    return endBytes - this.#at
  }

  #advance(lengthBytes: number): void {
    const { piece, block } = this.#options.blocks[this.#index] as BlockRef
    this.#at += lengthBytes
    this.#skipZeros()
    if (this.#at >= this.#options.host.content.geometry.blockBytes(piece, block)) this.#finish(piece, block)
  }

  #skipZeros(): void {
    if (this.#stretches === undefined) return
    let start = 0
    for (const { zeros, lengthBytes } of this.#stretches) {
      if (start === this.#at && zeros) {
        this.#slot?.fill(0, start, start + lengthBytes)
        this.#at += lengthBytes
      }
      start += lengthBytes
    }
  }

  #finish(piece: PieceIndex, block: number): void {
    const { host, key } = this.#options
    const { picker, store } = host.content
    const lengthBytes = this.#bodyBytes
    const slot = this.#slot
    this.#index++
    this.#begun = false
    this.#slot = undefined
    if (slot === undefined) {
      // Not wanted any more, or there was no memory for it.
      if (picker.released(key, piece, block)) this.#unreserve(piece, block)
      host.wasted(lengthBytes)
      return
    }
    const rivals = picker.othersAsked(key, piece, block)
    if (picker.received(key, piece, block) !== 'first') {
      host.wasted(lengthBytes)
      return
    }
    for (const rival of rivals) host.dropElsewhere(rival, piece, block)
    if (this.#usesScratch && !this.#keepScratch(piece, block, slot)) {
      picker.failed(piece, [block])
      host.wasted(lengthBytes)
      return
    }
    store.blockStored(piece, block)
    host.received(piece, lengthBytes)
  }

  #keepScratch(piece: PieceIndex, block: number, bytes: Uint8Array): boolean {
    const slot = this.#options.host.content.store.slot(piece, block * BLOCK_BYTES, bytes.length)
    slot?.set(bytes)
    return slot !== undefined
  }

  /** Another one may still be asked for the same block (endgame): then its memory stays. */
  #unreserve(piece: PieceIndex, block: number): void {
    const { host, key } = this.#options
    if (host.content.picker.othersAsked(key, piece, block).length === 0)
      host.content.store.unreserve(piece, block)
  }
}
