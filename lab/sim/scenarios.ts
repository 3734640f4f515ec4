// Swarms worth running again and again: each is a promise about the engine, over a seed.
// A scenario throws when its promise is broken; its text is the figures.

import { randomInt, type SeededRandom } from '../../src/base/random.ts'
import { type MemberPlan, Swarm, type SwarmPlan, unequal } from './swarm.ts'
import { RequestWatch, reportOf, type SwarmReport } from './swarm-report.ts'
import type { SimWebSeed } from './web-seed.ts'
import { World } from './world.ts'

export interface Scenario {
  readonly about: string
  run(seed: number): Promise<string>
}

const MB = 1_000_000
const KIB = 1024
const MOST_TROUBLE_MS = 60_000

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  yardstick: {
    about:
      'one seed, 50 equal peers, up U, down 10 U, round trip 50 ms, 512 pieces of 256 KiB: ' +
      'the last within 1.25 of the best time, nobody gives more than 1.5 times what another gives',
    run: (seed) => equalPeers(seed, { peers: 50, pieceCount: 512, lastOverBest: 1.25, givenSpread: 1.5 }),
  },
  sample: {
    about: 'the same with 16 peers and 128 pieces, where there is less to spread: within 1.45, and 2.5 times',
    run: (seed) => equalPeers(seed, { peers: 16, pieceCount: 128, lastOverBest: 1.45, givenSpread: 2.5 }),
  },
  hundred: {
    about: 'the same with 100 peers and 512 pieces of 64 KiB: within 1.5, and 2 times',
    run: (seed) =>
      equalPeers(seed, {
        peers: 100,
        pieceCount: 512,
        pieceLengthBytes: 64 * KIB,
        lastOverBest: 1.5,
        givenSpread: 2,
      }),
  },
  crowd: {
    about:
      '100 peers and only 64 pieces of 32 KiB, all of which come at once: they are done, however long it takes',
    run: (seed) =>
      equalPeers(seed, {
        peers: 100,
        pieceCount: 64,
        pieceLengthBytes: 32 * KIB,
        lastOverBest: 20,
        givenSpread: Infinity,
      }),
  },
  random: {
    about:
      'unequal lines, members that come late, die and come back, drop off the network: all end with the content',
    run: (seed) => randomSwarm(seed, false),
  },
  web: {
    about: 'the same with a web seed beside them, fast or slow, that is busy now and then',
    run: (seed) => randomSwarm(seed, true),
  },
}

interface EqualPeers {
  readonly peers: number
  readonly pieceCount: number
  /** Default 256 KiB. */
  readonly pieceLengthBytes?: number
  /** What is promised. */
  readonly lastOverBest: number
  readonly givenSpread: number
}

async function equalPeers(seed: number, plan: EqualPeers): Promise<string> {
  const member: MemberPlan = { uploadRate: MB, downloadRate: 10 * MB }
  const { swarm, report } = await runToEnd(seed, {
    pieceCount: plan.pieceCount,
    pieceLengthBytes: plan.pieceLengthBytes ?? 256 * KIB,
    seeds: [member],
    leeches: new Array<MemberPlan>(plan.peers).fill(member),
  })
  if (report.lastOverBest > plan.lastOverBest || report.givenSpread > plan.givenSpread) {
    throw swarm.world.failure(`not as promised: ${figures(report)}`)
  }
  return figures(report)
}

async function runToEnd(
  seed: number,
  plan: SwarmPlan,
): Promise<{ readonly swarm: Swarm; readonly report: SwarmReport }> {
  const watch = new RequestWatch()
  const swarm = new Swarm(seed, { ...plan, stateChanged: (member) => watch.look(member) })
  await swarm.start()
  await swarm.finish(20 * swarm.bestTimeMs + 600_000)
  const report = reportOf(swarm)
  await verify(swarm, watch)
  await swarm.close()
  return { swarm, report }
}

/** Every leech has every byte (each was compared when it was written), and no request was against the rule. */
async function verify(swarm: Swarm, watch: RequestWatch): Promise<void> {
  if (watch.picks === 0) throw swarm.world.failure('no request was seen')
  if (watch.faults.length > 0)
    throw swarm.world.failure(`${watch.faults.length} faults, first: ${watch.faults[0]}`)
  // One that was done may have died since: the disk of the dead answers nobody.
  const allBack = () => swarm.leeches.every(({ host }) => host.alive)
  await swarm.world.runUntil('the dead are back', allBack, 2 * MOST_TROUBLE_MS)
  await swarm.world.run(
    'a look at the disks',
    async () => {
      for (const leech of swarm.leeches) {
        const storedBytes = await leech.storedBytes()
        if (storedBytes !== swarm.content.length)
          throw swarm.world.failure(`${leech.host.name} stored ${storedBytes}`)
      }
    },
    60_000,
  )
}

async function randomSwarm(seed: number, web: boolean): Promise<string> {
  const dice = new World(seed).random('plan')
  const pick = <T>(choices: readonly T[]): T => choices[randomInt(dice, choices.length)] as T
  const pieceLengthBytes = pick([16, 32, 64, 256]) * KIB
  const discovery = pick(['tracker', 'lan', 'pex'] as const)
  const leeches = unequal(seed, 3 + randomInt(dice, 20), MB, 5 * MB, 16)
  const seeds = unequal(seed + 1, 1 + randomInt(dice, 2), MB, 5 * MB, 4)
  const watch = new RequestWatch()
  const swarm = new Swarm(seed, {
    pieceCount: 8 + randomInt(dice, 150),
    pieceLengthBytes,
    version: pick(['v1', 'v2', 'hybrid'] as const),
    seeds: seeds.map((plan, i) => ({ ...plan, superSeed: i === 0 && randomInt(dice, 4) === 0 })),
    leeches: leeches.map((plan) => ({ ...plan, joinsAtMs: pick([0, 0, 0, 5000, 30_000]) })),
    network: { roundTripMs: pick([5, 50, 300]), datagramLoss: pick([0, 0.05]) },
    discovery,
    maxPeers: pick([4, 10, 50]),
    ...(web ? { webSeedRate: pick([0.1, 1, 4]) * MB } : {}),
    stateChanged: (member) => watch.look(member),
  })
  await swarm.start()
  const troubles = makeTrouble(swarm, dice)
  if (swarm.webSeed !== undefined) troubles.push(makeBusy(swarm, swarm.webSeed, dice))
  await swarm.finish(40 * swarm.bestTimeMs + 1_800_000)
  await verify(swarm, watch)
  const {
    leeches: { length },
  } = swarm
  return `${length} leeches, ${swarm.content.length / KIB} KiB by ${discovery}, ${troubles.join(', ') || 'no trouble'}; ${figures(reportOf(swarm))}`
}

/** Leeches die and come back, or lose their line for a while. Never the seeds: they may be all there is. */
function makeTrouble(swarm: Swarm, dice: SeededRandom): string[] {
  const troubles: string[] = []
  for (const member of swarm.leeches) {
    if ((member.plan.joinsAtMs ?? 0) > 0 || randomInt(dice, 4) > 0) continue
    const atMs = randomInt(dice, Math.ceil(swarm.bestTimeMs))
    const forMs = 100 + randomInt(dice, MOST_TROUBLE_MS)
    if (randomInt(dice, 2) === 0) {
      troubles.push(`${member.host.name} dead for ${forMs} ms`)
      swarm.world.after(atMs, () => swarm.kill(member))
      swarm.world.after(atMs + forMs, () => void swarm.revive(member))
    } else {
      troubles.push(`${member.host.name} cut off for ${forMs} ms`)
      swarm.world.after(atMs, () => member.host.setOnline(false))
      swarm.world.after(atMs + forMs, () => member.host.setOnline(true))
    }
  }
  return troubles
}

/** For some seconds the web seed sends everybody away. */
function makeBusy(swarm: Swarm, webSeed: SimWebSeed, dice: SeededRandom): string {
  const atMs = randomInt(dice, Math.ceil(swarm.bestTimeMs))
  const forMs = 100 + randomInt(dice, MOST_TROUBLE_MS)
  swarm.world.after(atMs, () => {
    webSeed.busy = true
  })
  swarm.world.after(atMs + forMs, () => {
    webSeed.busy = false
  })
  return `the web seed busy for ${forMs} ms`
}

function figures(report: SwarmReport): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  return [
    `last ${report.lastOverBest.toFixed(3)} of the best time`,
    `seeds sent ${report.seedCopies.toFixed(2)} copies`,
    `wasted ${percent(report.wastedShare)}`,
    `overhead ${percent(report.overheadShare)}`,
    `given most/least ${report.givenSpread.toFixed(2)}`,
    `${report.events} events`,
  ].join(', ')
}
