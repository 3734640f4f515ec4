// The NATs of the lab are what they are called: mapping and filtering measured from both sides, before anything is
// concluded from them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../../test/doubles/require-program.ts'
import { enterNamespace } from '../netns/namespace.ts'
import { type Behaviour, measure } from './behaviour.ts'
import type { NatKind } from './nat-rules.ts'
import { NatWorld } from './world.ts'

const footing = await enterNamespace(import.meta.filename)

const INDEPENDENT = 'endpoint-independent'
const DEPENDENT = 'address and port-dependent'

const EXPECTED: Readonly<Record<NatKind, Behaviour>> = {
  open: { mapping: INDEPENDENT, filtering: INDEPENDENT, keepsPort: true },
  forwarded: { mapping: INDEPENDENT, filtering: INDEPENDENT, keepsPort: true },
  'full-cone': { mapping: INDEPENDENT, filtering: INDEPENDENT, keepsPort: true },
  'address-restricted': { mapping: INDEPENDENT, filtering: 'address-dependent', keepsPort: true },
  'port-restricted': { mapping: INDEPENDENT, filtering: DEPENDENT, keepsPort: true },
  symmetric: { mapping: DEPENDENT, filtering: DEPENDENT, keepsPort: false },
}

test('each NAT of the lab maps and filters as its name says', { timeout: 60_000 }, async (t) => {
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return
  }
  if (!needs(t, 'nft', 'nftables')) return
  const world = await NatWorld.make()
  for (const [kind, expected] of Object.entries(EXPECTED) as [NatKind, Behaviour][]) {
    await t.test(kind, async () => {
      const place = await world.place(kind, kind)
      try {
        assert.deepEqual(await measure(world, place, 20_000), expected)
      } finally {
        place.leave()
      }
    })
  }
})
