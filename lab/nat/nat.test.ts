// The NATs of the lab are what they are called: mapping and filtering measured from both sides, before anything is
// concluded from them.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { needs } from '../../test/doubles/require-program.ts'
import { enterNamespace } from '../netns/namespace.ts'
import { type Behaviour, measure } from './behaviour.ts'
import { meet, physics } from './meeting.ts'
import type { NatKind } from './nat-rules.ts'
import { NatWorld } from './world.ts'

const footing = await enterNamespace(import.meta.filename)

/** Where the rule has something to decide; `lab:nat` measures all of them. */
const PAIRS: readonly (readonly [NatKind, NatKind])[] = [
  ['symmetric', 'full-cone'],
  ['address-restricted', 'address-restricted'],
  ['port-restricted', 'port-restricted'],
  ['port-restricted', 'port-moving'],
  ['address-restricted', 'symmetric'],
  ['port-restricted', 'symmetric'],
  ['symmetric', 'symmetric'],
]

const INDEPENDENT = 'endpoint-independent'
const DEPENDENT = 'address and port-dependent'

const EXPECTED: Readonly<Record<NatKind, Behaviour>> = {
  open: { mapping: INDEPENDENT, filtering: INDEPENDENT, keepsPort: true },
  forwarded: { mapping: INDEPENDENT, filtering: INDEPENDENT, keepsPort: true },
  'full-cone': { mapping: INDEPENDENT, filtering: INDEPENDENT, keepsPort: true },
  'address-restricted': { mapping: INDEPENDENT, filtering: 'address-dependent', keepsPort: true },
  'port-restricted': { mapping: INDEPENDENT, filtering: DEPENDENT, keepsPort: true },
  'port-moving': { mapping: INDEPENDENT, filtering: DEPENDENT, keepsPort: false },
  symmetric: { mapping: DEPENDENT, filtering: DEPENDENT, keepsPort: false },
}

/** Both on routers of their own; a socket of the lab takes a port that they have not seen. */
const PORT = 20_000

function skipped(t: TestContext): boolean {
  if (footing.kind === 'inside') return !needs(t, 'nft', 'nftables')
  if (process.env.CI === 'true') throw new Error(footing.reason)
  t.skip(footing.reason)
  return true
}

const world = footing.kind === 'inside' ? await NatWorld.make() : undefined

test('each NAT of the lab maps and filters as its name says', { timeout: 60_000 }, async (t) => {
  if (skipped(t) || world === undefined) return
  for (const [kind, expected] of Object.entries(EXPECTED) as [NatKind, Behaviour][]) {
    await t.test(kind, async () => {
      const place = await world.place(kind, kind)
      try {
        assert.deepEqual(await measure(world, place, PORT), expected)
      } finally {
        place.leave()
      }
    })
  }
})

test('plain datagrams meet where the rule says so, and nowhere else', { timeout: 60_000 }, async (t) => {
  if (skipped(t) || world === undefined) return
  const found: string[] = []
  const expected: string[] = []
  for (const [one, other] of PAIRS) {
    const places = await Promise.all([world.place('one', one), world.place('other', other)] as const)
    try {
      found.push(`${one} and ${other}: ${await meet(world, places, PORT)}`)
    } finally {
      for (const place of places) place.leave()
    }
    expected.push(`${one} and ${other}: ${physics(one, other)}`)
  }
  assert.deepEqual(found, expected)
})
