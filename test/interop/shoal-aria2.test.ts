// Shoal and aria2, both ways. aria2 up to 1.36 cannot find the swarm of a hybrid torrent (see aria2.ts); what it can do
// with one, getting the metadata from Shoal by the v1 infohash, it does here.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { Aria2 } from './aria2.ts'
import { Ground } from './ground.ts'
import { Libtorrent } from './libtorrent.ts'
import { Shoal } from './shoal.ts'
import { Tracker } from './tracker.ts'
import { Library, type Transfer, testTransfer } from './transfer.ts'

const ground = await Ground.enter(import.meta.filename)
const library = new Library(ground)

const ROWS: readonly Omit<Transfer, 'kind'>[] = [
  { giver: 'shoal', taker: 'aria2', content: 'file', from: 'file', finding: 'http', family: 4 },
  { giver: 'shoal', taker: 'aria2', content: 'file', from: 'magnet', finding: 'udp', family: 4 },
  { giver: 'shoal', taker: 'aria2', content: 'tree', from: 'magnet', finding: 'http', family: 6 },
  { giver: 'aria2', taker: 'shoal', content: 'file', from: 'magnet', finding: 'http', family: 6 },
  { giver: 'aria2', taker: 'shoal', content: 'tree', from: 'file', finding: 'udp', family: 4 },
  { giver: 'aria2', taker: 'shoal', content: 'tree', from: 'magnet', finding: 'http', family: 4 },
]

describe('Shoal and aria2 exchange every byte', { concurrency: 2 }, () => {
  for (const row of ROWS) testTransfer(ground, library, { ...row, kind: 'v1' })

  ground.test(
    'aria2 gets the metadata of a hybrid torrent from Shoal by its v1 infohash',
    ['libtorrent', 'aria2'],
    async (scene) => {
      const tracker = await Tracker.start(scene)
      const source = await library.folder('file')
      const torrent = join(scene.directory, 'content.torrent')
      const maker = Libtorrent.idle(scene)
      const path = join(source, 'content')
      const made = await maker.make({
        path,
        output: torrent,
        kind: 'hybrid',
        trackers: [tracker.url('http')],
      })
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
      )
      await tracker.heard('Shoal', ({ left, infohash }) => left === 0 && infohash === made.infohashV1)
      const aria2 = await Aria2.start(scene, await scene.host('taker'))
      const magnet = `magnet:?xt=urn:btih:${made.infohashV1}&tr=${encodeURIComponent(tracker.url('http'))}`
      const download = await aria2.add(magnet, { savePath: await scene.folder('target') })
      const [next] = await until('aria2 has the metadata', async () => (await download.status()).followedBy)
      const files = await aria2.call<{ path: string; length: string }[]>('aria2.getFiles', next)
      assert.equal(files.length, 1)
      assert.equal(Number(files[0]?.length), made.totalBytes)
    },
  )
})
