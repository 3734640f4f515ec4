// Torrent files as an enemy writes them, byte by byte: what lies around the info dictionary, numbers and strings that
// only look right, and shapes that must load harmlessly. Verdicts on what BEP 3 and 52 leave no doubt about were
// compared with libtorrent 2.0.8; where it reads on, SAFETY.md refuses (keys twice, zeros before numbers, layers of
// nobody), and where it refuses, a name becomes harmless.

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
  leaf,
  PIECE_BYTES,
  raw,
  torrent,
} from '../../test/doubles/torrents.ts'
import { type Encodable, encode } from '../base/bencode-encode.ts'
import { concatBytes, toHex, utf8 } from '../base/bytes.ts'
import { MetainfoError } from './error.ts'
import { NO_HINTS } from './hints.ts'
import { readTorrent } from './read.ts'

const HASH = `20:${'p'.repeat(20)}`
const GOOD = encode(infoV1() as Encodable)
const small = contentOf(512)
const long = contentOf(3 * PIECE_BYTES + 5)

/** A v1 file whose length and name are written as given. */
const written = (length: string, name = '4:temp'): string =>
  `d4:infod6:length${length}4:name${name}12:piece lengthi16384e6:pieces${HASH}ee`

const around = (before: string, after: string): Uint8Array => concatBytes([utf8(before), GOOD, utf8(after)])

function verdict(bytes: Uint8Array): string {
  try {
    const { metainfo } = readTorrent(bytes, digest)
    return metainfo.files
      .filter(({ pad }) => !pad)
      .map(({ path }) => path.join('/'))
      .join(' ')
  } catch (error) {
    if (error instanceof MetainfoError) return error.code
    throw error
  }
}

const FILES: readonly (readonly [what: string, bytes: Uint8Array | string, verdict: string])[] = [
  ['nothing', '', 'NOT_BENCODED'],
  ['a line before the dictionary', around('\nd4:info', 'e'), 'NOT_BENCODED'],
  ['a byte order mark', around('\ufeffd4:info', 'e'), 'NOT_BENCODED'],
  ['a page of the web', '<html><body>404</body></html>', 'NOT_BENCODED'],
  ['a list around it', around('l4:info', 'e'), 'NOT_A_TORRENT'],
  ['info as a string', `d4:info${GOOD.length}:${'x'.repeat(GOOD.length)}e`, 'NO_INFO'],
  ['info as a list', 'd4:infoli1eee', 'NO_INFO'],
  ['info twice', concatBytes([utf8('d4:info'), GOOD, utf8('4:info'), GOOD, utf8('e')]), 'NOT_BENCODED'],
  ['a key that is a number', 'di1e4:infoe', 'NOT_BENCODED'],
  ['a key without a value', 'd4:infoe', 'NOT_BENCODED'],
  ['another torrent behind it', concatBytes([torrent(infoV1()), torrent(infoV1({ name: 'b' }))]), 'temp'],
  ['keys around it out of order', around('d4:info', '8:announce9:http://a/e'), 'temp'],
  ['a million lists', 'l'.repeat(1_000_000), 'NOT_BENCODED'],
  ['lists behind the dictionary', around('d4:info', `e${'l'.repeat(1_000_000)}`), 'temp'],
  [
    'lists beside the dictionary',
    around(`d1:a${'l'.repeat(100)}${'e'.repeat(100)}4:info`, 'e'),
    'NOT_BENCODED',
  ],
  ['a length of nothing', written('ie'), 'NOT_BENCODED'],
  ['a length with a plus', written('i+7e'), 'NOT_BENCODED'],
  ['a length in hex', written('i0x7e'), 'NOT_BENCODED'],
  ['a length with a point', written('i7.0e'), 'NOT_BENCODED'],
  ['a length with a space', written('i 7e'), 'NOT_BENCODED'],
  ['a length with two signs', written('i--7e'), 'NOT_BENCODED'],
  ['a length of 2^63', written('i9223372036854775808e'), 'NOT_BENCODED'],
  ['a length of a thousand digits', written(`i${'9'.repeat(1_000)}e`), 'NOT_BENCODED'],
  ['a name with a zero before its length', written('i7e', '04:temp'), 'NOT_BENCODED'],
  ['a name of negative length', written('i7e', '-4:temp'), 'NOT_BENCODED'],
  ['a name longer than the file', written('i7e', '999:temp'), 'NOT_BENCODED'],
  ['a name of 2^64 bytes', written('i7e', '18446744073709551620:temp'), 'NOT_BENCODED'],
  ['a name and no colon', written('i7e', '4temp'), 'NOT_BENCODED'],
]

const INFOS: readonly (readonly [what: string, info: Dict, verdict: string])[] = [
  ['both a length and files', infoV1({ files: [{ length: 425, path: ['a'] }] }), 'temp/a'],
  ['a prototype as name', infoV1({ name: '__proto__' }), '__proto__'],
  ['a prototype as key', infoV1({ ['__proto__']: { length: 1 } }), 'temp'],
  ['a path of lists', infoV1Files([{ length: 5, path: [['a']] }]), 'BAD_PATH'],
  [
    'a file that is a link and goes up',
    infoV1Files([{ length: 5, path: ['a'] }, link('l', '..', 'x')]),
    'temp/a temp/l',
  ],
  [
    'a file through a link',
    infoV1Files([link('l', '/etc'), { length: 5, path: ['l', 'x'] }]),
    'temp/l temp/l.1/x',
  ],
  [
    'a pad of a tebibyte',
    infoV1Files(
      [
        { length: 5, path: ['a'] },
        { length: 2 ** 40, path: ['p'], attr: 'p' },
      ],
      { pieces: '' },
    ),
    'TOO_MANY_PIECES',
  ],
  [
    'a hundred twins',
    infoV1Files(Array.from({ length: 100 }, () => ({ length: 5, path: ['a'] }))),
    twins(100),
  ],
  ['meta version 1 beside v1', infoV1({ 'meta version': 1 }), 'UNSUPPORTED_VERSION'],
  ['a v2 tree that is a list', infoV2([leaf(small)]), 'BAD_FILE_TREE'],
  ['nothing but an empty v2 folder', infoV2({ a: {} }), 'NO_FILES'],
  ['v2 folders thirty deep', infoV2(deep(30)), `temp/${'d/'.repeat(30).slice(0, -1)}`],
  ['a v2 file called ..', infoV2({ '..': leaf(small), b: leaf(small) }), 'temp/__ temp/b'],
  ['a v2 folder called ..', infoV2({ '..': { x: leaf(small) } }), 'temp/__/x'],
  ['a v2 name with a slash', infoV2({ 'a/b': leaf(small) }), 'a_b'],
  ['a v2 length in words', infoV2({ a: leaf(small, { length: '512' }) }), 'BAD_LENGTH'],
  [
    'an empty v2 file with a root',
    infoV2({ a: leaf(small, { length: 0 }), b: leaf(small) }),
    'temp/a temp/b',
  ],
  [
    'v1 hashes beside a v2 tree, of nothing',
    infoV2({ a: leaf(small) }, { pieces: fakePieces(512) }),
    'BAD_LENGTH',
  ],
  [
    'an empty list of files beside a v2 tree',
    infoV2({ a: leaf(small) }, { files: [], pieces: '' }),
    'HYBRID_DISAGREES',
  ],
  [
    'too many v1 hashes beside a v2 tree',
    infoV2({ temp: leaf(small) }, { length: 512, pieces: fakePieces(PIECE_BYTES + 1) }),
    'BAD_PIECES',
  ],
]

const LAYERS: readonly (readonly [what: string, layers: Encodable, verdict: string])[] = [
  ['none', new Map(), 'a'],
  ['a number', 5, 'BAD_PIECE_LAYER'],
  ['of somebody else', new Map([[contentOf(32, 9), layerOf(long)]]), 'BAD_PIECE_LAYER'],
  ['of a short key', new Map([[contentOf(31, 9), layerOf(long)]]), 'BAD_PIECE_LAYER'],
  ['one hash too few', new Map([[rootOfLong(), layerOf(long).slice(32)]]), 'BAD_PIECE_LAYER'],
  ['the right size, the wrong hashes', new Map([[rootOfLong(), contentOf(4 * 32)]]), 'BAD_PIECE_LAYER'],
  ['right', new Map([[rootOfLong(), layerOf(long)]]), 'a'],
]

const HINTS: readonly (readonly [what: string, hints: Dict])[] = [
  ['announce', { announce: 5 }],
  ['announce of 100,000 letters', { announce: `http://${'a'.repeat(100_000)}` }],
  ['announce-list', { 'announce-list': [5, ['x', 5], [['y']], { a: 1 }] as unknown as Encodable }],
  ['url-list', { 'url-list': { a: 1 } }],
  ['httpseeds', { httpseeds: [[], 5, 'javascript:x'] as unknown as Encodable }],
  ['nodes', { nodes: [5, ['a'], ['h', 99_999], ['h', -1], [1, 2]] as unknown as Encodable }],
  ['comment', { comment: ['a'], 'created by': 7 }],
  ['creation date', { 'creation date': 'today' }],
]

function link(name: string, ...target: string[]) {
  return { length: 0, path: [name], attr: 'l', 'symlink path': target }
}

function twins(count: number): string {
  return Array.from({ length: count }, (_, i) => (i === 0 ? 'temp/a' : `temp/a.${i}`)).join(' ')
}

function deep(levels: number): Encodable {
  let tree: Dict = leaf(small)
  for (let level = 0; level < levels; level++) tree = { d: tree as Encodable }
  return tree as Encodable
}

function rootOfLong(): Uint8Array {
  return (leaf(long)[''] as Record<string, Uint8Array>)['pieces root'] as Uint8Array
}

test('files that an enemy wrote are refused for what is wrong, or load as something harmless', () => {
  for (const [what, bytes, expected] of FILES)
    assert.equal(verdict(typeof bytes === 'string' ? utf8(bytes) : bytes), expected, what)
})

test('so are info dictionaries, and what loads has the infohash of its bytes', () => {
  for (const [what, info, expected] of INFOS) {
    assert.equal(verdict(torrent(info)), expected, what)
    if (/^[A-Z_]+$/.test(expected)) continue
    const { metainfo } = readTorrent(torrent(info), digest)
    const bytes = encode(info as Encodable)
    const { infohashV1, infohashV2 } = metainfo
    if (infohashV1 !== undefined) assert.equal(infohashV1, toHex(digest.sha1(bytes)), what)
    if (infohashV2 !== undefined) assert.equal(infohashV2, toHex(digest.sha256(bytes)), what)
  }
})

test('piece layers are right, absent or a reason to refuse', () => {
  for (const [what, layers, expected] of LAYERS)
    assert.equal(verdict(torrent(infoV2({ a: leaf(long) }), { 'piece layers': layers })), expected, what)
})

test('hints of any shape are no reason to refuse, and leave nothing odd behind', () => {
  for (const [what, hints] of HINTS) {
    const read = readTorrent(torrent(infoV1(), hints), digest)
    assert.deepEqual({ ...read.hints, comment: undefined, createdBy: undefined }, NO_HINTS, what)
  }
})

test('a dictionary written by hand is the one that is read', () => {
  assert.equal(verdict(utf8(written('i7e', raw('temp')))), 'temp')
})
