// Either side of the encrypted handshake, given anything: it agrees, waits for more or throws an MseError, at the same byte
// whether the bytes come at once or one by one, and takes none behind the handshake.

import assert from 'node:assert/strict'
import { concatBytes, utf8 } from '../../src/base/bytes.ts'
import type { WireHash } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import type { MseMachine } from '../../src/protocol/mse/dialogue.ts'
import { MseError } from '../../src/protocol/mse/error.ts'
import { initiator } from '../../src/protocol/mse/initiator.ts'
import { torrentTag } from '../../src/protocol/mse/keys.ts'
import type { MseMethod } from '../../src/protocol/mse/method.ts'
import { responder } from '../../src/protocol/mse/responder.ts'
import { digest } from '../../test/doubles/digest.ts'
import type { FuzzTarget } from './target.ts'

const HASH = 'ab'.repeat(20) as WireHash
const TAG = torrentTag(digest, HASH).join()
const METHODS: readonly MseMethod[] = ['rc4', 'plain']

/** A key, a pad, proof, constant, methods, pad, length: nobody needs more for an agreement. */
const MOST_TAKEN_BYTES = 96 + 512 + 40 + 14 + 512 + 2

class Listener {
  readonly said: Uint8Array[] = []
  readonly machine: MseMachine
  taken = 0
  code: string | undefined

  /** The same dice every time, so that recorded streams fit. */
  constructor(role: 'initiator' | 'responder') {
    const send = (bytes: Uint8Array) => this.said.push(bytes)
    const random = new SeededRandom(role === 'initiator' ? 1 : 2)
    const common = { digest, random, methods: METHODS, send }
    this.machine =
      role === 'initiator'
        ? initiator({ ...common, torrent: HASH, initialPayload: () => utf8('payload') })
        : responder({
            ...common,
            find: (tag) => (tag.join() === TAG ? HASH : undefined),
            proved: () => {},
          })
    this.machine.start()
  }

  push(bytes: Uint8Array): void {
    if (this.code !== undefined) return
    try {
      this.taken += this.machine.push(bytes)
    } catch (error) {
      if (!(error instanceof MseError)) throw error
      assert.notEqual(error.code, 'MACHINE_DEAD')
      this.code = error.code
    }
  }
}

/** What each side hears in a handshake of both. */
function streams(): Uint8Array[] {
  const [a, b] = [new Listener('initiator'), new Listener('responder')]
  const [toA, toB]: [Uint8Array[], Uint8Array[]] = [[], []]
  while (a.said.length + b.said.length > 0) {
    for (const [from, to, heard] of [
      [a, b, toB],
      [b, a, toA],
    ] as const) {
      for (const bytes of from.said.splice(0)) {
        heard.push(bytes)
        to.push(bytes)
      }
    }
  }
  assert.ok(a.machine.agreement !== undefined && b.machine.agreement !== undefined)
  return [concatBytes(toA), concatBytes(toB)]
}

export const target: FuzzTarget = {
  corpus: streams(),
  run(input) {
    for (const role of ['initiator', 'responder'] as const) {
      const [whole, parts] = [new Listener(role), new Listener(role)]
      whole.push(input)
      for (let at = 0; at < input.length; at++) {
        const before = parts.taken
        parts.push(input.subarray(at, at + 1))
        if (parts.machine.agreement !== undefined && parts.taken === before) break
      }
      assert.equal(parts.code, whole.code)
      assert.equal(parts.machine.agreement?.method, whole.machine.agreement?.method)
      assert.deepEqual(parts.said, whole.said)
      if (whole.machine.agreement !== undefined) assert.equal(parts.taken, whole.taken)
      assert.ok(whole.taken <= MOST_TAKEN_BYTES)
    }
  },
}
