// People behind routers: a direct link wherever plain datagrams could meet, else one through a member, within its budget.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DeviceAddress } from '../../src/community/device-address.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import { needs } from '../../test/doubles/require-program.ts'
import { enterNamespace } from '../netns/namespace.ts'
import { physics } from './meeting.ts'
import type { NatKind } from './nat-rules.ts'
import { PeopleLab } from './people-meeting.ts'
import { NatWorld } from './world.ts'

const footing = await enterNamespace(import.meta.filename)
const world = footing.kind === 'inside' ? await NatWorld.make() : undefined

/** One of each answer; `lab:people-nat` measures all. */
const PAIRS: readonly (readonly [NatKind, NatKind])[] = [
  ['port-restricted', 'full-cone'],
  ['port-restricted', 'port-restricted'],
  ['symmetric', 'port-restricted'],
]
const PORT = 20_100

function skipped(t: TestContext): boolean {
  if (footing.kind === 'inside') return !needs(t, 'nft', 'nftables')
  if (process.env.CI === 'true') throw new Error(footing.reason)
  t.skip(footing.reason)
  return true
}

test('two people behind routers get a direct link where that can be, and are carried by a member elsewhere', {
  timeout: 120_000,
}, async (t) => {
  if (skipped(t) || world === undefined) return
  for (const [one, other] of PAIRS) {
    await t.test(`${one} and ${other}`, async () => {
      const places = await Promise.all([world.place('one', one), world.place('other', other)] as const)
      try {
        const { way } = await new PeopleLab(world).meet(places, PORT)
        assert.equal(way, physics(one, other) === 'none' ? 'relayed' : 'direct')
      } finally {
        for (const place of places) place.leave()
      }
    })
  }
})

test('bytes through a member stop at its budget', { timeout: 60_000 }, async (t) => {
  if (skipped(t) || world === undefined) return
  const kinds = ['symmetric', 'symmetric'] as const
  const places = await Promise.all([world.place('one', kinds[0]), world.place('other', kinds[1])] as const)
  const lab = new PeopleLab(world)
  const budgetBytes = 300_000
  try {
    const { one, other, relay } = await lab.open(places, PORT, budgetBytes)
    const [theirs, carrier] = [other.report?.device, relay.report?.device] as [DeviceId, DeviceId]
    const dial = { kind: 'dial', device: theirs, addresses: [`relay/${carrier}` as DeviceAddress] } as const
    one.order(dial)
    await one.until('it is carried', ({ dials }) => (dials[1] === 'linked' ? true : undefined))
    assert.equal(one.way(theirs), 'relayed')
    one.order({ kind: 'fill', device: theirs, lengthBytes: 10 * budgetBytes })
    await one.until('it is cut off', () => (one.way(theirs) === undefined ? true : undefined))
    const received = other.report?.receivedBytes ?? 0
    assert.ok(received > budgetBytes / 2 && received <= budgetBytes, `${received} bytes came through`)
    one.order(dial)
    await one.until('it is not carried again', ({ dials }) => (dials[2] === 'failed' ? true : undefined))
  } finally {
    await lab.close()
    for (const place of places) place.leave()
  }
})
