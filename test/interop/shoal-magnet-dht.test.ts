// A link and nothing else: no tracker, no address, no local network. Metadata and data come through the DHT alone.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import { until } from '../../lab/netns/until.ts'
import { compactEndpoint } from '../../src/base/address.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { endpointText } from '../../src/base/endpoint.ts'
import { DhtCrowd } from './dht-crowd.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, type MadeTorrent, type TorrentKind } from './libtorrent.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { Transmission } from './transmission.ts'

const ground = await Ground.enter(import.meta.filename)

const LENGTH_BYTES = 4 * 1024 * 1024 + 321
/** Nothing but the DHT. */
const ALONE = ['--no-lsd', '--no-pex']

interface Content {
  readonly source: string
  readonly file: string
  readonly torrent: string
  readonly made: MadeTorrent
}

async function makeContent(scene: Scene, kind: TorrentKind): Promise<Content> {
  const source = await scene.folder('source')
  const file = join(source, 'content')
  await makeBigFile(file, 'dht', LENGTH_BYTES)
  const torrent = join(scene.directory, 'content.torrent')
  const maker = Libtorrent.idle(scene)
  const made = await maker.make({ path: file, output: torrent, kind })
  await maker.stop()
  return { source, file, torrent, made }
}

/** All of one private network, where libtorrent would otherwise take one node of a /24 only. */
function libtorrentNode(scene: Scene, host: Host, known: DhtCrowd): Promise<Libtorrent> {
  return Libtorrent.start(scene, host, {
    settings: {
      enable_dht: true,
      dht_bootstrap_nodes: endpointText(known.first),
      dht_restrict_routing_ips: false,
      dht_restrict_search_ips: false,
      dht_ignore_dark_internet: false,
      dht_prefer_verified_node_ids: false,
    },
  })
}

/**
 * It begins with the nodes that it knew when it ended last, the first eight of them at once. Without such a file it takes
 * a minute and a half before it announces anything.
 */
function transmissionNode(scene: Scene, host: Host, known: DhtCrowd): Promise<Transmission> {
  const nodes = concatBytes(known.endpoints.map(compactEndpoint))
  const table = encode({ id: new Uint8Array(20).fill(host.address.length), nodes })
  return Transmission.start(scene, host, { settings: { 'dht-enabled': true }, files: { 'dht.dat': table } })
}

/** Whom everybody begins with. */
function crowd(scene: Scene): Promise<DhtCrowd> {
  return DhtCrowd.gather(scene, 12)
}

async function fetched(scene: Scene, known: DhtCrowd, link: string, { file }: Content): Promise<void> {
  const target = await scene.folder('target')
  const host = await scene.host('taker')
  await (
    await Shoal.get(scene, host, link, '-o', target, ...ALONE, '--dht-node', endpointText(known.first))
  ).done()
  assert.deepEqual(await differences(file, join(target, 'content')), [])
}

const bare = ({ made }: Content): string => `magnet:?xt=urn:btih:${made.infohashV1}`

for (const kind of ['v1', 'v2', 'hybrid'] as const) {
  ground.test(`Shoal gets a ${kind} torrent of libtorrent by a bare link`, ['libtorrent'], async (scene) => {
    const content = await makeContent(scene, kind)
    const known = await crowd(scene)
    const seed = await libtorrentNode(scene, await scene.host('seed'), known)
    await (await seed.add(content.torrent, { savePath: content.source, noPex: true })).complete()
    const link = kind === 'v2' ? `magnet:?xt=urn:btmh:1220${content.made.infohashV2}` : bare(content)
    await fetched(scene, known, link, content)
  })

  ground.test(`libtorrent gets a ${kind} torrent of Shoal by a bare link`, ['libtorrent'], async (scene) => {
    const content = await makeContent(scene, kind)
    const known = await crowd(scene)
    const words = [
      '--dir',
      content.source,
      '--to',
      'everyone',
      '--licence',
      'own-work',
      ...ALONE,
      '--dht-node',
      endpointText(known.first),
    ]
    await Shoal.share(scene, await scene.host('giver'), content.torrent, ...words)
    const taker = await libtorrentNode(scene, await scene.host('taker'), known)
    const target = await scene.folder('target')
    const link = kind === 'v2' ? `magnet:?xt=urn:btmh:1220${content.made.infohashV2}` : bare(content)
    await (await taker.add(link, { savePath: target, noPex: true })).complete()
    assert.deepEqual(await differences(content.file, join(target, 'content')), [])
  })
}

ground.test(
  'Shoal gets a torrent of transmission by a bare link',
  ['libtorrent', 'transmission'],
  async (scene) => {
    const content = await makeContent(scene, 'v1')
    const known = await crowd(scene)
    const seed = await transmissionNode(scene, await scene.host('seed'), known)
    await (await seed.add(content.torrent, { savePath: content.source })).complete()
    await fetched(scene, known, bare(content), content)
  },
)

ground.test(
  'transmission gets a torrent of Shoal by a bare link',
  ['libtorrent', 'transmission'],
  async (scene) => {
    const content = await makeContent(scene, 'v1')
    const known = await crowd(scene)
    const words = [
      '--dir',
      content.source,
      '--to',
      'everyone',
      '--licence',
      'own-work',
      ...ALONE,
      '--dht-node',
      endpointText(known.first),
    ]
    await Shoal.share(scene, await scene.host('giver'), content.torrent, ...words)
    const taker = await transmissionNode(scene, await scene.host('taker'), known)
    const target = await scene.folder('target')
    await (await taker.add(bare(content), { savePath: target })).complete()
    assert.deepEqual(await differences(content.file, join(target, 'content')), [])
  },
)

ground.test('Shoals find an unlisted share by its link alone', ['libtorrent'], async (scene) => {
  const content = await makeContent(scene, 'hybrid')
  const known = await crowd(scene)
  const words = ['--dir', content.source, ...ALONE, '--dht-node', endpointText(known.first)]
  const sharing = await Shoal.share(scene, await scene.host('giver'), content.torrent, ...words)
  const link = sharing.magnet.replace(/&x\.pe=[^&]*/g, '')
  assert.match(link, /[?&]x\.to=link(&|$)/)
  await fetched(scene, known, link, content)
  // Whoever looks for its infohash finds nobody: a client that is no Shoal does not know the meeting point.
  const stranger = await libtorrentNode(scene, await scene.host('stranger'), known)
  const looking = await stranger.add(bare(content), { savePath: await scene.folder('stranger'), noPex: true })
  await until('the stranger is in the DHT', async () => (await stranger.dhtNodes()) > 0)
  assert.equal((await looking.status()).hasMetadata, false)
})
