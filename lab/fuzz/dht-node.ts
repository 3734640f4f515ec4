// A whole DHT node: the input is a script of datagrams, some with the ids of its own questions put in, from nodes it asked and
// from strangers, with time going on between. Nothing throws, and nothing goes over its bounds.

import assert from 'node:assert/strict'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { type Asked, asked, DhtBench, STRANGER } from '../../test/doubles/dht-bench.ts'
import { target as krpc } from './dht-krpc.ts'
import type { FuzzTarget } from './target.ts'

const HASH = new Uint8Array(20).fill(0x6d)

/** Wishes under way, so that answers are looked at. */
function busy(): { readonly bench: DhtBench; readonly open: Asked[] } {
  const bench = new DhtBench()
  for (let i = 1; i <= 10; i++)
    bench.introduce(new Uint8Array(20).fill(17 * i), { host: `10.0.0.${i}`, port: i })
  const wish = {
    hash: HASH,
    announce: { port: 1, impliedPort: true, seed: true },
    scrape: true,
    noSeeds: false,
  }
  const effects = [
    ...bench.tell({ kind: 'find-peers', id: 1, ...wish }),
    ...bench.tell({ kind: 'get-mutable', id: 2, publicKey: new Uint8Array(32), salt: HASH }),
    ...bench.tell({ kind: 'put-immutable', id: 3, value: encode('x') }),
    ...bench.tell({ kind: 'sample', id: 4, target: HASH }),
  ]
  return { bench, open: asked(effects) }
}

/** With `t` of four bytes, whatever it was, made that of one of our questions. */
function aimed(bytes: Uint8Array, transaction: Uint8Array): Uint8Array {
  for (let at = 0; at + 8 <= bytes.length; at++) {
    if (bytes[at] !== 0x31 || bytes[at + 1] !== 0x3a || bytes[at + 2] !== 0x74) continue
    const digits = bytes.subarray(at + 3).indexOf(0x3a)
    if (digits !== 1) continue
    const length = (bytes[at + 3] as number) - 0x30
    const rest = bytes.subarray(at + 5 + length)
    return concatBytes([bytes.subarray(0, at + 3), Uint8Array.of(0x34, 0x3a), transaction, rest])
  }
  return bytes
}

export const target: FuzzTarget = {
  corpus: krpc.corpus,
  run(input) {
    const { bench, open } = busy()
    bench.datagram(input)
    for (const question of open.slice(0, 6)) {
      bench.datagram(aimed(input, question.query.transaction), question.to)
      bench.datagram(aimed(input, question.query.transaction), STRANGER)
    }
    bench.pass(5_000)
    bench.datagram(input)
    const { nodes, lookups, torrentsKept, itemsKept } = bench.node.stats(bench.now)
    assert.ok(nodes <= 12 && torrentsKept <= 1 && itemsKept <= 2)
    assert.ok(lookups <= 4)
    for (const effect of bench.effects) if (effect.kind === 'send') assert.ok(effect.bytes.length <= 1_280)
  },
}
