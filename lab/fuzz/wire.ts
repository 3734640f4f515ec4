// A peer stream is decoded alike whole and in parts, blames only the remote, and asks for no memory beyond a block.
// Every extension payload in it is read by the decoder of each extension.

import assert from 'node:assert/strict'
import { concatBytes, fromHex, utf8 } from '../../src/base/bytes.ts'
import { WireDecoder } from '../../src/protocol/wire/decoder.ts'
import { decodeDonthave } from '../../src/protocol/wire/donthave.ts'
import { encodeMessage, PIECE_HEADER_BYTES, pieceHeader } from '../../src/protocol/wire/encode.ts'
import { WireError } from '../../src/protocol/wire/error.ts'
import { decodeExtensionHandshake, MAX_EXTENSIONS } from '../../src/protocol/wire/extension-handshake.ts'
import { answerBytes, hashRequestProblem } from '../../src/protocol/wire/hash-request.ts'
import { decodeHolepunchMessage, encodeHolepunchMessage } from '../../src/protocol/wire/holepunch-message.ts'
import { MAX_BLOCK_BYTES, MAX_HASHES_BYTES } from '../../src/protocol/wire/limits.ts'
import type { Message } from '../../src/protocol/wire/messages.ts'
import { decodeMetadataMessage, encodeMetadataData } from '../../src/protocol/wire/metadata-message.ts'
import { decodePexMessage, MAX_PEX_CONTACTS } from '../../src/protocol/wire/pex-message.ts'
import { decodeUploadOnly } from '../../src/protocol/wire/upload-only.ts'
import { pushInParts, RecordingSink } from '../../test/doubles/recording-sink.ts'
import type { FuzzTarget } from './target.ts'

const PIECES = 20

const RANGE = { root: new Uint8Array(32).fill(1), baseLayer: 0, index: 4, length: 4, proofLayers: 3 }

const CORPUS: readonly Message[] = [
  { type: 'bitfield', bytes: Uint8Array.of(0xff, 0, 0xf0) },
  { type: 'extended', id: 0, payload: utf8('d1:md6:ut_pexi1ee13:metadata_sizei5e4:reqqi250e1:v5:Shoale') },
  {
    type: 'extended',
    id: 1,
    payload: utf8('d5:added6:\x32\x01\x01\x01\x1a\x09\x07added.f1:\x027:dropped0:e'),
  },
  { type: 'extended', id: 2, payload: encodeMetadataData(0, 3, utf8('d1e')) },
  { type: 'extended', id: 2, payload: utf8('d8:msg_typei0e5:piecei0ee') },
  { type: 'extended', id: 5, payload: fromHex('00003201010101bb') },
  { type: 'extended', id: 5, payload: fromHex('020120010db80000000000000000000000011ae100000002') },
  { type: 'have', piece: 7 },
  { type: 'request', piece: 1, begin: 16_384, lengthBytes: 16_384 },
  { type: 'hashRequest', ...RANGE },
  { type: 'hashes', ...RANGE, hashes: new Uint8Array(96) },
  { type: 'keepAlive' },
  { type: 'choke' },
]

export const target: FuzzTarget = {
  corpus: [
    ...CORPUS.map(encodeMessage),
    block(40),
    concatBytes([...CORPUS.map(encodeMessage), block(40), encodeMessage({ type: 'haveAll' })]),
  ],
  run(input) {
    const whole = decodeAll(input, [input.length])
    for (const sizes of [[1], [5, 3, 14, 2]]) assert.deepEqual(decodeAll(input, sizes), whole)
    for (const event of whole.events) {
      if (event.type === 'extended') readExtension(event.payload)
      if (event.type === 'hashRequest' && hashRequestProblem(event) === undefined) {
        assert.ok(answerBytes(event) < MAX_HASHES_BYTES)
      }
    }
    readExtension(input)
  },
}

function block(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(PIECE_HEADER_BYTES + lengthBytes).fill(0xab)
  pieceHeader(bytes, 0, 3, 0, lengthBytes)
  return bytes
}

function decodeAll(input: Uint8Array, sizes: readonly number[]) {
  const sink = new RecordingSink()
  const decoder = new WireDecoder(sink)
  decoder.setPieceCount(PIECES)
  let refused: string | undefined
  try {
    pushInParts(decoder, input, sizes)
    assert.equal(decoder.payloadBytes + decoder.overheadBytes, input.length)
  } catch (error) {
    refused = refusal(error)
  }
  assert.ok(sink.lentBytes <= MAX_BLOCK_BYTES)
  return { events: sink.events, refused }
}

function readExtension(payload: Uint8Array): void {
  attempt(() => {
    const { ids, client = '' } = decodeExtensionHandshake(payload)
    assert.ok(ids.size <= MAX_EXTENSIONS && !/\p{Cc}/u.test(client))
  })
  attempt(() => {
    const { added, dropped } = decodePexMessage(payload)
    assert.ok(added.length <= MAX_PEX_CONTACTS && dropped.length <= MAX_PEX_CONTACTS)
  })
  attempt(() => decodeMetadataMessage(payload))
  attempt(() => {
    const message = decodeHolepunchMessage(payload)
    if (message === undefined || (message.type === 'error' && message.problem === 'OTHER')) return
    assert.deepEqual(decodeHolepunchMessage(encodeHolepunchMessage(message)), message)
  })
  attempt(() => decodeDonthave(payload))
  attempt(() => decodeUploadOnly(payload))
}

function attempt(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    refusal(error)
  }
}

function refusal(error: unknown): string {
  if (!(error instanceof WireError) || error.blame !== 'remote') throw error
  return error.code
}
