// Clients behind real NATs, joined by a public one that holds nothing: a sample of `npm run lab:nat`, whose whole table is in
// docs/nat.md. What each NAT is, is proved in lab/nat/nat.test.ts.

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { FILE_BYTES, type Joining, JoiningLab, type Outcome } from '../../lab/nat/joining.ts'
import type { NatKind } from '../../lab/nat/nat-rules.ts'
import { NatWorld } from '../../lab/nat/world.ts'
import { enterNamespace } from '../../lab/netns/namespace.ts'
import { needs, needsPythonModule } from '../doubles/require-program.ts'

const footing = await enterNamespace(import.meta.filename)

/** They mostly wait: for PEX, for dials that nobody answers, for the slow way. */
const AT_ONCE = 3
const TIMEOUT_MS = 180_000
/** Where two cannot meet: long enough for a dial, a rendezvous and a second dial. */
const DETOUR_SECONDS = 15

const lab = footing.kind === 'inside' ? await open(footing.directory) : undefined
let nextPort = 20_000

async function open(directory: string): Promise<{ world: NatWorld; joining: JoiningLab }> {
  const world = await NatWorld.make()
  return { world, joining: await JoiningLab.make(world, directory) }
}

type How = Partial<Pick<Joining, 'oneSided' | 'utpOnly' | 'clients' | 'dht'>>

function joinTest(
  name: string,
  [giver, taker]: readonly [NatKind, NatKind],
  how: How,
  check: (outcome: Outcome) => void,
): void {
  test(name, { timeout: TIMEOUT_MS }, async (t) => {
    if (!ready(t, how) || lab === undefined) return
    const { world, joining } = lab
    const port = nextPort++
    const places = [await world.place('giver', giver), await world.place('taker', taker)] as const
    t.after(() => {
      for (const place of places) place.leave()
    })
    const outcome = await joining.run({
      giver: places[0],
      taker: places[1],
      port,
      oneSided: true,
      utpOnly: true,
      detourSeconds: DETOUR_SECONDS,
      ...how,
    })
    t.diagnostic(JSON.stringify(outcome))
    assert.ok(outcome.arrived)
    check(outcome)
  })
}

function ready(t: TestContext, how: How): boolean {
  if (footing.kind === 'refused') {
    if (process.env.CI === 'true') throw new Error(footing.reason)
    t.skip(footing.reason)
    return false
  }
  if (!needs(t, 'nft', 'nftables')) return false
  return how.clients === undefined || needsPythonModule(t, 'libtorrent', 'python3-libtorrent')
}

const meets = (ways: readonly Outcome['way'][]) => (outcome: Outcome) => {
  assert.ok(ways.includes(outcome.way), outcome.way)
  assert.ok(outcome.relayedBytes < FILE_BYTES / 10, 'it came directly')
}

describe('clients behind NATs', { concurrency: AT_ONCE }, () => {
  joinTest(
    'symmetric and port-restricted NATs keep two apart, and the file comes through the public one',
    ['symmetric', 'port-restricted'],
    {},
    ({ way, relayedBytes }) => {
      assert.equal(way, 'none')
      assert.ok(relayedBytes >= FILE_BYTES)
    },
  )
  joinTest(
    'a hole is punched between port-restricted NATs, though only one side has heard of the other',
    ['port-restricted', 'port-restricted'],
    {},
    meets(['punched']),
  )
  joinTest(
    'a hole is punched through a NAT that moves ports, found by where the relay sees the peer',
    ['port-restricted', 'port-moving'],
    { utpOnly: false },
    meets(['punched']),
  )
  joinTest(
    'a hole is punched between a symmetric and an address-restricted NAT',
    ['symmetric', 'address-restricted'],
    {},
    meets(['punched']),
  )
  joinTest(
    'two behind NATs who know each other from the DHT alone meet without a public peer',
    ['port-moving', 'port-restricted'],
    { utpOnly: false, oneSided: false, dht: true },
    meets(['crossed']),
  )
  joinTest(
    'who cannot be reached is asked to call back',
    ['open', 'port-restricted'],
    { utpOnly: false },
    meets(['called back']),
  )
  joinTest(
    'behind a full cone or a mapped port it takes no help',
    ['symmetric', 'forwarded'],
    { utpOnly: false, oneSided: false },
    meets(['direct', 'called back']),
  )
  joinTest(
    'libtorrent behind a port-restricted NAT is punched through to, with Shoal between',
    ['port-restricted', 'port-restricted'],
    { clients: { giver: 'libtorrent' } },
    meets(['punched']),
  )
})
