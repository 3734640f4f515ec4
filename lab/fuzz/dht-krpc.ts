// KRPC messages: whatever is read is within its limits, and a query that is read can be written again and reads the same.

import assert from 'node:assert/strict'
import { encode, RawBencode } from '../../src/base/bencode-encode.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { contactsIn } from '../../src/protocol/dht/contact.ts'
import { mutableIn } from '../../src/protocol/dht/item.ts'
import { looksLikeQuery, parseKrpc } from '../../src/protocol/dht/krpc.ts'
import { DHT_VECTORS } from '../../test/doubles/dht-vectors.ts'
import type { FuzzTarget } from './target.ts'

const { queries, replies, error } = DHT_VECTORS.bep5
const FROM = { host: '203.0.113.1', port: 6881 }

export const target: FuzzTarget = {
  corpus: [
    ...[...queries, ...replies].map(([, packet]) => utf8(packet)),
    utf8(error),
    encode({
      ip: new Uint8Array(6).fill(9),
      r: { id: new Uint8Array(20), nodes: new Uint8Array(52).fill(8), nodes6: new Uint8Array(76).fill(32) },
      t: 'abcd',
      y: 'r',
    }),
    encode({
      a: {
        cas: 1,
        id: new Uint8Array(20),
        k: new Uint8Array(32),
        salt: 's',
        seq: 2,
        sig: new Uint8Array(64),
        v: ['v'],
      },
      q: 'put',
      ro: 1,
      t: 'abcd',
      y: 'q',
    }),
  ],
  run(input) {
    const message = parseKrpc(input)
    if (message === undefined) return
    assert.ok(message.transaction.length <= 32)
    if (message.kind === 'error') assert.ok(message.text.length <= 200)
    if (message.kind === 'reply') {
      for (const family of [4, 6] as const)
        for (const { id, endpoint } of contactsIn(message.values, family, FROM, undefined))
          assert.ok(id.length === 20 && endpoint.port > 0 && endpoint.host.includes(':') === (family === 6))
    }
    if (message.kind !== 'query') return
    const value = message.args.raw('v')
    const item = value === undefined ? undefined : mutableIn(message.args, value)
    if (item !== undefined) assert.ok(item.publicKey.length === 32 && item.signature.length === 64)
    const { transaction, method, args } = message
    const again = encode({
      a: args,
      q: new RawBencode(encode(Uint8Array.from(method, (letter) => letter.charCodeAt(0)))),
      t: transaction,
      y: 'q',
    })
    assert.ok(looksLikeQuery(again))
    const read = parseKrpc(again)
    assert.ok(read?.kind === 'query' && read.method === method)
    assert.deepEqual(encode(read.args), encode(args))
  },
}
