// A sample of `npm run lab:people` (docs/people-lab.md): fewer people, a shorter time of kills, the same judge.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { needs } from '../../test/doubles/require-program.ts'
import { enterNamespace } from '../netns/namespace.ts'
import { runScenario } from './scenario.ts'

const footing = await enterNamespace(import.meta.filename)

const PEOPLE = 4
const CHAOS_SECONDS = 10
const SEED = 2026
/** Most of it is waited for, not worked: a busy machine takes several times as long. */
const TIMEOUT_MS = 600_000

test('people without a server lose nothing, double nothing and end alike, through kills and a parted network', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  if (!needs(t, 'ip', 'iproute2') || !needs(t, 'nft', 'nftables')) return
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'shoal-people-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const result = await runScenario({
    folder,
    people: PEOPLE,
    chaosSeconds: CHAOS_SECONDS,
    seed: SEED,
    say: (line) => t.diagnostic(line),
  })
  assert.deepEqual(result.faults, [])
  assert.ok((result.chaos?.kills ?? 0) > 0, 'somebody was killed')
  assert.ok(result.messages > 10, 'something was said')
})
