import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordError } from '../community-error.ts'
import { type DeviceId, keyText, type RecordId } from '../ids.ts'
import { packWants, unpackWants } from './log-frames.ts'
import { packVector, unpackVector, VECTOR_ENTRY_BYTES, type VectorEntry } from './log-vector.ts'
import { WorkBudget } from './work-budget.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const entry = fc
  .tuple(key, key, fc.nat(1_000_000), fc.nat(1_000_000), fc.boolean())
  .map(([author, head, first, more, forked]): VectorEntry => {
    const seq = first + more
    return {
      author: keyText<DeviceId>(author),
      begin: first + 1,
      seq,
      head: seq === 0 ? undefined : keyText<RecordId>(head),
      forkedAt: forked ? seq + 1 : undefined,
    }
  })

test('what a device holds is read as it was told, and cut short it is not', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      const bytes = packVector(entries)
      assert.deepEqual(unpackVector(bytes, 5), entries)
      for (let length = 0; length < bytes.length; length++)
        if (length % VECTOR_ENTRY_BYTES !== 0)
          assert.throws(() => unpackVector(bytes.subarray(0, length), 5), RecordError)
      if (entries.length > 0) assert.throws(() => unpackVector(bytes, entries.length - 1), RecordError)
    }),
    { seed: 4, numRuns: 50 },
  )
})

test('a chain that ends before it begins, or counts beyond its fork, is not believed', () => {
  const bytes = packVector([
    {
      author: keyText<DeviceId>(new Uint8Array(32).fill(1)),
      begin: 3,
      seq: 9,
      head: keyText<RecordId>(new Uint8Array(32)),
      forkedAt: 12,
    },
  ])
  assert.equal(unpackVector(bytes, 1).length, 1)
  for (const [at, value] of [
    [35, 0],
    [35, 11],
    [43, 9],
  ] as const) {
    const changed = bytes.slice()
    changed[at] = value
    assert.throws(() => unpackVector(changed, 1), RecordError, `${at}`)
  }
})

test('each author is asked for once', () => {
  const author = keyText<DeviceId>(new Uint8Array(32).fill(1))
  const other = keyText<DeviceId>(new Uint8Array(32).fill(2))
  const wants = [
    { author, after: 0 },
    { author: other, after: 70_000 },
  ]
  assert.deepEqual(unpackWants(packWants(wants)), wants)
  assert.throws(() => unpackWants(packWants([...wants, { author, after: 5 }])), RecordError)
  assert.throws(() => unpackWants(packWants(wants).subarray(1)), RecordError)
})

test('work that was used up comes back with time, and no more than there was', () => {
  const budget = new WorkBudget(0 as never)
  assert.ok(budget.spend(3_000, 0 as never))
  assert.ok(!budget.spend(1, 0 as never))
  assert.ok(budget.spend(300, 1_000 as never))
  assert.ok(!budget.spend(3_001, 1_000_000 as never))
})
