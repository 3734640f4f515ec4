// Torrents and links that Shoal itself makes, read by others; and links that name only one half of a hybrid.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import { differences, makeBigFile, makeTree } from './fixtures.ts'
import { type Client, Ground } from './ground.ts'
import { Libtorrent, type TorrentKind } from './libtorrent.ts'
import { forV1, Rtorrent } from './rtorrent.ts'
import type { Scene } from './scene.ts'
import { Shoal } from './shoal.ts'
import { Tracker } from './tracker.ts'

const ground = await Ground.enter(import.meta.filename)

/** 513 pieces of 16 KiB: libtorrent asks for the hash of the last one by itself, and cannot use it. */
const LONE_PIECE_BYTES = 512 * 16 * 1024 + 77

async function takeWithLibtorrent(scene: Scene, link: string): Promise<string> {
  const target = await scene.folder('target')
  const taker = await Libtorrent.start(scene, await scene.host('taker'))
  await (await taker.add(link, { savePath: target })).complete()
  return target
}

async function takeWithRtorrent(scene: Scene, link: string): Promise<string> {
  const target = await scene.folder('target')
  const taker = await Rtorrent.start(scene, await scene.host('taker'), forV1(link), { savePath: target })
  await taker.complete()
  return target
}

async function takeWithShoal(scene: Scene, link: string): Promise<string> {
  const target = await scene.folder('target')
  await (await Shoal.get(scene, await scene.host('taker'), link, '-o', target, '--no-lsd')).done()
  return target
}

const TAKERS = { libtorrent: takeWithLibtorrent, rtorrent: takeWithRtorrent, shoal: takeWithShoal }

describe('what Shoal makes', { concurrency: 2 }, () => {
  for (const taker of ['libtorrent', 'rtorrent', 'shoal'] as const) {
    const needs: readonly Client[] = taker === 'shoal' ? [] : [taker]
    ground.test(
      `a folder shared with everyone is fetched by ${taker} from its link`,
      needs,
      async (scene) => {
        const tracker = await Tracker.start(scene)
        const source = join(await scene.folder('source'), 'content')
        await makeTree(source, 'made', 200)
        const listed = [
          '--to',
          'everyone',
          '--licence',
          'own-work',
          '--tracker',
          tracker.url('http'),
          '--no-lsd',
        ]
        const { magnet } = await Shoal.share(scene, await scene.host('giver'), source, ...listed)
        await tracker.heard('Shoal', ({ left }) => left === 0)
        const target = await TAKERS[taker](scene, magnet)
        assert.deepEqual(await differences(source, join(target, 'content')), [])
      },
    )
  }

  for (const kind of ['v1', 'v2', 'hybrid'] as const) {
    ground.test(
      `libtorrent reads a ${kind} torrent of Shoal as Shoal does`,
      ['libtorrent'],
      async (scene) => {
        const source = join(await scene.folder('source'), 'content')
        await makeTree(source, 'made', 200)
        const torrent = join(scene.directory, 'made.torrent')
        const flags = kind === 'hybrid' ? [] : [`--${kind}`]
        const made = await Shoal.run<{ infohashV1: string | null; infohashV2: string | null }>(
          scene,
          'create',
          source,
          '-o',
          torrent,
          ...flags,
        )
        const seen = await Libtorrent.idle(scene).inspect(torrent)
        assert.deepEqual([made.infohashV1, made.infohashV2], [seen.infohashV1, seen.infohashV2])
        assert.deepEqual([seen.infohashV1 !== null, seen.infohashV2 !== null], [kind !== 'v2', kind !== 'v1'])
      },
    )
  }
})

describe('links with one half of a hybrid', { concurrency: 2 }, () => {
  for (const half of ['btih', 'btmh'] as const) {
    for (const giver of ['shoal', 'libtorrent'] as const) {
      const taker = giver === 'shoal' ? 'libtorrent' : 'shoal'
      ground.test(
        `${taker} fetches a hybrid from ${giver} by ${half} alone`,
        ['libtorrent'],
        async (scene) => {
          const content = await makeContent(scene, 'hybrid', LONE_PIECE_BYTES, half)
          assert.deepEqual(await exchange(scene, giver, content), [])
        },
      )
    }
  }
})

describe('piece layers that end with a run of one hash', { concurrency: 2 }, () => {
  for (const giver of ['shoal', 'libtorrent'] as const) {
    ground.test(`they are fetched from ${giver}`, ['libtorrent'], async (scene) => {
      assert.deepEqual(
        await exchange(scene, giver, await makeContent(scene, 'v2', LONE_PIECE_BYTES, 'btmh')),
        [],
      )
    })
  }
})

interface Content {
  readonly tracker: Tracker
  readonly source: string
  readonly torrent: string
  readonly link: string
  /** As the link names it to trackers. */
  readonly infohash: string
}

async function makeContent(
  scene: Scene,
  kind: TorrentKind,
  lengthBytes: number,
  half: 'btih' | 'btmh',
): Promise<Content> {
  const tracker = await Tracker.start(scene)
  const source = await scene.folder('source')
  await makeBigFile(join(source, 'content'), 'halves', lengthBytes)
  const torrent = join(scene.directory, 'content.torrent')
  const maker = Libtorrent.idle(scene)
  const path = join(source, 'content')
  const url = tracker.url('http')
  const made = await maker.make({ path, output: torrent, kind, pieceLengthBytes: 16 * 1024, trackers: [url] })
  await maker.stop()
  const topic = half === 'btih' ? `btih:${made.infohashV1}` : `btmh:1220${made.infohashV2}`
  const infohash = (half === 'btih' ? made.infohashV1 : made.infohashV2)?.slice(0, 40) ?? ''
  return {
    tracker,
    source,
    torrent,
    infohash,
    link: `magnet:?xt=urn:${topic}&tr=${encodeURIComponent(url)}`,
  }
}

/** The other of the two takes. @returns what differs */
async function exchange(scene: Scene, giver: 'shoal' | 'libtorrent', content: Content): Promise<string[]> {
  const { tracker, source, torrent, link, infohash } = content
  const host = await scene.host('giver')
  if (giver === 'shoal') {
    await Shoal.share(
      scene,
      host,
      torrent,
      '--dir',
      source,
      '--to',
      'everyone',
      '--licence',
      'own-work',
      '--no-lsd',
    )
  } else {
    const client = await Libtorrent.start(scene, host)
    await (await client.add(torrent, { savePath: source })).complete()
  }
  await tracker.heard('the giver', (announce) => announce.left === 0 && announce.infohash === infohash)
  const target = await (giver === 'shoal' ? takeWithLibtorrent : takeWithShoal)(scene, link)
  return differences(join(source, 'content'), join(target, 'content'))
}
