import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex } from '../base/bytes.ts'
import type { Infohash } from '../base/ids.ts'
import {
  formatMagnet,
  isMagnet,
  LINK_LIMIT_CHARACTERS,
  type Magnet,
  MagnetError,
  parseMagnet,
} from './magnet.ts'

const V1 = '9c0f3a1b2c4d5e6f708192a3b4c5d6e7f8091a2b' as Infohash
const V1_BASE32 = 'TQHTUGZMJVPG64EBSKR3JROW474ASGRL'
const V2 = '51ab'.repeat(16) as Infohash
const XT = `xt=urn:btih:${V1}`

const BARE: Magnet = {
  infohashV1: V1,
  infohashV2: undefined,
  displayName: undefined,
  trackers: [],
  webSeeds: [],
  peers: [],
  to: undefined,
  content: undefined,
  select: undefined,
}

function problem(link: string): string {
  try {
    parseMagnet(link)
    return 'accepted'
  } catch (error) {
    if (error instanceof MagnetError) return String(error.data.reason)
    throw error
  }
}

test('hashes are read in hex and base32, v1 and v2, alone and together', () => {
  assert.deepEqual(parseMagnet(`magnet:?${XT}`), BARE)
  assert.deepEqual(parseMagnet(`magnet:?xt=urn:btih:${V1.toUpperCase()}`), BARE)
  assert.deepEqual(parseMagnet(`magnet:?xt=urn:btih:${V1_BASE32}`), BARE)
  assert.deepEqual(parseMagnet(`magnet:?xt=urn:btih:${V1_BASE32.toLowerCase()}`), BARE)
  assert.deepEqual(parseMagnet(`magnet:?xt=urn:btmh:1220${V2}`), {
    ...BARE,
    infohashV1: undefined,
    infohashV2: V2,
  })
  assert.deepEqual(parseMagnet(`magnet:?xt=urn:btmh:1220${V2}&${XT}`), { ...BARE, infohashV2: V2 })
})

test('links are read as people paste them', () => {
  for (const link of [
    `  magnet:?${XT}\n`,
    `MAGNET:?XT=URN:BTIH:${V1}`,
    `magnet:?xt.1=urn:btih:${V1}`,
    `magnet:?xt=urn%3Abtih%3A${V1}`,
    `magnet:?xt=urn:sha1:ABC&amp;${XT}&amp;xs=http://x/&as=y&kt=z&&=&lone`,
    `magnet://?${XT}#fragment`,
    `magnet:?${XT}&${XT}`,
  ]) {
    assert.deepEqual(parseMagnet(link), BARE, link)
    assert.ok(isMagnet(link))
  }
  assert.ok(!isMagnet('file.torrent') && !isMagnet('xmagnet:?'))
})

test('names, trackers, web seeds, peers, audience and selection are read', () => {
  const magnet = parseMagnet(
    `magnet:?${XT}&dn=A+film%20%26+more.mp4&tr=http%3A%2F%2Ft%2Fannounce%3Fk%3D1&tr.1=udp://u:1&tr=http%3A%2F%2Ft%2Fannounce%3Fk%3D1` +
      '&ws=https%3A%2F%2Fw%2Fa%20b&x.pe=10.0.0.1:51733&x.pe=[2001:db8::1]:6881&x.pe=Host.example:1&x.to=link&so=0,2,6-8,4,7-9',
  )
  assert.deepEqual(magnet, {
    infohashV1: V1,
    infohashV2: undefined,
    displayName: 'A film & more.mp4',
    trackers: ['http://t/announce?k=1', 'udp://u:1'],
    webSeeds: ['https://w/a%20b'],
    peers: ['10.0.0.1:51733', '[2001:db8::1]:6881', 'host.example:1'],
    to: 'link',
    content: undefined,
    select: [
      { first: 0, last: 0 },
      { first: 2, last: 2 },
      { first: 4, last: 4 },
      { first: 6, last: 9 },
    ],
  })
})

test('what is wrong is said in words', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'it does not begin with magnet:?'],
    ['http://example.com/x.torrent', 'it does not begin with magnet:?'],
    ['magnet:?', 'it has no hash (xt=urn:btih: or xt=urn:btmh:)'],
    ['magnet:?dn=x', 'it has no hash (xt=urn:btih: or xt=urn:btmh:)'],
    ['magnet:?xt=urn:sha1:ABCDEF', 'it is not for BitTorrent (no urn:btih: or urn:btmh: in it)'],
    [`magnet:?xt=urn:btih:${V1.slice(1)}`, 'the hash has 39 characters, 40 were expected'],
    [`magnet:?xt=urn:btih:${V1}0`, 'the hash has 41 characters, 40 were expected'],
    ['magnet:?xt=urn:btih:', 'the hash has 0 characters, 40 were expected'],
    [`magnet:?xt=urn:btih:${V1.slice(1)}g`, 'the hash has characters that do not belong into it'],
    [`magnet:?xt=urn:btih:${V1_BASE32.slice(1)}1`, 'the hash has characters that do not belong into it'],
    [`magnet:?xt=urn:btih:${V1_BASE32.slice(1)}é`, 'the hash has characters that do not belong into it'],
    [`magnet:?xt=urn:btmh:1220${V2.slice(1)}`, 'the hash has 67 characters, 68 were expected'],
    [
      `magnet:?xt=urn:btmh:${V2}`,
      'its hash is of a kind that is not known (1220 was expected at its beginning)',
    ],
    [`magnet:?xt=urn:btmh:1220${V2.slice(1)}x`, 'the hash has characters that do not belong into it'],
    [`magnet:?${XT}&xt=urn:btih:${'0'.repeat(40)}`, 'it has hashes of different torrents'],
    [`magnet:?${XT}&so=1-`, 'its list of files (so=) is not one'],
    [`magnet:?${XT}&so=8-6`, 'its list of files (so=) is not one'],
    [`magnet:?${XT}&so=-1`, 'its list of files (so=) is not one'],
    [`magnet:?${XT}&so=0-99999999999`, 'its list of files (so=) is not one'],
    [`magnet:?${XT}&so=all`, 'its list of files (so=) is not one'],
  ]
  for (const [link, expected] of cases) assert.equal(problem(link), expected, link)
})

test('a thousand trackers are read as twenty, and other floods are bounded', () => {
  const thousand = Array.from({ length: 1_000 }, (_, i) => i)
  const link = `magnet:?${XT}${thousand.map((i) => `&tr=http://t${i}/&ws=http://w${i}/&x.pe=10.0.0.1:${i + 1}`).join('')}`
  const magnet = parseMagnet(link)
  assert.deepEqual([magnet.trackers.length, magnet.webSeeds.length, magnet.peers.length], [20, 20, 50])
  assert.match(problem(`magnet:?${XT}&dn=${'x'.repeat(LINK_LIMIT_CHARACTERS)}`), /^it has \d+ characters$/)
  assert.equal(parseMagnet(`magnet:?${XT}&dn=${'x'.repeat(100_000)}`).displayName?.length, 1_024)
  assert.equal(
    problem(`magnet:?${XT}&so=${thousand.concat(...Array(10).fill(thousand)).join(',')}`),
    'it selects 11000 ranges of files',
  )
})

test('malformed trackers, web seeds, peers and escapes are left out or kept as they are', () => {
  const magnet = parseMagnet(
    `magnet:?${XT}&dn=100%25+%zz%ff&tr=nonsense&tr=ftp://x/&tr=&ws=udp://x/&x.pe=1.2.3.4&x.pe=1.2.3.4:0&x.pe=1.2.3.4:65536` +
      '&x.pe=:5&x.pe=a b:5&x.pe=[::1]&x.to=a%00b&so=',
  )
  assert.deepEqual(magnet, { ...BARE, displayName: '100% %zz%ff' })
})

test('links are written in one order, with addresses in the clear', () => {
  const link = formatMagnet({
    ...BARE,
    infohashV2: V2,
    displayName: 'a b&c=d+é',
    trackers: ['http://t/announce?a=b&c'],
    webSeeds: ['http://w/'],
    peers: ['10.0.0.1:5', '[::1]:6'],
    select: [
      { first: 0, last: 0 },
      { first: 2, last: 5 },
    ],
    to: 'link',
  })
  assert.equal(
    link,
    `magnet:?xt=urn:btih:${V1}&xt=urn:btmh:1220${V2}&dn=a%20b%26c%3Dd%2B%C3%A9&tr=http%3A%2F%2Ft%2Fannounce%3Fa%3Db%26c` +
      '&ws=http%3A%2F%2Fw%2F&x.pe=10.0.0.1:5&x.pe=[::1]:6&so=0,2-5&x.to=link',
  )
  assert.equal(formatMagnet({ infohashV1: undefined, infohashV2: V2 }), `magnet:?xt=urn:btmh:1220${V2}`)
})

test('what is written is read back equal', () => {
  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
  const index = fc.nat(99_999)
  const magnets = fc.record(
    {
      infohashV1: hex(40).map((text) => text as Infohash),
      infohashV2: fc.option(
        hex(64).map((text) => text as Infohash),
        { nil: undefined },
      ),
      displayName: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), {
        nil: undefined,
      }),
      trackers: fc.uniqueArray(fc.webUrl({ withQueryParameters: true }), { maxLength: 5 }),
      webSeeds: fc.uniqueArray(
        fc.webUrl().map((url) => new URL(url).href),
        { maxLength: 5 },
      ),
      peers: fc.uniqueArray(
        fc
          .tuple(
            fc.oneof(
              fc.ipV4(),
              fc.ipV6().map((ip) => `[${ip}]`),
            ),
            fc.integer({ min: 1, max: 65_535 }),
          )
          .map(([ip, port]) => `${ip}:${port}`),
        { maxLength: 5 },
      ),
      to: fc.constantFrom(undefined, 'link', 'everyone'),
      content: fc.option(
        fc.record(
          {
            root: hex(64).map((text) => fromHex(text)),
            lengthBytes: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
          },
          { noNullPrototype: true },
        ),
        { nil: undefined },
      ),
      select: fc.option(
        index.map((first) => [{ first, last: first }]),
        { nil: undefined },
      ),
    },
    { noNullPrototype: true },
  )
  fc.assert(fc.property(magnets, (magnet) => assert.deepEqual(parseMagnet(formatMagnet(magnet)), magnet)))
})

test('no text whatever is answered by anything but a magnet or a MagnetError', () => {
  const pieces = fc.constantFrom(
    'magnet:?',
    `${XT}`,
    '&',
    '=',
    '%',
    '%ff',
    'xt=',
    'so=',
    '1-2',
    ',',
    'x.pe=',
    '[::]:1',
    'dn=',
    '\0',
    'tr=http://',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 20 }),
      (parts) => {
        problem(parts.join(''))
        problem(`magnet:?${XT}&${parts.join('')}`)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a link that was wrapped into several lines on its way is the link it was', () => {
  const hash = '0123456789abcdef0123456789abcdef01234567'
  const wrapped = ` magnet:?xt=urn:btih:${hash.slice(0, 30)}\r\n  ${hash.slice(30)}&dn=a b\n`
  const { infohashV1, displayName } = parseMagnet(wrapped)
  assert.equal(infohashV1, hash)
  assert.equal(displayName, 'a b')
})
