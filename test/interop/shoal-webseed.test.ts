// nginx as a seed (BEP 19): alone, beside peers, over TLS, through a kill; for torrents that Shoal makes, fetched by Shoal
// and by libtorrent from the same server.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Host } from '../../lab/netns/lan.ts'
import { until } from '../../lab/netns/until.ts'
import { selfSigned } from '../doubles/self-signed.ts'
import { differences, makeBigFile, makeTree } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT, PYTHON } from './libtorrent.ts'
import { Nginx } from './nginx.ts'
import type { Scene } from './scene.ts'
import { type ProgressEvent, Shoal } from './shoal.ts'

const ground = await Ground.enter(import.meta.filename)

const MIB = 1024 * 1024
const BIG_BYTES = 24 * MIB + 12_345
const NAME = 'été & 100 % [plain] 🐟'

/** Where the test itself runs, with nothing but loopback. */
const HERE = { name: 'here', prefix: [] } as unknown as Host

interface Served {
  readonly nginx: Nginx
  /** What the torrent was made from. */
  readonly source: string
  readonly torrent: string
  readonly magnet: string
  readonly name: string
}

interface Serving {
  readonly what: 'file' | 'tree'
  readonly kind: 'v1' | 'v2' | 'hybrid'
  readonly host?: Host
  readonly tls?: ReturnType<typeof selfSigned>
  readonly server?: string
  readonly bytes?: number
}

/** Content, its torrent made by Shoal with the server's URL in it, and the server. */
async function serve(
  scene: Scene,
  { what, kind, host, tls, server, bytes = BIG_BYTES }: Serving,
): Promise<Served> {
  const root = await scene.folder('www')
  const name = what === 'file' ? 'content.bin' : NAME
  const source = join(root, name)
  if (what === 'file') await makeBigFile(source, 'webseed', bytes)
  else await makeTree(source, 'webseed', 150)
  const nginx = await Nginx.start(scene, host, {
    root,
    ...(tls === undefined ? {} : { tls }),
    ...(server === undefined ? {} : { server }),
  })
  const torrent = join(scene.directory, 'made.torrent')
  const url = what === 'file' ? `${nginx.url}/${name}` : `${nginx.url}/`
  const flags = kind === 'hybrid' ? [] : [`--${kind}`]
  const made = await Shoal.run<{ magnet: string }>(
    scene,
    'create',
    source,
    '-o',
    torrent,
    '--web-seed',
    url,
    ...flags,
  )
  return { nginx, source, torrent, magnet: made.magnet, name }
}

/** Progress as it was said last. */
function lastProgress(shoal: Shoal): ProgressEvent | undefined {
  return shoal.lines.findLast((line): line is ProgressEvent => line.event === 'progress')
}

describe('nginx is the only seed', { concurrency: 2 }, () => {
  for (const kind of ['v1', 'v2', 'hybrid'] as const) {
    for (const what of ['file', 'tree'] as const) {
      ground.test(`of a ${kind} torrent of a ${what}`, ['nginx'], async (scene) => {
        const served = await serve(scene, { what, kind, host: await scene.host('server') })
        const target = await scene.folder('target')
        const taker = await Shoal.get(
          scene,
          await scene.host('taker'),
          served.torrent,
          '-o',
          target,
          '--no-lsd',
        )
        const done = await taker.done()
        assert.deepEqual(await differences(served.source, join(target, served.name)), [])
        assert.equal(done.takenBytes, done.bytes, 'nothing twice')
        const answered = await served.nginx.answered()
        assert.ok(answered.every(({ status, agent }) => status === 206 && agent === 'Shoal'))
        assert.ok(!answered.some(({ path }) => path.includes('.pad')), 'pad files are never asked for')
        if (what === 'file') assert.ok(answered.length <= 20, `${answered.length} requests for one file`)
      })
    }
  }

  ground.test('of a torrent that does not name it: get --web-seed does', ['nginx'], async (scene) => {
    const host = await scene.host('server')
    const served = await serve(scene, { what: 'tree', kind: 'v2', host })
    const bare = join(scene.directory, 'bare.torrent')
    await Shoal.run(scene, 'create', served.source, '-o', bare, '--v2')
    const target = await scene.folder('target')
    const named = ['--web-seed', `${served.nginx.url}/`]
    const taker = await Shoal.get(scene, await scene.host('taker'), bare, '-o', target, '--no-lsd', ...named)
    await taker.done()
    assert.deepEqual(await differences(served.source, join(target, served.name)), [])
  })

  ground.test('after a kill it goes on where it stopped', ['nginx'], async (scene) => {
    const served = await serve(scene, {
      what: 'file',
      kind: 'hybrid',
      host: await scene.host('server'),
      // A request may have so much at once, and then so much a second.
      server: 'limit_rate 2m;',
      bytes: 48 * MIB + 1,
    })
    const host = await scene.host('taker')
    const target = await scene.folder('target')
    const flags = ['-o', target, '--no-lsd', '--state-dir', await scene.folder('state')]
    const first = await Shoal.get(scene, host, served.torrent, ...flags)
    await until('most of it is here', () => (lastProgress(first)?.doneBytes ?? 0) > 36 * MIB, {
      program: first.program,
    })
    first.program.signal('SIGKILL')
    await first.program.ended
    const second = await Shoal.get(scene, host, served.torrent, ...flags)
    const done = await second.done()
    assert.deepEqual(await differences(served.source, join(target, served.name)), [])
    // SAFETY.md, G3: at most the larger of 16 MiB or 5 s of what was received.
    assert.ok(done.takenBytes < done.bytes, `${done.takenBytes} of ${done.bytes} bytes fetched again`)
  })
})

// One after the other: all of it has the same loopback.
describe('a server on the same computer is the only seed', () => {
  ground.test(
    'over TLS with a certificate that the system trusts, and not without',
    ['nginx'],
    async (scene) => {
      const tls = selfSigned('files.test')
      const served = await serve(scene, { what: 'tree', kind: 'hybrid', tls })
      const certificate = join(scene.directory, 'trusted.pem')
      await writeFile(certificate, tls.certificate)
      const trusting: Host = { ...HERE, prefix: ['env', `NODE_EXTRA_CA_CERTS=${certificate}`] }
      const flags = ['--no-lsd', '--bind', '127.0.0.1']
      const target = await scene.folder('target')
      await (await Shoal.get(scene, trusting, served.torrent, '-o', target, ...flags)).done()
      assert.deepEqual(await differences(served.source, join(target, served.name)), [])
      const before = (await served.nginx.answered()).length
      const nothing = await scene.folder('nothing')
      const untrusting = await Shoal.get(
        scene,
        HERE,
        served.torrent,
        '-o',
        nothing,
        '--timeout',
        '3s',
        ...flags,
      )
      await until('it says that it waits', () => lastProgress(untrusting)?.webSeeds[0]?.state === 'waiting')
      assert.equal((await untrusting.program.ended).code === 0, false)
      assert.equal((await served.nginx.answered()).length, before)
    },
  )

  ground.test('of python too, whose server knows no ranges', ['libtorrent'], async (scene) => {
    const target = await scene.folder('target')
    for (const [what, kind] of [
      ['file', 'v1'],
      ['tree', 'hybrid'],
    ] as const) {
      const root = await scene.folder('www')
      const name = what === 'file' ? 'content.bin' : NAME
      if (what === 'file') await makeBigFile(join(root, name), 'webseed', BIG_BYTES)
      else await makeTree(join(root, name), 'webseed', 60)
      const torrent = join(scene.directory, `${what}.torrent`)
      await Shoal.run(scene, 'create', join(root, name), '-o', torrent, ...(kind === 'v1' ? ['--v1'] : []))
      const port = String(what === 'file' ? 8001 : 8002)
      // On loopback: it looks its own address up, and waits where there is nobody to ask.
      const words = ['-m', 'http.server', port, '--bind', '127.0.0.1', '--directory', root]
      scene.start('python', [PYTHON, ...words])
      const address = `http://127.0.0.1:${port}/`
      // Refused at first, it would be asked again seconds later.
      await until('python listens', () =>
        fetch(address).then(
          ({ ok }) => ok,
          () => false,
        ),
      )
      const flags = ['-o', target, '--no-lsd', '--bind', '127.0.0.1', '--web-seed', address]
      const taker = await Shoal.get(scene, HERE, torrent, ...flags)
      await taker.done()
      assert.deepEqual(await differences(join(root, name), join(target, name)), [])
      await taker.program.stop('SIGINT')
    }
  })
})

describe('nginx beside peers', { concurrency: 2 }, () => {
  ground.test('both give', ['nginx'], async (scene) => {
    const served = await serve(scene, {
      what: 'file',
      kind: 'hybrid',
      host: await scene.host('server'),
      server: 'limit_rate 500k;',
      bytes: 30 * MIB,
    })
    const giverHost = await scene.host('giver')
    const giving = [
      '--to',
      'everyone',
      '--licence',
      'own-work',
      '--no-lsd',
      '--up',
      '4MB/s',
      '--dir',
      join(served.source, '..'),
    ]
    await Shoal.share(scene, giverHost, served.torrent, ...giving)
    const target = await scene.folder('target')
    const peer = ['--peer', `${giverHost.address}:${PEER_PORT}`]
    const taker = await Shoal.get(
      scene,
      await scene.host('taker'),
      served.torrent,
      '-o',
      target,
      '--no-lsd',
      ...peer,
    )
    const done = await taker.done()
    assert.deepEqual(await differences(served.source, join(target, served.name)), [])
    const lines = await served.nginx.answered()
    const fromWeb = lines.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)
    assert.ok(fromWeb > 2 * MIB, `${fromWeb} bytes from the server`)
    assert.ok(done.takenBytes - fromWeb > 2 * MIB, `${fromWeb} of ${done.takenBytes} bytes from the server`)
    // What the endgame asks of both: at most some megabytes.
    assert.ok(done.takenBytes <= done.bytes + 4 * MIB)
  })

  ground.test(
    'a link has its list of files from a peer and its data from the server',
    ['nginx'],
    async (scene) => {
      const served = await serve(scene, { what: 'tree', kind: 'hybrid', host: await scene.host('server') })
      const giverHost = await scene.host('giver')
      // Too slow to be more than the one who tells what is in it.
      const giving = [
        '--to',
        'everyone',
        '--licence',
        'own-work',
        '--no-lsd',
        '--up',
        '20kB/s',
        '--dir',
        join(served.source, '..'),
      ]
      await Shoal.share(scene, giverHost, served.torrent, ...giving)
      const target = await scene.folder('target')
      const peer = ['--peer', `${giverHost.address}:${PEER_PORT}`]
      const taker = await Shoal.get(
        scene,
        await scene.host('taker'),
        served.magnet,
        '-o',
        target,
        '--no-lsd',
        ...peer,
      )
      await taker.done()
      assert.deepEqual(await differences(served.source, join(target, served.name)), [])
      assert.ok((await served.nginx.answered()).length > 0)
    },
  )
})

for (const kind of ['v1', 'hybrid'] as const) {
  ground.test(
    `libtorrent fetches a ${kind} torrent of Shoal from the same server`,
    ['nginx', 'libtorrent'],
    async (scene) => {
      const served = await serve(scene, { what: 'tree', kind, host: await scene.host('server') })
      const target = await scene.folder('target')
      const taker = await Libtorrent.start(scene, await scene.host('taker'))
      await (await taker.add(served.torrent, { savePath: target })).complete()
      assert.deepEqual(await differences(served.source, join(target, served.name)), [])
    },
  )
}
