import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concatBytes, utf8 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import {
  type AnnounceReply,
  DEFAULT_INTERVAL_S,
  MAX_INTERVAL_S,
  MAX_PEERS_USED,
  MAX_RETRY_MS,
  MIN_INTERVAL_S,
} from './announce.ts'
import { parseAnnounceAnswer, parseScrapeAnswer } from './http.ts'

/** Latin-1 text to bytes, so that compact lists can be written as escapes. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function reply(text: string): AnnounceReply {
  const answer = parseAnnounceAnswer(bytes(text))
  assert.equal(answer?.kind, 'reply', text)
  return (answer as { reply: AnnounceReply }).reply
}

test('the example of BEP 7 gives one peer of each family', () => {
  const { peers, intervalS } = reply('d8:intervali1800e5:peers6:iiiipp6:peers618:iiiiiiiiiiiiiiiippe')
  assert.equal(intervalS, 1800)
  assert.deepEqual(peers, [
    { host: '105.105.105.105', port: 0x7070 },
    { host: '6969:6969:6969:6969:6969:6969:6969:6969', port: 0x7070 },
  ])
})

test('peers as dictionaries are read, and names, ports out of range and strangers in the list are left out', () => {
  const { peers } = reply(
    'd8:intervali900e5:peersl' +
      'd2:ip9:127.0.0.17:peer id20:aaaaaaaaaaaaaaaaaaaa4:porti6881ee' +
      'd2:ip11:2001:DB8::14:porti1ee' +
      'd2:ip12:evil.example4:porti80ee' +
      'd2:ip7:1.2.3.44:porti0ee' +
      'd2:ip7:1.2.3.44:porti65536ee' +
      'd2:ip7:1.2.3.44:porti-1ee' +
      'd4:porti5ee' +
      'i7e' +
      'le' +
      'ee',
  )
  assert.deepEqual(peers, [
    { host: '127.0.0.1', port: 6881 },
    { host: '2001:db8::1', port: 1 },
  ])
})

test('everything a tracker may add is read', () => {
  const got = reply(
    'd8:completei7e10:downloadedi9e11:external ip4:\x01\x02\x03\x0410:incompletei5e8:intervali1800e' +
      '12:min intervali600e5:peers0:10:tracker id3:a\x00b15:warning message4:slowe',
  )
  assert.deepEqual(got, {
    intervalS: 1800,
    minIntervalS: 600,
    peers: [],
    seeds: 7,
    leeches: 5,
    downloads: 9,
    trackerId: Uint8Array.of(97, 0, 98),
    warning: 'slow',
    externalIp: '1.2.3.4',
  })
})

test('no interval makes us flood a tracker or forget it', () => {
  for (const [said, interval, min] of [
    ['0', MIN_INTERVAL_S, MIN_INTERVAL_S],
    ['-1', MIN_INTERVAL_S, MIN_INTERVAL_S],
    ['1', MIN_INTERVAL_S, MIN_INTERVAL_S],
    ['1800', 1800, MIN_INTERVAL_S],
    ['2147483648', MAX_INTERVAL_S, MIN_INTERVAL_S],
    ['9007199254740991', MAX_INTERVAL_S, MIN_INTERVAL_S],
  ] as const) {
    const got = reply(`d8:intervali${said}e5:peers0:e`)
    assert.deepEqual([got.intervalS, got.minIntervalS], [interval, min], said)
  }
  assert.equal(reply('d5:peers0:e').intervalS, DEFAULT_INTERVAL_S)
  assert.equal(reply('d8:interval4:soon5:peers0:e').intervalS, DEFAULT_INTERVAL_S)
  const greedy = reply('d8:intervali600e12:min intervali1000000e5:peers0:e')
  assert.equal(greedy.minIntervalS, greedy.intervalS, 'a min interval above the interval is the interval')
})

test('of a hundred thousand peers two hundred are used, of both families', () => {
  const four = Uint8Array.from({ length: 6 * 50_000 }, (_, i) => (i % 251) + 1)
  const six = Uint8Array.from({ length: 18 * 20_000 }, (_, i) => (i % 241) + 1)
  const answer = parseAnnounceAnswer(
    concatBytes([
      utf8(`d8:intervali1800e5:peers${four.length}:`),
      four,
      utf8(`6:peers6${six.length}:`),
      six,
      utf8('e'),
    ]),
  )
  assert.ok(answer?.kind === 'reply')
  assert.equal(answer.reply.peers.length, MAX_PEERS_USED)
  assert.equal(answer.reply.peers.filter((peer) => peer.host.includes(':')).length, MAX_PEERS_USED / 2)
})

test('one endpoint told many times is one peer', () => {
  assert.equal(
    reply(`d8:intervali1800e5:peers600:${'\x01\x02\x03\x04\x00\x50'.repeat(100)}e`).peers.length,
    1,
  )
})

test('a refusal keeps its words short and says when to come back (BEP 31)', () => {
  const retries: [string, number | 'never' | undefined][] = [
    ['', undefined],
    ['8:retry ini5e', 300_000],
    ['8:retry in1:5', 300_000],
    ['8:retry in5:never', 'never'],
    ['8:retry ini0e', undefined],
    ['8:retry ini-5e', undefined],
    ['8:retry ini9007199254740991e', MAX_RETRY_MS],
    ['8:retry in4:soon', undefined],
  ]
  for (const [extra, retryMs] of retries) {
    const answer = parseAnnounceAnswer(bytes(`d14:failure reason9:not known${extra}e`))
    assert.deepEqual(answer, { kind: 'refusal', refusal: { reason: 'not known', retryMs } }, extra)
  }
  const long = parseAnnounceAnswer(bytes(`d14:failure reason100000:${'<script>'.repeat(12_500)}e`))
  assert.ok(long?.kind === 'refusal' && long.refusal.reason.length <= 300)
})

test('what is no tracker answer is undefined', () => {
  for (const body of [
    '',
    '<html><script>alert(1)</script>',
    'de',
    'le',
    'i1e',
    '4:spam',
    'd8:intervali1800e',
    'd8:interval4:sooneX',
    `${'l'.repeat(1_000)}`,
  ]) {
    assert.equal(parseAnnounceAnswer(bytes(body)), undefined, body)
  }
  assert.equal(parseAnnounceAnswer(new Uint8Array(2_000_000)), undefined)
})

test('an answer with unsorted keys or bytes behind it is still an answer', () => {
  assert.equal(reply('d5:peers0:8:intervali1800ee\n').intervalS, 1800)
})

test('an answer cut anywhere gives nothing, and never throws', () => {
  const whole = bytes('d8:intervali1800e5:peers6:iiiipp6:peers618:iiiiiiiiiiiiiiiippe')
  for (let length = 0; length < whole.length; length++)
    assert.equal(parseAnnounceAnswer(whole.subarray(0, length)), undefined)
})

test('random bytes never throw', () => {
  const token = fc.constantFrom(
    'd',
    'l',
    'e',
    'i1e',
    'i-3e',
    '5:peers',
    '6:peers6',
    '8:interval',
    '14:failure reason',
    '6:aaaaaa',
    '2:ip',
    '4:port',
    'i99999999999999999999e',
    '0:',
    '8:retry in',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(token, { maxLength: 30 }).map((parts) => bytes(parts.join(''))),
      ),
      (body) => {
        parseAnnounceAnswer(body)
        parseScrapeAnswer(body, [])
      },
    ),
  )
})

test('the example of BEP 48 is read, and only hashes asked for are kept', () => {
  const x = '78'.repeat(20) as WireHash
  const y = '79'.repeat(20) as WireHash
  const body = bytes(
    `d5:filesd20:${'x'.repeat(20)}d8:completei11e10:downloadedi13772e10:incompletei19ee` +
      `20:${'y'.repeat(20)}d8:completei21e10:downloadedi206e10:incompletei20eeee`,
  )
  const both = parseScrapeAnswer(body, [x, y])
  assert.ok(both?.kind === 'entries')
  assert.deepEqual(
    [...both.entries],
    [
      [x, { seeds: 11, leeches: 19, downloads: 13772 }],
      [y, { seeds: 21, leeches: 20, downloads: 206 }],
    ],
  )
  const one = parseScrapeAnswer(body, [y])
  assert.ok(one?.kind === 'entries')
  assert.deepEqual([...one.entries.keys()], [y])
  assert.deepEqual(parseScrapeAnswer(bytes('d14:failure reason2:noe'), [x]), {
    kind: 'refusal',
    refusal: { reason: 'no', retryMs: undefined },
  })
  assert.equal(parseScrapeAnswer(bytes('d5:filesi1ee'), [x]), undefined)
})
