import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '../../base/bytes.ts'
import { peerId, peerIdBytes } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import { clientOf, makePeerId, PEER_ID_PREFIX } from './peer-id.ts'

const id = (text: string) => peerId(Uint8Array.from(text.padEnd(20, 'x'), (c) => c.charCodeAt(0)))

test('our ids carry our prefix and twelve random bytes, new each time', () => {
  const random = new SeededRandom(1)
  const first = makePeerId(random)
  const second = makePeerId(random)
  assert.deepEqual(peerIdBytes(first).subarray(0, 8), utf8(PEER_ID_PREFIX))
  assert.equal(peerIdBytes(first).length, 20)
  assert.notEqual(first, second)
  assert.equal(clientOf(first), 'Shoal 0.0.0.1')
})

test('the clients of today are named', () => {
  const cases = {
    '-TR3000-': 'Transmission 3.0',
    '-TR400Z-': 'Transmission 4.0.0.35',
    '-LT2080-': 'libtorrent 2.0.8',
    '-lt0D80-': 'rTorrent 0.13.8',
    '-qB4520-': 'qBittorrent 4.5.2',
    '-UT355W-': 'µTorrent 3.5.5.32',
    'A2-1-36-0-': 'aria2 1.36.0',
    'M4-20-8-': 'BitTorrent 4.20.8',
    '-ZZ1200-': 'ZZ 1.2',
  }
  for (const [text, name] of Object.entries(cases)) assert.equal(clientOf(id(text)), name)
})

test('ids that follow no convention have no name', () => {
  for (const text of ['', '-T3000--', '-TR30', 'exbc', '-\u001b[2000-', '-<b1000-', '12345678']) {
    assert.equal(clientOf(id(text)), undefined, JSON.stringify(text))
  }
})

test('whatever the id, its name is plain text', () => {
  const tails = fc.uint8Array({ minLength: 20, maxLength: 20 })
  const heads = fc.constantFrom('', '-', '-TR', '-XX', 'M', 'A2-')
  fc.assert(
    fc.property(heads, tails, (head, bytes) => {
      bytes.set(utf8(head))
      assert.match(clientOf(peerId(bytes)) ?? 'none', /^[A-Za-z0-9µ .]+$/)
    }),
  )
})
