// Crafted torrents of other clients' test suites, with what must come of each. They lie beside the repository in
// ../shared/data/torrents; read.test.ts makes the same defects by code, so nothing goes untested without them.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { digest } from '../../test/doubles/digest.ts'
import { BDict, decode } from '../base/bencode.ts'
import { toHex } from '../base/bytes.ts'
import { MetainfoError } from './error.ts'
import type { Metainfo } from './metainfo.ts'
import { readInfo, readTorrent } from './read.ts'

interface Expectation {
  readonly file: string
  readonly expect: 'load' | 'reject'
  readonly file_sha256: string
  readonly info_sha1?: string
  readonly info_sha256?: string
}

const FOLDER = new URL('../../../shared/data/torrents/', import.meta.url)
const skip = existsSync(FOLDER) ? false : 'the folder ../shared/data/torrents is not here'

/** Not in expected.json; from the folder's README. */
const SAMPLES = [
  {
    file: 'bittorrent-v2-test.torrent',
    infohashV1: undefined,
    infohashV2: 'caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e',
  },
  {
    file: 'bittorrent-v2-hybrid-test.torrent',
    infohashV1: '631a31dd0a46257d5078c0dee4e66e26f73e42ac',
    infohashV2: 'd8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb',
  },
] as const

/** Their defect lies outside `info`, so a magnet would not meet it. */
const FILE_ONLY = new Set([
  'string.torrent',
  'v2_invalid_piece_layer.torrent',
  'v2_invalid_piece_layer_size.torrent',
  'v2_non_multiple_piece_layer.torrent',
])

/** Paths of ours for those whose names are interesting. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  'absolute_filename.torrent': ['temp/abcde', 'temp/_foobar'],
  'backslash_path.torrent': ['temp/_/_/bar'],
  'duplicate_files.torrent': ['temp/foo/bar.txt', 'temp/foo/bar.1.txt'],
  'invalid_directory_name.torrent': ['test2/_/foo', 'test2/_/foo.1'],
  'invalid_filename.torrent': ['_est2/f', '_est2/_'],
  'invalid_filename2.torrent': ['_est2/f', '_est2/_/_', '_est2/_/_.1'],
  'invalid_name2.torrent': [
    'b61560c2918f463768cd122b6d2fdd47b77bdb35/foo/bar.txt',
    'b61560c2918f463768cd122b6d2fdd47b77bdb35/foo/var.txt',
  ],
  'slash_path.torrent': ['temp/_/_/bar'],
  'slash_path2.torrent': ['temp/abc_.._.._def/_/bar'],
  'slash_path3.torrent': ['temp_.._.._abc'],
  'v2_invalid_filename2.torrent': ['test/__', 'test/_', 'test/stress_test2'],
  'v2_only.torrent': ['test1MB'],
}

const expectations: readonly Expectation[] =
  skip === false ? (JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Expectation[]) : []

function bytesOf(file: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(file, FOLDER)))
}

function outcome(run: () => Metainfo): Metainfo | string {
  try {
    return run()
  } catch (error) {
    if (error instanceof MetainfoError) return error.code
    throw error
  }
}

function check(expected: Expectation, metainfo: Metainfo | string): void {
  if (expected.expect === 'reject') {
    assert.equal(typeof metainfo, 'string', `${expected.file} must be refused`)
    return
  }
  assert.ok(typeof metainfo !== 'string', `${expected.file} must load, but ${metainfo}`)
  const { version } = metainfo
  assert.equal(metainfo.infohashV1, version === 'v2' ? undefined : expected.info_sha1, expected.file)
  assert.equal(metainfo.infohashV2, version === 'v1' ? undefined : expected.info_sha256, expected.file)
  const paths = metainfo.files.filter((file) => !file.pad).map((file) => file.path.join('/'))
  const known = PATHS[expected.file]
  if (known !== undefined) assert.deepEqual(paths, known, expected.file)
}

test('every crafted torrent file gives the expected result and infohash', { skip }, () => {
  assert.ok(expectations.length >= 50)
  for (const expected of expectations) {
    const bytes = bytesOf(expected.file)
    assert.equal(
      toHex(digest.sha256(bytes)),
      expected.file_sha256,
      `${expected.file} is not the file that is described`,
    )
    check(
      expected,
      outcome(() => readTorrent(bytes, digest).metainfo),
    )
  }
})

test('the same comes of their info dictionaries alone, as after a magnet', { skip }, () => {
  for (const expected of expectations) {
    if (FILE_ONLY.has(expected.file)) continue
    const { value } = decode(bytesOf(expected.file), 'torrent')
    const info = value instanceof BDict ? value.raw('info') : undefined
    assert.ok(info !== undefined, expected.file)
    assert.equal(toHex(digest.sha1(info)), expected.info_sha1)
    check(
      expected,
      outcome(() => readInfo(info, digest)),
    )
  }
})

test('samples of BEP 52 load with their infohashes', { skip }, () => {
  for (const { file, infohashV1, infohashV2 } of SAMPLES) {
    const { metainfo } = readTorrent(bytesOf(file), digest)
    assert.equal(metainfo.infohashV1, infohashV1)
    assert.equal(metainfo.infohashV2, infohashV2)
    const long = metainfo.files.filter((one) => one.lengthBytes > metainfo.pieceLengthBytes && !one.pad)
    assert.ok(long.length > 0)
    assert.ok(long.every((one) => metainfo.pieceLayers.has(toHex(one.root as Uint8Array))))
  }
})

test('hints of crafted torrents are read as their asserts say', { skip }, () => {
  const hints = (file: string) => readTorrent(bytesOf(file), digest).hints
  assert.equal(hints('creation_date.torrent').creationDate, 1_234_567)
  assert.equal(hints('no_creation_date.torrent').creationDate, undefined)
  assert.deepEqual(hints('url_seed.torrent').webSeeds, ['http://test.com/file'])
  assert.deepEqual(hints('url_seed_multi_space.torrent').webSeeds, ['http://test.com/test%20file/foo%20bar/'])
  assert.equal(hints('duplicate_web_seeds.torrent').webSeeds.length, 3)
  assert.deepEqual(hints('url_list.torrent').webSeeds, [])
  assert.deepEqual(hints('url_list2.torrent').webSeeds, [])
  assert.deepEqual(hints('httpseed.torrent').httpSeeds, ['http://foobar.com/'])
  assert.deepEqual(hints('empty_httpseed.torrent').httpSeeds, [])
  assert.deepEqual(hints('v2.torrent').trackers, [['http://example.com/announce']])
})
