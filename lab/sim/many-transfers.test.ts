// Two computers on public addresses with more transfers between them than one address may have connections.

import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { SeededRandom } from '../../src/base/random.ts'
import { Session } from '../../src/engine/session/session.ts'
import { DEFAULT_SESSION_OPTIONS } from '../../src/engine/session/session-options.ts'
import type { TorrentOptions } from '../../src/engine/torrent/options.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { createTorrent } from '../../src/metainfo/create.ts'
import type { Metainfo } from '../../src/metainfo/metainfo.ts'
import { ContentDisk } from './content-disk.ts'
import { SimDisk } from './disk.ts'
import type { SimHost } from './host.ts'
import { SimNetwork } from './network.ts'
import { World } from './world.ts'

const seed = randomInt(2 ** 32)

const TRANSFERS = 7
/** SAFETY.md: connections per public address. */
const MOST = 4
const PORT = 6_881
const FOLDER = '/data'
const PIECE_BYTES = 32_768

interface Plan {
  /** Who knows the other's address. */
  readonly dials: 'taker' | 'giver' | 'both'
  readonly pieces: (transfer: number) => number
  /** The taker has all of it from the beginning. */
  readonly takerHasAll?: boolean
}

interface Side {
  readonly host: SimHost
  readonly disk: ContentDisk
  session: Session
  readonly torrents: Torrent[]
}

class Two {
  readonly world = new World(seed)
  readonly network = new SimNetwork(this.world, { strict: false })
  readonly plan: Plan
  readonly giver: Side
  readonly taker: Side
  /** Transfers that are done, in that order. */
  readonly finished: number[] = []
  /** Connections so far, each counted on either side. */
  handshakes = 0

  constructor(plan: Plan) {
    this.plan = plan
    const content = Array.from({ length: TRANSFERS }, (_, i) => {
      const shared = new Uint8Array(new SharedArrayBuffer(plan.pieces(i) * PIECE_BYTES))
      const random = new SeededRandom(seed + i)
      const words = new Uint32Array(shared.buffer)
      for (let word = 0; word < words.length; word++) words[word] = random.uint32()
      return shared
    })
    const side = (name: string, address: string): Side => {
      const host = this.network.addHost(name, {
        addresses: [address],
        uploadRate: 1_000_000,
        downloadRate: 1_000_000,
      })
      const files = new SimDisk({ random: this.world.random(name), wallMs: () => host.clock.wallMs() })
      const disk = new ContentDisk(files, (path) => content[Number(/^\/data\/(\d)\.bin/.exec(path)?.[1])])
      return { host, disk, session: undefined as unknown as Session, torrents: [] }
    }
    this.giver = side('giver', '20.0.0.1')
    this.taker = side('taker', '20.0.1.1')
  }

  start(): Promise<void> {
    return this.world.run('the start', () => this.#start(), 60_000)
  }

  async #start(): Promise<void> {
    const { giver, taker, plan } = this
    for (const side of [giver, taker]) {
      await side.disk.makeDirectory(FOLDER)
      side.session = await Session.open(side.host.ports(side.disk), {
        ...DEFAULT_SESSION_OPTIONS,
        agent: 'Shoal in the lab',
        listen: { host: '::', port: PORT },
        stateFolder: '/state',
        lan: false,
        dht: false,
        utp: false,
        maxActiveDownloads: TRANSFERS,
        maxActiveSeeds: TRANSFERS,
      })
    }
    for (let i = 0; i < TRANSFERS; i++) {
      const name = `${i}.bin`
      const path = `${FOLDER}/${name}`
      for (const side of plan.takerHasAll === true ? [giver, taker] : [giver]) await side.disk.plant(path)
      const lengthBytes = plan.pieces(i) * PIECE_BYTES
      const { torrent } = await createTorrent(
        { name, singleFile: true, files: [{ components: [name], path, lengthBytes }] },
        { version: 'v1', pieceLengthBytes: PIECE_BYTES, private: false },
        giver.host.ports(giver.disk),
      )
      for (const side of [giver, taker]) side.torrents.push(this.#add(side, i, torrent.metainfo))
    }
  }

  #add(side: Side, transfer: number, metainfo: Metainfo): Torrent {
    const { plan, giver, taker } = this
    const other = side === giver ? taker : giver
    const dials = plan.dials === 'both' || side === this[plan.dials]
    const options: TorrentOptions = {
      infohashV1: metainfo.infohashV1,
      infohashV2: metainfo.infohashV2,
      metainfo,
      displayName: metainfo.name,
      realm: 'public',
      listing: 'everyone',
      saveFolder: FOLDER,
      trackers: [],
      peers: dials ? [{ host: other.host.addresses[0] as string, port: PORT }] : [],
      pex: true,
      lan: false,
      dht: false,
      maxPeers: 50,
      priorities: undefined,
      sequential: false,
      superSeed: false,
      preallocate: 'sparse',
      partSuffix: '.part',
      justHashed: side === giver || plan.takerHasAll === true,
      agreed: false,
      diskPaths: undefined,
      beforeFinal: undefined,
      events: {
        finished: () => {
          if (side === taker) this.finished.push(transfer)
        },
        peopled: () => {
          this.handshakes++
        },
      },
    }
    return side.session.add(options)
  }

  /** Transfers that are connected, as the taker sees it. */
  connected(): number[] {
    return this.taker.torrents.flatMap(({ swarm }, i) => (swarm.peers.size > 0 ? [i] : []))
  }

  async close(): Promise<void> {
    const sessions = [this.giver.session, this.taker.session]
    await this.world.run('the end', () => Promise.all(sessions.map((session) => session.close())), 600_000)
  }
}

/** Those that made room do not come back in turns: each finds out at most once more that nothing is to be had. */
async function settles(two: Two): Promise<void> {
  await two.world.runFor(3_600_000)
  const { handshakes } = two
  assert.ok(handshakes <= 2 * 2 * TRANSFERS, `${handshakes / 2} connections`)
  await two.world.runFor(2 * 3_600_000)
  assert.equal(two.handshakes, handshakes)
}

for (const dials of ['taker', 'giver', 'both'] as const) {
  test(`seven transfers between two public addresses are all done, one after the other makes room (${dials} dials, seed ${seed})`, async () => {
    const two = new Two({ dials, pieces: () => 16 })
    await two.start()
    await two.world.runUntil('all are done', () => two.finished.length === TRANSFERS, 120_000)
    assert.ok(two.connected().length <= MOST)
    await settles(two)
    await two.close()
  })
}

test(`four transfers that move are not cut for a fifth, which runs when one of them is done (seed ${seed})`, async () => {
  const two = new Two({ dials: 'both', pieces: (transfer) => (transfer === 0 ? 60 : 400) })
  await two.start()
  await two.world.runUntil('four are connected', () => two.connected().length === MOST, 30_000)
  const first = two.connected()
  const since = first.map((i) => [...(two.taker.torrents[i]?.swarm.peers ?? [])][0])
  const steady = () =>
    first.every(
      (i, at) => two.finished.includes(i) || [...(two.taker.torrents[i]?.swarm.peers ?? [])][0] === since[at],
    )
  await two.world.runUntil('one is done', () => !steady() || two.finished.length > 0, 300_000)
  assert.ok(steady(), 'nobody was cut')
  assert.deepEqual(two.connected(), first)
  const fifth = () => two.connected().some((i) => !first.includes(i))
  await two.world.runUntil('another runs', fifth, 5_000)
  assert.ok(steady(), 'only who was done made room')
  await two.world.runUntil('all are done', () => two.finished.length === TRANSFERS, 600_000)
  await two.close()
})

test(`two who have all of it from the beginning find that out once, and settle (seed ${seed})`, async () => {
  const two = new Two({ dials: 'both', pieces: () => 2, takerHasAll: true })
  await two.start()
  await settles(two)
  assert.ok(two.connected().length > 0 && two.connected().length <= MOST)
  await two.close()
})
