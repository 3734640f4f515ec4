import assert from 'node:assert/strict'
import { rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { contentOf } from '../../test/doubles/torrents.ts'
import type { CreateWatch } from '../metainfo/create.ts'
import { readTorrent } from '../metainfo/read.ts'
import { SystemDigest } from '../platform/digest.ts'
import { NodeDisk } from '../platform/disk.ts'
import { NodeHasher } from '../platform/hasher.ts'
import { type MakeTorrentOptions, makeTorrent } from './make-torrent.ts'

const digest = new SystemDigest()
const disk = new NodeDisk()
let hasher: NodeHasher
let root = ''

before(async () => {
  hasher = new NodeHasher({ parallelism: 2 })
  root = await mkdtemp(path.join(tmpdir(), 'shoal-make-'))
})

after(async () => {
  await hasher.close()
  await rm(root, { recursive: true })
})

/** A folder of its own for one test, with `data` in it. */
async function scene(name: string): Promise<string> {
  const folder = path.join(root, name)
  await mkdir(path.join(folder, 'data', 'sub'), { recursive: true })
  await writeFile(path.join(folder, 'data', 'b.bin'), contentOf(100_000))
  await writeFile(path.join(folder, 'data', 'sub', 'a.txt'), contentOf(500, 1))
  await writeFile(path.join(folder, 'data', 'empty'), '')
  return folder
}

function make(folder: string, options: Partial<MakeTorrentOptions> = {}, watch: CreateWatch = {}) {
  return makeTorrent(
    {
      source: 'data',
      folder,
      output: undefined,
      replace: false,
      comment: undefined,
      trackers: [],
      webSeeds: [],
      ...options,
    },
    { disk, hasher, digest },
    watch,
  )
}

test('a folder becomes a torrent beside it, with every file in it', async () => {
  const folder = await scene('folder')
  const { outputPath, torrent, leftOut } = await make(folder, {
    trackers: ['http://t/', 'udp://u:1/'],
    webSeeds: ['http://w/x/'],
    comment: 'hello',
    private: true,
  })
  assert.equal(outputPath, path.join(folder, 'data.torrent'))
  assert.deepEqual(leftOut, [])
  const read = readTorrent(await readFile(outputPath), digest)
  assert.deepEqual(read, torrent)
  assert.deepEqual(read.hints.trackers, [['http://t/'], ['udp://u:1/']])
  assert.deepEqual(
    [read.hints.webSeeds, read.hints.comment, read.metainfo.private],
    [['http://w/x/'], 'hello', true],
  )
  assert.match(read.hints.createdBy ?? '', /^Shoal \d/)
  const files = read.metainfo.files.filter((file) => !file.pad)
  assert.deepEqual(
    files.map((file) => [file.path.join('/'), file.lengthBytes]),
    [
      ['data/b.bin', 100_000],
      ['data/empty', 0],
      ['data/sub/a.txt', 500],
    ],
  )
})

test('a file, a link to one, and a path ending in a slash take the name that was given', async () => {
  const folder = await scene('names')
  const single = await make(folder, { source: 'data/b.bin' })
  assert.equal(single.outputPath, path.join(folder, 'b.bin.torrent'))
  assert.equal(single.torrent.metainfo.singleFile, true)
  await symlink(path.join(folder, 'data', 'b.bin'), path.join(folder, 'link'))
  const linked = await make(folder, { source: 'link' })
  assert.equal(linked.torrent.metainfo.name, 'link')
  assert.deepEqual(linked.torrent.metainfo.files[0]?.root, single.torrent.metainfo.files[0]?.root)
  const slash = await make(folder, { source: 'data/' })
  assert.equal(slash.torrent.metainfo.name, 'data')
  const here = await make(path.join(folder, 'data'), { source: '.', output: '..', replace: true })
  assert.equal(here.outputPath, path.join(folder, 'data.torrent'))
  assert.equal(here.torrent.metainfo.infohashV2, slash.torrent.metainfo.infohashV2)
})

test('an existing file is not replaced unless asked, and a replaced one inside the folder is no part of it', async () => {
  const folder = await scene('exists')
  const output = path.join(folder, 'data', 'out.torrent')
  await writeFile(output, 'precious')
  const elsewhere = await make(folder, { output: path.join(folder, 'with.torrent') })
  assert.equal(elsewhere.torrent.metainfo.files.filter((file) => !file.pad).length, 4)
  await assert.rejects(make(folder, { output }), { code: 'FILE_EXISTS' })
  assert.equal(await readFile(output, 'utf8'), 'precious')
  const { torrent } = await make(folder, { output, replace: true })
  assert.equal(torrent.metainfo.files.filter((file) => !file.pad).length, 3)
  assert.deepEqual(
    readTorrent(await readFile(output), digest).metainfo.infohashV1,
    torrent.metainfo.infohashV1,
  )
})

test('links inside a folder are left out and named', async () => {
  const folder = await scene('links')
  await symlink('/etc/passwd', path.join(folder, 'data', 'sub', 'passwd'))
  const { leftOut, torrent } = await make(folder)
  assert.deepEqual(leftOut, ['sub/passwd'])
  assert.equal(torrent.metainfo.files.filter((file) => !file.pad).length, 3)
})

test('a file whose name is no text is left out and named, the others are not', {
  skip: process.platform === 'linux' ? false : 'only Linux keeps such names',
}, async () => {
  const folder = await scene('no-text')
  const name = Buffer.concat([Buffer.from(`${path.join(folder, 'data')}/odd`), Buffer.from([0xff, 0xfe])])
  await writeFile(name, 'odd')
  const { leftOut, torrent } = await make(folder)
  assert.deepEqual(leftOut, ['odd\ufffd\ufffd'])
  assert.equal(torrent.metainfo.files.filter(({ pad }) => !pad).length, 3)
})

test('a file that changes while it is hashed is an error, and no torrent is left behind', async () => {
  const folder = await scene('changing')
  const target = path.join(folder, 'data', 'b.bin')
  const changes: readonly (() => void)[] = [
    () => utimesSync(target, 1, 1),
    () => truncateSync(target, 99_999),
    () => writeFileSync(target, contentOf(100_001)),
    () => rmSync(target),
  ]
  for (const change of changes) {
    writeFileSync(target, contentOf(100_000))
    const cancelled = () => {
      change()
      return false
    }
    await assert.rejects(make(folder, {}, { cancelled }), { code: 'FILE_CHANGED' }, String(change))
  }
  assert.deepEqual((await readdir(folder)).toSorted(), ['data'])
})

test('what is not there, empty, special or unwritable is refused with its code', async () => {
  const folder = await scene('refused')
  await assert.rejects(make(folder, { source: 'nothing' }), { code: 'FILE_NOT_FOUND' })
  await assert.rejects(make(folder, { source: '/dev/null' }), { code: 'FILE_UNREADABLE' })
  await mkdir(path.join(folder, 'hollow'))
  await assert.rejects(make(folder, { source: 'hollow' }), { code: 'CREATE_EMPTY' })
  await assert.rejects(make(folder, { output: 'no/such/folder/x.torrent' }), { code: 'FILE_UNWRITABLE' })
  assert.deepEqual((await readdir(folder)).toSorted(), ['data', 'hollow'])
})

test('cancelling leaves nothing behind', async () => {
  const folder = await scene('cancelled')
  await assert.rejects(make(folder, {}, { cancelled: () => true }), { code: 'INTERRUPTED' })
  assert.deepEqual(await readdir(folder), ['data'])
})
