import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { contentOf } from '../../test/doubles/torrents.ts'
import type { Metainfo, TorrentVersion } from '../metainfo/metainfo.ts'
import { SystemDigest } from '../platform/digest.ts'
import { NodeDisk } from '../platform/disk.ts'
import { NodeHasher } from '../platform/hasher.ts'
import { makeTorrent } from './make-torrent.ts'
import { verifyData } from './verify-data.ts'

const digest = new SystemDigest()
const disk = new NodeDisk()
const VERSIONS: readonly TorrentVersion[] = ['v1', 'v2', 'hybrid']
let hasher: NodeHasher
let root = ''
let count = 0

before(async () => {
  hasher = new NodeHasher({ parallelism: 2 })
  root = await mkdtemp(path.join(tmpdir(), 'shoal-verify-'))
})

after(async () => {
  await hasher.close()
  await rm(root, { recursive: true })
})

/** A folder `t` of three files and an empty one, and its torrent. */
async function scene(version: TorrentVersion): Promise<{ folder: string; metainfo: Metainfo }> {
  const folder = path.join(root, String(count++))
  await mkdir(path.join(folder, 't', 'd.'), { recursive: true })
  await writeFile(path.join(folder, 't', 'a'), contentOf(100_000))
  await writeFile(path.join(folder, 't', 'b'), contentOf(50_000, 1))
  await writeFile(path.join(folder, 't', 'd.', 'c'), contentOf(20_000, 2))
  await writeFile(path.join(folder, 't', 'e'), '')
  return { folder, metainfo: (await make(folder, version)).metainfo }
}

async function make(folder: string, version: TorrentVersion, source = 't') {
  const options = { source, folder, replace: true, comment: undefined, trackers: [], webSeeds: [] }
  const output = path.join(root, `${count++}.torrent`)
  return (
    await makeTorrent({ ...options, output, version, pieceLengthBytes: 16_384 }, { disk, hasher, digest })
  ).torrent
}

async function verify(metainfo: Metainfo, at: string) {
  const result = await verifyData(metainfo, at, { disk, hasher, digest })
  const states = Object.fromEntries(result.files.map((file) => [file.path, file.state]))
  return { ...result, states }
}

const RIGHT = { 't/a': 'right', 't/b': 'right', 't/d_/c': 'right', 't/e': 'right' }

test('right data is right, from the folder above it and from the folder itself, under names made safe or not', async () => {
  for (const version of VERSIONS) {
    const { folder, metainfo } = await scene(version)
    for (const at of [folder, path.join(folder, 't')]) {
      const result = await verify(metainfo, at)
      assert.deepEqual(result.states, RIGHT, `${version} ${at}`)
      assert.deepEqual([result.complete, result.goodBytes, result.totalBytes], [true, 170_000, 170_000])
    }
    await rename(path.join(folder, 't', 'd.'), path.join(folder, 't', 'd_'))
    assert.equal((await verify(metainfo, folder)).complete, true, 'under the safe name')
    await rename(path.join(folder, 't'), path.join(folder, 'renamed'))
    assert.equal((await verify(metainfo, path.join(folder, 'renamed'))).complete, true, 'in a renamed folder')
    assert.equal((await verify(metainfo, folder)).complete, false)
  }
})

test('a single file is found by its folder and by its own name, whatever that is', async () => {
  for (const version of VERSIONS) {
    const { folder } = await scene(version)
    const { metainfo } = await make(path.join(folder, 't'), version, 'a')
    assert.equal((await verify(metainfo, path.join(folder, 't'))).complete, true)
    assert.equal((await verify(metainfo, path.join(folder, 't', 'a'))).complete, true)
    assert.deepEqual((await verify(metainfo, path.join(folder, 't', 'b'))).states, { a: 'shorter' })
    assert.deepEqual((await verify(metainfo, folder)).states, { a: 'missing' })
  }
})

test('each kind of damage is told for its file, and others stay right', async () => {
  for (const version of VERSIONS) {
    const beside = version === 'v1' ? 'unproven' : 'right'
    const damages: readonly (readonly [string, (at: string) => Promise<unknown>, Record<string, string>])[] =
      [
        ['missing', (at) => rm(path.join(at, 'b')), { 't/a': beside, 't/b': 'missing', 't/d_/c': beside }],
        ['shorter', (at) => truncate(path.join(at, 'b'), 40_000), { 't/b': 'shorter', 't/d_/c': beside }],
        ['longer', (at) => writeFile(path.join(at, 'b'), 'x', { flag: 'a' }), { 't/b': 'longer' }],
        ['a byte inside', (at) => flip(path.join(at, 'b'), 25_000), { 't/b': 'different' }],
        ['a byte of every piece', (at) => flip(path.join(at, 'a'), 0), { 't/a': 'different' }],
        ['an empty file gone', (at) => rm(path.join(at, 'e')), { 't/e': 'missing' }],
        ['an empty file filled', (at) => writeFile(path.join(at, 'e'), 'x'), { 't/e': 'longer' }],
        [
          'a link in its place',
          async (at) => {
            await rename(path.join(at, 'b'), path.join(at, 'elsewhere'))
            await symlink('elsewhere', path.join(at, 'b'))
          },
          { 't/a': beside, 't/b': 'unreadable', 't/d_/c': beside },
        ],
        [
          'a folder in its place',
          async (at) => {
            await rm(path.join(at, 'b'))
            await mkdir(path.join(at, 'b'))
          },
          { 't/a': beside, 't/b': 'unreadable', 't/d_/c': beside },
        ],
      ]
    for (const [what, damage, expected] of damages) {
      const { folder, metainfo } = await scene(version)
      await damage(path.join(folder, 't'))
      const result = await verify(metainfo, folder)
      assert.deepEqual(result.states, { ...RIGHT, ...expected }, `${version}: ${what}`)
      assert.equal(result.complete, false)
    }
  }
})

test('a wrong byte in a piece that two v1 files share accuses both: nothing tells them apart', async () => {
  const { folder, metainfo } = await scene('v1')
  await flip(path.join(folder, 't', 'a'), 99_999)
  assert.deepEqual((await verify(metainfo, folder)).states, {
    ...RIGHT,
    't/a': 'different',
    't/b': 'different',
  })
})

test('an unfinished file is looked at under its .part name', async () => {
  const { folder, metainfo } = await scene('hybrid')
  await rename(path.join(folder, 't', 'b'), path.join(folder, 't', 'b.part'))
  assert.equal((await verify(metainfo, folder)).complete, true)
})

test('a v2 torrent without its piece layers is judged by the roots of whole files', async () => {
  for (const version of ['v2', 'hybrid'] as const) {
    const { folder } = await scene(version)
    const full = await make(folder, version)
    const bare: Metainfo = { ...full.metainfo, pieceLayers: new Map() }
    assert.deepEqual((await verify(bare, folder)).states, RIGHT)
    await flip(path.join(folder, 't', 'a'), 50_000)
    const result = await verify(bare, folder)
    assert.deepEqual(result.states, { ...RIGHT, 't/a': 'different' })
    assert.equal(result.goodBytes, 70_000)
  }
})

test('nothing is written, and what is not there is said', async () => {
  const { folder, metainfo } = await scene('hybrid')
  const copy = path.join(root, 'copy')
  await cp(folder, copy, { recursive: true })
  await verify(metainfo, folder)
  for (const file of ['a', 'b', 'd./c']) {
    assert.deepEqual(await readFile(path.join(folder, 't', file)), await readFile(path.join(copy, 't', file)))
  }
  await assert.rejects(verify(metainfo, path.join(root, 'nowhere')), { code: 'FILE_NOT_FOUND' })
  const cancelled = verifyData(metainfo, folder, { disk, hasher, digest }, { cancelled: () => true })
  await assert.rejects(cancelled, { code: 'INTERRUPTED' })
})

test('progress ends with everything', async () => {
  const { folder, metainfo } = await scene('v1')
  const seen: [number, number][] = []
  await verifyData(metainfo, folder, { disk, hasher, digest }, { progress: (...step) => seen.push(step) })
  assert.deepEqual(seen.at(-1), [170_000, 170_000])
})

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file)
  bytes[at] = (bytes[at] as number) ^ 1
  await writeFile(file, bytes)
}
