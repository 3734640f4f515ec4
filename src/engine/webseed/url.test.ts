import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { infoV1, infoV1Files, infoV2, leaf, torrent } from '../../../test/doubles/torrents.ts'
import { SeededRandom } from '../../base/random.ts'
import { readTorrent } from '../../metainfo/read.ts'
import { fileUrl, pieceUrl } from './url.ts'

const read = (info: Parameters<typeof torrent>[0]) => readTorrent(torrent(info), digest).metainfo

function urls(base: string, info: Parameters<typeof torrent>[0]): string[] {
  const metainfo = read(info)
  return metainfo.files.filter(({ pad }) => !pad).map((file) => fileUrl(base, metainfo, file))
}

test('the URL of a single file is the file, or with a slash the folder it lies in (BEP 19)', () => {
  const info = infoV1({ name: 'a file.iso' })
  assert.deepEqual(urls('http://host.test/pub/a-file.iso', info), ['http://host.test/pub/a-file.iso'])
  assert.deepEqual(urls('http://host.test/pub/', info), ['http://host.test/pub/a%20file.iso'])
})

test('of many files the URL is the folder that has the folder of the torrent, with or without a slash', () => {
  const info = infoV1Files([
    { path: ['one.txt'], length: 3 },
    { path: ['sub', 'two.txt'], length: 4 },
  ])
  const expected = ['http://host.test/pub/temp/one.txt', 'http://host.test/pub/temp/sub/two.txt']
  assert.deepEqual(urls('http://host.test/pub/', info), expected)
  assert.deepEqual(urls('http://host.test/pub', info), expected)
})

test('v2 files are found by the same rule', () => {
  const content = new Uint8Array([1, 2, 3])
  assert.deepEqual(urls('http://host.test/', infoV2({ temp: leaf(content) })), ['http://host.test/temp'])
  assert.deepEqual(urls('http://host.test/', infoV2({ sub: { 'ä.txt': leaf(content) } })), [
    'http://host.test/temp/sub/%C3%A4.txt',
  ])
})

test('each component is escaped so that it stays one component', () => {
  const name = "a/b?c#d%20e é 🐟 [x]'(y)!*&+=;:@,$~"
  const [url] = urls(
    'http://host.test/',
    infoV1({ name: 'n.bin', length: 1, pieces: new Uint8Array(20) }),
  ) as [string]
  assert.equal(url, 'http://host.test/n.bin')
  const info = infoV1Files([{ path: [name.replace('/', '')], length: 1 }])
  assert.deepEqual(urls('http://host.test/', info), [
    'http://host.test/temp/ab%3Fc%23d%2520e%20%C3%A9%20%F0%9F%90%9F%20%5Bx%5D%27%28y%29%21%2A%26%2B%3D%3B%3A%40%2C%24~',
  ])
})

test('the name on the server is the one the torrent spells, not the one made safe for this computer', () => {
  const info = infoV1Files([
    { path: ['con.txt'], length: 1 },
    { path: ['dot.'], length: 1 },
  ])
  assert.deepEqual(urls('http://host.test/', info), [
    'http://host.test/temp/con.txt',
    'http://host.test/temp/dot.',
  ])
})

test('no name climbs out of the folder that was given', () => {
  const info = infoV1Files([
    { path: ['..', '..', 'etc', 'passwd'], length: 1 },
    { path: ['.', 'x'], length: 1 },
  ])
  for (const url of urls('http://host.test/pub/', info))
    assert.ok(new URL(url).pathname.startsWith('/pub/temp'), url)
})

test('whatever the names are, the URL has their number of components below the base, over seeded names', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new SeededRandom(seed)
    const component = (): string =>
      Array.from({ length: 1 + (random.uint32() % 6) }, () =>
        String.fromCodePoint(33 + (random.uint32() % 0x3ff)),
      ).join('')
    const path = Array.from({ length: 1 + (random.uint32() % 4) }, component)
    const metainfo = read(infoV1Files([{ path, length: 1 }]))
    const [file] = metainfo.files
    assert.ok(file !== undefined)
    const { pathname, search, hash } = new URL(fileUrl('http://host.test/base/', metainfo, file))
    assert.equal(pathname.split('/').length - 2, file.path.length, `seed ${seed}: ${pathname}`)
    assert.equal(search + hash, '', `seed ${seed}`)
  }
})

test('a query of the base stays behind the path, and a fragment is left out', () => {
  const info = infoV1Files([{ path: ['x'], length: 1 }])
  assert.deepEqual(urls('http://host.test/pub?key=1#top', info), ['http://host.test/pub/temp/x?key=1'])
})

test('a piece is asked for by infohash, number and ranges (BEP 17)', () => {
  const hash = Uint8Array.from({ length: 20 }, (_, i) => i * 13)
  const escaped = [...hash].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  assert.equal(
    pieceUrl('http://host.test/seed.php', hash, 7, []),
    `http://host.test/seed.php?info_hash=${escaped}&piece=7`,
  )
  assert.equal(
    pieceUrl('http://host.test/seed.php?user=1', hash, 7, [
      { first: 0, last: 16_383 },
      { first: 49_152, last: 65_535 },
    ]),
    `http://host.test/seed.php?user=1&info_hash=${escaped}&piece=7&ranges=0-16383,49152-65535`,
  )
})
