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
