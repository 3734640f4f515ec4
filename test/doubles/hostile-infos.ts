// Info dictionaries with one defect each, or one trap that must load harmlessly: the parser and path cases of
// SAFETY.md made by code, to be given through every way in.

import { type Encodable, encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, utf8 } from '../../src/base/bytes.ts'
import {
  contentOf,
  type Dict,
  fakePieces,
  infoV1,
  infoV1Files,
  infoV2,
  leaf,
  raw,
  rootOf,
} from './torrents.ts'

export interface HostileInfo {
  readonly name: string
  readonly info: Uint8Array
  readonly expect: 'load' | 'reject'
  /** Paths of what is not a pad, where they are worth saying. */
  readonly paths?: readonly string[]
}

function rejected(name: string, info: Dict | Uint8Array): HostileInfo {
  return { name, info: info instanceof Uint8Array ? info : encode(info), expect: 'reject' }
}

function loaded(name: string, info: Dict | Uint8Array, paths?: readonly string[]): HostileInfo {
  const bytes = info instanceof Uint8Array ? info : encode(info)
  return { name, info: bytes, expect: 'load', ...(paths === undefined ? {} : { paths }) }
}

const big = contentOf(40_000)

const PARSER: readonly HostileInfo[] = [
  rejected('a list instead of a dictionary', utf8('l4:name4:tempe')),
  rejected('cut before its end', encode(infoV1()).slice(0, -1)),
  rejected('bytes behind the dictionary', concatBytes([encode(infoV1()), utf8('i1e')])),
  rejected('lists in lists', concatBytes([utf8('d1:x'), utf8('l'.repeat(100_000))])),
  rejected('a million empty strings', concatBytes([utf8('d1:xl'), utf8('0:'.repeat(1_000_000)), utf8('ee')])),
  rejected('a string longer than all', utf8('d4:name99999999999:xe')),
  rejected('a string of negative length', utf8('d4:name-1:xe')),
  rejected('an integer with a zero before', utf8(`d6:lengthi007e${raw('name')}4:tempe`)),
  rejected('minus zero', utf8('d6:lengthi-0ee')),
  rejected(
    'an integer beyond 2^53',
    utf8(`d6:lengthi9007199254740993e4:name4:temp12:piece lengthi16384e6:pieces20:${'p'.repeat(20)}e`),
  ),
  rejected('a key twice', utf8('d6:lengthi1e6:lengthi2ee')),
  rejected('piece length 0', infoV1({ 'piece length': 0 })),
  rejected('piece length -1', infoV1({ 'piece length': -1 })),
  rejected('piece length 2^31', infoV1({ 'piece length': 2 ** 31 })),
  rejected('pieces not of 20 bytes', infoV1({ pieces: contentOf(21) })),
  rejected('too few pieces', infoV1({ length: 100_000 })),
  rejected(
    'lengths that overflow',
    infoV1Files(
      [
        { path: ['a'], length: Number.MAX_SAFE_INTEGER },
        { path: ['b'], length: Number.MAX_SAFE_INTEGER },
      ],
      { pieces: fakePieces(10) },
    ),
  ),
  rejected('a negative length', infoV1({ length: -1 })),
  rejected('no files', infoV1Files([])),
  rejected('meta version 3', infoV2({ a: leaf(contentOf(10)) }, { 'meta version': 3 })),
  rejected('a v2 file with children', infoV2({ a: { ...leaf(contentOf(10)), b: leaf(contentOf(10)) } })),
  rejected('a misplaced empty key', infoV2({ '': { length: 10, 'pieces root': rootOf(contentOf(10)) } })),
  rejected('a v2 root of 31 bytes', infoV2({ a: leaf(contentOf(10), { 'pieces root': contentOf(31) }) })),
  rejected('a v2 file without a root', infoV2({ a: { '': { length: 10 } } })),
  rejected('a v2 tree 200 deep', deep(200)),
  rejected('hybrid halves that disagree', {
    ...infoV2({ a: leaf(big) }),
    files: [{ length: 39_999, path: ['a'] }],
    pieces: fakePieces(39_999),
  }),
  rejected(
    '101 files of one path',
    infoV1Files(Array.from({ length: 102 }, () => ({ path: ['a'], length: 10 }))),
  ),
  rejected('a path of 5,000 bytes', infoV1Files([{ path: Array(25).fill('x'.repeat(200)), length: 10 }])),
  loaded(
    'a dictionary whose key is __proto__',
    utf8(
      `d9:__proto__d6:lengthi1ee6:lengthi425e4:name4:temp12:piece lengthi16384e6:pieces20:${'p'.repeat(20)}e`,
    ),
    ['temp'],
  ),
  loaded(
    'unsorted keys',
    utf8(`d4:name4:temp6:lengthi10e12:piece lengthi16384e6:pieces20:${'p'.repeat(20)}e`),
  ),
  loaded('a v2 file without its piece layer', infoV2({ a: leaf(big) }), ['a']),
]

function deep(levels: number): Uint8Array {
  return concatBytes([
    utf8('d9:file tree'),
    utf8('d1:a'.repeat(levels)),
    encode(leaf(contentOf(10))),
    utf8('e'.repeat(levels)),
    utf8('12:meta versioni2e4:name4:temp12:piece lengthi16384ee'),
  ])
}

const TWINS: readonly HostileInfo[] = [
  loaded(
    'twins in case and normal form',
    infoV1Files([
      { path: ['Readme'], length: 1 },
      { path: ['README'], length: 1 },
      { path: ['é'], length: 1 },
      { path: ['e\u0301'], length: 1 },
    ]),
  ),
  loaded(
    'a file where a folder is',
    infoV1Files([
      { path: ['a'], length: 1 },
      { path: ['a', 'b'], length: 1 },
    ]),
  ),
  loaded(
    'a symlink, then a file through it',
    infoV1Files([
      { path: ['link'], length: 0, attr: 'l', 'symlink path': ['..', '..', '..'] },
      { path: ['link', 'through'], length: 10 },
    ]),
  ),
  loaded('a name that climbs', infoV1({ name: '../../outside' })),
  loaded('a name of dots', infoV1({ name: '..' })),
  loaded('a name that is absolute', infoV1({ name: '/outside' })),
  loaded('an empty name', infoV1({ name: '' })),
]

export interface PathCase {
  readonly name: string
  /** Components as the torrent spells them. */
  readonly spelled: readonly string[]
  /** Below the torrent's own folder. */
  readonly ours: string
}

/** Names of the list of SAFETY.md. */
export const PATHS: readonly PathCase[] = [
  { name: 'that climbs', spelled: ['..', 'x'], ours: '__/x' },
  { name: 'that climbs in one component', spelled: ['../../../x'], ours: '.._.._.._x' },
  { name: 'that climbs back', spelled: ['a', '..', '..', '..', 'x'], ours: 'a/__/__/__/x' },
  { name: 'that is absolute', spelled: ['/etc/x'], ours: '_etc_x' },
  { name: 'of a drive', spelled: ['C:\\x'], ours: 'C__x' },
  { name: 'of a server', spelled: ['\\\\srv\\s'], ours: '__srv_s' },
  { name: 'of a device', spelled: ['CON'], ours: '_CON' },
  { name: 'of a device with extensions', spelled: ['nul.txt.jpg'], ours: '_nul.txt.jpg' },
  { name: 'with dots behind', spelled: ['a...'], ours: 'a___' },
  { name: 'with a dot alone', spelled: ['.', 'x'], ours: '_/x' },
  { name: 'with NUL, CR and ESC', spelled: ['a\0b\rc\x1b[2Jd'], ours: 'a_b_c_[2Jd' },
  { name: 'with a bidi override', spelled: ['photo\u202egpj.exe'], ours: 'photo_gpj.exe' },
  { name: 'with an invisible character', spelled: ['a\u200bb'], ours: 'a_b' },
  { name: 'with an empty component', spelled: ['a', '', 'x'], ours: 'a/_/x' },
  { name: 'of 300 bytes', spelled: [`${'y'.repeat(296)}.txt`], ours: `${'y'.repeat(236)}.txt` },
  { name: 'with dots in the middle, which is fine', spelled: ['foo... bar'], ours: 'foo... bar' },
]

/** One file under a name of the list, in a v1 and in a v2 torrent. */
const ONE_PATH: readonly HostileInfo[] = PATHS.flatMap(({ name, spelled, ours }) => {
  let tree: Encodable = leaf(contentOf(10)) as Encodable
  for (const part of [...spelled].reverse()) tree = new Map([[utf8(part), tree]])
  return [
    loaded(`a v1 path ${name}`, infoV1Files([{ path: spelled, length: 10 }]), [`temp/${ours}`]),
    // In a v2 tree an empty component means something else, and a lone file lies in no folder.
    ...(spelled.includes('')
      ? []
      : [loaded(`a v2 path ${name}`, infoV2(tree), [spelled.length === 1 ? ours : `temp/${ours}`])]),
  ]
})

/** The list of SAFETY.md, *Paths*. */
export const HOSTILE_PATHS: readonly HostileInfo[] = [...ONE_PATH, ...TWINS]

/** Those of *Parser* and *Paths*. */
export const HOSTILE_INFOS: readonly HostileInfo[] = [...PARSER, ...HOSTILE_PATHS]
