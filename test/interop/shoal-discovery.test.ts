// Peers that nobody named: found by PEX alone and by LSD alone, by Shoal and by others; and the unlisted share, which
// Shoals find on the local network without its infohash being told to anyone.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import { pause, until } from '../../lab/netns/until.ts'
import { Aria2 } from './aria2.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import {
  Libtorrent,
  type LibtorrentTorrent,
  type MadeTorrent,
  PEER_PORT,
  type TorrentKind,
} from './libtorrent.ts'
import { MulticastEar } from './multicast.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { Transmission } from './transmission.ts'

const ground = await Ground.enter(import.meta.filename)

const MIB = 1024 * 1024
const LENGTH_BYTES = 8 * MIB + 321
/** Slow enough that a peer in the middle has next to nothing to give while the test runs. */
const TRICKLE = 20_000

interface Content {
  readonly source: string
  readonly file: string
  readonly torrent: string
  readonly made: MadeTorrent
}

async function makeContent(scene: Scene, kind: TorrentKind): Promise<Content> {
  const source = await scene.folder('source')
  const file = join(source, 'content')
  await makeBigFile(file, 'discovery', LENGTH_BYTES)
  const torrent = join(scene.directory, 'content.torrent')
  const maker = Libtorrent.idle(scene)
  const made = await maker.make({ path: file, output: torrent, kind })
  await maker.stop()
  return { source, file, torrent, made }
}

const at = (host: Host): string => `${host.address}:${PEER_PORT}`

/** Whoever is told first connects, and only that side knows from where it had the address. */
function heardOf(torrent: LibtorrentTorrent, host: Host, source: 'pex' | 'lsd'): Promise<boolean> {
  return torrent
    .peers()
    .then((peers) => peers.some((peer) => peer.host === host.address && peer.sources.includes(source)))
}

ground.test('Shoal gets a file from a seed it knows by PEX alone', ['libtorrent'], async (scene) => {
  const { source, file, torrent } = await makeContent(scene, 'hybrid')
  const [seedHost, middleHost, takerHost] = [
    await scene.host('seed'),
    await scene.host('middle'),
    await scene.host('taker'),
  ]
  const seed = await Libtorrent.start(scene, seedHost)
  await (await seed.add(torrent, { savePath: source })).complete()
  const middle = await Libtorrent.start(scene, middleHost)
  const middling = await middle.add(torrent, {
    savePath: await scene.folder('middle'),
    peers: [[seedHost.address, PEER_PORT]],
    downLimit: TRICKLE,
  })
  await until('the middle one knows the seed', async () => (await middling.status()).seeds === 1)
  const target = await scene.folder('target')
  await (
    await Shoal.get(scene, takerHost, torrent, '-o', target, '--peer', at(middleHost), '--no-lsd')
  ).done()
  assert.deepEqual(await differences(file, join(target, 'content')), [])
  assert.ok((await middling.status()).progress < 0.5, 'the one in the middle had too little to be the source')
})

ground.test(
  'a libtorrent that knows only Shoal learns of the seed by PEX from it',
  ['libtorrent'],
  async (scene) => {
    const { source, file, torrent } = await makeContent(scene, 'v1')
    const [seedHost, middleHost, takerHost] = [
      await scene.host('seed'),
      await scene.host('middle'),
      await scene.host('taker'),
    ]
    const seed = await Libtorrent.start(scene, seedHost)
    const seeding = await seed.add(torrent, { savePath: source })
    await seeding.complete()
    const flags = ['--peer', at(seedHost), '--no-lsd', '--down', String(TRICKLE)]
    await Shoal.get(scene, middleHost, torrent, '-o', await scene.folder('middle'), ...flags)
    await until('Shoal is connected to the seed', async () => (await seeding.peers()).length === 1)
    const taker = await Libtorrent.start(scene, takerHost)
    const target = await scene.folder('target')
    const taking = await taker.add(torrent, {
      savePath: target,
      peers: [[middleHost.address, PEER_PORT]],
      downLimit: 2 * MIB,
    })
    await until(
      'seed and taker know each other by PEX',
      async () => (await heardOf(taking, seedHost, 'pex')) || (await heardOf(seeding, takerHost, 'pex')),
      { deadlineMs: 90_000 },
    )
    await taking.complete()
    assert.deepEqual(await differences(file, join(target, 'content')), [])
  },
)

ground.test(
  'libtorrent, transmission and aria2 find a public share of Shoal by LSD alone',
  ['libtorrent', 'transmission', 'aria2'],
  async (scene) => {
    const { source, file, torrent } = await makeContent(scene, 'v1')
    await Shoal.share(
      scene,
      await scene.host('giver'),
      torrent,
      '--dir',
      source,
      '--to',
      'everyone',
      '--licence',
      'own-work',
      '--no-pex',
    )
    const [one, two, three] = [
      await scene.folder('one'),
      await scene.folder('two'),
      await scene.folder('three'),
    ]
    const libtorrent = await Libtorrent.start(scene, await scene.host('libtorrent'), { lsd: true })
    const transmission = await Transmission.start(scene, await scene.host('transmission'), { lsd: true })
    const aria2 = await Aria2.start(scene, await scene.host('aria2'), { lsd: true })
    const taking = [
      await libtorrent.add(torrent, { savePath: one, noPex: true }),
      await transmission.add(torrent, { savePath: two }),
      await aria2.add(torrent, { savePath: three }),
    ]
    await Promise.all(taking.map((torrentThere) => torrentThere.complete(90_000)))
    for (const folder of [one, two, three]) {
      assert.deepEqual(await differences(file, join(folder, 'content')), [])
    }
  },
)

ground.test('Shoal finds a seed by LSD alone', ['libtorrent'], async (scene) => {
  const { source, file, torrent } = await makeContent(scene, 'v2')
  const seed = await Libtorrent.start(scene, await scene.host('seed'), { lsd: true })
  await (await seed.add(torrent, { savePath: source })).complete()
  const target = await scene.folder('target')
  await (await Shoal.get(scene, await scene.host('taker'), torrent, '-o', target, '--no-pex')).done()
  assert.deepEqual(await differences(file, join(target, 'content')), [])
})

ground.test(
  'Shoals meet over an unlisted link on the local network, and its infohash is never told there',
  ['libtorrent'],
  async (scene) => {
    const { source, file, made, torrent } = await makeContent(scene, 'hybrid')
    const ear = await MulticastEar.listen(scene)
    const sharing = await Shoal.share(scene, await scene.host('giver'), torrent, '--dir', source)
    // Without addresses in the link, the meeting point is all they have.
    const link = sharing.magnet.replace(/&x\.pe=[^&]*/g, '')
    assert.match(link, /[?&]x\.to=link(&|$)/)
    const target = await scene.folder('target')
    await (await Shoal.get(scene, await scene.host('taker'), link, '-o', target)).done()
    assert.deepEqual(await differences(file, join(target, 'content')), [])
    await until('something is told', () => ear.heard.length > 0)
    const told = new Set(ear.heard.map(({ infohash }) => infohash))
    assert.ok(!told.has(made.infohashV1 ?? '') && !told.has(made.infohashV2?.slice(0, 40) ?? ''))
    // A stranger who heard what was told gets no answer to a handshake with it.
    const stranger = await Libtorrent.start(scene, await scene.host('stranger'))
    for (const infohash of told) {
      const knocking = await stranger.add(`magnet:?xt=urn:btih:${infohash}`, {
        savePath: await scene.folder('stranger'),
      })
      for (const { from } of ear.heard) await knocking.connect(from, PEER_PORT)
      await pause(2_000)
      assert.equal((await knocking.status()).hasMetadata, false)
      assert.deepEqual(
        (await knocking.peers()).filter(({ connecting }) => !connecting),
        [],
      )
    }
  },
)
