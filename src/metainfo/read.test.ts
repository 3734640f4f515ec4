import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import {
  contentOf,
  type Dict,
  fakePieces,
  infoV1,
  infoV1Files,
  infoV2,
  layerOf,
  layersOf,
  leaf,
  PIECE_BYTES,
  raw,
  rootOf,
  torrent,
} from '../../test/doubles/torrents.ts'
import { decode, TORRENT_BENCODE_LIMITS } from '../base/bencode.ts'
import { type Encodable, encode } from '../base/bencode-encode.ts'
import { concatBytes, toHex, utf8 } from '../base/bytes.ts'
import { type Infohash, infohash } from '../base/ids.ts'
import { MetainfoError } from './error.ts'
import { TORRENT_LIMITS } from './limits.ts'
import type { Metainfo } from './metainfo.ts'
import { readInfo, readTorrent } from './read.ts'

/** Through both doors, which must agree. */
function read(info: Dict, around: Dict = {}): Metainfo {
  const { metainfo } = readTorrent(torrent(info, around), digest)
  const fromInfo = readInfo(encode(info as Encodable), digest)
  assert.deepEqual(fromInfo.files, metainfo.files)
  assert.equal(fromInfo.infohashV1, metainfo.infohashV1)
  assert.equal(fromInfo.infohashV2, metainfo.infohashV2)
  return metainfo
}

function refusal(run: () => unknown): string {
  try {
    run()
    return 'accepted'
  } catch (error) {
    if (error instanceof MetainfoError) return error.code
    throw error
  }
}

/** Refused for the same reason through both doors. */
function refused(info: Dict): string {
  const code = refusal(() => readTorrent(torrent(info), digest))
  assert.equal(
    refusal(() => readInfo(encode(info as Encodable), digest)),
    code,
  )
  return code
}

function paths(metainfo: Metainfo): string[] {
  return metainfo.files.map((file) => file.path.join('/'))
}

const A = contentOf(512, 1)
const B = contentOf(40_000, 2)
const C = contentOf(PIECE_BYTES, 3)

/** A hybrid of a (512 bytes), b (40,000 bytes), c (one piece), e (empty). */
function hybrid(changes: { files?: readonly Encodable[]; tree?: Encodable; info?: Dict } = {}): Dict {
  const files = changes.files ?? [
    { length: A.length, path: ['a'] },
    { attr: 'p', length: PIECE_BYTES - A.length, path: ['.pad', String(PIECE_BYTES - A.length)] },
    { length: B.length, path: ['b'] },
    { attr: 'p', length: 3 * PIECE_BYTES - B.length, path: ['.pad', String(3 * PIECE_BYTES - B.length)] },
    { length: C.length, path: ['d', 'c'] },
    { length: 0, path: ['e'] },
  ]
  const tree = changes.tree ?? { a: leaf(A), b: leaf(B), d: { c: leaf(C) }, e: leaf(new Uint8Array(0)) }
  const pieces = fakePieces(5 * PIECE_BYTES)
  return infoV2(tree, { files, pieces, ...changes.info })
}

test('a v1 single file is read', () => {
  const metainfo = read(infoV1())
  assert.equal(metainfo.version, 'v1')
  assert.equal(metainfo.infohashV1, toHex(digest.sha1(encode(infoV1() as Encodable))))
  assert.equal(metainfo.infohashV2, undefined)
  assert.equal(metainfo.singleFile, true)
  assert.equal(metainfo.private, false)
  assert.deepEqual(metainfo.files, [
    {
      index: 0,
      path: ['temp'],
      lengthBytes: 425,
      pad: false,
      executable: false,
      hidden: false,
      symlink: false,
      root: undefined,
    },
  ])
  assert.equal(metainfo.geometry.pieceCount, 1)
  assert.equal(metainfo.piecesV1?.length, 20)
})

test('a v1 folder is read, its paths beginning with its name', () => {
  const metainfo = read(
    infoV1Files([
      { length: 3, path: ['foo', 'bar.txt'] },
      { length: 0, path: ['empty'] },
      { length: 20_000, path: ['foo', 'var.txt'], attr: 'xh' },
    ]),
  )
  assert.deepEqual(paths(metainfo), ['temp/foo/bar.txt', 'temp/empty', 'temp/foo/var.txt'])
  assert.equal(metainfo.singleFile, false)
  assert.equal(metainfo.geometry.pieceCount, 2)
  assert.ok(metainfo.files[2]?.executable && metainfo.files[2].hidden)
})

test('a v2 torrent is read in the order of its tree', () => {
  const metainfo = read(infoV2({ a: leaf(A), d: { c: leaf(C), z: leaf(new Uint8Array(0)) }, 'd!': leaf(B) }))
  assert.equal(metainfo.version, 'v2')
  assert.equal(metainfo.infohashV1, undefined)
  assert.match(metainfo.infohashV2 ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(paths(metainfo), ['temp/a', 'temp/d/c', 'temp/d/z', 'temp/d!'])
  assert.deepEqual(metainfo.files[1]?.root, rootOf(C))
  assert.equal(metainfo.files[2]?.root, undefined)
  assert.equal(metainfo.geometry.pieceCount, 5)
  assert.equal(metainfo.piecesV1, undefined)
})

test('a v2 tree of one file is a single file named by the tree (BEP 52)', () => {
  const metainfo = read(infoV2({ 'a.txt': leaf(A) }, { name: 'shown' }))
  assert.equal(metainfo.singleFile, true)
  assert.deepEqual(paths(metainfo), ['a.txt'])
  assert.equal(metainfo.name, 'shown')
  const folder = read(infoV2({ d: { 'a.txt': leaf(A) } }))
  assert.equal(folder.singleFile, false)
  assert.deepEqual(paths(folder), ['temp/d/a.txt'])
})

test('a hybrid is read when both halves agree, with or without a pad at the end', () => {
  const metainfo = read(hybrid())
  assert.equal(metainfo.version, 'hybrid')
  assert.deepEqual(
    metainfo.files.map((file) => [
      file.pad ? 'pad' : file.path.join('/'),
      file.lengthBytes,
      file.root !== undefined,
    ]),
    [
      ['temp/a', 512, true],
      ['pad', PIECE_BYTES - 512, false],
      ['temp/b', 40_000, true],
      ['pad', 9_152, false],
      ['temp/d/c', PIECE_BYTES, true],
      ['temp/e', 0, false],
    ],
  )
  assert.equal(metainfo.geometry.pieceCount, 5)
  assert.equal(metainfo.geometry.payloadBytes, 512 + 40_000 + PIECE_BYTES)
  const tail = read(
    infoV2(
      { a: leaf(A), b: leaf(B) },
      {
        files: [
          { length: 512, path: ['a'] },
          { attr: 'p', length: PIECE_BYTES - 512, path: ['.pad', '1'] },
          { length: 40_000, path: ['b'] },
          { attr: 'p', length: 9_152, path: ['.pad', '2'] },
        ],
        pieces: fakePieces(4 * PIECE_BYTES),
      },
    ),
  )
  assert.equal(tail.geometry.pieceCount, 4)
})

test('a hybrid single file, and a hybrid folder of one file, are told apart by the v1 half', () => {
  const single = read(infoV2({ temp: leaf(B) }, { length: B.length, pieces: fakePieces(B.length) }))
  assert.deepEqual([single.singleFile, paths(single)], [true, ['temp']])
  const folder = read(
    infoV2({ b: leaf(B) }, { files: [{ length: B.length, path: ['b'] }], pieces: fakePieces(B.length) }),
  )
  assert.deepEqual([folder.singleFile, paths(folder)], [false, ['temp/b']])
})

test('hybrids whose halves disagree are refused', () => {
  const original = [...((hybrid().files ?? []) as Dict[])]
  const withFile = (index: number, changes: Dict) =>
    hybrid({
      files: original.map((file, i) => (i === index ? { ...file, ...changes } : file)) as Encodable[],
    })
  const cases: Record<string, Dict> = {
    'another name': withFile(0, { path: ['A'] }),
    'another folder': withFile(4, { path: ['c'] }),
    'another length': withFile(2, { length: 39_999 }),
    'a missing file': hybrid({ files: original.slice(0, -1) as Encodable[] }),
    'a further file': hybrid({ files: [...original, { length: 0, path: ['f'] }] as Encodable[] }),
    'another order': hybrid({ files: [original[5], ...original.slice(0, 5)] as Encodable[] }),
    'no pad': hybrid({
      files: original.filter((_, i) => i !== 1) as Encodable[],
      info: { pieces: fakePieces(4 * PIECE_BYTES + 512) },
    }),
    'a pad too short': withFile(1, { length: 100 }),
    'a pad of a whole piece more': hybrid({
      files: original.map((file, i) =>
        i === 3 ? { ...file, length: 9_152 + PIECE_BYTES } : file,
      ) as Encodable[],
      info: { pieces: fakePieces(6 * PIECE_BYTES) },
    }),
    'a pad that is a file in v1': withFile(1, { attr: '' }),
    'a file that is a pad in v1': withFile(2, { attr: 'p' }),
  }
  for (const [what, info] of Object.entries(cases)) assert.equal(refused(info), 'HYBRID_DISAGREES', what)
  assert.equal(
    refused(infoV2({ '/emp': leaf(B) }, { length: B.length, pieces: fakePieces(B.length) })),
    'HYBRID_DISAGREES',
    'a single file with another name',
  )
  assert.equal(refused(hybrid({ info: { pieces: undefined } })), 'BAD_PIECES', 'half a v1 half')
  assert.equal(refused(hybrid({ info: { files: undefined } })), 'BAD_LENGTH', 'pieces of nothing')
})

test('the infohash is over the bytes as they are, sorted or not', () => {
  const bytes = utf8(
    `d4:infod4:name4:temp6:lengthi425e12:piece lengthi16384e6:pieces20:${'p'.repeat(20)}e3:fooi1ee trailing bytes`,
  )
  const info = bytes.subarray(7, bytes.length - '3:fooi1ee trailing bytes'.length)
  const { metainfo } = readTorrent(bytes, digest)
  assert.equal(metainfo.infohashV1, toHex(digest.sha1(info)))
  assert.deepEqual(metainfo.infoBytes, info)
  assert.equal(readInfo(info, digest).infohashV1, metainfo.infohashV1)
})

test('what is read does not change with the memory it was read from', () => {
  const bytes = Buffer.from(torrent(hybrid(), { 'piece layers': layersOf(B) }))
  const { metainfo } = readTorrent(bytes, digest)
  const before = toHex(metainfo.infoBytes) + toHex(metainfo.files[0]?.root as Uint8Array)
  bytes.fill(0)
  assert.equal(toHex(metainfo.infoBytes) + toHex(metainfo.files[0]?.root as Uint8Array), before)
})

test('an unsorted v2 file tree is refused, other unsorted keys are not', () => {
  const file = `d0:d6:lengthi512e11:pieces root32:${'r'.repeat(32)}ee`
  const rest = '12:meta versioni2e4:name4:temp12:piece lengthi16384e'
  const read = (tree: string) => refusal(() => readInfo(utf8(`d9:file tree${tree}${rest}e`), digest))
  assert.equal(read(`d1:a${file}1:b${file}e`), 'accepted')
  assert.equal(read(`d1:b${file}1:a${file}e`), 'BAD_FILE_TREE')
  assert.equal(read(`d1:dd1:b${file}1:a${file}ee`), 'BAD_FILE_TREE')
  assert.equal(read(`d1:ad0:d11:pieces root32:${'r'.repeat(32)}6:lengthi512eeee`), 'BAD_FILE_TREE')
  assert.equal(
    refusal(() => readInfo(utf8(`d${rest}9:file treed1:a${file}ee`), digest)),
    'accepted',
  )
})

test('duplicate keys, leading zeros and integers beyond 2^53 are refused', () => {
  const bad = (info: string) => refusal(() => readInfo(utf8(info), digest))
  const pieces = `6:pieces20:${'p'.repeat(20)}`
  assert.equal(bad(`d6:lengthi1e6:lengthi2e4:name1:x12:piece lengthi16384e${pieces}e`), 'NOT_BENCODED')
  assert.equal(bad(`d6:lengthi1e4:name1:x6:lengthi2e12:piece lengthi16384e${pieces}e`), 'NOT_BENCODED')
  assert.equal(bad(`d6:lengthi0425e4:name1:x12:piece lengthi16384e${pieces}e`), 'NOT_BENCODED')
  assert.equal(bad(`d6:lengthi9007199254740992e4:name1:x12:piece lengthi16384e${pieces}e`), 'NOT_BENCODED')
})

test('defects of the info dictionary are refused, each for its reason, through both doors', () => {
  const root = rootOf(A)
  const cases: readonly (readonly [what: string, info: Dict, code: string])[] = [
    ['no piece length', infoV1({ 'piece length': undefined }), 'BAD_PIECE_LENGTH'],
    ['piece length 0', infoV1({ 'piece length': 0 }), 'BAD_PIECE_LENGTH'],
    ['piece length −1', infoV1({ 'piece length': -1 }), 'BAD_PIECE_LENGTH'],
    ['piece length 2^31', infoV1({ 'piece length': 2 ** 31 }), 'BAD_PIECE_LENGTH'],
    ['piece length as text', infoV1({ 'piece length': '16384' }), 'BAD_PIECE_LENGTH'],
    ['v2 piece length 32767', infoV2({ a: leaf(A) }, { 'piece length': 32_767 }), 'BAD_PIECE_LENGTH'],
    ['v2 piece length 8 KiB', infoV2({ a: leaf(A) }, { 'piece length': 8_192 }), 'BAD_PIECE_LENGTH'],
    ['v2 piece length 48 KiB', infoV2({ a: leaf(A) }, { 'piece length': 49_152 }), 'BAD_PIECE_LENGTH'],
    ['no name', infoV1({ name: undefined }), 'BAD_NAME'],
    ['name is a number', infoV1({ name: 1 }), 'BAD_NAME'],
    ['v2 without a name', infoV2({ a: leaf(A) }, { name: undefined }), 'BAD_NAME'],
    ['no length', infoV1({ length: undefined }), 'BAD_LENGTH'],
    ['negative length', infoV1({ length: -425 }), 'BAD_LENGTH'],
    ['length as text', infoV1({ length: '425' }), 'BAD_LENGTH'],
    [
      'negative file length',
      infoV1Files([
        { length: -45, path: ['a'] },
        { length: 99, path: ['b'] },
      ]),
      'BAD_LENGTH',
    ],
    ['file without length', infoV1Files([{ path: ['a'] }]), 'BAD_LENGTH'],
    [
      'lengths that overflow',
      infoV1Files(
        [2 ** 53 - 1, 2 ** 53 - 1].map((length, i) => ({ length, path: [String(i)] })),
        { pieces: '' },
      ),
      'BAD_LENGTH',
    ],
    ['length 0', infoV1({ length: 0, pieces: '' }), 'NO_CONTENT'],
    ['only empty files', infoV1Files([{ length: 0, path: ['a'] }]), 'NO_CONTENT'],
    ['only padding', infoV1Files([{ length: 5, path: ['a'], attr: 'p' }]), 'NO_CONTENT'],
    ['no files', infoV1Files([]), 'NO_FILES'],
    ['files is a dictionary', infoV1({ files: {}, length: undefined }), 'BAD_FILE'],
    ['a file is a string', infoV1({ files: ['a'], length: undefined }), 'BAD_FILE'],
    ['no path', infoV1Files([{ length: 5 }]), 'BAD_PATH'],
    ['empty path', infoV1Files([{ length: 5, path: [] }]), 'BAD_PATH'],
    ['path is a string', infoV1Files([{ length: 5, path: 'a' }]), 'BAD_PATH'],
    ['path of numbers', infoV1Files([{ length: 5, path: [1] }]), 'BAD_PATH'],
    ['no pieces', infoV1({ pieces: undefined }), 'BAD_PIECES'],
    ['pieces is a number', infoV1({ pieces: -23 }), 'BAD_PIECES'],
    ['pieces not a multiple of 20', infoV1({ pieces: 'p'.repeat(19) }), 'BAD_PIECES'],
    ['too many hashes', infoV1({ pieces: 'p'.repeat(40) }), 'BAD_PIECES'],
    ['too few hashes', infoV1({ length: PIECE_BYTES + 1 }), 'BAD_PIECES'],
    ['meta version 1', infoV2({ a: leaf(A) }, { 'meta version': 1 }), 'UNSUPPORTED_VERSION'],
    ['meta version 3', infoV1({ 'meta version': 3 }), 'UNSUPPORTED_VERSION'],
    ['meta version as text', infoV2({ a: leaf(A) }, { 'meta version': '2' }), 'UNSUPPORTED_VERSION'],
    ['v2 without a tree', infoV2('', { 'file tree': undefined }), 'BAD_FILE_TREE'],
    ['tree is a list', infoV2([]), 'BAD_FILE_TREE'],
    ['empty tree', infoV2({}), 'NO_FILES'],
    ['root is a file', infoV2(leaf(A)), 'BAD_FILE_TREE'],
    ['a nameless file beside others', infoV2({ ...leaf(A), b: leaf(B) }), 'BAD_FILE_TREE'],
    ['a file with children', infoV2({ a: { ...leaf(A), b: leaf(B) } }), 'BAD_FILE_TREE'],
    ['an empty key twice', infoV2({ a: { '': { '': { length: 5, 'pieces root': root } } } }), 'BAD_LENGTH'],
    ['an empty key that is no dictionary', infoV2({ a: { '': 5 } }), 'BAD_FILE_TREE'],
    ['a folder that is a number', infoV2({ a: 5 }), 'BAD_FILE_TREE'],
    ['a pad file in the tree', infoV2({ a: leaf(A, { attr: 'p' }) }), 'BAD_FILE_TREE'],
    ['v2 length missing', infoV2({ a: leaf(A, { length: undefined }) }), 'BAD_LENGTH'],
    ['v2 length negative', infoV2({ a: leaf(A, { length: -1 }) }), 'BAD_LENGTH'],
    ['no root', infoV2({ a: leaf(A, { 'pieces root': undefined }) }), 'BAD_ROOT'],
    ['a zero root', infoV2({ a: leaf(A, { 'pieces root': new Uint8Array(32) }) }), 'BAD_ROOT'],
    ['a short root', infoV2({ a: leaf(A, { 'pieces root': root.subarray(1) }) }), 'BAD_ROOT'],
    [
      'a link without target, without root',
      infoV2({ a: leaf(A, { attr: 'l', 'pieces root': undefined }) }),
      'BAD_ROOT',
    ],
    ['only empty v2 files', infoV2({ a: leaf(new Uint8Array(0)) }), 'NO_CONTENT'],
    ['a huge v2 file', infoV2({ a: leaf(A, { length: 17_592_186_028_032 }) }), 'TOO_MANY_PIECES'],
    ['an over-long name', infoV1({ name: 'x'.repeat(5_000) }), 'PATH_TOO_LONG'],
    [
      'an over-long path',
      infoV1Files([{ length: 5, path: ['x'.repeat(2_000), 'y'.repeat(2_096)] }]),
      'PATH_TOO_LONG',
    ],
    [
      'a path too deep',
      infoV1Files([{ length: 5, path: Array.from({ length: 100 }, () => 'd') }]),
      'PATH_TOO_DEEP',
    ],
    [
      'more than a hundred twins',
      infoV1Files(Array.from({ length: 101 }, () => ({ length: 5, path: ['foo', 'bar.txt'] }))),
      'TOO_MANY_TWINS',
    ],
  ]
  for (const [what, info, code] of cases) assert.equal(refused(info), code, what)
})

test('what is not a torrent is refused', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'NOT_BENCODED'],
    ['10:libtorrent', 'NOT_A_TORRENT'],
    ['le', 'NOT_A_TORRENT'],
    ['i5e', 'NOT_A_TORRENT'],
    ['de', 'NO_INFO'],
    ['d4:infolee', 'NO_INFO'],
    ['d4:info4:texte', 'NO_INFO'],
    ['<!DOCTYPE html>', 'NOT_BENCODED'],
    [`d4:infod9:file tree${'d1:a'.repeat(10_000)}`, 'NOT_BENCODED'],
  ]
  for (const [text, code] of cases)
    assert.equal(
      refusal(() => readTorrent(utf8(text), digest)),
      code,
      text.slice(0, 40),
    )
  assert.equal(
    refusal(() => readTorrent(new Uint8Array(TORRENT_BENCODE_LIMITS.lengthBytes + 1), digest)),
    'TOO_LARGE',
  )
  assert.equal(
    refusal(() => readInfo(utf8('le'), digest)),
    'NO_INFO',
  )
  assert.equal(
    refusal(() => readInfo(concatBytes([encode(infoV1() as Encodable), utf8('x')]), digest)),
    'NOT_BENCODED',
  )
})

test('truncation at every byte is refused', () => {
  const bytes = torrent(hybrid(), { 'piece layers': layersOf(B) })
  readTorrent(bytes, digest)
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(
      refusal(() => readTorrent(bytes.subarray(0, length), digest)),
      'NOT_BENCODED',
      `at ${length}`,
    )
  }
})

test('piece layers are verified; missing ones are tolerated, wrong ones refused', () => {
  const long = contentOf(5 * PIECE_BYTES + 3, 9)
  const info = infoV2({ a: leaf(A), long: leaf(long) })
  const withLayers = (layers: Encodable | undefined) =>
    refusal(() => readTorrent(torrent(info, { 'piece layers': layers }), digest))
  const root = rootOf(long)
  const layer = layerOf(long)
  const { metainfo } = readTorrent(torrent(info, { 'piece layers': layersOf(long) }), digest)
  assert.deepEqual([...metainfo.pieceLayers], [[toHex(root), layer]])
  assert.equal(withLayers(undefined), 'accepted')
  assert.equal(withLayers({}), 'accepted')
  const swapped = concatBytes([layer.subarray(32, 64), layer.subarray(0, 32), layer.subarray(64)])
  const cases: readonly (readonly [string, Encodable])[] = [
    ['not a dictionary', []],
    ['a number', new Map([[root, 512]])],
    ['empty', new Map([[root, '']])],
    ['one hash too few', new Map([[root, layer.subarray(32)]])],
    ['one hash too many', new Map([[root, concatBytes([layer, layer.subarray(0, 32)])]])],
    ['not whole hashes', new Map([[root, concatBytes([layer, utf8('a')])]])],
    ['swapped hashes', new Map([[root, swapped]])],
    ['of no file', new Map([[digest.sha256(root), layer]])],
    ['under a short key', new Map([[root.subarray(1), layer]])],
    ['wrong for a file of one piece', new Map([[rootOf(A), layer]])],
  ]
  for (const [what, layers] of cases) assert.equal(withLayers(layers), 'BAD_PIECE_LAYER', what)
  assert.equal(withLayers(new Map([[rootOf(A), rootOf(A)]])), 'accepted', 'a file of one piece, itself')
  assert.equal(
    refusal(() => readTorrent(torrent(infoV1(), { 'piece layers': 5 }), digest)),
    'accepted',
    'v1 has none',
  )
})

test('known piece layers come back with an info dictionary, verified again', () => {
  const long = contentOf(5 * PIECE_BYTES + 3, 9)
  const bytes = encode(infoV2({ long: leaf(long) }) as Encodable)
  const none = { infohashV1: undefined, infohashV2: undefined }
  const pieceLayers = new Map([[toHex(rootOf(long)), layerOf(long)]])
  assert.deepEqual(readInfo(bytes, digest, none, { pieceLayers }).pieceLayers, pieceLayers)
  const wrong = new Map([[toHex(rootOf(long)), layerOf(long).fill(1, 0, 1)]])
  assert.equal(
    refusal(() => readInfo(bytes, digest, none, { pieceLayers: wrong })),
    'BAD_PIECE_LAYER',
  )
})

test('two files of one root share its layer only when they have as many pieces', () => {
  const long = contentOf(3 * PIECE_BYTES, 9)
  const tree = (otherBytes: number) => infoV2({ a: leaf(long), b: leaf(long, { length: otherBytes }) })
  const layers = { 'piece layers': layersOf(long) }
  assert.equal(
    refusal(() => readTorrent(torrent(tree(long.length), layers), digest)),
    'accepted',
  )
  assert.equal(
    refusal(() => readTorrent(torrent(tree(64), layers), digest)),
    'accepted',
  )
  assert.equal(
    refusal(() => readTorrent(torrent(tree(4 * PIECE_BYTES), layers), digest)),
    'BAD_PIECE_LAYER',
  )
})

test('an info dictionary must be the one that was asked for', () => {
  const bytes = encode(hybrid() as Encodable)
  const { infohashV1, infohashV2 } = readInfo(bytes, digest)
  const other = (hash: Infohash | undefined) =>
    hash?.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) as Infohash
  for (const [expected, code] of [
    [{ infohashV1, infohashV2 }, 'accepted'],
    [{ infohashV1, infohashV2: undefined }, 'accepted'],
    [{ infohashV1: undefined, infohashV2 }, 'accepted'],
    [{ infohashV1: other(infohashV1), infohashV2: undefined }, 'WRONG_INFOHASH'],
    [{ infohashV1: undefined, infohashV2: other(infohashV2) }, 'WRONG_INFOHASH'],
    [{ infohashV1, infohashV2: other(infohashV2) }, 'WRONG_INFOHASH'],
  ] as const) {
    assert.equal(
      refusal(() => readInfo(bytes, digest, expected)),
      code,
    )
  }
})

test('an info dictionary must be of a version that the hash it was asked for names', () => {
  const v1 = encode(infoV1() as Encodable)
  const v2 = encode(infoV2({ a: leaf(contentOf(10)) }) as Encodable)
  const byV2 = { infohashV1: undefined, infohashV2: infohash(digest.sha256(v1)) }
  const byV1 = { infohashV1: infohash(digest.sha1(v2)), infohashV2: undefined }
  assert.equal(
    refusal(() => readInfo(v1, digest, byV2)),
    'OTHER_VERSION',
  )
  assert.equal(
    refusal(() => readInfo(v2, digest, byV1)),
    'OTHER_VERSION',
  )
})

test('names become safe and unique, in v1 and v2 alike', () => {
  const names = [
    '..',
    '/',
    'C:\\x',
    'CON',
    'nul.txt.jpg',
    'dots...',
    'foo... bar',
    'x\u202egpj.exe',
    'README',
    'readme',
  ]
  const expected = [
    '__',
    '_',
    'C__x',
    '_CON',
    '_nul.txt.jpg',
    'dots___',
    'foo... bar',
    'x_gpj.exe',
    'README',
    'readme.1',
  ]
  const listed = read(infoV1Files(names.map((name) => ({ length: 5, path: [name] }))))
  assert.deepEqual(
    paths(listed),
    expected.map((name) => `temp/${name}`),
  )
  const tree = new Map(names.map((name) => [name, leaf(A)]))
  const inTree = read(infoV2(tree as unknown as Encodable))
  assert.deepEqual(paths(inTree).toSorted(), expected.map((name) => `temp/${name}`).toSorted())
})

test('a name of which nothing is left becomes the infohash', () => {
  for (const name of ['', '.', '..', '/', '\u200b', '  ']) {
    const metainfo = read(infoV1({ name }))
    assert.equal(metainfo.name, metainfo.infohashV1)
    assert.deepEqual(paths(metainfo), [metainfo.infohashV1])
    const folder = read(infoV1Files([{ length: 5, path: ['a'] }], { name }))
    assert.deepEqual(paths(folder), [`${folder.infohashV1}/a`])
    const v2 = read(infoV2({ a: leaf(A), b: leaf(B) }, { name }))
    assert.deepEqual(paths(v2), [`${v2.infohashV2}/a`, `${v2.infohashV2}/b`])
  }
  const single = read(infoV2({ '..': leaf(A) }, { name: '..' }))
  assert.deepEqual(paths(single), [single.infohashV2])
  assert.equal(read(infoV1({ name: 'temp/../../abc' })).name, 'temp_.._.._abc')
})

test('empty and odd path components stay inside the torrent', () => {
  const metainfo = read(
    infoV1Files([
      { length: 5, path: ['', '', 'bar'] },
      { length: 5, path: ['/', '/', 'bar'] },
      { length: 5, path: ['..', '..', 'bar'] },
      { length: 5, path: ['dir', ''] },
    ]),
  )
  assert.deepEqual(paths(metainfo), ['temp/_/_/bar', 'temp/_/_/bar.1', 'temp/__/__/bar', 'temp/dir/_'])
})

test('the spelling of the torrent is kept where data may lie under it', () => {
  const metainfo = read(
    infoV1Files([
      { length: 5, path: ['Vol. 1.', 'a'] },
      { length: 5, path: ['..', 'b'] },
      { length: 5, path: ['c'] },
    ]),
  )
  assert.deepEqual(
    metainfo.files.map((file) => file.originalPath),
    [['temp', 'Vol. 1.', 'a'], undefined, undefined],
  )
  assert.deepEqual(read(infoV1({ name: 'etc.' })).files[0]?.originalPath, ['etc.'])
  assert.deepEqual(read(infoV2({ 'etc.': leaf(A) })).files[0]?.originalPath, ['etc.'])
})

test('UTF-8 forms beside names in a local code are preferred in v1', () => {
  const metainfo = read(
    infoV1Files(
      [
        { length: 5, path: [Uint8Array.of(0xff)], 'path.utf-8': ['é'] },
        { length: 5, path: ['plain'], 'path.utf-8': [Uint8Array.of(0xff)] },
      ],
      { name: Uint8Array.of(0xfe), 'name.utf-8': 'ñ' },
    ),
  )
  assert.deepEqual(paths(metainfo), ['ñ/é', 'ñ/plain'])
})

test('pad files are known by attribute, with or without path, and by their old name', () => {
  const metainfo = read(
    infoV1Files([
      { length: 45, path: ['foo'] },
      { length: 2_124, path: ['_____padding_file_0_____'] },
      { length: 45, attr: 'p' },
      { length: 45, path: ['bar'], attr: 'zzp' },
      { length: 45, path: ['_____padding'] },
    ]),
  )
  assert.deepEqual(
    metainfo.files.map((file) => file.pad),
    [false, true, true, true, false],
  )
  assert.equal(metainfo.geometry.payloadBytes, 90)
})

test('symlinks have length 0 and are marked; without a target they are ordinary files', () => {
  const link = { attr: 'l', 'symlink path': ['foo', 'bar'] }
  const metainfo = read(
    infoV1Files([
      { length: 5, path: ['foo'] },
      { ...link, path: ['with length'], length: 0 },
      { ...link, path: ['without length'] },
      { length: 7, path: ['no target'], attr: 'l' },
    ]),
  )
  assert.deepEqual(
    metainfo.files.map((file) => [file.symlink, file.lengthBytes]),
    [
      [false, 5],
      [true, 0],
      [true, 0],
      [false, 7],
    ],
  )
  const lying = infoV1Files(
    [
      { length: 5, path: ['foo'] },
      { ...link, path: ['l'], length: 2 ** 40 },
    ],
    { pieces: fakePieces(5) },
  )
  assert.equal(read(lying).files[1]?.lengthBytes, 0)
  const v2 = read(infoV2({ a: leaf(A), l: { '': link } }))
  assert.deepEqual(
    v2.files.map((file) => file.symlink),
    [false, true],
  )
})

test("limits are the caller's to choose", () => {
  const info = infoV1Files([1, 2, 3].map((i) => ({ length: PIECE_BYTES, path: [String(i)] })))
  const within = (changes: object) =>
    refusal(() =>
      readInfo(encode(info as Encodable), digest, undefined, { limits: { ...TORRENT_LIMITS, ...changes } }),
    )
  assert.equal(within({}), 'accepted')
  assert.equal(within({ files: 2 }), 'TOO_MANY_FILES')
  assert.equal(within({ pieces: 2 }), 'TOO_MANY_PIECES')
  const tree = encode(infoV2({ a: leaf(A), b: leaf(A) }) as Encodable)
  assert.equal(
    refusal(() => readInfo(tree, digest, undefined, { limits: { ...TORRENT_LIMITS, files: 1 } })),
    'TOO_MANY_FILES',
  )
})

test('private is any number but zero', () => {
  assert.equal(read(infoV1({ private: 1 })).private, true)
  assert.equal(read(infoV1({ private: 0 })).private, false)
  assert.equal(read(infoV1({ private: 'yes' })).private, false)
  assert.equal(read(hybrid({ info: { private: 1 } })).private, true)
})

test('odd keys do no harm', () => {
  const bytes = utf8(
    `d${raw('__proto__')}d1:xi1ee4:info${new TextDecoder('latin1').decode(encode(infoV1({ pieces: 'p'.repeat(20), __proto__x: 1 }) as Encodable))}e`,
  )
  const { metainfo } = readTorrent(bytes, digest)
  assert.equal(metainfo.name, 'temp')
  const listed = read(
    infoV1Files([
      { length: 5, path: ['__proto__'] },
      { length: 5, path: ['constructor', 'toString'] },
    ]),
  )
  assert.deepEqual(paths(listed), ['temp/__proto__', 'temp/constructor/toString'])
  assert.ok(decode(listed.infoBytes, 'torrent'))
})
