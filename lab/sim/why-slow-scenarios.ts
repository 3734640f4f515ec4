// Every cause of slowness, made on purpose: lines, disks, hashers and distances shaped so that one thing binds.
// Rates are small, so that a small content lasts; what matters is what binds whom.

import type { MemberPlan, Swarm, SwarmPlan } from './swarm.ts'
import { first, type Scene, type SlowScenario } from './why-slow.ts'

const SLOW = 200_000
const FAST = 2_000_000
const seed: MemberPlan = { uploadRate: FAST, downloadRate: FAST }
const slowSeed: MemberPlan = { ...seed, uploadRate: SLOW }
const leech: MemberPlan = { uploadRate: FAST, downloadRate: 4 * FAST }

/** 32 MiB: more than half a minute at any rate here but the quick one. */
const plan = (changes: Partial<SwarmPlan> = {}): SwarmPlan => ({
  pieceCount: 128,
  pieceLengthBytes: 262_144,
  seeds: [seed],
  leeches: [leech],
  ...changes,
})
const scene = (changes: Partial<SwarmPlan> = {}, shape?: Scene['shape']): Scene =>
  shape === undefined ? { plan: plan(changes) } : { plan: plan(changes), shape }

const many = (count: number, member: MemberPlan): MemberPlan[] => Array.from({ length: count }, () => member)

/** Its requests are taken a few at a time, as its extension handshake says (BEP 10, reqq). */
function fewRequests(swarm: Swarm, requests: number): void {
  for (const { torrent } of swarm.seeds) {
    if (torrent === undefined) continue
    const { describe } = torrent.swarm
    torrent.swarm.describe = (peer) => ({ ...describe.call(torrent.swarm, peer), requestQueue: requests })
  }
}

/** One after the other, each with a line that is nearly enough for ours. */
const coming = (count: number): MemberPlan[] =>
  Array.from({ length: count }, (_, i) => ({ ...seed, uploadRate: SLOW, joinsAtMs: i * 10_000 }))

const far = { roundTripMs: 300 }

export const SCENARIOS: readonly SlowScenario[] = [
  {
    name: 'a source as fast as the line, and nothing in the way',
    code: 'NONE',
    slow: scene({
      seeds: [{ ...seed, uploadRate: 8 * FAST }],
      leeches: [{ ...leech, downloadRate: 8 * FAST }],
    }),
    afterMs: 1_500,
  },
  {
    name: 'a limit of the transfer',
    code: 'OWN_LIMIT',
    slow: scene({}, (swarm) => {
      first(swarm).downLimit = SLOW
    }),
    without: scene(),
  },
  {
    name: 'a limit of all transfers',
    code: 'OWN_LIMIT',
    slow: scene({}, (swarm) => {
      for (const { session } of swarm.leeches) session.downLimit = SLOW
    }),
    without: scene(),
  },
  {
    name: 'one source with a slow line',
    code: 'SOURCES_CAPPED',
    slow: scene({ seeds: [slowSeed] }),
    without: scene({ seeds: [slowSeed, slowSeed, slowSeed] }),
  },
  {
    name: 'three sources with upload limits of their own',
    code: 'SOURCES_CAPPED',
    slow: scene({ seeds: many(3, { ...seed, upLimit: SLOW / 2 }) }),
    without: scene({ seeds: many(3, seed) }),
  },
  {
    name: 'a slow line of our own, shared by ever more sources',
    code: 'OWN_LINE',
    slow: scene({ seeds: coming(4), leeches: [{ ...leech, downloadRate: 1.5 * SLOW }] }),
    without: scene({ seeds: coming(4) }),
    afterMs: 60_000,
  },
  {
    name: 'a source that serves others first',
    code: 'CHOKED',
    slow: scene({ seeds: [slowSeed], leeches: many(12, { ...leech, closed: true }) }),
    without: scene({ seeds: many(8, seed), leeches: many(12, { ...leech, closed: true }) }),
    afterMs: 40_000,
  },
  {
    name: 'one source that can be reached, of four',
    code: 'TOO_FEW_SOURCES',
    slow: scene({
      seeds: [slowSeed, ...many(3, { ...slowSeed, closed: true })],
      leeches: [{ ...leech, closed: true }],
    }),
    without: scene({ seeds: [slowSeed, ...many(3, { ...slowSeed, closed: true })] }),
    afterMs: 60_000,
  },
  {
    name: 'a source that takes four requests at a time, far away',
    code: 'REQUEST_QUEUE',
    slow: scene({ network: far }, (swarm) => fewRequests(swarm, 4)),
    without: scene({ network: far }),
  },
  {
    name: 'little under way at a time on a long way',
    code: 'ROUND_TRIP',
    slow: scene({ network: { ...far, windowBytes: 65_536 } }),
    without: scene({ network: { roundTripMs: 20, windowBytes: 65_536 } }),
  },
  {
    name: 'a slow disk',
    code: 'DISK',
    slow: scene({ leeches: [{ ...leech, writeRate: SLOW }] }),
    without: scene(),
  },
  {
    name: 'a slow processor',
    code: 'HASHING',
    slow: scene({ leeches: [{ ...leech, hashRate: SLOW }] }),
    without: scene(),
  },
  {
    name: 'nobody outside can connect, and those known cannot be reached',
    code: 'UNREACHABLE',
    slow: scene({ seeds: many(2, { ...seed, closed: true }), leeches: [{ ...leech, deaf: true }] }),
    without: scene({ seeds: many(2, { ...seed, closed: true }) }),
    // Those who cannot be reached hear of us when they ask the tracker again.
    afterMs: 600_000,
  },
  {
    name: 'the only seed is gone, and what is left nobody has',
    code: 'SEEDS_GONE',
    slow: scene({ seeds: [slowSeed], leeches: many(2, leech) }, async (swarm) => {
      await swarm.world.runFor(20_000)
      for (const member of swarm.seeds) swarm.kill(member)
    }),
    without: scene({ seeds: [slowSeed], leeches: many(2, leech) }, (swarm) => swarm.world.runFor(20_000)),
    afterMs: 150_000,
  },
  {
    name: 'the only source stopped answering, its line is cut',
    code: 'SOURCES_SILENT',
    slow: scene({}, async (swarm) => {
      await swarm.world.runFor(3_000)
      for (const { host } of swarm.seeds) host.setOnline(false)
    }),
    without: scene({}, (swarm) => swarm.world.runFor(3_000)),
    afterMs: 40_000,
  },
  {
    name: 'a source that gets it itself, slowly',
    code: 'NOTHING_NEW',
    slow: scene({
      seeds: [{ ...slowSeed, uploadRate: SLOW / 2, closed: true, joinsAtMs: 2_000 }],
      leeches: [{ ...leech, closed: true, joinsAtMs: 1_000 }, leech],
    }),
    without: scene({
      seeds: [{ ...seed, closed: true, joinsAtMs: 2_000 }],
      leeches: [{ ...leech, closed: true, joinsAtMs: 1_000 }, leech],
    }),
    afterMs: 30_000,
  },
]

/** Two causes at once: named is the one whose removal makes it faster; removing the other changes nothing. */
export interface TwoCauses {
  readonly name: string
  readonly code: string
  readonly both: Scene
  readonly withoutNamed: Scene
  readonly withoutOther: Scene
}

const limited = (bytesPerSecond: number) => (swarm: Swarm) => {
  first(swarm).downLimit = bytesPerSecond
}

export const TWO_CAUSES: readonly TwoCauses[] = [
  {
    name: 'a slow source below the own limit',
    code: 'SOURCES_CAPPED',
    both: scene({ seeds: [slowSeed] }, limited(2 * SLOW)),
    withoutNamed: scene({}, limited(2 * SLOW)),
    withoutOther: scene({ seeds: [slowSeed] }),
  },
  {
    name: 'an own limit below a slow source',
    code: 'OWN_LIMIT',
    both: scene({ seeds: [slowSeed] }, limited(SLOW / 2)),
    withoutNamed: scene({ seeds: [slowSeed] }),
    withoutOther: scene({}, limited(SLOW / 2)),
  },
  {
    name: 'a slow disk behind an own limit that is higher',
    code: 'DISK',
    both: scene({ leeches: [{ ...leech, writeRate: SLOW }] }, limited(5 * SLOW)),
    withoutNamed: scene({}, limited(5 * SLOW)),
    withoutOther: scene({ leeches: [{ ...leech, writeRate: SLOW }] }),
  },
  {
    name: 'a slow disk behind a source that is slower',
    code: 'SOURCES_CAPPED',
    both: scene({ seeds: [slowSeed], leeches: [{ ...leech, writeRate: 2 * SLOW }] }),
    withoutNamed: scene({ leeches: [{ ...leech, writeRate: 2 * SLOW }] }),
    withoutOther: scene({ seeds: [slowSeed] }),
  },
  {
    name: 'a slow processor behind a slow disk',
    code: 'DISK',
    both: scene({ leeches: [{ ...leech, writeRate: SLOW, hashRate: 3 * SLOW }] }),
    withoutNamed: scene({ leeches: [{ ...leech, hashRate: 3 * SLOW }] }),
    withoutOther: scene({ leeches: [{ ...leech, writeRate: SLOW }] }),
  },
  {
    name: 'a far source with a slow line and a small window that would carry more',
    code: 'SOURCES_CAPPED',
    both: scene({ seeds: [{ ...slowSeed, uploadRate: SLOW / 2 }], network: { ...far, windowBytes: 65_536 } }),
    withoutNamed: scene({ network: { ...far, windowBytes: 65_536 } }),
    withoutOther: scene({ seeds: [{ ...slowSeed, uploadRate: SLOW / 2 }], network: far }),
  },
]
