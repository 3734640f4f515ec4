import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concatBytes, fromHex, utf8 } from '../../base/bytes.ts'
import type { PeerId, WireHash } from '../../base/ids.ts'
import { WireError } from './error.ts'
import { encodeHandshake, HANDSHAKE_BYTES, type Handshake, HandshakeDecoder } from './handshake.ts'

/** Plain objects only, as the decoder makes them. */
function record<T>(model: { [key in keyof T]: fc.Arbitrary<T[key]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>
}

const HASH = '0123456789abcdef0123456789abcdef01234567' as WireHash
const PEER_ID = '2d5348303030312d6162636465666768696a6b6c' as PeerId
const NO_FLAGS = { extended: false, fast: false, v2: false, dht: false }

const handshakes: fc.Arbitrary<Handshake> = record({
  hash: fc
    .uint8Array({ minLength: 20, maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString('hex') as WireHash),
  peerId: fc
    .uint8Array({ minLength: 20, maxLength: 20 })
    .map((bytes) => Buffer.from(bytes).toString('hex') as PeerId),
  flags: record({ extended: fc.boolean(), fast: fc.boolean(), v2: fc.boolean(), dht: fc.boolean() }),
})

test('a handshake has the bytes of BEP 3', () => {
  const bytes = encodeHandshake({ hash: HASH, peerId: PEER_ID, flags: NO_FLAGS })
  const expected = concatBytes([
    Uint8Array.of(19),
    utf8('BitTorrent protocol'),
    new Uint8Array(8),
    fromHex(HASH),
    utf8('-SH0001-abcdefghijkl'),
  ])
  assert.deepEqual(bytes, expected)
  assert.equal(bytes.length, HANDSHAKE_BYTES)
})

test('each capability has its own reserved bit', () => {
  const reserved = (flags: Partial<Handshake['flags']>) =>
    Buffer.from(
      encodeHandshake({ hash: HASH, peerId: PEER_ID, flags: { ...NO_FLAGS, ...flags } }).subarray(20, 28),
    ).toString('hex')
  assert.equal(reserved({ extended: true }), '0000000000100000')
  assert.equal(reserved({ fast: true }), '0000000000000004')
  assert.equal(reserved({ dht: true }), '0000000000000001')
  assert.equal(reserved({ v2: true }), '0000000000000010')
  assert.equal(reserved({ extended: true, fast: true, dht: true, v2: true }), '0000000000100015')
})

test('what is encoded decodes to the same, however it is cut', () => {
  fc.assert(
    fc.property(handshakes, fc.integer({ min: 1, max: HANDSHAKE_BYTES }), (handshake, partBytes) => {
      const bytes = encodeHandshake(handshake)
      const decoder = new HandshakeDecoder()
      for (let at = 0; at < bytes.length; at += partBytes) {
        const part = bytes.slice(at, at + partBytes)
        assert.equal(decoder.push(part), part.length)
        part.fill(0)
      }
      assert.deepEqual(decoder.handshake, handshake)
    }),
  )
})

test('the hash is known after 48 bytes and not before, the rest after 68', () => {
  const bytes = encodeHandshake({ hash: HASH, peerId: PEER_ID, flags: { ...NO_FLAGS, fast: true } })
  const decoder = new HandshakeDecoder()
  for (let at = 0; at < bytes.length; at++) {
    assert.equal(decoder.hash, at < 48 ? undefined : HASH)
    assert.equal(decoder.flags?.fast, at < 48 ? undefined : true)
    assert.equal(decoder.handshake, undefined)
    decoder.push(bytes.subarray(at, at + 1))
  }
  assert.equal(decoder.handshake?.peerId, PEER_ID)
})

test('bytes behind the handshake are not taken', () => {
  const bytes = encodeHandshake({ hash: HASH, peerId: PEER_ID, flags: NO_FLAGS })
  const decoder = new HandshakeDecoder()
  assert.equal(decoder.push(concatBytes([bytes, Uint8Array.of(1, 2, 3)])), HANDSHAKE_BYTES)
  assert.equal(decoder.push(Uint8Array.of(1, 2, 3)), 0)
})

test('another protocol is refused at its first wrong byte', () => {
  const good = encodeHandshake({ hash: HASH, peerId: PEER_ID, flags: NO_FLAGS })
  for (let at = 0; at < 20; at++) {
    const bytes = good.slice(0, at + 1)
    bytes[at] = (bytes[at] as number) ^ 0x20
    assert.throws(
      () => new HandshakeDecoder().push(bytes),
      (error) =>
        error instanceof WireError &&
        error.code === 'NOT_BITTORRENT' &&
        error.blame === 'remote' &&
        error.data.at === at,
    )
  }
  assert.throws(() => new HandshakeDecoder().push(utf8('GET / HTTP/1.1')), WireError)
})
