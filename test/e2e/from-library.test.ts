// Must show: a torrent whose content is here already completes with no byte downloaded, its files sharing their bytes with those
// that were here where the file system can, and as copies where it cannot. Daemons with real disks; nobody is there to ask.

import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, stat, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import type { Daemon } from '../../src/daemon/daemon.ts'
import { contentIdText } from '../../src/metainfo/content-id.ts'
import { createTorrent } from '../../src/metainfo/create.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { contentOf, noise } from '../doubles/content-scene.ts'
import { digest } from '../doubles/digest.ts'
import { DiskHasher } from '../doubles/disk-hasher.ts'
import { Ground, seen, shared } from '../doubles/real-daemon.ts'
import { type ReflinkKind, ReflinkVolume } from './reflink-volume.ts'

const FILM = noise(21, 24 * 1_048_576 + 777)
const SONG = noise(22, 3_000_001)
const NOTE = noise(23, 900)

/** A folder of one's own. */
async function library(root: string): Promise<string> {
  const folder = path.join(root, 'Was ich habe')
  await mkdir(path.join(folder, 'Videos'), { recursive: true })
  await writeFile(path.join(folder, 'Videos', 'IMG_0815.MOV'), FILM)
  await writeFile(path.join(folder, 'track 01.flac'), SONG)
  await writeFile(path.join(folder, 'README'), NOTE)
  return folder
}

/** The same three files as somebody else made a torrent of them: other names, another order, other pieces. */
async function othersTorrent(root: string, version: 'v2' | 'hybrid'): Promise<Uint8Array> {
  const folder = path.join(root, 'of somebody else')
  await mkdir(folder)
  const files = []
  for (const [name, bytes] of [
    ['a song.flac', SONG],
    ['holiday film.mov', FILM],
    ['notes.txt', NOTE],
  ] as const) {
    const at = path.join(folder, name)
    await writeFile(at, bytes)
    files.push({ components: [name], path: at, lengthBytes: bytes.length })
  }
  const { bytes } = await createTorrent(
    { name: 'Holidays', singleFile: false, files },
    { version, pieceLengthBytes: 65_536 },
    { hasher: new DiskHasher(new NodeDisk()), digest },
  )
  return bytes
}

/** How it is here, offered by its content to nobody: in a folder of the library that is only for oneself, or in another transfer. */
const WAYS = {
  'a library folder': async (daemon: Daemon, folder: string): Promise<void> => {
    const { id } = await daemon.handlers.addLibraryFolder({ path: folder })
    await until('all is hashed', async () => {
      const { folders } = await daemon.handlers.libraryFolders({})
      return folders.find((each) => each.id === id)?.hashedFiles === 3
    })
  },
  'a share': async (daemon: Daemon, folder: string): Promise<void> => {
    await shared(daemon, folder)
  },
} as const
type Way = keyof typeof WAYS

/** Adds it, and waits until it is complete. @returns its files by name */
async function completes(
  t: TestContext,
  root: string,
  version: 'v2' | 'hybrid',
  way: Way,
  look = async () => {},
) {
  const ground = await Ground.make(t)
  const saved = path.join(root, 'saved')
  await mkdir(saved, { recursive: true })
  const daemon = await ground.start('one', { 'saving.folder': saved })
  const folder = await library(root)
  // What was here may be read-only or a program: what is made of it is neither.
  await chmod(path.join(folder, 'Videos', 'IMG_0815.MOV'), 0o555)
  await WAYS[way](daemon, folder)
  const torrent = await othersTorrent(ground.folder, version)
  const source = { torrent: Buffer.from(torrent).toString('base64') }
  const looked = await daemon.handlers.inspect({ source })
  assert.equal(looked.hereBytes, FILM.length + SONG.length + NOTE.length)
  assert.equal(looked.totalBytes, looked.hereBytes)
  await look()
  const { transfer } = await daemon.handlers.addTransfer({ source })
  const row = await seen(daemon, transfer.id, 'complete', ({ state }) => state === 'giving')
  assert.equal(row.takenBytes, 0)
  assert.equal(row.doneBytes, FILM.length + SONG.length + NOTE.length)
  const made = {
    film: path.join(saved, 'Holidays', 'holiday film.mov'),
    song: path.join(saved, 'Holidays', 'a song.flac'),
    note: path.join(saved, 'Holidays', 'notes.txt'),
  }
  assert.ok((await readFile(made.film)).equals(FILM))
  assert.ok((await readFile(made.song)).equals(SONG))
  assert.ok((await readFile(made.note)).equals(NOTE))
  assert.equal((await stat(made.film)).mode & 0o111, 0, 'nothing that arrives can be run')
  assert.ok(((await stat(made.film)).mode & 0o200) > 0)
  const { log } = await daemon.handlers.transfer({ id: transfer.id })
  const taken = log.find(({ entry }) => entry.code === 'FROM_DISK')
  assert.equal(taken?.entry.data.files, 3)
  return { ground, daemon, folder, made, sharedBytes: taken?.entry.data.sharedBytes, id: transfer.id }
}

for (const kind of ['btrfs', 'xfs'] as const satisfies readonly ReflinkKind[]) {
  const skip = ReflinkVolume.whyNot(kind)
  for (const [version, way] of [
    ['hybrid', 'a library folder'],
    ['v2', 'a library folder'],
    ['hybrid', 'a share'],
  ] as const) {
    test(`on ${kind} a ${version} torrent whose files are in ${way} completes without a byte, its files sharing theirs`, {
      skip,
    }, async (t) => {
      const volume = new ReflinkVolume(kind)
      t.after(() => volume.remove())
      const freeBytes = async () => {
        volume.sync()
        const { bavail, bsize } = await statfs(volume.path)
        return bavail * bsize
      }
      let before = 0
      const look = async () => {
        before = await freeBytes()
      }
      const { made, sharedBytes, ground, daemon } = await completes(t, volume.path, version, way, look)
      assert.equal(sharedBytes, FILM.length + SONG.length + NOTE.length)
      const takenBytes = before - (await freeBytes())
      assert.ok(takenBytes < FILM.length / 4, `it took ${takenBytes} bytes of room`)
      for (const [at, length] of [
        [made.film, FILM.length],
        [made.song, SONG.length],
      ] as const) {
        const extents = volume.extents(at)
        assert.ok(extents.bytes >= length, `${JSON.stringify(extents)}`)
        assert.equal(extents.sharedBytes, extents.bytes, 'every block is the other file’s, too')
      }
      // Theirs from now on: what is written to one is not in the other.
      await writeFile(path.join(volume.path, 'Was ich habe', 'track 01.flac'), NOTE)
      assert.ok((await readFile(made.song)).equals(SONG))
      await ground.end(daemon)
    })
  }
}

for (const way of Object.keys(WAYS) as Way[])
  test(`where files cannot share their bytes those of ${way} are copied, and it completes all the same`, async (t) => {
    const ground = await Ground.make(t)
    const { folder, made, daemon, id, ground: own } = await completes(t, ground.folder, 'hybrid', way)
    assert.ok((await stat(made.film)).blocks * 512 >= FILM.length)
    assert.ok((await readFile(path.join(folder, 'Videos', 'IMG_0815.MOV'))).equals(FILM))
    // It stays so after a restart, and nothing is taken again.
    await own.end(daemon)
    const again = await own.start('one', { 'saving.folder': path.join(ground.folder, 'saved') })
    const row = await seen(again, id, 'giving')
    assert.equal(row.takenBytes, 0)
  })

test('a content link is complete at once when the file is here, under the name of the link', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  await shared(daemon, await library(ground.folder))
  const id = contentIdText(contentOf(FILM))
  const other = await ground.start('two')
  await shared(other, path.join(ground.folder, 'Was ich habe', 'Videos', 'IMG_0815.MOV'), {
    format: 'content',
  })
  const [offered] = (await other.handlers.listShares({})).shares
  assert.ok(offered?.link?.includes(`x.cid=${id}`), offered?.link ?? '')
  const link = (offered?.link ?? '').replace('IMG_0815.MOV', 'Ferien.mov').replace(/&x\.pe=[^&]*/g, '')
  const looked = await daemon.handlers.inspect({ source: { link } })
  assert.equal(looked.name, 'Ferien.mov')
  assert.equal(looked.hereBytes, FILM.length)
  const { transfer } = await daemon.handlers.addTransfer({ source: { link } })
  await seen(daemon, transfer.id, 'complete', ({ state }) => state === 'giving')
  assert.ok((await readFile(path.join(ground.saveFolder('one'), 'Ferien.mov'))).equals(FILM))
  // The content id alone is a link, too; here it is the same transfer.
  const again = await daemon.handlers.addTransfer({ source: { link: id } })
  assert.deepEqual([again.added, again.transfer.id], [false, transfer.id])
})

test('what became another file meanwhile is not taken for what it was', async (t) => {
  const ground = await Ground.make(t)
  const daemon = await ground.start('one')
  const folder = await library(ground.folder)
  await shared(daemon, folder)
  await writeFile(path.join(folder, 'Videos', 'IMG_0815.MOV'), noise(99, FILM.length))
  const torrent = await othersTorrent(ground.folder, 'hybrid')
  const source = { torrent: Buffer.from(torrent).toString('base64') }
  const { transfer } = await daemon.handlers.addTransfer({ source })
  const row = await seen(
    daemon,
    transfer.id,
    'the rest',
    ({ doneBytes }) => doneBytes === SONG.length + NOTE.length,
  )
  assert.notEqual(row.state, 'giving')
  assert.equal(row.takenBytes, 0)
})
