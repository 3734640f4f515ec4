// Samples of the scenarios, with the production engine; in full: node lab/sim/run.ts.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SCENARIOS, type Scenario } from './scenarios.ts'
import { Swarm, type SwarmPlan } from './swarm.ts'
import { reportOf } from './swarm-report.ts'

const scenario = (name: string): Scenario => SCENARIOS[name] as Scenario

describe('swarms of production sessions', () => {
  test('one seed and 16 equal peers end with the content near the best time, and give alike', async (context) => {
    context.diagnostic(await scenario('sample').run(1))
  })

  test('through trouble of all kinds everybody ends with the content, and no block is asked twice too early', async (context) => {
    for (let seed = 1; seed <= 6; seed++)
      context.diagnostic(`seed ${seed}: ${await scenario('random').run(seed)}`)
  })

  test('a hundred peers fit into one process', async (context) => {
    context.diagnostic(await scenario('crowd').run(1))
  })

  test('a web seed beside peers is one of the sources, and everybody ends near the best time', async (context) => {
    const leech = { uploadRate: 400_000, downloadRate: 4_000_000 }
    const swarm = new Swarm(11, {
      pieceCount: 160,
      pieceLengthBytes: 131_072,
      version: 'v1',
      // A seed that gives next to nothing: without the web seed this would take an hour.
      seeds: [{ uploadRate: 6_000, downloadRate: 100_000 }],
      webSeedRate: 1_000_000,
      leeches: Array.from({ length: 6 }, () => leech),
    })
    await swarm.start()
    await swarm.finish(600_000)
    const { webSeed, content, leeches, bestTimeMs } = swarm
    const last = Math.max(...leeches.map(({ finishedAfterMs }) => finishedAfterMs ?? 0))
    const wasted = leeches.reduce((sum, { torrent }) => sum + (torrent?.status().wastedBytes ?? 0), 0)
    const copies = (webSeed?.askedBytes ?? 0) / content.length
    context.diagnostic(
      `last after ${(last / 1000).toFixed(1)} s, best ${(bestTimeMs / 1000).toFixed(1)} s, ${copies.toFixed(2)} copies asked of the web seed, ${webSeed?.requests} requests, wasted ${((100 * wasted) / (6 * content.length)).toFixed(1)} %`,
    )
    await swarm.close()
    assert.ok(last < 1.5 * bestTimeMs)
    assert.ok(copies > 0.5)
    assert.ok(wasted < 0.05 * 6 * content.length)
  })

  test('through trouble of all kinds a web seed is one of the sources', async (context) => {
    for (let seed = 1; seed <= 4; seed++)
      context.diagnostic(`seed ${seed}: ${await scenario('web').run(seed)}`)
  })

  test('a web seed alone, busy at first, is enough', async () => {
    const swarm = new Swarm(12, {
      pieceCount: 64,
      pieceLengthBytes: 65_536,
      version: 'hybrid',
      seeds: [{ uploadRate: 1, downloadRate: 1_000, joinsAtMs: 36_000_000 }],
      webSeedRate: 1_000_000,
      leeches: [{ uploadRate: 100_000, downloadRate: 2_000_000 }],
    })
    if (swarm.webSeed !== undefined) swarm.webSeed.busy = true
    swarm.world.after(9_000, () => {
      if (swarm.webSeed !== undefined) swarm.webSeed.busy = false
    })
    await swarm.start()
    await swarm.finish(60_000)
    assert.equal(swarm.webSeed?.askedBytes, swarm.content.length, 'each byte once')
    await swarm.close()
  })

  test('a run is the same again for the same seed, and another for another', async () => {
    const [first, again, other] = [await shortRun(5), await shortRun(5), await shortRun(6)]
    assert.deepEqual(again, first)
    assert.notDeepEqual(other, first)
  })
})

async function shortRun(seed: number): Promise<readonly unknown[]> {
  const member = { uploadRate: 500_000, downloadRate: 2_000_000 }
  const plan: SwarmPlan = {
    pieceCount: 40,
    pieceLengthBytes: 32_768,
    seeds: [member],
    leeches: [member, member, member],
  }
  const swarm = new Swarm(seed, { ...plan, version: 'hybrid' })
  await swarm.start()
  await swarm.finish(600_000)
  const times = swarm.leeches.map(({ finishedAfterMs }) => finishedAfterMs)
  await swarm.close()
  return [reportOf(swarm), times]
}
