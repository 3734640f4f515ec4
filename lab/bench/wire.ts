// What the wire codec costs a block:  node lab/bench/wire.ts
// Decodes a stream of 16 KiB `piece` messages given in slices as a socket gives them, into lent memory, and sets it
// against a bare copy of the same bytes; encodes requests; decodes small messages. Best of several rounds, one core.

import { WireDecoder, type WireSink } from '../../src/protocol/wire/decoder.ts'
import {
  encodeHave,
  encodeRequest,
  encodeRequests,
  PIECE_HEADER_BYTES,
  pieceHeader,
} from '../../src/protocol/wire/encode.ts'
import { MAX_BLOCK_BYTES } from '../../src/protocol/wire/limits.ts'
import type { Message } from '../../src/protocol/wire/messages.ts'

const ROUNDS = 7
const BLOCKS = 4096
const BLOCKS_PER_PIECE = 64
const FRAME_BYTES = PIECE_HEADER_BYTES + MAX_BLOCK_BYTES

/** Best time of one round, in ns. */
function best(round: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.hrtime.bigint()
    round()
    least = Math.min(least, Number(process.hrtime.bigint() - start))
  }
  return least
}

function line(what: string, ns: number, count: number, unit: string, bytes?: number): void {
  const rate = bytes === undefined ? '' : `${(bytes / ns).toFixed(2)} GB/s`
  console.log(
    `${what.padEnd(58)} ${(ns / count).toFixed(0).padStart(7)} ns/${unit.padEnd(8)} ${rate.padStart(11)}`,
  )
}

/** A ring of piece messages much larger than the caches of a core, so that copies cost what they cost in life. */
const RING_BLOCKS = 1024
const ring = new Uint8Array(RING_BLOCKS * FRAME_BYTES)
for (let i = 0; i < RING_BLOCKS; i++) {
  pieceHeader(
    ring,
    i * FRAME_BYTES,
    Math.floor(i / BLOCKS_PER_PIECE),
    (i % BLOCKS_PER_PIECE) * MAX_BLOCK_BYTES,
    MAX_BLOCK_BYTES,
  )
}

/** Slices as Buffers, like a socket's. */
function slicesOf(bytes: Uint8Array, sliceBytes: number): Uint8Array[] {
  const slices: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    slices.push(Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(sliceBytes, bytes.length - at)))
  }
  return slices
}

class PieceSink implements WireSink {
  blocks = 0
  messages = 0
  readonly #pool: Uint8Array[]
  readonly #lend: boolean

  constructor(lend: boolean) {
    this.#lend = lend
    const memory = new Uint8Array(RING_BLOCKS * MAX_BLOCK_BYTES)
    this.#pool = Array.from({ length: RING_BLOCKS }, (_, i) =>
      memory.subarray(i * MAX_BLOCK_BYTES, (i + 1) * MAX_BLOCK_BYTES),
    )
  }

  slot(piece: number, begin: number): Uint8Array | undefined {
    return this.#lend ? this.#pool[piece * BLOCKS_PER_PIECE + begin / MAX_BLOCK_BYTES] : undefined
  }

  block(_piece: number, _begin: number, _lengthBytes: number, stored: boolean): void {
    if (stored === this.#lend) this.blocks++
  }

  message(_message: Message): void {
    this.messages++
  }
}

function decodePieces(what: string, sliceBytes: number, lend: boolean): void {
  const slices = slicesOf(ring, sliceBytes)
  const sink = new PieceSink(lend)
  const decoder = new WireDecoder(sink)
  const ns = best(() => {
    for (let i = 0; i < BLOCKS / RING_BLOCKS; i++) for (const slice of slices) decoder.push(slice)
  })
  if (sink.blocks !== ROUNDS * BLOCKS) throw new Error(`${sink.blocks} blocks`)
  line(what, ns, BLOCKS, 'block', BLOCKS * MAX_BLOCK_BYTES)
}

function copyOnly(): void {
  const target = new Uint8Array(RING_BLOCKS * MAX_BLOCK_BYTES)
  const views = Array.from({ length: RING_BLOCKS }, (_, i) =>
    ring.subarray(i * FRAME_BYTES + PIECE_HEADER_BYTES, (i + 1) * FRAME_BYTES),
  )
  const ns = best(() => {
    for (let i = 0; i < BLOCKS; i++)
      target.set(views[i % RING_BLOCKS] as Uint8Array, (i % RING_BLOCKS) * MAX_BLOCK_BYTES)
  })
  line('copy alone, views made before', ns, BLOCKS, 'block', BLOCKS * MAX_BLOCK_BYTES)
}

function decodeSmall(what: string, message: Uint8Array): void {
  const count = 100_000
  const stream = new Uint8Array(count * message.length)
  for (let i = 0; i < count; i++) stream.set(message, i * message.length)
  const slices = slicesOf(stream, 65_536)
  const sink = new PieceSink(false)
  const decoder = new WireDecoder(sink)
  const ns = best(() => {
    for (const slice of slices) decoder.push(slice)
  })
  if (sink.messages !== ROUNDS * count) throw new Error(`${sink.messages} messages`)
  line(what, ns, count, 'message')
}

function encodeBatches(batch: number): void {
  const count = 100_000
  const refs = Array.from({ length: batch }, (_, i) => ({
    piece: 7,
    begin: i * MAX_BLOCK_BYTES,
    lengthBytes: MAX_BLOCK_BYTES,
  }))
  let total = 0
  const ns = best(() => {
    for (let i = 0; i < count / batch; i++) total += encodeRequests(refs).length
  })
  if (total !== ROUNDS * (count / batch) * encodeRequests(refs).length) throw new Error(`${total} bytes`)
  line(`encode requests, ${batch} at a time`, ns, count, 'request')
}

function encodeHeaders(): void {
  const count = 1_000_000
  const into = new Uint8Array(PIECE_HEADER_BYTES)
  const ns = best(() => {
    for (let i = 0; i < count; i++) pieceHeader(into, 0, i, 0, MAX_BLOCK_BYTES)
  })
  line('encode piece header in place', ns, count, 'block')
}

console.log(`node ${process.version}; ${BLOCKS} blocks of 16 KiB, best of ${ROUNDS}`)
copyOnly()
decodePieces('decode pieces, slices of 64 KiB', 65_536, true)
decodePieces('decode pieces, slices of 64 KiB, discarded (no copy)', 65_536, false)
decodePieces('decode pieces, slices of 16 KiB', 16_384, true)
decodePieces('decode pieces, slices of 1460 bytes', 1460, true)
decodePieces('decode pieces, slices of 1460 bytes, discarded', 1460, false)
decodeSmall('decode requests', encodeRequest(1, 16_384, 16_384))
decodeSmall('decode haves', encodeHave(1))
encodeBatches(1)
encodeBatches(16)
encodeHeaders()
