import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { pushInParts, RecordingSink } from '../../../test/doubles/recording-sink.ts'
import { concatBytes, fromHex, writeUint32 } from '../../base/bytes.ts'
import { WireDecoder } from './decoder.ts'
import {
  encodeBitfield,
  encodeChoke,
  encodeExtended,
  encodeHave,
  encodeKeepAlive,
  encodeMessage,
  encodeRequest,
  PIECE_HEADER_BYTES,
  pieceHeader,
} from './encode.ts'
import { WireError, type WireErrorCode } from './error.ts'
import { HandshakeDecoder } from './handshake.ts'
import { MAX_BITFIELD_BYTES, MAX_FRAME_BYTES, WIRE_LIMITS, type WireLimits } from './limits.ts'
import { type HashRange, MESSAGE_ID, type Message } from './messages.ts'

/** Plain objects only, as the decoder makes them. */
function record<T>(model: { [key in keyof T]: fc.Arbitrary<T[key]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
}

function pieceMessage(piece: number, begin: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PIECE_HEADER_BYTES + payload.length)
  pieceHeader(bytes, 0, piece, begin, payload.length)
  bytes.set(payload, PIECE_HEADER_BYTES)
  return bytes
}

/** A prefix and an id, and so many bytes of body as are given. */
function header(frameBytes: number, id: number, ...body: number[]): Uint8Array {
  const bytes = new Uint8Array(5 + body.length)
  writeUint32(bytes, 0, frameBytes)
  bytes[4] = id
  bytes.set(body, 5)
  return bytes
}

function decoded(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]) {
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  pushInParts(decoder, bytes, sizes)
  return { sink, decoder }
}

function refusal(
  bytes: Uint8Array,
  pieceCount?: number,
  limits?: Partial<WireLimits>,
): WireErrorCode | undefined {
  const decoder = new WireDecoder(new RecordingSink(), limits)
  decoder.setPieceCount(pieceCount)
  try {
    decoder.push(bytes)
    return undefined
  } catch (error) {
    assert.ok(error instanceof WireError)
    assert.equal(error.blame, 'remote')
    return error.code
  }
}

const uint32 = fc.integer({ min: 0, max: 0xffffffff })
const ref = { piece: uint32, begin: uint32, lengthBytes: uint32 }
const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' })
const range: { [key in keyof HashRange]: fc.Arbitrary<HashRange[key]> } = {
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  baseLayer: uint32,
  index: uint32,
  length: uint32,
  proofLayers: uint32,
}
const hashLists = fc
  .integer({ min: 0, max: 40 })
  .chain((n) => fc.uint8Array({ minLength: 32 * n, maxLength: 32 * n }))

const messages: fc.Arbitrary<Message> = fc.oneof(
  record({
    type: fc.constantFrom(
      'keepAlive',
      'choke',
      'unchoke',
      'interested',
      'notInterested',
      'haveAll',
      'haveNone',
    ),
  }),
  record({ type: fc.constantFrom('have', 'suggest', 'allowedFast'), piece: uint32 }),
  record({ type: fc.constant('bitfield'), bytes: bytesUpTo(3000) }),
  record({ type: fc.constantFrom('request', 'cancel', 'reject'), ...ref }),
  record({ type: fc.constant('port'), port: fc.integer({ min: 0, max: 65_535 }) }),
  record({
    type: fc.constant('extended'),
    id: fc.integer({ min: 0, max: 255 }),
    payload: bytesUpTo(5000),
  }),
  record({ type: fc.constantFrom('hashRequest', 'hashReject'), ...range }),
  record({ type: fc.constant('hashes'), ...range, hashes: hashLists }),
)

const blocks = record({
  type: fc.constant('block'),
  piece: uint32,
  begin: uint32,
  bytes: bytesUpTo(2000),
}).filter((block) => block.bytes.length > 0)

test('every message and block survives encoding and any cutting of the stream', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(messages, blocks), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 20 }),
      (sent, sizes) => {
        const stream = concatBytes(
          sent.map((item) =>
            item.type === 'block'
              ? pieceMessage(item.piece, item.begin, item.bytes)
              : encodeMessage(item as Message),
          ),
        )
        const { sink, decoder } = decoded(stream, sizes)
        const expected = sent.map((item) =>
          item.type === 'block' ? { ...item, lengthBytes: item.bytes.length, stored: true } : item,
        )
        assert.deepEqual(sink.events, expected)
        assert.equal(decoder.payloadBytes + decoder.overheadBytes, stream.length)
        const payload = sent.reduce((sum, item) => sum + (item.type === 'block' ? item.bytes.length : 0), 0)
        assert.equal(decoder.payloadBytes, payload)
      },
    ),
  )
})

/** One of everything, and an unknown message between. */
const SAMPLE = concatBytes([
  encodeBitfield(Uint8Array.of(0xf0, 0x80)),
  encodeExtended(0, Uint8Array.of(0x64, 0x65)),
  encodeKeepAlive(),
  header(4, 99, 1, 2, 3),
  header(1, 99),
  encodeHave(7),
  pieceMessage(
    3,
    16_384,
    Uint8Array.from({ length: 40 }, (_, i) => i),
  ),
  encodeRequest(1, 2, 3),
  header(9, MESSAGE_ID.piece, 0, 0, 0, 3, 0, 0, 0, 9),
  encodeExtended(9, new Uint8Array(0)),
  encodeMessage({
    type: 'hashes',
    root: new Uint8Array(32).fill(1),
    baseLayer: 2,
    index: 4,
    length: 2,
    proofLayers: 0,
    hashes: new Uint8Array(64).fill(5),
  }),
  encodeChoke(),
])

test('cut into two at every byte, and byte by byte, a stream says the same', () => {
  const whole = decoded(SAMPLE).sink.events
  assert.equal(whole.length, 10)
  for (let at = 1; at < SAMPLE.length; at++)
    assert.deepEqual(decoded(SAMPLE, [at, SAMPLE.length]).sink.events, whole)
  assert.deepEqual(decoded(SAMPLE, [1]).sink.events, whole)
})

test('a stream that stops at any byte tells only what is whole, and nothing twice when it goes on', () => {
  const whole = decoded(SAMPLE).sink.events
  for (let at = 0; at <= SAMPLE.length; at++) {
    const { sink, decoder } = decoded(SAMPLE.slice(0, at))
    assert.deepEqual(sink.events, whole.slice(0, sink.events.length))
    decoder.push(SAMPLE.slice(at))
    assert.deepEqual(sink.events, whole)
  }
})

test('streams of other programs are understood to their last byte', async (t) => {
  const url = new URL('../../../test/vectors/wire.json', import.meta.url)
  const { streams } = JSON.parse(readFileSync(url, 'utf8')) as {
    streams: { from: string; case: string; hex: string }[]
  }
  for (const stream of streams) {
    await t.test(`${stream.from}: ${stream.case}`, () => {
      const bytes = fromHex(stream.hex)
      const shake = new HandshakeDecoder()
      const taken = shake.push(bytes)
      assert.ok(shake.handshake !== undefined)
      const { sink, decoder } = decoded(bytes.slice(taken), [1])
      assert.deepEqual(sink.events, decoded(bytes.slice(taken)).sink.events)
      assert.ok(sink.events.length >= 2)
      // Nothing half-read is left over: the next message is understood.
      decoder.push(encodeHave(5))
      assert.deepEqual(sink.last, { type: 'have', piece: 5 })
      // And said again in our words, it is the same bytes.
      const again = sink.events.slice(0, -1).map((event) => encodeMessage(event as Message))
      assert.deepEqual(concatBytes(again), bytes.slice(taken))
    })
  }
})

// ── Lengths ─────────────────────────────────────────────────────────────────────────────────────────

test('a length beyond any message is refused at its fourth byte', () => {
  assert.equal(refusal(Uint8Array.of(0xff, 0xff, 0xff)), undefined)
  assert.equal(refusal(Uint8Array.of(0xff, 0xff, 0xff, 0xff)), 'MESSAGE_TOO_LONG')
  assert.equal(refusal(header(MAX_FRAME_BYTES + 1, 99).subarray(0, 4)), 'MESSAGE_TOO_LONG')
  assert.equal(refusal(header(MAX_FRAME_BYTES, 99).subarray(0, 4)), undefined)
})

test('a drip of an oversized length is refused in the same place', () => {
  const decoder = new WireDecoder(new RecordingSink())
  for (let i = 0; i < 3; i++) decoder.push(Uint8Array.of(0xff))
  assert.throws(() => decoder.push(Uint8Array.of(0xff)), WireError)
})

test('messages of fixed size have exactly that size', () => {
  const sizes: [keyof typeof MESSAGE_ID, number][] = [
    ['choke', 1],
    ['unchoke', 1],
    ['interested', 1],
    ['notInterested', 1],
    ['haveAll', 1],
    ['haveNone', 1],
    ['have', 5],
    ['suggest', 5],
    ['allowedFast', 5],
    ['request', 13],
    ['cancel', 13],
    ['reject', 13],
    ['port', 3],
    ['hashRequest', 49],
    ['hashReject', 49],
  ]
  for (const [name, frameBytes] of sizes) {
    assert.equal(refusal(header(frameBytes, MESSAGE_ID[name])), undefined, name)
    assert.equal(refusal(header(frameBytes + 1, MESSAGE_ID[name])), 'MESSAGE_LENGTH', name)
    if (frameBytes > 1)
      assert.equal(refusal(header(frameBytes - 1, MESSAGE_ID[name])), 'MESSAGE_LENGTH', name)
    assert.equal(refusal(header(MAX_FRAME_BYTES, MESSAGE_ID[name])), 'MESSAGE_LENGTH', name)
  }
})

test('a bitfield fits the torrent exactly once the piece count is known', () => {
  for (const [pieces, lengthBytes] of [
    [1, 1],
    [8, 1],
    [9, 2],
    [16, 2],
    [1313, 165],
  ] as const) {
    assert.equal(refusal(encodeBitfield(new Uint8Array(lengthBytes)), pieces), undefined)
    assert.equal(refusal(encodeBitfield(new Uint8Array(lengthBytes + 1)), pieces), 'MESSAGE_LENGTH')
    assert.equal(refusal(encodeBitfield(new Uint8Array(lengthBytes - 1)), pieces), 'MESSAGE_LENGTH')
  }
  assert.equal(refusal(header(1 + MAX_BITFIELD_BYTES, MESSAGE_ID.bitfield)), undefined)
  assert.equal(refusal(header(2 + MAX_BITFIELD_BYTES, MESSAGE_ID.bitfield)), 'MESSAGE_TOO_LONG')
})

test('a block longer than any we ask for is refused before memory is asked for it', () => {
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  assert.throws(() => decoder.push(header(9 + 16_385, MESSAGE_ID.piece, 0, 0, 0, 0, 0, 0, 0, 0)), WireError)
  assert.equal(sink.lentBytes, 0)
  assert.equal(refusal(header(9 + 16_384, MESSAGE_ID.piece)), undefined)
  assert.equal(refusal(header(9 + 16_385, MESSAGE_ID.piece)), 'MESSAGE_TOO_LONG')
  assert.equal(refusal(header(8, MESSAGE_ID.piece)), 'MESSAGE_LENGTH')
  assert.equal(refusal(header(9 + 16_385, MESSAGE_ID.piece), undefined, { blockBytes: 32_768 }), undefined)
})

test('the extension handshake has a lower limit than other extension messages', () => {
  const { extensionHandshakeBytes, extensionMessageBytes } = WIRE_LIMITS
  assert.equal(refusal(header(2 + extensionHandshakeBytes, MESSAGE_ID.extended, 0)), undefined)
  assert.equal(refusal(header(3 + extensionHandshakeBytes, MESSAGE_ID.extended, 0)), 'MESSAGE_TOO_LONG')
  assert.equal(refusal(header(2 + extensionMessageBytes, MESSAGE_ID.extended, 1)), undefined)
  assert.equal(refusal(header(3 + extensionMessageBytes, MESSAGE_ID.extended)), 'MESSAGE_TOO_LONG')
  assert.equal(refusal(header(1, MESSAGE_ID.extended)), 'MESSAGE_LENGTH')
})

test('hash lists are whole hashes and no longer than an answer to us can be', () => {
  assert.equal(refusal(header(49, MESSAGE_ID.hashes)), undefined)
  assert.equal(refusal(header(49 + 32 * 512, MESSAGE_ID.hashes)), undefined)
  assert.equal(refusal(header(49 + 32 * 512 + 1, MESSAGE_ID.hashes)), 'MESSAGE_LENGTH')
  assert.equal(refusal(header(48, MESSAGE_ID.hashes)), 'MESSAGE_LENGTH')
  assert.equal(refusal(header(49 + 32 * 600, MESSAGE_ID.hashes)), 'MESSAGE_TOO_LONG')
})

test('unknown messages are skipped up to a limit', () => {
  const skipped = concatBytes([header(1001, 77), new Uint8Array(1000), encodeHave(1)])
  assert.deepEqual(decoded(skipped, [13, 100]).sink.events, [{ type: 'have', piece: 1 }])
  for (const id of [10, 12, 18, 19, 24, 255]) {
    assert.equal(refusal(header(1 + WIRE_LIMITS.unknownMessageBytes, id)), undefined)
    assert.equal(refusal(header(2 + WIRE_LIMITS.unknownMessageBytes, id)), 'MESSAGE_TOO_LONG')
  }
})

test('whatever the header, it is refused, or its length is within the limit of its type', () => {
  fc.assert(
    fc.property(
      uint32,
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 255 }),
      (length, id, next) => {
        const refused = refusal(header(length, id, next, 0, 0, 0, 0, 0, 0, 0)) !== undefined
        assert.ok(refused || length <= 1 + MAX_BITFIELD_BYTES)
      },
    ),
  )
})

// ── Blocks and their memory ─────────────────────────────────────────────────────────────────────────

const BLOCK = Uint8Array.from({ length: 16_384 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)

test('a block is written where the sink says, and nowhere beyond', () => {
  const memory = new Uint8Array(3 * 16_384).fill(9)
  const sink = new RecordingSink()
  sink.slot = () => memory.subarray(16_384)
  const decoder = new WireDecoder(sink)
  pushInParts(decoder, pieceMessage(1, 2, BLOCK), [5, 1460, 7000])
  assert.deepEqual(memory.subarray(16_384, 32_768), BLOCK)
  assert.ok(memory.subarray(0, 16_384).every((byte) => byte === 9))
  assert.ok(memory.subarray(32_768).every((byte) => byte === 9))
})

test('a block nobody wants is read, counted and reported as not stored', () => {
  const sink = new RecordingSink()
  sink.onSlot = () => 'refuse'
  const decoder = new WireDecoder(sink)
  pushInParts(decoder, concatBytes([pieceMessage(1, 2, BLOCK), encodeHave(3)]), [4000])
  assert.deepEqual(sink.events, [
    { type: 'block', piece: 1, begin: 2, lengthBytes: 16_384, stored: false, bytes: undefined },
    { type: 'have', piece: 3 },
  ])
  assert.equal(decoder.payloadBytes, 16_384)
  assert.equal(decoder.overheadBytes, 13 + 9)
})

test('after discardPayload the lent memory is not touched again', () => {
  const memory = new Uint8Array(16_384).fill(9)
  const sink = new RecordingSink()
  sink.slot = () => memory
  const decoder = new WireDecoder(sink)
  const message = pieceMessage(4, 0, BLOCK)
  decoder.push(message.subarray(0, 13 + 1000))
  assert.deepEqual(decoder.receiving, { piece: 4, begin: 0, lengthBytes: 16_384 })
  decoder.discardPayload()
  decoder.push(message.subarray(13 + 1000))
  assert.deepEqual(memory.subarray(0, 1000), BLOCK.subarray(0, 1000))
  assert.ok(memory.subarray(1000).every((byte) => byte === 9))
  assert.equal(sink.events.length, 1)
  assert.equal((sink.last as { stored: boolean }).stored, false)
  assert.equal(decoder.receiving, undefined)
  decoder.push(pieceMessage(5, 0, BLOCK))
  assert.equal((sink.last as { stored: boolean }).stored, true)
})

test('an empty piece is told without asking for memory', () => {
  const { sink } = decoded(header(9, MESSAGE_ID.piece, 0, 0, 0, 1, 0, 0, 0, 2))
  assert.deepEqual(sink.events, [
    { type: 'block', piece: 1, begin: 2, lengthBytes: 0, stored: false, bytes: undefined },
  ])
  assert.equal(sink.lentBytes, 0)
})

test('too little memory is our own fault', () => {
  const sink = new RecordingSink()
  sink.slot = () => new Uint8Array(100)
  const decoder = new WireDecoder(sink)
  assert.throws(
    () => decoder.push(pieceMessage(0, 0, BLOCK)),
    (error) => error instanceof WireError && error.code === 'SLOT_TOO_SHORT' && error.blame === 'local',
  )
})

test('nothing that is told shares memory with what was pushed, even if that is a Node Buffer', () => {
  const kept: Message[] = [
    { type: 'bitfield', bytes: Uint8Array.of(1, 2, 3) },
    { type: 'extended', id: 1, payload: Uint8Array.of(4, 5) },
    {
      type: 'hashes',
      root: new Uint8Array(32).fill(6),
      baseLayer: 0,
      index: 0,
      length: 2,
      proofLayers: 0,
      hashes: new Uint8Array(64).fill(7),
    },
  ]
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  const lent = Buffer.from(concatBytes(kept.map(encodeMessage)))
  decoder.push(lent)
  lent.fill(0xdd)
  assert.deepEqual(sink.events, kept)
  // The same when the message came in parts: the decoder's own buffer is used again for the next.
  const first = encodeExtended(1, new Uint8Array(500).fill(1))
  const second = encodeExtended(1, new Uint8Array(500).fill(2))
  const { sink: parts } = decoded(concatBytes([first, second]), [100])
  assert.deepEqual(parts.events[0], { type: 'extended', id: 1, payload: new Uint8Array(500).fill(1) })
})

// ── Ends ────────────────────────────────────────────────────────────────────────────────────────────

test("after a throw, its own or the sink's, the decoder takes nothing more", () => {
  const broken = new WireDecoder(new RecordingSink())
  assert.throws(() => broken.push(header(2, MESSAGE_ID.choke)), { code: 'MESSAGE_LENGTH' })
  assert.throws(() => broken.push(encodeHave(1)), { code: 'DECODER_UNUSABLE', blame: 'local' })
  const sink = new RecordingSink()
  sink.onMessage = () => {
    throw new RangeError('from the sink')
  }
  const decoder = new WireDecoder(sink)
  assert.throws(() => decoder.push(encodeHave(1)), RangeError)
  assert.throws(() => decoder.push(encodeHave(1)), { code: 'DECODER_UNUSABLE' })
})

test('a sink cannot push into the decoder that is calling it', () => {
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  sink.onMessage = () => decoder.push(encodeHave(2))
  assert.throws(() => decoder.push(encodeHave(1)), { code: 'DECODER_UNUSABLE' })
})

test('a sink that stops the decoder hears nothing more, not even the rest of the same bytes', () => {
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  sink.onMessage = () => decoder.stop()
  decoder.push(concatBytes([encodeHave(1), encodeHave(2), header(2, MESSAGE_ID.choke)]))
  decoder.push(encodeHave(3))
  assert.deepEqual(sink.events, [{ type: 'have', piece: 1 }])
})

test('a sink that stops the decoder while lending memory keeps that memory clean', () => {
  const memory = new Uint8Array(16_384)
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  sink.slot = () => {
    decoder.stop()
    return memory
  }
  decoder.push(pieceMessage(0, 0, BLOCK))
  assert.deepEqual(sink.events, [])
  assert.ok(memory.every((byte) => byte === 0))
})
