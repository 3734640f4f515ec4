import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { randomInt, SeededRandom } from '../../base/random.ts'
import { BufferPool, type Lease, MIN_CELL_BYTES, SLAB_BYTES } from './buffer-pool.ts'

const nothing = () => {}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('memory grows slab by slab and never past the limit', () => {
  const pool = new BufferPool(2 * SLAB_BYTES)
  const share = pool.share(nothing)
  assert.equal(pool.heldBytes, 0)
  const first = share.tryTake(SLAB_BYTES)
  assert.equal(pool.heldBytes, SLAB_BYTES)
  assert.ok(first?.bytes.buffer instanceof SharedArrayBuffer)
  assert.ok(share.tryTake(SLAB_BYTES))
  assert.ok(share.tryTake(1) === undefined)
  assert.equal(pool.heldBytes, 2 * SLAB_BYTES)
})

test('small runs share one slab without overlapping', () => {
  const pool = new BufferPool(SLAB_BYTES)
  const share = pool.share(nothing)
  const leases: Lease[] = []
  for (let lease = share.tryTake(20_000); lease !== undefined; lease = share.tryTake(20_000))
    leases.push(lease)
  assert.equal(leases.length, 32, 'cells of 32 KiB')
  for (const [index, lease] of leases.entries()) lease.bytes.fill(index)
  for (const [index, lease] of leases.entries()) assert.ok(lease.bytes.every((byte) => byte === index))
  assert.equal(leases[3]?.block(1).byteOffset, (leases[3]?.bytes.byteOffset ?? 0) + MIN_CELL_BYTES)
})

test('a slab of small cells that came back whole serves a large run', () => {
  const pool = new BufferPool(SLAB_BYTES)
  const share = pool.share(nothing)
  const small = [share.tryTake(MIN_CELL_BYTES), share.tryTake(MIN_CELL_BYTES)]
  assert.ok(share.tryTake(SLAB_BYTES) === undefined)
  for (const lease of small) lease?.giveBack()
  assert.equal(share.tryTake(SLAB_BYTES)?.bytes.length, SLAB_BYTES)
})

test('giving memory back twice is an error, because somebody else may have it by then', () => {
  const lease = new BufferPool().share(nothing).tryTake(5)
  lease?.giveBack()
  assert.throws(() => lease?.giveBack(), { code: 'LEASE_RETURNED_TWICE' })
})

test('a share that was refused is told once, after memory came back', async () => {
  const pool = new BufferPool(SLAB_BYTES)
  let told = 0
  const share = pool.share(() => told++)
  const lease = share.tryTake(SLAB_BYTES)
  assert.ok(share.tryTake(SLAB_BYTES) === undefined)
  assert.ok(share.tryTake(SLAB_BYTES) === undefined)
  await settle()
  assert.equal(told, 0)
  lease?.giveBack()
  assert.equal(told, 0, 'never from inside')
  await settle()
  assert.equal(told, 1)
})

test('one torrent that took everything cannot keep others out', async () => {
  const pool = new BufferPool(4 * SLAB_BYTES)
  const greedy = pool.share(nothing)
  const held = [1, 2, 3, 4].map(() => greedy.tryTake(SLAB_BYTES))
  const modest = pool.share(nothing)
  assert.ok(modest.tryTake(SLAB_BYTES) === undefined)
  held[0]?.giveBack()
  assert.ok(greedy.tryTake(SLAB_BYTES) === undefined, 'the poorer one waits')
  assert.ok(modest.tryTake(SLAB_BYTES))
  assert.ok(modest.tryTake(SLAB_BYTES) === undefined)
  held[1]?.giveBack()
  assert.ok(greedy.tryTake(SLAB_BYTES) === undefined, 'would be more than half while the other waits')
  assert.ok(modest.tryTake(SLAB_BYTES))
})

test('random taking and giving keeps lent memory disjoint and within the limit', () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = new SeededRandom(seed)
  const pool = new BufferPool(4 * SLAB_BYTES)
  const shares = [pool.share(nothing), pool.share(nothing), pool.share(nothing)]
  const held: { lease: Lease; mark: number }[] = []
  for (let step = 0; step < 3000; step++) {
    if (randomInt(random, 2) === 0) {
      const lease = shares[randomInt(random, 3)]?.tryTake(1 + randomInt(random, SLAB_BYTES))
      if (lease === undefined) continue
      const mark = randomInt(random, 256)
      lease.bytes[0] = mark
      lease.bytes[lease.bytes.length - 1] = mark
      held.push({ lease, mark })
    } else if (held.length > 0) {
      const [taken] = held.splice(randomInt(random, held.length), 1)
      if (taken === undefined) continue
      assert.equal(taken.lease.bytes[0], taken.mark, `seed ${seed}`)
      assert.equal(taken.lease.bytes[taken.lease.bytes.length - 1], taken.mark, `seed ${seed}`)
      taken.lease.giveBack()
    }
    assert.ok(pool.lentBytes <= pool.limitBytes && pool.heldBytes <= pool.limitBytes, `seed ${seed}`)
  }
  for (const { lease } of held) lease.giveBack()
  assert.equal(pool.lentBytes, 0, `seed ${seed}`)
  assert.equal(pool.heldBytes, 4 * SLAB_BYTES)
})

test('slabs that nobody needed for a while are let go of, those of a transfer that goes on are not', () => {
  const pool = new BufferPool(64 * SLAB_BYTES)
  const share = pool.share(() => {})
  const many = (count: number) => Array.from({ length: count }, () => share.tryTake(SLAB_BYTES) as Lease)
  const at = (seconds: number) => (seconds * 1_000) as Millis
  for (const lease of many(50)) lease.giveBack()
  assert.equal(pool.trim(at(20)), true)
  assert.equal(pool.heldBytes, 50 * SLAB_BYTES, 'needed since the last look')
  for (const lease of many(30)) lease.giveBack()
  assert.equal(pool.trim(at(25)), true)
  assert.equal(pool.heldBytes, 50 * SLAB_BYTES, 'looked at a moment ago')
  assert.equal(pool.trim(at(40)), true)
  assert.equal(pool.heldBytes, 30 * SLAB_BYTES, 'twenty were never needed')
  assert.equal(pool.trim(at(60)), false)
  assert.equal(pool.heldBytes, 16 * SLAB_BYTES, 'a few stay')
})
