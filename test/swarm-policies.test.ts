// The policies together, without wire and storage: a sample of what `node lab/bench/picker.ts --swarm` measures in full.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SwarmModel, type SwarmOutcome, type SwarmPlan } from '../lab/bench/swarm-model.ts'

/** Last leecher ÷ fluid bound: what is promised (TRANSFER.md, Speed). */
const MOST_RATIO = 1.25

function swarm(plan: Partial<SwarmPlan>): SwarmOutcome {
  const upBytesPerSecond = plan.upBytesPerSecond ?? 1_000_000
  return new SwarmModel({
    seed: 1,
    leechers: 50,
    pieces: 512,
    blocksPerPiece: 16,
    upBytesPerSecond,
    downBytesPerSecond: 10 * upBytesPerSecond,
    roundTripMs: 50,
    limitMs: 1e8,
    ...plan,
  }).run()
}

test('one seed and 50 leechers: the last is done within 1.25 times the fluid bound, each having given its share', () => {
  const { ratio, seedCopies, duplicates, doubles, shares } = swarm({ leechers: 50 })
  assert.ok(ratio < MOST_RATIO, `last ÷ T_min ${ratio}`)
  assert.ok(seedCopies < 1.2, `the seed sent ${seedCopies} copies`)
  assert.ok(duplicates < 0.01, `${duplicates} duplicates`)
  assert.equal(doubles, 0)
  assert.ok(Math.min(...shares) > 0.6 && Math.max(...shares) < 1.3, `shares ${shares.join(' ')}`)
})

test('on slow and on fast lines too, for small swarms and larger pieces', () => {
  const plans: Partial<SwarmPlan>[] = [
    { leechers: 20, upBytesPerSecond: 100_000 },
    { leechers: 20, upBytesPerSecond: 10_000_000 },
    { leechers: 8, pieces: 256, blocksPerPiece: 64 },
    { leechers: 3, upBytesPerSecond: 5_000_000 },
    { leechers: 1, pieces: 128 },
  ]
  for (const [i, plan] of plans.entries()) {
    for (const seed of [1, 2]) {
      const { ratio, doubles } = swarm({ ...plan, seed })
      assert.ok(ratio < MOST_RATIO, `plan ${i}, seed ${seed}: last ÷ T_min ${ratio}`)
      assert.equal(doubles, 0, `plan ${i}, seed ${seed}`)
    }
  }
})

test('super-seeding sends hardly more than one copy', () => {
  const { ratio, seedCopies } = swarm({ leechers: 20, superSeed: true })
  assert.ok(ratio < 1.15, `last ÷ T_min ${ratio}`)
  assert.ok(seedCopies < 1.12, `the seed sent ${seedCopies} copies`)
})
