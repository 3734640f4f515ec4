import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '../../base/bytes.ts'
import type { PeerId, WireHash } from '../../base/ids.ts'
import type { AnnounceRequest } from './announce.ts'
import { announceUrl, parseTrackerUrl, percentEncoded, scrapeUrl, type TrackerUrl } from './url.ts'

const HASH = '0001207e2d4142432f3a40ff80a0c0e0f0255b5d' as WireHash
const REQUEST: AnnounceRequest = {
  hash: HASH,
  peerId: toHex(new TextEncoder().encode('-SH0100-abc def~./+&')) as PeerId,
  port: 51413,
  uploadedBytes: 1,
  downloadedBytes: 2 ** 40,
  leftBytes: 3,
  event: 'started',
  numWant: 50,
  key: 0xabc,
  trackerId: undefined,
}

function tracker(text: string): TrackerUrl {
  const url = parseTrackerUrl(text)
  assert.ok(url, text)
  return url
}

/** Undoes percent-encoding byte by byte, unlike decodeURIComponent. */
function bytesOf(encoded: string): Uint8Array {
  const hex = encoded.replace(
    /%([0-9A-F]{2})|(.)/g,
    (_, code, character) => code ?? toHex(new TextEncoder().encode(character)),
  )
  return fromHex(hex)
}

test('an announce URL carries every field, the hash and the id byte by byte', () => {
  const url = announceUrl(tracker('http://tracker.example/announce'), REQUEST)
  assert.ok(url.startsWith('http://tracker.example/announce?info_hash=%00%01%20~-ABC%2F%3A%40%FF'))
  const query = new Map(
    url
      .split('?')[1]
      ?.split('&')
      .map((pair) => pair.split('=') as [string, string]),
  )
  assert.equal(toHex(bytesOf(query.get('info_hash') as string)), HASH)
  assert.equal(toHex(bytesOf(query.get('peer_id') as string)), REQUEST.peerId)
  query.delete('info_hash')
  query.delete('peer_id')
  assert.deepEqual(Object.fromEntries(query), {
    port: '51413',
    uploaded: '1',
    downloaded: '1099511627776',
    left: '3',
    compact: '1',
    numwant: '50',
    key: '00000ABC',
    event: 'started',
  })
})

test('a regular announce has no event, and a tracker id goes back as it came', () => {
  const url = announceUrl(tracker('http://t.example/announce'), {
    ...REQUEST,
    event: undefined,
    trackerId: Uint8Array.of(0, 65, 255),
  })
  assert.ok(!url.includes('event='))
  assert.ok(url.endsWith('&trackerid=%00A%FF'))
})

test('the query that a tracker URL already has is kept and its fragment is not', () => {
  assert.ok(
    announceUrl(tracker('https://t.example/announce?passkey=a%26b#x'), REQUEST).startsWith(
      'https://t.example/announce?passkey=a%26b&info_hash=',
    ),
  )
  assert.ok(
    announceUrl(tracker('http://t.example/announce?'), REQUEST).startsWith(
      'http://t.example/announce?info_hash=',
    ),
  )
  assert.ok(announceUrl(tracker('http://t.example'), REQUEST).startsWith('http://t.example/?info_hash='))
})

test('every byte survives percent-encoding', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const text = percentEncoded(all)
  assert.deepEqual(bytesOf(text), all)
  assert.match(text, /^[0-9A-Za-z._~%-]*$/)
})

test('what cannot be a tracker is refused', () => {
  for (const bad of [
    '',
    'x',
    'http://',
    'ftp://t.example/announce',
    'wss://t.example',
    'udp://t.example',
    'udp://t.example:0',
    'file:///etc/passwd',
    `http://t.example/${'a'.repeat(2048)}`,
    'javascript:alert(1)',
  ]) {
    assert.equal(parseTrackerUrl(bad), undefined, bad)
  }
})

test('a tracker URL is taken apart', () => {
  assert.deepEqual(tracker('udp://[2001:DB8::1]:6969/announce?a=b#c'), {
    text: 'udp://[2001:db8::1]:6969/announce?a=b',
    scheme: 'udp',
    host: '2001:db8::1',
    port: 6969,
    path: '/announce',
    query: '?a=b',
  })
  assert.equal(tracker('http://T.Example/announce').port, 80)
  assert.equal(tracker('https://t.example/announce').port, 443)
  assert.equal(tracker('HTTP://T.EXAMPLE:80/announce').text, tracker('http://t.example/announce').text)
})

test('a scrape URL replaces announce in the last component of the path (BEP 48)', () => {
  const hash = '61'.repeat(20) as WireHash
  const query = `info_hash=${'a'.repeat(20)}`
  const cases: [string, string | undefined][] = [
    ['http://example.com/announce', `http://example.com/scrape?${query}`],
    ['http://example.com/x/announce', `http://example.com/x/scrape?${query}`],
    ['http://example.com/announce.php', `http://example.com/scrape.php?${query}`],
    ['http://example.com/announce?x=2/4', `http://example.com/scrape?x=2/4&${query}`],
    ['http://example.com/a', undefined],
    ['http://example.com/announce/x', undefined],
    ['http://example.com/x_announce', undefined],
    ['udp://example.com:80/announce', undefined],
  ]
  for (const [announce, scrape] of cases) assert.equal(scrapeUrl(tracker(announce), [hash]), scrape, announce)
  assert.equal(
    scrapeUrl(tracker('http://t.example/announce'), Array(100).fill(hash))?.split('info_hash').length,
    75,
  )
})
