import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { digest } from '../../test/doubles/digest.ts'
import { MemoryHasher } from '../../test/doubles/memory-hasher.ts'
import { contentOf, layerOf, PIECE_BYTES, rootOf } from '../../test/doubles/torrents.ts'
import { fromLatin1, toHex } from '../base/bytes.ts'
import { type Created, CreateError, type CreateOptions, type CreateWatch, createTorrent } from './create.ts'
import { type CreateSource, choosePieceLength } from './create-plan.ts'
import { MetainfoError } from './error.ts'
import type { TorrentVersion } from './metainfo.ts'

/** Path below the folder → content. */
const FILES: readonly (readonly [string, Uint8Array])[] = [
  ['a', contentOf(512, 1)],
  ['b', contentOf(40_000, 2)],
  ['d/c', contentOf(16_384, 3)],
  ['d/e.txt', contentOf(0, 4)],
  ['d!/z', contentOf(100_001, 5)],
  ['é.bin', contentOf(70_000, 6)],
]

function folderOf(files: readonly (readonly [string, Uint8Array])[], name = 'temp') {
  const hasher = new MemoryHasher(new Map(files.map(([path, content]) => [`/disk/${path}`, content])))
  const source: CreateSource = {
    name,
    singleFile: false,
    files: files.map(([path, content]) => ({
      components: path.split('/'),
      path: `/disk/${path}`,
      lengthBytes: content.length,
    })),
  }
  return { hasher, source }
}

function singleOf(content: Uint8Array, name = 'single') {
  const hasher = new MemoryHasher(new Map([['/disk/x', content]]))
  const source: CreateSource = {
    name,
    singleFile: true,
    files: [{ components: [name], path: '/disk/x', lengthBytes: content.length }],
  }
  return { hasher, source }
}

function create(
  { hasher, source }: { hasher: MemoryHasher; source: CreateSource },
  options: CreateOptions = {},
  watch: CreateWatch = {},
): Promise<Created> {
  return createTorrent(source, options, { hasher, digest }, watch)
}

async function refusal(made: Promise<unknown>): Promise<string> {
  try {
    await made
    return 'accepted'
  } catch (error) {
    if (error instanceof CreateError || error instanceof MetainfoError) return error.code
    throw error
  }
}

test('infohashes agree with torrents that libtorrent made of the same files', async () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../test/vectors/create.json', import.meta.url), 'utf8'),
  ) as {
    torrents: { version: TorrentVersion; single: boolean; pieceLengthBytes: number; infohash: string }[]
  }
  for (const { version, single, pieceLengthBytes, infohash } of vectors.torrents) {
    const made = single ? singleOf(FILES[4]?.[1] as Uint8Array) : folderOf(FILES.toReversed())
    const { metainfo } = (await create(made, { version, pieceLengthBytes })).torrent
    const ours = version === 'v2' ? metainfo.infohashV2 : metainfo.infohashV1
    assert.equal(ours, infohash, `${version} ${single} ${pieceLengthBytes}`)
  }
})

test('a hybrid is the default: pads bring every file to a piece, layers and roots are those of the files', async () => {
  const { torrent } = await create(folderOf(FILES), { pieceLengthBytes: PIECE_BYTES })
  const { metainfo } = torrent
  assert.equal(metainfo.version, 'hybrid')
  assert.deepEqual(
    metainfo.files.map((file) => (file.pad ? `pad ${file.lengthBytes}` : file.path.join('/'))),
    [
      'temp/a',
      'pad 15872',
      'temp/b',
      'pad 9152',
      'temp/d/c',
      'temp/d/e.txt',
      'temp/d!/z',
      'pad 14687',
      'temp/é.bin',
    ],
  )
  const real = metainfo.files.filter((file) => !file.pad)
  for (const [path, content] of FILES) {
    const file = real.find((one) => one.path.slice(1).join('/') === path)
    assert.deepEqual(file?.root, content.length === 0 ? undefined : rootOf(content), path)
    const layer = content.length > PIECE_BYTES ? layerOf(content) : undefined
    assert.deepEqual(metainfo.pieceLayers.get(toHex(rootOf(content))), layer, path)
  }
  const second = metainfo.piecesV1?.subarray(3 * 20, 4 * 20)
  const tail = new Uint8Array(PIECE_BYTES)
  tail.set(contentOf(40_000, 2).subarray(2 * PIECE_BYTES))
  assert.deepEqual(second, digest.sha1(tail), 'padding is hashed as zeros')
})

test('no two pads of a hybrid have the same path, which rtorrent refuses', async () => {
  const files = ['a', 'b', 'c', 'd'].map((name) => [name, contentOf(1_000)] as const)
  const { torrent } = await create(folderOf(files), { pieceLengthBytes: PIECE_BYTES })
  const paths = new TextDecoder('latin1').decode(torrent.metainfo.infoBytes).match(/(?<=l4:.pad\d+:)[-\d]+/g)
  assert.deepEqual(paths, ['15384', '15384-2', '15384-3'])
})

test('the same files give the same bytes, in whatever order they are found', async () => {
  const hints = { comment: 'c', createdBy: 'x', trackers: [['http://t/']], webSeeds: ['http://w/'] }
  const one = await create(folderOf(FILES), { hints })
  const other = await create(folderOf(FILES.toReversed()), { hints })
  assert.deepEqual(one.bytes, other.bytes)
  assert.doesNotMatch(fromLatin1(one.bytes), /creation date/)
})

test('hints stand around the info dictionary, private in it', async () => {
  const bare = await create(folderOf(FILES))
  const hints = {
    comment: 'c',
    createdBy: 'x',
    trackers: [['http://t/'], ['udp://u:1/']],
    webSeeds: ['http://w/a/'],
  }
  const { torrent } = await create(folderOf(FILES), { hints })
  assert.deepEqual(torrent.metainfo.infoBytes, bare.torrent.metainfo.infoBytes)
  assert.deepEqual(torrent.hints, { ...bare.torrent.hints, ...hints })
  const secret = await create(folderOf(FILES), { private: true })
  assert.equal(secret.torrent.metainfo.private, true)
  assert.equal(bare.torrent.metainfo.private, false)
  assert.notEqual(secret.torrent.metainfo.infohashV1, bare.torrent.metainfo.infohashV1)
})

test('any folder of files makes a torrent that is read back with the same files', async () => {
  const name = fc.constantFrom('a', 'B', 'b.txt', 'ü', 'z z', '..x', 'Vol. 1.')
  const folder = fc
    .dictionary(
      fc.array(name, { minLength: 1, maxLength: 3 }).map((components) => components.join('/')),
      fc.nat(70_000),
      { minKeys: 1, maxKeys: 8, noNullPrototype: true },
    )
    .map((sizes) => Object.entries(sizes))
    .filter((sizes) => sizes.some(([, bytes]) => bytes > 0))
    .filter((sizes) => !sizes.some(([path]) => sizes.some(([other]) => other.startsWith(`${path}/`))))
  await fc.assert(
    fc.asyncProperty(
      folder,
      fc.constantFrom('v1', 'v2', 'hybrid'),
      fc.constantFrom(16_384, 65_536),
      async (sizes, version, pieceLengthBytes) => {
        const files = sizes.map(([path, bytes], i) => [path, contentOf(bytes, i)] as const)
        const { torrent } = await create(folderOf(files), {
          version: version as TorrentVersion,
          pieceLengthBytes,
        })
        const { metainfo } = torrent
        assert.equal(metainfo.version, version)
        const found = metainfo.files.filter((file) => !file.pad)
        const spelled = found.map((file) =>
          (file.originalPath ?? file.path).slice(metainfo.singleFile ? 0 : 1).join('/'),
        )
        assert.deepEqual(spelled.toSorted(), sizes.map(([path]) => path).toSorted())
        for (const [i, file] of found.entries()) {
          const content = files.find(([path]) => path === spelled[i])?.[1] as Uint8Array
          assert.equal(file.lengthBytes, content.length)
          const root = version === 'v1' || content.length === 0 ? undefined : rootOf(content)
          assert.deepEqual(file.root, root)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('piece lengths are chosen for one to two thousand pieces, from 16 KiB to 16 MiB', () => {
  assert.equal(choosePieceLength(1), 16_384)
  assert.equal(choosePieceLength(2_000 * 16_384), 16_384)
  assert.equal(choosePieceLength(2_000 * 16_384 + 1), 32_768)
  assert.equal(choosePieceLength(4.7e9), 4_194_304)
  assert.equal(choosePieceLength(1e12), 16_777_216)
  for (let bytes = 2_000 * 16_384; bytes < 3e10; bytes *= 1.37) {
    const pieces = bytes / choosePieceLength(Math.floor(bytes))
    assert.ok(pieces > 999 && pieces <= 2_000, `${bytes}`)
  }
})

test('nothing to share and odd piece lengths are refused', async () => {
  assert.equal(await refusal(create(folderOf([]))), 'CREATE_EMPTY')
  assert.equal(await refusal(create(folderOf([['a', contentOf(0)]]))), 'CREATE_EMPTY')
  assert.equal(await refusal(create(singleOf(contentOf(0)))), 'CREATE_EMPTY')
  for (const pieceLengthBytes of [0, -1, 1, 8_192, 16_385, 49_152, 2 ** 30]) {
    assert.equal(await refusal(create(folderOf(FILES), { pieceLengthBytes })), 'CREATE_PIECE_LENGTH')
  }
})

test('a file that vanished or shrank while it was hashed is named', async () => {
  const { source, hasher } = folderOf(FILES)
  const grown = source.files.map((file) =>
    file.components[0] === 'b' ? { ...file, lengthBytes: 50_000 } : file,
  )
  for (const version of ['v1', 'v2', 'hybrid'] as const) {
    await assert.rejects(create({ hasher, source: { ...source, files: grown } }, { version }), {
      code: 'FILE_CHANGED',
    })
  }
  const gone = { hasher: new MemoryHasher(new Map()), source: singleOf(contentOf(5)).source }
  await assert.rejects(create(gone), { code: 'FILE_CHANGED', data: { path: '/disk/x' } })
})

test('cancelling stops before the next stretch', async () => {
  let asked = 0
  const cancelled = () => ++asked > 0
  assert.equal(await refusal(create(folderOf(FILES), {}, { cancelled })), 'INTERRUPTED')
})

test('the hasher is asked for bounded stretches, and progress ends with all of it', async () => {
  const big = contentOf(1_000_000)
  const many = Array.from({ length: 300 }, (_, i) => [String(i), big] as const)
  const made = folderOf(many)
  const seen: [number, number][] = []
  await create(made, { version: 'v1', pieceLengthBytes: 2 ** 22 }, { progress: (...step) => seen.push(step) })
  assert.ok(made.hasher.largestCallBytes <= 67_108_864)
  assert.ok(seen.length >= 4)
  assert.ok(seen.every(([done], i) => i === 0 || done > (seen[i - 1]?.[0] as number)))
  assert.deepEqual(seen.at(-1), [300_000_000, 300_000_000])
})

test('what nobody could read back is refused before anything is hashed', async () => {
  const untouched = new MemoryHasher(new Map())
  const source = (files: CreateSource['files']): CreateSource => ({ name: 't', singleFile: false, files })
  const file = (components: string[]) => ({ components, path: '/x', lengthBytes: 1_000 })
  const deep = source([file(Array.from({ length: 63 }, () => 'd'))])
  assert.equal(await refusal(create({ hasher: untouched, source: deep })), 'PATH_TOO_DEEP')
  const long = source([file(Array.from({ length: 17 }, () => 'x'.repeat(250)))])
  assert.equal(await refusal(create({ hasher: untouched, source: long })), 'PATH_TOO_LONG')
  const crowd = source(Array.from({ length: 100_001 }, (_, i) => file([String(i)])))
  assert.equal(await refusal(create({ hasher: untouched, source: crowd })), 'TOO_MANY_FILES')
  const hybridCrowd = source(Array.from({ length: 40_000 }, (_, i) => file([String(i)])))
  assert.equal(await refusal(create({ hasher: untouched, source: hybridCrowd })), 'TOO_MANY_FILES')
  const huge = source([{ ...file(['x']), lengthBytes: 2 ** 35 }])
  assert.equal(
    await refusal(create({ hasher: untouched, source: huge }, { pieceLengthBytes: 16_384 })),
    'TOO_MANY_PIECES',
  )
  assert.equal(
    await refusal(create({ hasher: untouched, source: huge }, { pieceLengthBytes: 65_536 })),
    'TOO_LARGE',
  )
  const pad = source([file(['_____padding_file_0_'])])
  assert.equal(
    await refusal(create({ hasher: untouched, source: pad }, { version: 'v1' })),
    'CREATE_NAME_RESERVED',
  )
  assert.equal(untouched.largestCallBytes, 0)
})

test('a v2 folder of one file is what BEP 52 calls a single file', async () => {
  const one = folderOf([['a.txt', contentOf(5)]], 'folder')
  const v2 = (await create(one, { version: 'v2' })).torrent.metainfo
  assert.deepEqual([v2.singleFile, v2.files[0]?.path], [true, ['a.txt']])
  const hybrid = (await create(one)).torrent.metainfo
  assert.deepEqual([hybrid.singleFile, hybrid.files[0]?.path], [false, ['folder', 'a.txt']])
})
