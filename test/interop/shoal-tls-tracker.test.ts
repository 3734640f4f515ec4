// A tracker behind TLS, as private trackers are: nginx in front of it, with a certificate that Shoal is told to trust, or not.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import { selfSigned } from '../doubles/self-signed.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT } from './libtorrent.ts'
import { Nginx } from './nginx.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { Tracker } from './tracker.ts'

const ground = await Ground.enter(import.meta.filename)

interface Served {
  readonly tracker: Tracker
  readonly url: string
  readonly source: string
  readonly torrent: string
  /** A host where the certificate is trusted. */
  readonly trusting: (host: Host) => Host
}

async function serve(scene: Scene): Promise<Served> {
  const tracker = await Tracker.start(scene, { behindProxy: true })
  const tls = selfSigned('tracker.test', scene.lan.address)
  const location = `location / { proxy_pass ${new URL(tracker.url('http')).origin}; proxy_set_header X-Forwarded-For $remote_addr; }`
  const nginx = await Nginx.start(scene, undefined, { tls, address: scene.lan.address, server: location })
  const certificate = join(scene.directory, 'trusted.pem')
  await writeFile(certificate, tls.certificate)
  const source = await scene.folder('source')
  await makeBigFile(join(source, 'content'), 'tls', 2_000_003)
  const torrent = join(scene.directory, 'content.torrent')
  const url = `${nginx.url}/announce`
  const maker = Libtorrent.idle(scene)
  await maker.make({
    path: join(source, 'content'),
    output: torrent,
    kind: 'hybrid',
    trackers: [url],
    private: true,
  })
  await maker.stop()
  const trusting = (host: Host): Host => ({
    ...host,
    prefix: [...host.prefix, 'env', `NODE_EXTRA_CA_CERTS=${certificate}`],
  })
  return { tracker, url, source, torrent, trusting }
}

ground.test(
  'peers of a private torrent find each other through a tracker behind TLS whose certificate the system trusts',
  ['libtorrent', 'nginx'],
  async (scene) => {
    const { tracker, source, torrent, trusting } = await serve(scene)
    const giver = trusting(await scene.host('giver'))
    await Shoal.share(scene, giver, torrent, '--dir', source)
    await tracker.heard('the giver', ({ left, port }) => left === 0 && port === PEER_PORT)
    const target = await scene.folder('target')
    const taker = trusting(await scene.host('taker'))
    await (await Shoal.get(scene, taker, torrent, '-o', target)).done()
    assert.deepEqual(await differences(join(source, 'content'), join(target, 'content')), [])
  },
)

ground.test(
  'a certificate that nobody vouches for is refused: the tracker hears nothing',
  ['libtorrent', 'nginx'],
  async (scene) => {
    const { tracker, torrent } = await serve(scene)
    const target = await scene.folder('target')
    const taker = await Shoal.get(scene, await scene.host('taker'), torrent, '-o', target, '--timeout', '5s')
    const { code } = await taker.program.ended
    assert.equal(code, 1)
    assert.deepEqual(tracker.announces, [])
  },
)
