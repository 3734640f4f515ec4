// A handshake cut anywhere is taken or refused alike, and what is taken has the form of BEP 3.

import assert from 'node:assert/strict'
import type { PeerId, WireHash } from '../../src/base/ids.ts'
import { WireError } from '../../src/protocol/wire/error.ts'
import { encodeHandshake, HANDSHAKE_BYTES, HandshakeDecoder } from '../../src/protocol/wire/handshake.ts'
import { clientOf } from '../../src/protocol/wire/peer-id.ts'
import type { FuzzTarget } from './target.ts'

export const target: FuzzTarget = {
  corpus: [
    encodeHandshake({
      hash: '0123456789abcdef0123456789abcdef01234567' as WireHash,
      peerId: '2d5452333030302d6162636465666768696a6b6c' as PeerId,
      flags: { extended: true, fast: true, v2: true, dht: false },
    }),
  ],
  run(input) {
    const whole = taken(input, input.length)
    assert.deepEqual(taken(input, 1), whole)
    assert.deepEqual(taken(input, 7), whole)
    if (whole !== 'NOT_BITTORRENT' && whole.handshake !== undefined) {
      assert.equal(whole.consumed, HANDSHAKE_BYTES)
      clientOf(whole.handshake.peerId)
    }
  },
}

function taken(input: Uint8Array, partBytes: number) {
  const decoder = new HandshakeDecoder()
  let consumed = 0
  try {
    for (let at = 0; at < input.length; at += partBytes)
      consumed += decoder.push(input.slice(at, at + partBytes))
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== 'NOT_BITTORRENT') throw error
    return error.code
  }
  return { consumed, hash: decoder.hash, flags: decoder.flags, handshake: decoder.handshake }
}
