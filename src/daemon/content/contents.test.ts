// Daemons on loopback: what is found by its content and what is not; and the library's part of it with a library that is told.

import assert from 'node:assert/strict'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../../lab/netns/until.ts'
import { contentOf, layerOf, noise } from '../../../test/doubles/content-scene.ts'
import { digest } from '../../../test/doubles/digest.ts'
import { DiskHasher } from '../../../test/doubles/disk-hasher.ts'
import { Ground, seen, shared } from '../../../test/doubles/real-daemon.ts'
import { RealEngine } from '../../../test/doubles/real-engine.ts'
import { hashBytes, wireHash } from '../../base/ids.ts'
import { type ContentId, contentInfohash } from '../../metainfo/content-id.ts'
import { createTorrent } from '../../metainfo/create.ts'
import { formatMagnet } from '../../metainfo/magnet.ts'
import type { Torrent as TorrentContent } from '../../metainfo/metainfo.ts'
import { SystemClock } from '../../platform/clock.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { optionsForTorrent } from '../add.ts'
import type { Daemon } from '../daemon.ts'
import { Contents } from './contents.ts'
import type { LibraryLookups, LibraryPlace } from './library-lookups.ts'

const FILM = noise(31, 5_000_000)
const SONG = noise(32, 300_000)
const EVERYONE = { audience: 'everyone', licence: { kind: 'own-work', id: null } } as const

const hashOf = (content: ContentId) => wireHash(contentInfohash(content, digest))

/** As somebody would write it who knows the file, and where to look for it. */
function linkTo(bytes: Uint8Array, holder: Daemon, name: string): string {
  const content = contentOf(bytes)
  return formatMagnet({
    infohashV1: undefined,
    infohashV2: contentInfohash(content, digest),
    displayName: name,
    content,
    peers: [`127.0.0.1:${holder.host.engine?.session.listenPort}`],
  })
}

async function folderOf(ground: Ground, name: string): Promise<string> {
  const folder = path.join(ground.folder, 'own', name)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'IMG_1.MOV'), FILM)
  await writeFile(path.join(folder, 'a.flac'), SONG)
  return folder
}

test('a file in a folder that everyone may get is got by its content, and by nobody any more once that was stopped', async (t) => {
  const ground = await Ground.make(t)
  const [holder, getter, late] = await Promise.all([
    ground.start('holder'),
    ground.start('getter'),
    ground.start('late'),
  ])
  const { id } = await shared(holder, await folderOf(ground, 'everyone'), EVERYONE)
  const link = linkTo(FILM, holder, 'Ferien.mov')
  const { transfer } = await getter.handlers.addTransfer({ source: { link } })
  await seen(getter, transfer.id, 'complete', ({ state }) => state === 'giving')
  assert.ok((await readFile(path.join(ground.saveFolder('getter'), 'Ferien.mov'))).equals(FILM))
  const session = holder.host.engine?.session
  assert.equal(session?.content?.size, 1)
  assert.ok((session?.content?.givenBytes ?? 0) >= FILM.length)
  await until('it is counted', () => holder.volumes.read().today.givenBytes >= FILM.length)
  await holder.handlers.stopShares({ ids: [id] })
  assert.equal(session?.content?.size, 0)
  assert.equal(await session?.content?.open(hashOf(contentOf(FILM)), '127.0.0.1'), undefined)
  const refused = await late.handlers.addTransfer({ source: { link } })
  await until('it was tried', async () => {
    const { peers } = await late.handlers.transferPeers({ id: refused.transfer.id })
    return peers.length === 0
  })
  assert.equal(late.feed.row(refused.transfer.id)?.doneBytes, 0)
})

test('no file of an unlisted share, of a paused one or of a private torrent is answered by its content', async (t) => {
  const ground = await Ground.make(t)
  const holder = await ground.start('holder')
  const folder = await folderOf(ground, 'few')
  await shared(holder, folder)
  const content = () => holder.host.engine?.session.content
  const opened = (bytes: Uint8Array) => content()?.open(hashOf(contentOf(bytes)), '192.0.2.9')
  assert.equal(await opened(FILM), undefined)
  assert.equal(await opened(SONG), undefined)
  const alone = await ground.file('alone.bin', 200_000)
  const everyone = await shared(holder, alone, EVERYONE)
  await content()?.offersChanged()
  assert.ok((await opened(await readFile(alone))) !== undefined)
  await holder.handlers.pauseTransfers({ ids: [everyone.id] })
  await until('it is closed', () => content()?.size === 0)
  assert.equal(await opened(await readFile(alone)), undefined)
})

// ── an engine by itself, as a command has it ──

test('a command that shares a folder with everyone gives its files by their content, and of an unlisted one none', async (t) => {
  const bytes = noise(33, 400_000)
  for (const listing of ['everyone', 'link'] as const) {
    const giver = await RealEngine.open(t)
    const made = await madeTorrent(t, { 'Ferien/IMG_1.MOV': bytes, 'Ferien/b': SONG }, listing)
    giver.engine.add(
      optionsForTorrent(made.torrent, { saveFolder: made.folder, listing, justHashed: true, events: {} }),
    )
    const { session } = giver.engine
    await until('it gives', () => [...session.torrents].every(({ finished }) => finished))
    const opened = await session.content?.open(hashOf(contentOf(bytes)), '192.0.2.1')
    assert.equal(opened?.status().complete, listing === 'everyone' ? true : undefined)
    assert.equal(await session.content?.open(hashOf(contentOf(FILM)), '192.0.2.1'), undefined)
  }
})

async function madeTorrent(
  t: TestContext,
  files: Readonly<Record<string, Uint8Array>>,
  name: string,
): Promise<{ readonly torrent: TorrentContent; readonly folder: string }> {
  const ground = await Ground.make(t)
  const sources = []
  for (const [at, content] of Object.entries(files)) {
    const file = path.join(ground.folder, name, at)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
    sources.push({ components: at.split('/'), path: file, lengthBytes: content.length })
  }
  const ports = { hasher: new DiskHasher(new NodeDisk()), digest }
  const { torrent } = await createTorrent(
    { name, singleFile: false, files: sources },
    { version: 'hybrid' },
    ports,
  )
  return { torrent, folder: ground.folder }
}

// ── with a library ──

async function joined(
  t: Parameters<typeof Ground.make>[0],
  offered: (place: LibraryPlace) => LibraryPlace | undefined,
) {
  const ground = await Ground.make(t)
  const at = path.join(await folderOf(ground, 'library'), 'IMG_1.MOV')
  const disk = new NodeDisk()
  const found = await disk.stat(at)
  assert.ok(found !== undefined)
  const { root } = contentOf(FILM)
  const place: LibraryPlace = {
    root,
    path: at,
    lengthBytes: FILM.length,
    modifiedMs: found.modifiedMs,
    inode: String((await stat(at, { bigint: true })).ino),
    layer: layerOf(FILM),
  }
  const library: LibraryLookups = {
    offered: async () => offered(place),
    offeredAfter: async (hash) => (hash === undefined ? [hashBytes(hashOf(contentOf(FILM)))] : []),
    byContent: async () => [place, { ...place, path: `${at}.gone` }],
  }
  const contents = new Contents({
    clock: new SystemClock(),
    digest,
    disk,
    transfers: { find: () => undefined },
    host: { engine: undefined },
    volumes: { add() {} },
  })
  contents.join(library)
  t.after(() => contents.close())
  return { contents, at, place }
}

test('what the library offers is given with what the file is like now, if it still is what was hashed', async (t) => {
  const { contents, at } = await joined(t, (place) => place)
  const hash = hashBytes(hashOf(contentOf(FILM)))
  const offered = await contents.source.byInfohash(hash)
  assert.equal(offered?.path, at)
  assert.equal(offered?.identity.lengthBytes, FILM.length)
  assert.deepEqual(offered?.layer, layerOf(FILM))
  assert.ok((await contents.source.byTag(hash)) !== undefined)
  assert.deepEqual(await contents.source.after(undefined, 10), [hash])
  assert.deepEqual(await contents.source.after(hash, 10), [])
  assert.equal((await contents.local.places(contentOf(FILM))).length, 1, 'what is gone is no place')
  const copy = `${at}.new`
  await writeFile(copy, FILM)
  await rename(copy, at)
  assert.equal(
    await contents.source.byInfohash(hash),
    undefined,
    'the same bytes in another file were not looked at',
  )
  assert.equal(await contents.source.byTag(hash), undefined)
  contents.join(undefined)
  assert.deepEqual(await contents.local.places(contentOf(FILM)), [])
})

test('what the library says of a file that is another by time, inode or length is not believed', async (t) => {
  for (const wrong of [{ modifiedMs: 1 }, { inode: '1' }, { lengthBytes: 64 }] as const) {
    const { contents } = await joined(t, (place) => ({ ...place, ...wrong }))
    assert.equal(await contents.source.byInfohash(new Uint8Array(20)), undefined, JSON.stringify(wrong))
  }
})
