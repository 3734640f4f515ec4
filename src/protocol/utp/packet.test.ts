import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forged } from '../../../test/doubles/forged-packet.ts'
import vectors from '../../../test/vectors/utp.json' with { type: 'json' }
import { fromHex, toHex } from '../../base/bytes.ts'
import { LEAST_PADDING_BYTES, MOST_PACKET_BYTES } from './limits.ts'
import {
  DATA,
  HEADER_BYTES,
  looksLikeUtp,
  Packet,
  readPacket,
  STATE,
  SYN,
  wireMicros,
  writeHeader,
  writePadding,
} from './packet.ts'

const HEADER = {
  type: DATA,
  connectionId: 0x1234,
  timestampUs: 0xfedcba98,
  differenceUs: 0x01020304,
  windowBytes: 0x00100000,
  sequence: 0xffff,
  ack: 0x8001,
} as const

test('packets of other clients read as they were meant', () => {
  for (const { origin, hex, ...expected } of vectors) {
    const bytes = fromHex(hex)
    const packet = new Packet()
    assert.ok(readPacket(bytes, packet), origin)
    for (const [key, value] of Object.entries(expected))
      assert.equal(packet[key as keyof typeof expected], value, `${origin}: ${key}`)
  }
})

test('what is written reads the same', () => {
  const packet = new Packet()
  const bytes = forged({ ...HEADER, payload: Uint8Array.of(1, 2, 3) })
  assert.ok(readPacket(bytes, packet))
  for (const key of Object.keys(HEADER) as (keyof typeof HEADER)[]) assert.equal(packet[key], HEADER[key])
  assert.deepEqual([...packet.payload()], [1, 2, 3])
  const again = new Uint8Array(HEADER_BYTES)
  writeHeader(again, packet)
  assert.equal(toHex(again), toHex(bytes.subarray(0, HEADER_BYTES)))
})

test('the header lies as BEP 29 draws it', () => {
  const bytes = new Uint8Array(HEADER_BYTES)
  writeHeader(bytes, { ...HEADER, type: SYN })
  assert.equal(toHex(bytes), '41001234fedcba980102030400100000ffff8001')
})

test('a packet cut anywhere in its header or extensions is not read, and in its payload is shorter', () => {
  const payload = Uint8Array.of(9, 9)
  const whole = forged({ ...HEADER, mask: new Uint8Array(8), payload })
  const packet = new Packet()
  for (let length = 0; length < whole.length; length++) {
    const read = readPacket(whole.subarray(0, length), packet)
    assert.equal(read, length >= whole.length - payload.length, `${length} bytes`)
    if (read) assert.equal(packet.payloadBytes, length - (whole.length - payload.length))
  }
})

test('a selective ack has 1 to 128 bytes and comes once; who needs few bits may send no whole word', () => {
  const reads = (...extensions: readonly (readonly [kind: number, lengthBytes: number])[]): boolean => {
    const chain = extensions.flatMap(([, lengthBytes], i) => [
      extensions[i + 1]?.[0] ?? 0,
      lengthBytes,
      ...new Array<number>(lengthBytes).fill(0xff),
    ])
    const bytes = forged({ ...HEADER, type: STATE, payload: Uint8Array.from(chain) })
    bytes[1] = extensions[0]?.[0] ?? 0
    return readPacket(bytes, new Packet())
  }
  assert.ok(reads([1, 4]))
  assert.ok(reads([1, 128]))
  assert.ok(!reads([1, 0]))
  assert.ok(reads([1, 1]))
  assert.ok(reads([1, 7]))
  assert.ok(!reads([1, 129]))
  assert.ok(!reads([1, 252]))
  assert.ok(!reads([1, 4], [1, 4]))
  assert.ok(reads([2, 8], [1, 4], [3, 4]), 'unknown ones are skipped')
  assert.ok(reads(...new Array<[number, number]>(8).fill([200, 0])))
  assert.ok(!reads(...new Array<[number, number]>(9).fill([200, 0])), 'a chain has an end')
})

test('the bits of a mask count from the second packet after the ack', () => {
  const packet = new Packet()
  readPacket(forged({ ...HEADER, type: STATE, mask: Uint8Array.of(0b0000_0101, 0x80, 0, 0) }), packet)
  const set = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => packet.sacked(bit))
  assert.deepEqual(set, [0, 2, 15])
})

test('padding of any length is skipped by who reads it', () => {
  for (
    let paddingBytes = LEAST_PADDING_BYTES;
    paddingBytes < MOST_PACKET_BYTES - HEADER_BYTES;
    paddingBytes++
  ) {
    const bytes = new Uint8Array(HEADER_BYTES + paddingBytes + 1).fill(0xaa)
    writeHeader(bytes, HEADER)
    assert.equal(writePadding(bytes, paddingBytes), HEADER_BYTES + paddingBytes)
    const packet = new Packet()
    assert.ok(readPacket(bytes, packet), `${paddingBytes}`)
    assert.deepEqual([...packet.payload()], [0xaa], `${paddingBytes}`)
    assert.deepEqual([bytes[1], bytes[21]], [2, 8], 'what libutp knows comes first')
  }
})

test('other protocols on the port do not look like it', () => {
  assert.ok(looksLikeUtp(forged(HEADER)))
  const first = (byte: number): boolean => looksLikeUtp(forged(HEADER).fill(byte, 0, 1))
  assert.ok(!first(0x64), 'bencode')
  assert.ok(!first(0x00), 'a tracker')
  assert.ok(!first(0x02), 'another version')
  assert.ok(!first(0x51), 'a type that does not exist')
})

test('microseconds are the lower 32 bits of the clock', () => {
  assert.equal(wireMicros(1.5), 1_500)
  assert.equal(wireMicros(2 ** 32 / 1000 + 1), 1_000)
  assert.equal(wireMicros(1e9), 1e12 % 2 ** 32)
})
