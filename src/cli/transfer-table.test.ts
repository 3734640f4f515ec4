import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleDetails, sampleRow } from '../../test/doubles/sample-row.ts'
import { statusLines } from './status-text.ts'
import type { Line } from './terminal.ts'
import { ruleText, sheetLines } from './transfer-sheet.ts'
import { percentOf, transferTable } from './transfer-table.ts'

const text = (line: Line): string =>
  typeof line === 'string' ? line : line.map((part) => (typeof part === 'string' ? part : part.text)).join('')

test('the list has a line for each transfer, numbers on the right, the name last', () => {
  const rows = [
    sampleRow(),
    sampleRow({
      id: '51ab34'.padEnd(40, '0'),
      name: '夏 holiday',
      state: 'getting',
      doneBytes: 2_700_000_000,
      downBytesPerSecond: 18_400_000,
      upBytesPerSecond: 0,
      secondsLeft: 82,
      copiesElsewhere: 0,
    }),
  ]
  assert.deepEqual(transferTable(rows, undefined).map(text), [
    'ID      State     Done       Down        Up        Left  Copies  Name',
    '9c0f12  giving   100 %             2.0 MB/s                 1.7  film.mp4',
    '51ab34  getting   64 %  18.4 MB/s            1 min 22 s          夏 holiday',
  ])
  const cut = transferTable([sampleRow({ name: 'x'.repeat(100) })], 80).map(text)
  assert.ok(
    cut.every((line) => line.length < 80),
    cut.join('\n'),
  )
})

test('100 % is only what is all here', () => {
  assert.equal(percentOf({ preparing: 1, doneBytes: 999, wantedBytes: 1_000 }), 99)
  assert.equal(percentOf({ preparing: 1, doneBytes: 0, wantedBytes: 0 }), 0)
  assert.equal(percentOf({ preparing: 0.5, doneBytes: 0, wantedBytes: 1_000 }), 50)
})

test('one transfer in full says its state, whether one may switch off, until when it gives, and where it is', () => {
  const row = sampleRow({ stopRule: { ratio: 3, seconds: 604_800, copies: null } })
  const lines = sheetLines(
    { details: sampleDetails(row), files: [], peers: [], trackers: [] },
    Date.parse(row.addedAt),
  )
  const all = lines.map(text).join('\n')
  assert.match(all, /^film\.mp4\nDone, giving to 2\. 1\.7 copies elsewhere: you can switch off\./)
  assert.match(all, /Switch off\? +yes/)
  assert.match(all, /Until +gives until 3 times its size is given, or it was given for 7 d/)
  assert.match(all, /In +\/home\/ana\/films\/film\.mp4/)
  assert.doesNotMatch(all, /Why it is not faster/)
})

test('until when it gives is said as the page says it', () => {
  const rule = { ratio: 1, seconds: null, copies: 1 }
  assert.equal(ruleText({ stopRule: rule }), 'gives until 1 copy is given, or 1 copy is elsewhere')
})

test('what holds it up is said with its evidence and what would help', () => {
  const row = sampleRow({
    state: 'getting',
    doneBytes: 1,
    bottleneck: { code: 'SOURCES_CAPPED', data: { sources: 2, fastest: 900_000 } },
  })
  const lines = sheetLines({ details: sampleDetails(row), files: [], peers: [], trackers: [] }, 0)
  const all = lines.map(text).join('\n')
  assert.match(all, /Why it is not faster: both sources are at their upload limit\./)
  assert.match(all, /Fastest source: 900 kB\/s/)
  assert.match(all, /Would help: Another source/)
})

test('status is what it does, how it is reached, and what is not as it should be', () => {
  const status = {
    version: '1.0.0',
    pid: 4_121,
    startedAt: '2026-01-01T00:00:00.000Z',
    stateFolder: '/state',
    page: 'http://127.0.0.1:7417',
    port: 51_733,
    counts: { total: 17, getting: 2, giving: 14, waiting: 1, queued: 0, paused: 0, needsYou: 1 },
    totals: {
      downBytesPerSecond: 8_100_000,
      upBytesPerSecond: 2_000_000,
      peers: 31,
      reach: 'yes' as const,
      sharing: { link: 4, everyone: 0 },
      pausedUntil: null,
      upLimit: null,
      downLimit: null,
      slow: true,
      freeBytes: null,
    },
    takenBytes: 8_200_000_000,
    givenBytes: 11_900_000_000,
    saveFolder: '/home/ana/Downloads/Shoal',
    opened: { done: 17, of: 17 },
    portTrouble: null,
    fresh: false,
  }
  const nothing = { takenBytes: 0, givenBytes: 0 }
  const network = {
    reach: {
      answer: 'yes' as const,
      ways: ['tcp4', 'utp4'].map((way) => ({
        way,
        answer: 'yes',
        because: 'STRANGERS_CAME',
        wouldHelp: [],
      })),
      outside: [],
    },
    listensAt: null,
    portTrouble: null,
    portMapping: {
      state: 'on',
      routers: [{ name: 'box', method: 'upnp', state: 'mapped', external: null }],
    },
    volumes: { today: nothing, month: nothing, all: nothing },
    byTransport: [],
    connections: { now: 31, most: 200, encrypted: 20 },
    dht: { on: true, nodes4: 0, nodes6: 0 },
    wayOut: { kind: 'direct' as const, name: null, withheld: [], trouble: null },
    guard: [],
  }
  const shown = statusLines(status, network, Date.parse('2026-01-04T00:00:00Z')).map(text)
  assert.deepEqual(shown, [
    'Running 3 d (process 4121) · page http://127.0.0.1:7417 · others can reach you (TCP and UDP, port 51733, opened by your router)',
    'Getting 2, giving 14, waiting 1, 1 in need of you · taken 8.2 GB, given 11.9 GB · Sharing 4 things: 4 with people who have the link, 0 with everyone',
    '↓ 8.1 MB/s · ↑ 2.0 MB/s · 31 peers',
    'The slower limits are on.',
  ])
  const wayOut = {
    kind: 'direct' as const,
    name: null,
    withheld: [],
    trouble: { code: 'PROXY_DOWN', data: {} },
  }
  assert.match(
    text(statusLines(status, { ...network, wayOut }, Date.parse('2026-01-04T00:00:00Z'))[0] ?? ''),
    / · nothing goes out until the proxy answers$/,
  )
  const portTrouble = { code: 'PORT_IN_USE', data: { port: 51_000 } }
  assert.equal(
    statusLines({ ...status, portTrouble }, network, Date.parse('2026-01-04T00:00:00Z'))
      .map(text)
      .at(-1),
    'Port 51000 is used by another program, so others may not reach you. Close it and say `shoal restart`, or choose another: `shoal config set network.port N`.',
  )
})
