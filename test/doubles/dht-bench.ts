// One DHT node on a bench: it is asked from any address, its own questions are seen and answered by hand, time is given.

import assert from 'node:assert/strict'
import { type BDict, decode } from '../../src/base/bencode.ts'
import { type Encodable, encode } from '../../src/base/bencode-encode.ts'
import { fromLatin1, utf8 } from '../../src/base/bytes.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { Millis } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { SystemDigest } from '../../src/platform/digest.ts'
import { SystemSignatures } from '../../src/platform/signatures.ts'
import type { DhtEffect, DhtInput, DhtNodeOptions } from '../../src/protocol/dht/api.ts'
import { DhtNode } from '../../src/protocol/dht/dht-node.ts'
import { type Krpc, parseKrpc } from '../../src/protocol/dht/krpc.ts'

type Fields = { readonly [key: string]: Encodable | undefined }

/** A question of the node's own. */
export interface Asked {
  readonly to: Endpoint
  readonly query: Extract<Krpc, { kind: 'query' }>
}

export const digest = new SystemDigest()
export const signatures = new SystemSignatures()
export const STRANGER: Endpoint = { host: '203.0.113.5', port: 6881 }
export const STRANGER_ID = utf8('abcdefghij0123456789')

export class DhtBench {
  readonly node: DhtNode
  now = 0 as Millis
  readonly effects: DhtEffect[] = []

  constructor(options: Partial<DhtNodeOptions> = {}) {
    this.node = new DhtNode({
      family: 4,
      random: new SeededRandom(1),
      digest,
      signatures,
      now: this.now,
      ...options,
    })
  }

  tell(input: DhtInput): DhtEffect[] {
    const effects = this.node.handle(input, this.now)
    this.effects.push(...effects)
    return effects
  }

  datagram(bytes: Uint8Array, from: Endpoint = STRANGER): DhtEffect[] {
    return this.tell({ kind: 'datagram', bytes, from })
  }

  /** What it answers; undefined for silence. */
  query(
    method: string,
    args: Fields,
    from: Endpoint = STRANGER,
    more: Fields = {},
  ): Exclude<Krpc, { kind: 'query' }> | undefined {
    const bytes = encode({ a: { id: STRANGER_ID, ...args }, q: method, t: 'aa', y: 'q', ...more })
    for (const effect of this.datagram(bytes, from)) {
      if (effect.kind !== 'send') continue
      const message = parseKrpc(effect.bytes)
      if (message !== undefined && message.kind !== 'query' && fromLatin1(message.transaction) === 'aa') {
        assert.deepEqual(effect.to, from, 'back to where it came from')
        return message
      }
    }
    return undefined
  }

  /** @throws unless it replies */
  reply(method: string, args: Fields, from: Endpoint = STRANGER): BDict {
    const answer = this.query(method, args, from)
    assert.equal(answer?.kind, 'reply', `${method}: ${JSON.stringify(answer)}`)
    return (answer as Extract<Krpc, { kind: 'reply' }>).values
  }

  /** @returns the code of the error that it answers */
  refusal(method: string, args: Fields, from: Endpoint = STRANGER): number {
    const answer = this.query(method, args, from)
    assert.equal(answer?.kind, 'error', `${method}: ${JSON.stringify(answer)}`)
    return (answer as Extract<Krpc, { kind: 'error' }>).code
  }

  /** Time goes on in steps of what the node wants. */
  pass(durationMs: number): DhtEffect[] {
    const end = this.now + durationMs
    const effects: DhtEffect[] = []
    for (;;) {
      const deadline = this.node.deadline()
      if (deadline === undefined || deadline > end) break
      assert.ok(effects.length < 100_000, 'it lets time go on')
      this.now = Math.max(this.now, deadline) as Millis
      effects.push(...this.tell({ kind: 'tick' }))
    }
    this.now = end as Millis
    return effects
  }

  /** Answers a question of the node's. */
  answer({ to, query }: Asked, values: Fields, more: Fields = {}): DhtEffect[] {
    return this.datagram(encode({ r: values, t: query.transaction, y: 'r', ...more }), to)
  }

  /** A node comes into its table: it asks, and answers when it is asked back. */
  introduce(id: Uint8Array, endpoint: Endpoint): void {
    const effects = this.datagram(encode({ a: { id }, q: 'ping', t: 'aa', y: 'q' }), endpoint)
    for (const question of asked(effects)) this.answer(question, { id })
  }
}

export function asked(effects: readonly DhtEffect[]): Asked[] {
  return effects.flatMap((effect) => {
    const query = effect.kind === 'send' ? parseKrpc(effect.bytes) : undefined
    return effect.kind === 'send' && query?.kind === 'query' ? [{ to: effect.to, query }] : []
  })
}

/** The value of an encoded dictionary, for looking at. */
export function topLevel(bytes: Uint8Array): BDict {
  return decode(bytes).value as BDict
}
