// Must show: every cause of slowness, produced on purpose on real sockets, is named rightly. The other side is libtorrent or
// Transmission, slow lines are shaped by tc, long ways are made by long-way.py, and each computer has a network stack of its own. Slow disks and processors are made by
// slowing these two ports of a session in this process: no kernel setting does that without root on the machine itself.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Host } from '../../lab/netns/lan.ts'
import { longWay } from '../../lab/netns/long-way.ts'
import { shell } from '../../lab/netns/stack.ts'
import { until } from '../../lab/netns/until.ts'
import type { EvidenceLine } from '../../src/api/bottleneck-sentence.ts'
import { optionsForTorrent } from '../../src/daemon/add.ts'
import { nodePorts } from '../../src/daemon/compose.ts'
import { Session } from '../../src/engine/session/session.ts'
import { DEFAULT_SESSION_OPTIONS } from '../../src/engine/session/session-options.ts'
import { readTorrent } from '../../src/metainfo/read.ts'
import { slowDisk, slowHasher } from '../doubles/slow-ports.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT, type SessionOptions } from './libtorrent.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { Tracker } from './tracker.ts'
import { Transmission } from './transmission.ts'

const ground = await Ground.enter(import.meta.filename)

/** At SLOW, minutes: nothing here is about to be over. */
const CONTENT_BYTES = 64 * 1024 * 1024
const SLOW = 250_000
/** A cause must have held for some seconds; a machine under load takes its time. */
const NAMED_WITHIN_MS = 45_000
/** It must be named in so many looks one after the other. */
const LOOKS = 3
/** Progress is said once a second; what a source can give is known after some. */
const LOOKS_OF_A_RATE = 8

interface Offer {
  readonly torrent: string
  readonly folder: string
}

let offer: Promise<Offer> | undefined

/** One file for all, made once. */
function offered(scene: Scene): Promise<Offer> {
  offer ??= (async () => {
    const folder = await ground.folder('content')
    await writeFile(join(folder, 'film.bin'), randomBytes(CONTENT_BYTES))
    const torrent = join(folder, 'film.torrent')
    await make(scene, folder, torrent, [])
    return { torrent, folder }
  })()
  return offer
}

async function make(scene: Scene, folder: string, output: string, trackers: string[]): Promise<void> {
  const maker = Libtorrent.idle(scene)
  const path = join(folder, 'film.bin')
  await maker.make({ path, output, kind: 'v1', pieceLengthBytes: 262_144, trackers })
  await maker.stop()
}

async function seed(scene: Scene, host: Host, options: SessionOptions = {}): Promise<Libtorrent> {
  const { torrent, folder } = await offered(scene)
  const client = await Libtorrent.start(scene, host, options)
  await (await client.add(torrent, { savePath: folder, seed: true })).complete()
  return client
}

const addressOf = (host: Host): string => `${host.address}:${PEER_PORT}`

/** `shoal get` on that computer, from those. */
async function get(scene: Scene, host: Host, from: readonly string[], ...words: string[]): Promise<Shoal> {
  const { torrent } = await offered(scene)
  const peers = from.flatMap((address) => ['--peer', address])
  const target = await scene.folder('saved')
  return await Shoal.get(scene, host, torrent, '-o', target, '--no-lsd', '--no-pex', ...peers, ...words)
}

interface Said {
  readonly bottleneck: {
    readonly code: string
    readonly sentence: string
    readonly evidence: readonly EvidenceLine[]
  }
}

/** It says so, several times in a row, and what it shows for it. */
async function names(shoal: Shoal, code: string): Promise<Said['bottleneck']> {
  const progress = () => shoal.lines.filter((line) => line.event === 'progress') as unknown as readonly Said[]
  const isNamed = () => {
    const last = progress().slice(-LOOKS)
    return last.length === LOOKS && last.every(({ bottleneck }) => bottleneck.code === code)
  }
  try {
    await until(`${code} is named`, isNamed, { deadlineMs: NAMED_WITHIN_MS, program: shoal.program })
  } catch (error) {
    const said = progress().map(({ bottleneck }) => JSON.stringify(bottleneck))
    throw new Error(`it said ${[...new Set(said)].slice(-8).join(', ')}`, { cause: error })
  }
  return (progress().at(-1) as Said).bottleneck
}

const figure = (said: Said['bottleneck'], label: string): string | undefined =>
  said.evidence.find((line) => line.label === label)?.value

async function shape(host: Host, ...words: string[]): Promise<void> {
  await shell(host.prefix, [`tc qdisc add dev eth0 root ${words.join(' ')}`])
}

describe('why it is slow, on real sockets', { concurrency: 8 }, () => {
  ground.test('nothing in the way: NONE', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    await seed(scene, a)
    const shoal = await get(scene, b, [addressOf(a)])
    await shoal.done()
    const codes = shoal.lines.flatMap((line) =>
      line.event === 'progress' ? [(line as unknown as Said).bottleneck.code] : [],
    )
    const wrong = codes.filter((code) => !['NONE', 'CONNECTING', 'CHECKING', 'NO_SOURCES'].includes(code))
    assert.deepEqual(wrong, [])
  })

  ground.test('a limit of our own: OWN_LIMIT', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    await seed(scene, a)
    const said = await names(await get(scene, b, [addressOf(a)], '--down', '250K'), 'OWN_LIMIT')
    assert.equal(figure(said, 'Your limit'), '250 kB/s')
  })

  ground.test('an upload limit of libtorrent: SOURCES_CAPPED', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    await seed(scene, a, { upLimit: SLOW })
    const said = await names(await get(scene, b, [addressOf(a)]), 'SOURCES_CAPPED')
    assert.equal(said.sentence, 'the one source is at its upload limit')
    assert.equal(figure(said, 'Fastest is'), addressOf(a))
  })

  ground.test(
    'an upload limit of Transmission: SOURCES_CAPPED',
    ['libtorrent', 'transmission'],
    async (scene) => {
      const [a, b] = [await scene.host('seed'), await scene.host('leech')]
      const { folder } = await offered(scene)
      // It cannot be given a peer by hand, and hangs up on those it did not hear of.
      const tracker = await Tracker.start(scene)
      const torrent = join(await scene.folder('torrent'), 'film.torrent')
      await make(scene, folder, torrent, [tracker.url('http')])
      const settings = { 'speed-limit-up': SLOW / 1_000, 'speed-limit-up-enabled': true }
      const client = await Transmission.start(scene, a, { settings })
      await (await client.add(torrent, { savePath: folder })).complete()
      const target = await scene.folder('saved')
      const shoal = await Shoal.get(scene, b, torrent, '-o', target, '--no-lsd', '--no-pex')
      await names(shoal, 'SOURCES_CAPPED')
    },
  )

  ground.test('a slow line at the other end (tc tbf): SOURCES_CAPPED', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    await shape(a, 'tbf', 'rate', '2mbit', 'burst', '16kb', 'latency', '400ms')
    await seed(scene, a)
    await names(await get(scene, b, [addressOf(a)]), 'SOURCES_CAPPED')
  })

  ground.test(
    'a slow line of our own, and one source after the other (tc tbf): OWN_LINE',
    ['libtorrent'],
    async (scene) => {
      const leech = await scene.host('leech')
      // What comes to it leaves the bridge by the port that carries its number.
      await shell(
        [],
        [
          `tc qdisc add dev port${leech.address.split('.').at(-1)} root tbf rate 4mbit burst 16kb latency 400ms`,
        ],
      )
      const hosts = [await scene.host('seed 1'), await scene.host('seed 2'), await scene.host('seed 3')]
      const [first, ...others] = await Promise.all(
        hosts.map(async (host) => {
          const { torrent, folder } = await offered(scene)
          const client = await Libtorrent.start(scene, host, { upLimit: 400_000 })
          const given = await client.add(torrent, { savePath: folder, seed: true })
          await given.complete()
          return given
        }),
      )
      assert.ok(first !== undefined)
      const shoal = await get(scene, leech, [addressOf(hosts[0] as Host)])
      for (const [i, other] of others.entries()) {
        const looks = () => shoal.lines.filter((line) => line.event === 'progress' && line.peers > i).length
        await until('what the sources give is seen', () => looks() >= LOOKS_OF_A_RATE, {
          program: shoal.program,
        })
        await other.connect(leech.address, PEER_PORT)
      }
      const said = await names(shoal, 'OWN_LINE')
      assert.equal(figure(said, 'Sources'), '3')
    },
  )

  ground.test('a source that lets nobody ask: CHOKED', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    await seed(scene, a, { settings: { unchoke_slots_limit: 0 } })
    await names(await get(scene, b, [addressOf(a)]), 'CHOKED')
  })

  ground.test(
    'one slow source, and three addresses where nobody answers: TOO_FEW_SOURCES',
    ['libtorrent'],
    async (scene) => {
      const [a, b, c] = [await scene.host('seed'), await scene.host('leech'), await scene.host('away')]
      await seed(scene, a, { upLimit: SLOW })
      const away = [1, 2, 3].map((port) => `${c.address}:${port}`)
      const said = await names(await get(scene, b, [addressOf(a), ...away]), 'TOO_FEW_SOURCES')
      assert.equal(figure(said, 'Known addresses'), '4')
    },
  )

  ground.test('four requests at a time, 300 ms away: REQUEST_QUEUE', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    const { near } = await longWay(scene, a, b, 300)
    const listen = [`${near}:${PEER_PORT}`]
    await seed(scene, a, { listen, settings: { max_allowed_in_request_queue: 4 } })
    const said = await names(await get(scene, b, listen), 'REQUEST_QUEUE')
    assert.equal(figure(said, 'Requests that a source takes at a time'), '4')
  })

  ground.test('a small window, 300 ms away (tcp_wmem): ROUND_TRIP', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('seed'), await scene.host('leech')]
    const { near } = await longWay(scene, a, b, 300)
    await shell(a.prefix, ['echo 4096 131072 131072 > /proc/sys/net/ipv4/tcp_wmem'])
    const listen = [`${near}:${PEER_PORT}`]
    await seed(scene, a, { listen })
    await names(await get(scene, b, listen), 'ROUND_TRIP')
  })

  ground.test(
    'a source that has half of it, and nobody the rest: SEEDS_GONE',
    ['libtorrent'],
    async (scene) => {
      const [a, b, c] = [await scene.host('seed'), await scene.host('half'), await scene.host('leech')]
      await seed(scene, a)
      const { torrent } = await offered(scene)
      const half = await Libtorrent.start(scene, b)
      const taking = await half.add(torrent, { savePath: await scene.folder('half') })
      const pieces = Object.fromEntries(Array.from({ length: 128 }, (_, piece) => [piece, 0]))
      await taking.prioritize({ pieces })
      await taking.connect(a.address, PEER_PORT)
      await until('half is there', async () => (await taking.have()).includes('#'.repeat(128)), {
        deadlineMs: 60_000,
      })
      a.leave()
      const said = await names(await get(scene, c, [addressOf(b)]), 'SEEDS_GONE')
      assert.equal(figure(said, 'Pieces that nobody has'), '128')
    },
  )

  ground.test(
    'a source whose program stands still (SIGSTOP): SOURCES_SILENT',
    ['libtorrent'],
    async (scene) => {
      const [a, b] = [await scene.host('seed'), await scene.host('leech')]
      const client = await seed(scene, a, { upLimit: SLOW })
      const shoal = await get(scene, b, [addressOf(a)])
      await names(shoal, 'SOURCES_CAPPED')
      client.program.signal('SIGSTOP')
      await names(shoal, 'SOURCES_SILENT')
    },
  )

  ground.test('an address where nobody answers: NO_SOURCES', ['libtorrent'], async (scene) => {
    const [a, b] = [await scene.host('away'), await scene.host('leech')]
    await names(await get(scene, b, [addressOf(a)]), 'NO_SOURCES')
  })

  ground.test('the same, where nobody can come to us either: UNREACHABLE', ['libtorrent'], async (scene) => {
    const a = await scene.host('away')
    const taking = await inThisProcess(scene, [a], { listen: undefined })
    await until('it is named', () => taking.code() === 'UNREACHABLE', { deadlineMs: NAMED_WITHIN_MS })
  })

  ground.test('a disk that writes 250 kB/s (port slowed): DISK', ['libtorrent'], async (scene) => {
    const a = await scene.host('seed')
    await seed(scene, a, { upLimit: 8 * SLOW })
    const taking = await inThisProcess(scene, [a], { writeRate: SLOW })
    await until('it is named', () => taking.code() === 'DISK', { deadlineMs: NAMED_WITHIN_MS })
  })

  ground.test('a processor that hashes 250 kB/s (port slowed): HASHING', ['libtorrent'], async (scene) => {
    const a = await scene.host('seed')
    await seed(scene, a, { upLimit: 8 * SLOW })
    const taking = await inThisProcess(scene, [a], { hashRate: SLOW })
    await until('it is named', () => taking.code() === 'HASHING', { deadlineMs: NAMED_WITHIN_MS })
  })
})

interface Own {
  readonly listen?: undefined
  readonly writeRate?: number
  readonly hashRate?: number
}

/** A session in this process, on the bridge, with ports of its own. */
async function inThisProcess(scene: Scene, from: readonly Host[], own: Own): Promise<{ code(): string }> {
  const { torrent } = await offered(scene)
  const ports = nodePorts()
  const { writeRate, hashRate } = own
  let ended = false
  const over = () => ended
  const session = await Session.open(
    {
      ...ports,
      disk: writeRate === undefined ? ports.disk : slowDisk(ports.disk, writeRate, over),
      hasher: hashRate === undefined ? ports.hasher : slowHasher(ports.hasher, hashRate, over),
    },
    {
      ...DEFAULT_SESSION_OPTIONS,
      agent: 'Shoal in the lab',
      listen: 'listen' in own ? undefined : { host: scene.lan.address, port: 0 },
      lan: false,
      stateFolder: await scene.folder('state'),
    },
  )
  scene.defer(async () => {
    ended = true
    await session.remove(added, { data: false })
    await session.close()
    await ports.close()
  })
  const bytes = readTorrent(await readFile(torrent), ports.digest)
  const added = session.add(
    optionsForTorrent(bytes, {
      saveFolder: await scene.folder('saved'),
      peers: from.map(({ address }) => ({ host: address, port: PEER_PORT })),
      lan: false,
      pex: false,
      dht: false,
      events: {},
    }),
  )
  return { code: () => added.status().bottleneck.code }
}
