// Sessions in the simulator that have what they get on their own disk already, or are told so.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SimDisk } from '../../../lab/sim/disk.ts'
import { ContentScene, contentOf, gets, layerOf, noise } from '../../../test/doubles/content-scene.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { concatBytes } from '../../base/bytes.ts'
import { type ContentId, contentIdText } from '../../metainfo/content-id.ts'
import { createTorrent } from '../../metainfo/create.ts'
import { Merkle } from '../../metainfo/merkle.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import type { OfferedContent } from '../session/content-source.ts'
import type { LocalPlace } from '../storage/from-disk.ts'
import type { TorrentOptions } from './options.ts'
import type { LocalContent, TakenFiles } from './take-from-disk.ts'
import type { Torrent } from './torrent.ts'

const LONG = noise(7, 3_000_000)
const SHORT = noise(8, 20_000)
const MIDDLE = noise(9, 700_000)

/** What is said to be here, by content id. */
class Here implements LocalContent {
  readonly #places = new Map<string, LocalPlace[]>()
  asked = 0

  add({ content, path, identity }: OfferedContent, as: ContentId = content): void {
    const key = contentIdText(as)
    this.#places.set(key, [...(this.#places.get(key) ?? []), { path, identity }])
  }

  async places(content: ContentId): Promise<readonly LocalPlace[]> {
    this.asked++
    return this.#places.get(contentIdText(content)) ?? []
  }
}

interface Got {
  readonly scene: ContentScene
  readonly torrent: Torrent
  readonly disk: SimDisk
  readonly taken: TakenFiles[]
  readonly finals: string[]
}

/** Gets something on the holder's computer, which has no peers. */
async function gotten(
  prepare: (scene: ContentScene, here: Here) => Promise<Partial<TorrentOptions> & { readonly of: ContentId }>,
): Promise<Got> {
  const scene = new ContentScene()
  const taken: TakenFiles[] = []
  const finals: string[] = []
  const { disk } = scene.holder
  const torrent = await scene.world.run(
    'the beginning',
    async () => {
      const here = new Here()
      await disk.makeDirectory('/saved')
      const { of, ...more } = await prepare(scene, here)
      const session = await scene.open({ local: here })
      return gets(session, of, {
        peers: [],
        fromDisk: true,
        beforeFinal: async ({ path }) => {
          assert.ok(path.endsWith('.part'))
          assert.ok((await disk.stat(path)) !== undefined)
          finals.push(path)
        },
        events: { tookFromDisk: (what) => taken.push(what) },
        ...more,
      })
    },
    60_000,
  )
  return { scene, torrent, disk, taken, finals }
}

const savedAs = (content: ContentId) => `/saved/${content.root.toHex()}`

for (const reflinks of [true, false]) {
  test(`what is here already is complete without a peer, its files ${reflinks ? 'sharing their bytes' : 'copied'}, after the check before their names`, async () => {
    const { scene, torrent, disk, taken, finals } = await gotten(async (scene, here) => {
      scene.holder.disk.reflinks = reflinks
      here.add(await scene.plant('/home/Mein Film.mp4', LONG))
      return { of: contentOf(LONG) }
    })
    await scene.world.runUntil('it is complete', () => torrent.finished, 60_000)
    assert.equal(torrent.status().takenBytes, 0)
    assert.deepEqual(Buffer.from(disk.peek(savedAs(contentOf(LONG))) ?? []), Buffer.from(LONG))
    assert.deepEqual(Buffer.from(disk.peek('/home/Mein Film.mp4') ?? []), Buffer.from(LONG))
    assert.deepEqual(taken, [
      { files: 1, bytes: LONG.length, sharedBytes: reflinks ? LONG.length : 0, learned: true },
    ])
    assert.deepEqual(finals, [`${savedAs(contentOf(LONG))}.part`])
    assert.deepEqual(
      Buffer.from(torrent.layers.get(contentOf(LONG).root.toHex()) ?? []),
      Buffer.from(layerOf(LONG)),
      'its hashes are known without having asked anybody',
    )
    await scene.close()
  })
}

async function folderTorrent(scene: ContentScene, version: 'v2' | 'hybrid' | 'v1'): Promise<Metainfo> {
  const files = []
  for (const [name, bytes] of [
    ['a.bin', LONG],
    ['b.bin', SHORT],
    ['c.bin', MIDDLE],
  ] as const) {
    await scene.plant(`/made/${name}`, bytes)
    files.push({ components: [name], path: `/made/${name}`, lengthBytes: bytes.length })
  }
  const { holder } = scene
  const { torrent } = await createTorrent(
    { name: 'folder', singleFile: false, files },
    { version, pieceLengthBytes: 32_768 },
    holder.host.ports(holder.disk),
  )
  return torrent.metainfo
}

for (const version of ['v2', 'hybrid'] as const) {
  test(`of a ${version} torrent only those files are taken that are here, under whatever names, and the rest is still to get`, async () => {
    const { scene, torrent, disk } = await gotten(async (scene, here) => {
      const metainfo = await folderTorrent(scene, version)
      here.add(await scene.plant('/elsewhere/x', LONG))
      here.add(await scene.plant('/elsewhere/y', SHORT))
      const { infohashV1, infohashV2 } = metainfo
      return { of: contentOf(LONG), metainfo, infohashV1, infohashV2 }
    })
    await scene.world.runUntil('it runs', () => torrent.stateName === 'live', 60_000)
    assert.equal(torrent.status().doneBytes, LONG.length + SHORT.length)
    await scene.world.runFor(10_000)
    assert.equal(torrent.finished, false)
    assert.deepEqual(Buffer.from(disk.peek('/saved/folder/a.bin') ?? []), Buffer.from(LONG))
    assert.deepEqual(Buffer.from(disk.peek('/saved/folder/b.bin') ?? []), Buffer.from(SHORT))
    assert.equal(disk.peek('/saved/folder/c.bin'), undefined)
    await scene.close()
  })
}

test('a v1 torrent has no roots: nothing is asked and nothing taken', async () => {
  let here: Here | undefined
  const { scene, torrent } = await gotten(async (scene, told) => {
    here = told
    const metainfo = await folderTorrent(scene, 'v1')
    return { of: contentOf(LONG), metainfo, infohashV1: metainfo.infohashV1, infohashV2: undefined }
  })
  await scene.world.runUntil('it runs', () => torrent.stateName === 'live', 60_000)
  assert.equal(here?.asked, 0)
  assert.equal(torrent.status().doneBytes, 0)
  await scene.close()
})

test('files that are not wanted are not taken', async () => {
  const { scene, torrent, disk } = await gotten(async (scene, here) => {
    const metainfo = await folderTorrent(scene, 'v2')
    for (const [name, bytes] of [
      ['x', LONG],
      ['y', SHORT],
    ] as const)
      here.add(await scene.plant(`/elsewhere/${name}`, bytes))
    return {
      of: contentOf(LONG),
      metainfo,
      infohashV2: metainfo.infohashV2,
      priorities: () => [0, 4, 0],
    }
  })
  await scene.world.runUntil('it is complete', () => torrent.finished, 60_000)
  assert.equal(disk.peek('/saved/folder/a.bin'), undefined)
  assert.equal(torrent.status().doneBytes, SHORT.length)
  await scene.close()
})

test('what is not what it was said to be never counts, and the true bytes are fetched in its place', async () => {
  const other = noise(99, LONG.length)
  const half = concatBytes([LONG.subarray(0, 1_000_000), other.subarray(1_000_000)])
  const places: Readonly<Record<string, (scene: ContentScene, here: Here) => Promise<void>>> = {
    'another file of that length': async (scene, here) =>
      here.add(await scene.plant('/home/other', other), contentOf(LONG)),
    'a file that is right at its beginning only': async (scene, here) =>
      here.add(await scene.plant('/home/half', half), contentOf(LONG)),
    'a file that was changed since': async (scene, here) => {
      here.add(await scene.plant('/home/film', LONG))
      await scene.world.sleep(100)
      scene.holder.disk.poke('/home/film', noise(5, 10), 100)
    },
    'a file that is gone': async (scene, here) => {
      here.add(await scene.plant('/home/film', LONG))
      await scene.holder.disk.remove('/home/film')
    },
    'a link': async (scene, here) => {
      here.add(await scene.plant('/home/film', LONG))
      await scene.plant('/home/secret', other)
      await scene.holder.disk.remove('/home/film')
      scene.holder.disk.plant('/home/film', 'link', '/home/secret')
    },
    'a shorter file': async (scene, here) =>
      here.add(await scene.plant('/home/short', LONG.subarray(0, 64)), contentOf(LONG)),
  }
  for (const [what, prepare] of Object.entries(places)) {
    for (const known of [true, false]) {
      const { scene, torrent, disk } = await gotten(async (scene, here) => {
        await prepare(scene, here)
        if (!known) return { of: contentOf(LONG) }
        const metainfo = await folderTorrent(scene, 'v2')
        return { of: contentOf(LONG), metainfo, infohashV2: metainfo.infohashV2, priorities: () => [4, 0, 0] }
      })
      await scene.world.runUntil('it runs', () => torrent.stateName === 'live', 60_000)
      const right = known && what.includes('beginning') ? Math.floor(1_000_000 / 32_768) * 32_768 : 0
      assert.equal(torrent.status().doneBytes, right, `${what}, layer ${known ? 'known' : 'computed'}`)
      assert.equal(torrent.finished, false, what)
      if (!known) assert.equal(disk.peek(`${savedAs(contentOf(LONG))}.part`), undefined, what)
      // Somebody who has it comes.
      const { session } = await scene.world.run('a holder', () => seedOf(scene, torrent), 60_000)
      await scene.world.runUntil('it is complete', () => torrent.finished, 120_000)
      const saved = known ? '/saved/folder/a.bin' : savedAs(contentOf(LONG))
      assert.deepEqual(Buffer.from(disk.peek(saved) ?? []), Buffer.from(LONG), what)
      await scene.world.run('the holder leaves', () => session.close(), 60_000)
      await scene.close()
    }
  }
})

/** Another computer that has all of it, connected. */
async function seedOf(scene: ContentScene, torrent: Torrent) {
  const { session, disk, host } = await scene.stranger()
  const metainfo = torrent.metainfo as Metainfo
  for (const { path, lengthBytes } of metainfo.files) {
    const bytes = [LONG, SHORT, MIDDLE].find(({ length }) => length === lengthBytes) as Uint8Array
    const at = `/saved/${path.join('/')}`
    await disk.makeDirectory(disk.join(at, '..'))
    const file = await disk.open(at, 'new')
    await file.write(bytes, 0)
    await file.close()
  }
  const layers = new Map(metainfo.pieceLayers)
  const root = contentOf(LONG).root.toHex()
  if (!layers.has(root)) layers.set(root, layerOf(LONG))
  gets(session, contentOf(LONG), {
    infohashV2: metainfo.infohashV2,
    metainfo: { ...metainfo, pieceLayers: layers },
    peers: [],
  })
  torrent.addPeer({ host: host.addresses[0] as string, port: 6881 })
  return { session }
}

test('with nobody there it is complete as soon as the disk is done, however long its checks and its disk take', async () => {
  for (const waitMs of [1, 30, 400, 1_500, 3_000]) {
    const { scene, torrent } = await gotten(async (scene, here) => {
      scene.holder.disk.reflinks = true
      const metainfo = await folderTorrent(scene, 'v2')
      scene.diskMs = 7
      for (const bytes of [LONG, SHORT, MIDDLE]) here.add(await scene.plant(`/here/${bytes.length}`, bytes))
      let turn = 0
      const beforeFinal = () => scene.world.sleep(waitMs * ++turn)
      return { of: contentOf(LONG), metainfo, infohashV2: metainfo.infohashV2, beforeFinal }
    })
    await scene.world.runUntil(
      `it is complete, ${waitMs} ms a file`,
      () => torrent.finished,
      6 * waitMs + 6_000,
    )
    await scene.close()
  }
})

test('the 64 bytes that share a root with a file are not taken for it', async () => {
  const long = LONG.subarray(0, 32_768)
  const leaves = new Merkle(digest).leaves(long)
  const { scene, torrent } = await gotten(async (scene, here) => {
    const twin = await scene.plant('/home/twin', leaves)
    assert.deepEqual(twin.content.root, contentOf(long).root)
    here.add(twin, contentOf(long))
    return { of: contentOf(long) }
  })
  await scene.world.runUntil('it runs', () => torrent.stateName === 'live', 60_000)
  assert.equal(torrent.status().doneBytes, 0)
  await scene.close()
})

test('where there is no room for a copy there may be for shared bytes', async () => {
  for (const reflinks of [true, false]) {
    const { scene, torrent, taken } = await gotten(async (scene, here) => {
      const { disk } = scene.holder
      here.add(await scene.plant('/home/film', LONG))
      disk.reflinks = reflinks
      disk.capacityBytes = disk.usedBytes + (reflinks ? 2 * LONG.length : 1_000_000)
      return { of: contentOf(LONG) }
    })
    await scene.world.runUntil('it runs', () => torrent.stateName === 'live', 60_000)
    assert.equal(taken.length, reflinks ? 1 : 0)
    assert.equal(torrent.status().problem?.code, reflinks ? undefined : 'NO_SPACE')
    await scene.close()
  }
})

test('paused in the middle of copying it leaves nothing half made, and takes it when it goes on', async () => {
  const longer = noise(11, 9_000_000)
  const writes: Promise<void>[] = []
  let torrentOf: Torrent | undefined
  const { scene, torrent, disk } = await gotten(async (scene, here) => {
    here.add(await scene.plant('/home/film', longer))
    scene.holder.disk.watch = (operation, path) => {
      if (operation === 'write' && path.startsWith('/saved') && writes.length === 0)
        writes.push(torrentOf?.pause() ?? Promise.resolve())
    }
    return { of: contentOf(longer) }
  })
  torrentOf = torrent
  await scene.world.runUntil('it was paused while it copied', () => writes.length > 0, 60_000)
  await scene.world.run('at rest', () => Promise.all(writes), 60_000)
  assert.equal(torrent.stateName, 'paused')
  assert.deepEqual(await scene.world.run('a look', () => disk.list('/saved'), 1_000), [])
  torrent.start()
  await scene.world.runUntil('it is complete', () => torrent.finished, 60_000)
  assert.deepEqual(Buffer.from(disk.peek(savedAs(contentOf(longer))) ?? []), Buffer.from(longer))
  await scene.close()
})

test('killed at any moment of it, the next start completes it from disk, and nothing wrong ever counts', async () => {
  let ended = 0
  for (let moment = 1; moment <= 400; moment += moment < 50 ? 1 : 25) {
    let operations = 0
    const { scene, torrent, disk } = await gotten(async (scene, here) => {
      here.add(await scene.plant('/home/film', MIDDLE))
      const { disk } = scene.holder
      // As the daemon makes its folder: durable before anything is in it.
      await disk.makeDirectory('/state/torrents')
      for (const folder of ['/state', '/']) await disk.syncDirectory(folder)
      disk.watch = () => {
        if (++operations === moment) disk.kill()
      }
      return { of: contentOf(MIDDLE) }
    }).catch(() => ({ scene: undefined, torrent: undefined, disk: undefined }))
    // Before there was a session nothing was begun.
    if (scene === undefined) continue
    await scene.world.runFor(20_000)
    if (operations < moment) ended++
    disk.watch = undefined
    scene.holder.host.kill()
    disk.crash(scene.world.random(`crash ${moment}`))
    scene.holder.host.restart()
    const again = disk.start()
    const next = await scene.world.run(
      'the next start',
      async () => {
        const here = new Here()
        const stat = await again.stat('/home/film')
        assert.ok(stat !== undefined)
        here.add({ content: contentOf(MIDDLE), path: '/home/film', identity: stat })
        const session = await scene.open({ local: here })
        return gets(session, contentOf(MIDDLE), { peers: [], fromDisk: true })
      },
      60_000,
    )
    await scene.world.runFor(20_000)
    assert.equal(next.finished, true, `killed at ${moment}: ${JSON.stringify(next.status().problem)}`)
    assert.deepEqual(
      Buffer.from(disk.peek(savedAs(contentOf(MIDDLE))) ?? []),
      Buffer.from(MIDDLE),
      `${moment}`,
    )
    assert.equal(torrent.status().takenBytes + next.status().takenBytes, 0)
  }
  assert.ok(ended > 0, 'the last moments are after its end')
})
