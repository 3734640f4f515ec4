// Names that want out, through every way in: the .torrent file, a magnet's metadata, what an earlier run kept, and a
// journal that somebody tampered with. The answer is the same everywhere, nothing outside the save folder is ever
// touched, nothing that was there is overwritten, and what was planted in the way is neither followed nor waited for.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { type Encodable, encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../src/base/bytes.ts'
import type { Infohash } from '../../src/base/ids.ts'
import { optionsForMagnet } from '../../src/daemon/add.ts'
import { Journal } from '../../src/engine/storage/journal.ts'
import type { Torrent } from '../../src/engine/torrent/torrent.ts'
import { parseMagnet } from '../../src/metainfo/magnet.ts'
import { readTorrent } from '../../src/metainfo/read.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { digest } from '../doubles/digest.ts'
import { PATHS } from '../doubles/hostile-infos.ts'
import { MadeTorrent } from '../doubles/made-torrent.ts'
import { RawListener } from '../doubles/raw-peer.ts'
import { RawSeed, type SeedManners } from '../doubles/raw-seed.ts'
import { listed, RealEngine } from '../doubles/real-engine.ts'
import { contentOf, infoV1Files, infoV2, leaf, PIECE_BYTES } from '../doubles/torrents.ts'

const SECRET = 'nobody touches this'

interface NamedFile {
  readonly path: readonly string[]
  readonly content: Uint8Array
  readonly more?: Readonly<Record<string, Encodable>>
}

/** A torrent with these very names and contents. */
function named(version: 'v1' | 'v2', files: readonly NamedFile[], name = 'temp'): MadeTorrent {
  const info = version === 'v1' ? namedV1(files, name) : namedV2(files, name)
  const bytes = encode({ info: info as Encodable })
  const torrent = readTorrent(bytes, digest)
  assert.equal(torrent.metainfo.files.length, files.length)
  if (version === 'v1')
    return new MadeTorrent(
      torrent,
      bytes,
      files.map(({ content }) => content),
    )
  // A tree has an order of its own: lengths differ, so they tell which is which.
  const byLength = new Map(files.map(({ content }) => [content.length, content]))
  const contents = torrent.metainfo.files.map(({ lengthBytes }) => byLength.get(lengthBytes) as Uint8Array)
  return new MadeTorrent(torrent, bytes, contents)
}

function namedV1(files: readonly NamedFile[], name: string) {
  const whole = concatBytes(files.map(({ content }) => content))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < whole.length; at += PIECE_BYTES)
    pieces.push(digest.sha1(whole.subarray(at, at + PIECE_BYTES)))
  const list = files.map(({ path, content, more }) => ({ path, length: content.length, ...more }))
  return infoV1Files(list, { name, pieces: concatBytes(pieces) })
}

type Tree = Map<string, Tree | Encodable>

function namedV2(files: readonly NamedFile[], name: string) {
  const tree: Tree = new Map()
  for (const { path, content } of files) {
    let at = tree
    for (const folder of path.slice(0, -1)) {
      const next = at.get(folder) ?? new Map()
      at.set(folder, next)
      at = next as Tree
    }
    at.set(path.at(-1) as string, leaf(content) as Encodable)
  }
  return infoV2(tree as Encodable, { name })
}

/** All the names at once, each with a content of its own length. */
function hostileFiles(version: 'v1' | 'v2'): NamedFile[] {
  const usable = PATHS.filter(({ spelled }) => version === 'v1' || !spelled.includes(''))
  return usable.map(({ spelled }, i) => ({ path: spelled, content: contentOf(1_000 + 37 * i, i) }))
}

const WAYS = ['file', 'magnet', 'kept'] as const
type Way = (typeof WAYS)[number]

async function seedOf(t: TestContext, made: MadeTorrent, manners: SeedManners = {}): Promise<RawListener> {
  const listener = await RawListener.open((peer) => RawSeed.answering(peer, made, manners))
  t.after(() => listener.close())
  return listener
}

/** Adds the torrent by one of the ways; a seed is there. */
async function enter(t: TestContext, real: RealEngine, way: Way, made: MadeTorrent): Promise<Torrent> {
  const { endpoint } = await seedOf(t, made)
  if (way === 'file') return real.addTorrent(made.torrent, { peers: [endpoint] })
  if (way === 'magnet') return real.addMagnet(made.magnet, { peers: [endpoint] })
  // An earlier run learned the metadata, somewhere else, and nothing more.
  const earlier = await RealEngine.open(t, { stateFolder: join(real.folder, 'state') })
  const before = earlier.addMagnet(made.magnet, { peers: [endpoint], priorities: () => [] })
  await until('the metadata is known', () => before.metainfo)
  await earlier.engine.session.pause(before)
  await earlier.close()
  const magnet = parseMagnet(made.magnet)
  const kept = await real.engine.session.kept((magnet.infohashV2 ?? magnet.infohashV1) as Infohash)
  assert.ok(kept !== undefined, 'it was kept')
  return real.engine.add(optionsForMagnet(magnet, kept, real.choices({ peers: [endpoint] })))
}

/** Everything the torrent should have made, as listed() shows it. */
function expected(made: MadeTorrent): string[] {
  const paths = new Set<string>()
  for (const { path, symlink: link, pad } of made.metainfo.files) {
    if (link || pad) continue
    for (let depth = 1; depth < path.length; depth++) paths.add(`${path.slice(0, depth).join('/')}/`)
    paths.add(path.join('/'))
  }
  return [...paths].sort()
}

for (const version of ['v1', 'v2'] as const) {
  test(`${version}: every name of the list comes to the same harmless path through every way in`, async (t) => {
    const made = named(version, hostileFiles(version))
    if (version === 'v1') {
      const shown = made.metainfo.files.map(({ path }) => path.join('/'))
      // Some names are twins of others by now; the first of them keeps its name.
      const wanted = PATHS.map(({ ours }) => `temp/${ours}`)
      for (const [i, path] of shown.entries())
        assert.ok(path === wanted[i] || shown.indexOf(wanted[i] as string) < i, `${path} for ${wanted[i]}`)
    }
    for (const way of WAYS) {
      const real = await RealEngine.open(t)
      const torrent = await enter(t, real, way, made)
      await real.finish(torrent, made)
      assert.deepEqual(await real.saved(), expected(made), way)
      assert.deepEqual(
        (await listed(real.folder)).filter((path) => !/^(save|state)\//.test(path)),
        [],
        way,
      )
      await real.close()
    }
  })
}

test('twins, names of other case, files that are folders, and links that lead out lose nobody’s bytes', async (t) => {
  const files: NamedFile[] = [
    { path: ['same'], content: contentOf(100, 1) },
    { path: ['same'], content: contentOf(101, 2) },
    { path: ['SAME'], content: contentOf(102, 3) },
    { path: ['é'], content: contentOf(103, 4) },
    { path: ['e\u0301'], content: contentOf(104, 5) },
    { path: ['same', 'inside'], content: contentOf(105, 6) },
    { path: ['same.part'], content: contentOf(106, 7) },
    {
      path: ['link'],
      content: new Uint8Array(0),
      more: { attr: 'l', 'symlink path': ['..', '..', 'outside'] },
    },
    { path: ['link', 'through'], content: contentOf(107, 8) },
  ]
  const made = named('v1', files)
  for (const way of WAYS) {
    const real = await RealEngine.open(t)
    const torrent = await enter(t, real, way, made)
    await real.finish(torrent, made)
    assert.deepEqual(await real.saved(), expected(made), way)
    for (const path of await real.saved())
      assert.equal((await lstat(join(real.saveFolder, path))).isSymbolicLink(), false, path)
    await real.close()
  }
})

test('what is there already, under any of these names, is left as it is', async (t) => {
  const made = named('v1', hostileFiles('v1'))
  for (const way of WAYS) {
    for (const [index, suffix] of [
      [0, ''],
      [3, ''],
      [9, '.part'],
    ] as const) {
      const real = await RealEngine.open(t)
      const path = `${join(real.saveFolder, ...(made.metainfo.files[index]?.path ?? []))}${suffix}`
      await mkdir(join(path, '..'), { recursive: true })
      await writeFile(path, SECRET)
      const torrent = await enter(t, real, way, made)
      await until('it is refused', () => torrent.stateName === 'failed', {
        describe: () => JSON.stringify(torrent.status()),
      })
      assert.equal(torrent.status().problem?.code, 'FILE_DIFFERS', `${way} ${path}`)
      assert.equal(await readFile(path, 'utf8'), SECRET)
      await real.close()
    }
  }
})

interface Trap {
  readonly name: string
  readonly code: string
  /** Plants it where the file `at` will be; `outside` is a folder with a secret in it. */
  readonly plant: (at: string, outside: string) => Promise<void>
}

const TRAPS: readonly Trap[] = [
  {
    name: 'a link to a file in place of the file',
    code: 'UNSAFE_PATH',
    plant: (at, outside) => symlink(join(outside, 'secret'), at),
  },
  {
    name: 'a link to where nothing is yet',
    code: 'UNSAFE_PATH',
    plant: (at, outside) => symlink(join(outside, 'new'), at),
  },
  {
    name: 'a link in place of the unfinished file',
    code: 'UNSAFE_PATH',
    plant: (at, outside) => symlink(join(outside, 'secret'), `${at}.part`),
  },
  {
    name: 'a pipe in place of the file',
    code: 'UNSAFE_PATH',
    plant: async (at) => {
      execFileSync('mkfifo', [at])
    },
  },
  {
    name: 'a pipe in place of the unfinished file',
    code: 'UNSAFE_PATH',
    plant: async (at) => {
      execFileSync('mkfifo', [`${at}.part`])
    },
  },
  {
    name: 'a folder in place of the file',
    code: 'UNSAFE_PATH',
    plant: (at) => mkdir(at).then(() => undefined),
  },
]

const windows = process.platform === 'win32' ? 'links and pipes are not made like this on Windows' : false

async function outsideOf(real: RealEngine): Promise<string> {
  const outside = join(real.folder, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), SECRET)
  return outside
}

async function untouched(outside: string): Promise<void> {
  assert.deepEqual(await listed(outside), ['secret'])
  assert.equal(await readFile(join(outside, 'secret'), 'utf8'), SECRET)
}

test('a trap planted in the save folder is refused, neither followed nor waited for', {
  skip: windows,
}, async (t) => {
  const made = await MadeTorrent.make({ name: 'trap', lengthsBytes: [40_000, 50_000] })
  const file = made.metainfo.files[1]?.path ?? []
  for (const way of WAYS) {
    for (const { name, code, plant } of TRAPS) {
      const real = await RealEngine.open(t)
      const outside = await outsideOf(real)
      const at = join(real.saveFolder, ...file)
      await mkdir(join(at, '..'), { recursive: true })
      await plant(at, outside)
      const torrent = await enter(t, real, way, made)
      await until(`${name}: it is refused`, () => torrent.stateName === 'failed', {
        describe: () => JSON.stringify(torrent.status()),
      })
      assert.equal(torrent.status().problem?.code, code, `${way}: ${name}`)
      await untouched(outside)
      await real.close()
    }
    // A link in place of the torrent's folder.
    const real = await RealEngine.open(t)
    const outside = await outsideOf(real)
    await symlink(outside, join(real.saveFolder, 'trap'))
    const torrent = await enter(t, real, way, made)
    const told = await until('it is refused', () => torrent.status().problem, {
      describe: () => JSON.stringify(torrent.status()),
    })
    assert.equal(told.code, 'UNSAFE_PATH', way)
    await untouched(outside)
    assert.equal(await readlink(join(real.saveFolder, 'trap')), outside)
    await real.close()
  }
})

test('a folder that becomes a link while its files are being fetched leads nobody out', {
  skip: windows,
}, async (t) => {
  const made = await MadeTorrent.make({ name: 'trap', lengthsBytes: Array(40).fill(60_000) })
  const real = await RealEngine.open(t)
  const outside = await outsideOf(real)
  const { endpoint } = await seedOf(t, made, { everyMs: 10 })
  const torrent = real.addTorrent(made.torrent, { peers: [endpoint] })
  await until('some of it is here', () => torrent.status().doneBytes > 200_000)
  await rename(join(real.saveFolder, 'trap'), join(real.saveFolder, 'moved away'))
  await symlink(outside, join(real.saveFolder, 'trap'))
  await until('it is noticed', () => torrent.status().problem, {
    describe: () => JSON.stringify(torrent.status()),
  })
  await real.close()
  await untouched(outside)
})

test('a journal with names that lead out is not followed', async (t) => {
  const made = await MadeTorrent.make({ name: 'told', lengthsBytes: [30_000, 40_000] })
  for (const components of [
    ['..', 'outside', 'new'],
    ['..', '..', 'new'],
    ['trap', '..', '..', 'outside', 'new'],
    ['/etc/new'],
  ]) {
    const real = await RealEngine.open(t)
    const outside = await outsideOf(real)
    const { infohashV1 } = made.metainfo
    const [path] = real.engine.session.journalPaths({
      infohashV1,
      infohashV2: undefined,
      saveFolder: real.saveFolder,
    })
    assert.ok(path !== undefined)
    const { journal } = await Journal.open(new NodeDisk(), path, made.metainfo)
    await journal.append([{ type: 'name', file: 1, components, settled: true }], {
      wallMs: Date.now(),
      writing: false,
    })
    await journal.settled()
    const { endpoint } = await seedOf(t, made)
    const torrent = real.addTorrent(made.torrent, { peers: [endpoint] })
    await until('it ends one way or the other', () => torrent.finished || torrent.status().problem, {
      describe: () => JSON.stringify(torrent.status()),
    })
    await untouched(outside)
    await real.close()
    const made1 = (await listed(real.folder)).filter((entry) => !/^(save|state|outside)\//.test(entry))
    assert.deepEqual(made1, [])
    assert.equal(existsSync('/etc/new'), false)
  }
})

test('kept metadata that somebody replaced is not believed', async (t) => {
  const made = named('v1', hostileFiles('v1'))
  const other = named('v1', [{ path: ['..', 'x'], content: contentOf(10) }])
  const real = await RealEngine.open(t)
  const kept = join(real.folder, 'state', 'torrents', `${made.metainfo.infohashV1}.torrent`)
  for (const planted of [other.bytes, utf8('x'), new Uint8Array(0), new Uint8Array(11_000_000)]) {
    await writeFile(kept, planted)
    assert.equal(await real.engine.session.kept(made.metainfo.infohashV1 as Infohash), undefined)
  }
  const torrent = await enter(t, real, 'magnet', made)
  await real.finish(torrent, made)
  assert.deepEqual(await real.saved(), expected(made))
})
