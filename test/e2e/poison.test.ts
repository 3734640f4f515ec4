// Poison over real sockets: seeds of which four in ten give wrong bytes, always or now and then, alone in a piece or
// among others. The download completes with the right bytes, exactly the poisoners are banned, little comes twice.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { randomFraction, SeededRandom } from '../../src/base/random.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import type { TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { MadeTorrent } from '../doubles/made-torrent.ts'
import { RawPeer } from '../doubles/raw-peer.ts'
import { RawSeed, type SeedManners, spoiled } from '../doubles/raw-seed.ts'
import { RealEngine } from '../doubles/real-engine.ts'
import { statedSeed } from '../doubles/stated-seed.ts'

const MIB = 1024 * 1024
const BLOCK = 16_384

interface Crowd {
  readonly real: RealEngine
  readonly torrent: Torrent
  readonly seeds: readonly RawSeed[]
}

/** A torrent being fetched from raw seeds, one per entry, all connected at once. */
async function crowd(t: TestContext, made: MadeTorrent, manners: readonly SeedManners[]): Promise<Crowd> {
  const real = await RealEngine.open(t)
  const torrent = real.addTorrent(made.torrent)
  await until('it is live', () => torrent.stateName === 'live')
  const hash = made.metainfo.infohashV1 ?? made.metainfo.infohashV2
  assert.ok(hash !== undefined)
  const seeds: RawSeed[] = []
  for (const manner of manners) {
    const peer = await RawPeer.connect(real.listensAt, { forget: true })
    t.after(() => peer.end())
    peer.greet({ hash })
    seeds.push(new RawSeed(peer, made, manner))
  }
  return { real, torrent, seeds }
}

/** Addresses of those that gave wrong bytes, and of those that were banned, both sorted. */
function judged({ real, seeds }: Crowd): { guilty: string[]; banned: string[] } {
  const liars = seeds.filter(({ lies }) => lies > 0)
  return {
    guilty: liars.map(({ port }) => `127.0.0.1:${port}`).sort(),
    banned: real.bans.map(({ address }) => address).sort(),
  }
}

interface Plan {
  readonly version: TorrentVersion
  /** Share of its blocks that a poisoner spoils. */
  readonly share: number
  readonly peers: number
  readonly pieceLengthBytes: number
}

const PLANS: readonly Plan[] = [
  { version: 'v1', share: 1, peers: 50, pieceLengthBytes: MIB / 4 },
  { version: 'v1', share: 0.5, peers: 20, pieceLengthBytes: MIB / 4 },
  { version: 'v1', share: 0.1, peers: 50, pieceLengthBytes: MIB / 4 },
  { version: 'v1', share: 0.3, peers: 20, pieceLengthBytes: MIB },
  { version: 'v2', share: 1, peers: 50, pieceLengthBytes: MIB / 4 },
  { version: 'v2', share: 0.1, peers: 50, pieceLengthBytes: MIB / 4 },
  { version: 'hybrid', share: 0.5, peers: 20, pieceLengthBytes: MIB / 4 },
]

for (const { version, share, peers, pieceLengthBytes } of PLANS) {
  const pieces = `pieces of ${pieceLengthBytes / MIB} MiB`
  test(`${version}, ${pieces}: two in five of ${peers} seeds spoil ${100 * share} % of what they give`, async (t) => {
    const seed = statedSeed(1)
    t.diagnostic(`seed ${seed}`)
    const random = new SeededRandom(seed)
    const made = await MadeTorrent.make({
      version,
      lengthsBytes: [20 * MIB + 12_345],
      pieceLengthBytes,
      seed: 1 + (seed % 1000),
    })
    const manners = Array.from(
      { length: peers },
      (_, i): SeedManners => ({
        everyMs: 5 + (i % 7),
        ...(i % 5 < 2
          ? { give: (_block, right) => (randomFraction(random) < share ? spoiled(right) : right) }
          : {}),
      }),
    )
    const all = await crowd(t, made, manners)
    await all.real.finish(all.torrent, made)
    const { payloadBytes } = made.metainfo.geometry
    const given = all.seeds.reduce((sum, { givenBytes }) => sum + givenBytes, 0)
    // A lie that came when nobody wanted the block any more (endgame) accuses nobody: it was thrown away unread.
    const unread = () => {
      const { banned } = judged(all)
      const free = all.seeds.filter((one) => one.lies > 0 && !banned.includes(`127.0.0.1:${one.port}`))
      return free.reduce((sum, { lies }) => sum + lies, 0)
    }
    // The last pieces may be judged a moment after the end.
    await until(
      'whoever gave a wrong block that was taken is banned',
      () => unread() * BLOCK <= all.torrent.status().wastedBytes,
      {
        deadlineMs: 3_000,
        describe: () => `${JSON.stringify(judged(all))}, ${all.torrent.status().wastedBytes} bytes unread`,
      },
    )
    const { banned, guilty } = judged(all)
    t.diagnostic(
      `${guilty.length} lied, ${banned.length} banned; ${(given / payloadBytes).toFixed(2)} times the payload was given`,
    )
    assert.deepEqual(
      banned.filter((address) => !guilty.includes(address)),
      [],
      'nobody honest is banned',
    )
    assert.ok(banned.length >= guilty.length / 2 && guilty.length <= (2 * peers) / 5)
    assert.ok(given <= 3 * payloadBytes, `${given} bytes were given for ${payloadBytes}`)
  })
}

for (const version of ['v2', 'hybrid'] as const) {
  test(`${version}: leaf hashes name the very block, and only that is fetched again`, async (t) => {
    const made = await MadeTorrent.make({ version, lengthsBytes: [4 * MIB], pieceLengthBytes: 4 * MIB })
    const bad = new Set<number>()
    // One piece that everybody shares; one seed spoils every fifth block of what it gives.
    let asked = 0
    const poisoner: SeedManners = {
      everyMs: 3,
      give: ({ begin }, right) => {
        if (asked++ % 5 !== 2) return right
        bad.add(begin)
        return spoiled(right)
      },
    }
    const times = new Map<number, number>()
    const honest: SeedManners = {
      everyMs: 3,
      give: ({ begin }, right) => {
        times.set(begin, (times.get(begin) ?? 0) + 1)
        return right
      },
    }
    const all = await crowd(t, made, [honest, poisoner, honest, honest])
    await all.real.finish(all.torrent, made)
    const { banned, guilty } = judged(all)
    assert.ok(bad.size > 0)
    assert.deepEqual(banned, guilty)
    assert.equal(guilty.length, 1)
    // Endgame may bring a block twice; what is counted as taken is what was stored.
    const again = all.torrent.status().takenBytes / BLOCK - made.metainfo.geometry.payloadBytes / BLOCK
    assert.ok(again >= 1 && again <= bad.size, `${again} blocks were taken again for ${bad.size} bad ones`)
  })
}

test('in v1 the whole piece comes again, and then the one who spoiled it is known among many', async (t) => {
  const made = await MadeTorrent.make({ lengthsBytes: [2 * MIB], pieceLengthBytes: 2 * MIB })
  let spoils = 1
  const poisoner: SeedManners = {
    everyMs: 3,
    give: (_, right) => (spoils-- > 0 ? spoiled(right) : right),
  }
  const all = await crowd(t, made, [{ everyMs: 3 }, { everyMs: 3 }, poisoner, { everyMs: 3 }])
  await all.real.finish(all.torrent, made)
  await until('it is banned', () => all.real.bans.length > 0)
  const { banned, guilty } = judged(all)
  assert.deepEqual(banned, guilty)
  assert.equal(guilty.length, 1)
  assert.equal(all.torrent.status().takenBytes, 4 * MIB)
})
