import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis, PieceIndex } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { Geometry } from '../../metainfo/geometry.ts'
import { Picker } from '../picker/picker.ts'
import { PeerError } from './peer-error.ts'
import { RemotePieces } from './remote-pieces.ts'

const NOW = 0 as Millis

function settled(pieceCount = 8): { readonly remote: RemotePieces; readonly counts: () => string } {
  const picker = new Picker(
    {
      pieceCount,
      blockCount: () => 1,
      isPadding: () => false,
      mayReceive: () => true,
      verifiable: () => true,
    },
    new SeededRandom(1),
  )
  const geometry = new Geometry([{ lengthBytes: pieceCount * 16_384, pad: false }], 16_384, 'packed')
  const remote = new RemotePieces()
  remote.settle(geometry, picker)
  const counts = () => Array.from({ length: 8 }, (_, i) => picker.availability(i as PieceIndex)).join('')
  return { remote, counts }
}

test('a later bitfield with news is taken as many HAVEs at once, as aria2 means it', () => {
  const { remote, counts } = settled()
  remote.announced(Uint8Array.of(0b1000_0000), NOW)
  remote.have(1, NOW)
  remote.announced(Uint8Array.of(0b1111_0000), NOW)
  assert.equal(counts(), '11110000')
  remote.announced(Uint8Array.of(0b0000_1111), NOW)
  assert.equal(counts(), '11111111', 'nothing that was said is taken back, nothing is counted twice')
  assert.equal(remote.seed, true)
})

test('later bitfields without news are borne, but not without end', () => {
  const { remote } = settled()
  remote.announced(Uint8Array.of(0b1100_0000), NOW)
  const again = () => remote.announced(Uint8Array.of(0b1100_0000), NOW)
  for (let i = 0; i < 100; i++) again()
  assert.throws(again, PeerError)
})

test('later bitfields full of news are not charged, however many', () => {
  const { remote } = settled(20 * 400)
  const bits = new Uint8Array(20 * 50)
  remote.announced(bits, NOW)
  for (let piece = 0; piece < 20 * 400; piece++) {
    bits[piece >> 3] = (bits[piece >> 3] as number) | (0x80 >> (piece & 7))
    if (piece % 20 === 19) remote.announced(bits.slice(), NOW)
  }
  assert.equal(remote.seed, true)
})

test('before the metadata is known a later bitfield replaces the first', () => {
  const remote = new RemotePieces()
  remote.announced(Uint8Array.of(0b1000_0000), NOW)
  remote.announced(Uint8Array.of(0b1100_0000), NOW)
  assert.throws(() => remote.announced(Uint8Array.of(1, 1), NOW), PeerError)
})
