// Proof that the harness works, before Shoal is put into it: the other clients exchange files with each other.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { Aria2 } from './aria2.ts'
import { differences, makeBigFile, makeTree, writePadFiles } from './fixtures.ts'
import { Ground } from './ground.ts'
import { Libtorrent, PEER_PORT } from './libtorrent.ts'
import { Tracker } from './tracker.ts'
import { Transmission } from './transmission.ts'

const ground = await Ground.enter(import.meta.filename)

const MIB = 1024 * 1024

// transmission waits some 13 s before its first block, either way: side by side the tests wait once.
describe('other clients exchange files in the harness', { concurrency: 4 }, () => {
  ground.test(
    'libtorrent seeds a v1 tree to transmission through an HTTP tracker',
    ['libtorrent', 'transmission'],
    async (scene) => {
      const tracker = await Tracker.start(scene)
      const seed = await Libtorrent.start(scene, await scene.host('seed'))
      const leech = await Transmission.start(scene, await scene.host('leech'))
      const source = await scene.folder('source')
      const target = await scene.folder('target')
      await makeTree(join(source, 'tree'), 'harness tree')
      const torrent = join(scene.directory, 'tree.torrent')
      const made = await seed.make({
        path: join(source, 'tree'),
        output: torrent,
        kind: 'v1',
        pieceLengthBytes: 32 * 1024,
        trackers: [tracker.url('http')],
      })
      const seeding = await seed.add(torrent, { savePath: source })
      await seeding.complete()
      await tracker.heard('the seed', ({ left }) => left === 0)
      const leeching = await leech.add(torrent, { savePath: target })
      await leeching.complete()
      const compare = { withoutEmptyFiles: true }
      assert.deepEqual(await differences(join(source, 'tree'), join(target, 'tree'), compare), [])
      const announce = await tracker.heard('transmission', ({ left }) => left > 0)
      assert.equal(announce.infohash, made.infohashV1)
      assert.equal(announce.protocol, 'http')
    },
  )

  ground.test(
    'libtorrent fetches a v2 file from libtorrent by magnet over IPv6',
    ['libtorrent'],
    async (scene) => {
      const seedHost = await scene.host('seed')
      const seed = await Libtorrent.start(scene, seedHost, { family: 6 })
      const leech = await Libtorrent.start(scene, await scene.host('leech'), { family: 6 })
      const source = await scene.folder('source')
      const target = await scene.folder('target')
      await makeBigFile(join(source, 'big.bin'), 'harness file', 8 * MIB + 1)
      const torrent = join(scene.directory, 'big.torrent')
      const made = await seed.make({ path: join(source, 'big.bin'), output: torrent, kind: 'v2' })
      assert.equal(made.infohashV1, null)
      await (await seed.add(torrent, { savePath: source })).complete()
      const leeching = await leech.add(made.magnet, { savePath: target })
      await leeching.connect(seedHost.address6, PEER_PORT)
      await leeching.event('metadata')
      await leeching.complete()
      assert.deepEqual(await differences(join(source, 'big.bin'), join(target, 'big.bin')), [])
    },
  )

  ground.test(
    'aria2 fetches a v1 tree from libtorrent through a UDP tracker, and gives it on to libtorrent',
    ['libtorrent', 'aria2'],
    async (scene) => {
      const tracker = await Tracker.start(scene)
      const seed = await Libtorrent.start(scene, await scene.host('seed'))
      const aria2 = await Aria2.start(scene, await scene.host('aria2'), { udpTrackers: true })
      const last = await Libtorrent.start(scene, await scene.host('last'))
      const [source, middle, target] = [
        await scene.folder('source'),
        await scene.folder('middle'),
        await scene.folder('target'),
      ]
      await makeTree(join(source, 'tree'), 'harness tree', 200)
      const torrent = join(scene.directory, 'tree.torrent')
      await seed.make({
        path: join(source, 'tree'),
        output: torrent,
        kind: 'v1',
        trackers: [tracker.url('udp')],
      })
      const seeding = await seed.add(torrent, { savePath: source })
      await seeding.complete()
      await tracker.heard('the seed', ({ left }) => left === 0)
      await (await aria2.add(torrent, { savePath: middle })).complete()
      assert.deepEqual(await differences(join(source, 'tree'), join(middle, 'tree')), [])
      await seed.stop()
      const leeching = await last.add(torrent, { savePath: target })
      await leeching.complete()
      assert.deepEqual(await differences(join(source, 'tree'), join(target, 'tree')), [])
    },
  )

  ground.test(
    'aria2 seeds a v1 tree to libtorrent, and a hybrid one if it is newer than 1.36',
    ['libtorrent', 'aria2'],
    async (scene) => {
      const tracker = await Tracker.start(scene)
      const seed = await Aria2.start(scene, await scene.host('seed'))
      const leech = await Libtorrent.start(scene, await scene.host('leech'))
      const known = new Set<string>()
      for (const kind of ['v1', 'hybrid'] as const) {
        const [source, target] = [await scene.folder('source'), await scene.folder('target')]
        await makeTree(join(source, 'tree'), kind, 200)
        const torrent = join(scene.directory, `${kind}.torrent`)
        const trackers = [tracker.url('http')]
        const made = await leech.make({ path: join(source, 'tree'), output: torrent, kind, trackers })
        await writePadFiles(source, made.files)
        await (await seed.add(torrent, { savePath: source, seed: true })).complete()
        const announce = await tracker.heard(kind, ({ left, infohash }) => left === 0 && !known.has(infohash))
        known.add(announce.infohash)
        if (kind === 'hybrid' && !seed.readsHybrid) {
          assert.notEqual(announce.infohash, made.infohashV1)
          continue
        }
        await (await leech.add(torrent, { savePath: target })).complete()
        assert.deepEqual(await differences(join(source, 'tree'), join(target, 'tree')), [])
      }
    },
  )

  ground.test(
    'transmission seeds a v1 file to libtorrent through a UDP tracker by magnet, and reads hybrids since 4.0',
    ['libtorrent', 'transmission'],
    async (scene) => {
      const tracker = await Tracker.start(scene)
      const seed = await Transmission.start(scene, await scene.host('seed'))
      const leech = await Libtorrent.start(scene, await scene.host('leech'))
      const [source, target] = [await scene.folder('source'), await scene.folder('target')]
      const file = join(source, 'big.bin')
      await makeBigFile(file, 'harness file', 4 * MIB + 1)
      const hybrid = join(scene.directory, 'hybrid.torrent')
      await leech.make({ path: file, output: hybrid, kind: 'hybrid' })
      const reading = seed.add(hybrid, { savePath: source, paused: true })
      if (seed.readsHybrid) await reading
      else await assert.rejects(reading, /invalid or corrupt torrent file/)
      const torrent = join(scene.directory, 'v1.torrent')
      const trackers = [tracker.url('udp')]
      const made = await leech.make({ path: file, output: torrent, kind: 'v1', trackers })
      await (await seed.add(torrent, { savePath: source })).complete()
      const announce = await tracker.heard('the seed', ({ left }) => left === 0)
      assert.equal(announce.protocol, 'udp')
      await (await leech.add(made.magnet, { savePath: target })).complete()
      assert.deepEqual(await differences(file, join(target, 'big.bin')), [])
    },
  )

  ground.test('a third peer is found by PEX alone', ['libtorrent'], async (scene) => {
    const [seedHost, middleHost] = [await scene.host('seed'), await scene.host('middle')]
    const seed = await Libtorrent.start(scene, seedHost)
    const middle = await Libtorrent.start(scene, middleHost)
    const source = await scene.folder('source')
    await makeBigFile(join(source, 'big.bin'), 'harness file', 4 * MIB)
    const torrent = join(scene.directory, 'big.torrent')
    await seed.make({ path: join(source, 'big.bin'), output: torrent, kind: 'v1' })
    const seeding = await seed.add(torrent, { savePath: source })
    await seeding.complete()
    // The one in the middle gets next to nothing, so what the leech gets is from the seed.
    const middling = await middle.add(torrent, {
      savePath: await scene.folder('middle'),
      peers: [[seedHost.address, PEER_PORT]],
      downLimit: 20_000,
    })
    await until('the middle one knows the seed', async () => (await middling.status()).seeds === 1)
    const leechHost = await scene.host('leech')
    const leech = await Libtorrent.start(scene, leechHost)
    const leeching = await leech.add(torrent, {
      savePath: await scene.folder('leech'),
      peers: [[middleHost.address, PEER_PORT]],
      downLimit: 4 * MIB,
    })
    // Whoever is told first connects; only that side knows from where it had the address.
    await until('seed and leech know each other by PEX', async () => {
      const there = (await leeching.peers()).find(({ host }) => host === seedHost.address)
      const here = (await seeding.peers()).find(({ host }) => host === leechHost.address)
      return there?.sources.includes('pex') || here?.sources.includes('pex')
    })
    await leeching.complete()
    assert.ok((await middling.status()).progress < 0.5)
  })

  ground.test('peers on the same network find each other by LSD alone', ['libtorrent'], async (scene) => {
    const seedHost = await scene.host('seed')
    const seed = await Libtorrent.start(scene, seedHost, { lsd: true })
    const leech = await Libtorrent.start(scene, await scene.host('leech'), { lsd: true })
    const source = await scene.folder('source')
    await makeBigFile(join(source, 'big.bin'), 'harness file', 4 * MIB)
    const torrent = join(scene.directory, 'big.torrent')
    await leech.make({ path: join(source, 'big.bin'), output: torrent, kind: 'v2' })
    await (await seed.add(torrent, { savePath: source })).complete()
    await (await leech.add(torrent, { savePath: await scene.folder('leech') })).complete()
  })
})
