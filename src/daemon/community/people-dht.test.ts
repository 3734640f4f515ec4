import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../base/bencode-encode.ts'
import type { Millis } from '../../base/ids.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import type { DhtInput } from '../../protocol/dht/api.ts'
import { isSignedWell, type MutableItem } from '../../protocol/dht/item.ts'
import { peopleDht } from './people-dht.ts'

const signatures = new SystemSignatures()
const SEED = new Uint8Array(32).fill(3)
const NO_SALT = new Uint8Array(0)

class Alarms {
  readonly waiting = new Set<() => void>()
  now = (): Millis => 0 as Millis
  wallMs = (): number => 0
  schedule(_at: Millis, wake: () => void): () => void {
    this.waiting.add(wake)
    return () => void this.waiting.delete(wake)
  }
}

/** One family of nodes that keep what they are given. */
class Dht {
  readonly items = new Map<string, MutableItem>()
  silent = false
  cancelled = 0

  wish = (family: 4 | 6, make: (id: number) => DhtInput, done: (done: never) => void) => {
    if (family === 6) return undefined
    const input = make(1)
    if (this.silent) return () => void this.cancelled++
    const figures = { asked: 1, answered: 1, hops: 1 }
    let result: unknown
    if (input.kind === 'put-mutable') {
      const key = Buffer.from(input.item.publicKey).toString('hex')
      const before = this.items.get(key)
      const newer = before === undefined || before.sequence < input.item.sequence
      if (newer) this.items.set(key, input.item)
      result = { kind: 'put', storedAt: newer ? 8 : 0, refusals: [] }
    } else if (input.kind === 'get-mutable') {
      const mutable = this.items.get(Buffer.from(input.publicKey).toString('hex'))
      result = { kind: 'item', value: mutable?.value, mutable }
    }
    done({ kind: 'done', id: 1, result, figures } as never)
    return () => {}
  }
}

test('what was put under a key is found there, signed, and may be put again by somebody else', async () => {
  const [dht, clock] = [new Dht(), new Alarms()]
  const asks = peopleDht(() => dht, signatures, clock)
  const value = encode(Uint8Array.of(1, 2, 3))
  assert.equal(await asks.dhtPut({ seed: SEED, salt: NO_SALT, seq: 7, value }), true)
  const publicKey = signatures.publicKey(SEED)
  const found = await asks.dhtGet({ publicKey, salt: NO_SALT })
  assert.ok(found !== undefined)
  assert.deepEqual([found.value, found.seq], [value, 7])
  const item = { publicKey, salt: NO_SALT, sequence: 7, value, signature: found.signature }
  assert.ok(isSignedWell(item, signatures))
  dht.items.clear()
  assert.equal(await asks.dhtPutAgain({ ...found, publicKey, salt: NO_SALT }), true)
  assert.equal(dht.items.size, 1)
  assert.equal(clock.waiting.size, 0)
})

test('what is not signed well is not put again', async () => {
  const dht = new Dht()
  const asks = peopleDht(() => dht, signatures, new Alarms())
  const item = { publicKey: signatures.publicKey(SEED), salt: NO_SALT, seq: 1, value: encode('x') }
  assert.equal(await asks.dhtPutAgain({ ...item, signature: new Uint8Array(64) }), false)
  assert.equal(dht.items.size, 0)
})

test('without a DHT nothing is found and nothing stored, at once', async () => {
  const clock = new Alarms()
  const asks = peopleDht(() => undefined, signatures, clock)
  assert.equal(await asks.dhtGet({ publicKey: signatures.publicKey(SEED), salt: NO_SALT }), undefined)
  assert.equal(await asks.dhtPut({ seed: SEED, salt: NO_SALT, seq: 1, value: encode('x') }), false)
  assert.equal(clock.waiting.size, 0)
})

test('a lookup that never ends is given up', async () => {
  const [dht, clock] = [new Dht(), new Alarms()]
  dht.silent = true
  const asks = peopleDht(() => dht, signatures, clock)
  const got = asks.dhtGet({ publicKey: signatures.publicKey(SEED), salt: NO_SALT })
  assert.equal(clock.waiting.size, 1)
  for (const wake of clock.waiting) wake()
  assert.equal(await got, undefined)
  assert.equal(dht.cancelled, 1)
})
