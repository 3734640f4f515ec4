// What libtorrent, transmission and aria2 really say in an encrypted handshake (test/vectors/mse.json).

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { equalBytes, fromHex, toHex } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import type { Random } from '../../base/random.ts'
import type { MseMachine } from './dialogue.ts'
import { initiator } from './initiator.ts'
import { torrentTag } from './keys.ts'
import { responder } from './responder.ts'

interface Recorded {
  readonly privateKey: string
  readonly infohash: WireHash
  readonly streams: readonly {
    readonly from: string
    readonly role: 'initiator' | 'responder'
    readonly hex: string
  }[]
}

const { privateKey, infohash, streams } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/mse.json', import.meta.url), 'utf8'),
) as Recorded

/** The private key of the recording, and pads of no length. */
const random: Random = { uint32: () => 0, bytes: (lengthBytes) => fromHex(privateKey).slice(0, lengthBytes) }

/** The side that was talked to. */
function listener(role: 'initiator' | 'responder'): MseMachine {
  const common = { digest, random, methods: ['rc4'] as const, send: () => {} }
  const tag = torrentTag(digest, infohash)
  const machine =
    role === 'responder'
      ? initiator({ ...common, torrent: infohash, initialPayload: () => new Uint8Array(68) })
      : responder({
          ...common,
          find: (named) => (equalBytes(named, tag) ? infohash : undefined),
          proved: () => {},
        })
  machine.start()
  return machine
}

describe('recorded handshakes', () => {
  for (const { from, role, hex } of streams) {
    test(`${from} as ${role} is understood at once and byte by byte, and a BitTorrent handshake comes out`, () => {
      const bytes = fromHex(hex)
      const machine = listener(role)
      const taken = machine.push(bytes)
      assert.equal(machine.agreement?.method, 'rc4')
      const stream = bytes.slice(taken)
      machine.agreement.decrypt.crypt(stream, stream)
      assert.equal(new TextDecoder().decode(stream.subarray(1, 20)), 'BitTorrent protocol')
      assert.equal(toHex(stream.subarray(28, 48)), infohash)

      const parts = listener(role)
      let at = 0
      while (at < bytes.length && parts.agreement === undefined) at += parts.push(bytes.subarray(at, at + 1))
      assert.equal(at, taken)
    })
  }

  test('the recording has both roles of three programs', () => {
    assert.equal(new Set(streams.map(({ from, role }) => `${from} ${role}`)).size, 6)
  })
})
