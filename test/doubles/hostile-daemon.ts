// Answers of a daemon in which every text that others may choose (names, messages, hosts, labels) tries to be more than
// text: markup that would run, a name that reads backwards. For tests of the page. Rows and facts are otherwise plausible.

import type { Handlers, OutputOf } from '../../src/api/routes.ts'
import type { Demo } from '../../src/api/schemas/demo.ts'
import type { ShareFacts } from '../../src/api/schemas/share.ts'
import type { Network } from '../../src/api/schemas/status.ts'
import type { TransferDetails, TransferRow } from '../../src/api/schemas/transfer.ts'
import { SETTINGS } from '../../src/api/settings.ts'
import { HOSTILE_CHECKS, HOSTILE_LIBRARY } from './hostile-library.ts'
import { HOSTILE_PEOPLE } from './hostile-people.ts'
import { hostile } from './hostile-text.ts'

const ID = '9c0f'.repeat(10)
const AT = '2026-11-28T08:00:00.000Z'
const GB = 1e9

export function hostileRow(change: Partial<TransferRow> = {}): TransferRow {
  return {
    id: ID,
    name: hostile('torrent-name'),
    role: 'share',
    audience: 'link',
    private: false,
    state: 'giving',
    needsYou: false,
    problem: null,
    bottleneck: { code: 'NONE', data: {} },
    preparing: 1,
    totalBytes: 4 * GB,
    wantedBytes: 4 * GB,
    doneBytes: 4 * GB,
    fileCount: 41,
    downBytesPerSecond: 0,
    upBytesPerSecond: 2e6,
    secondsLeft: null,
    takenBytes: 0,
    givenBytes: 3 * GB,
    ratio: 0.75,
    peers: 2,
    sources: 0,
    seeds: 0,
    leeches: 2,
    receivers: 2,
    copiesElsewhere: 0.7,
    category: '<img src=x onerror=alert("category")>',
    tags: ['<img src=x onerror=alert("tag")>'],
    saveFolder: `/home/a/${hostile('save-folder')}`,
    path: `/home/a/${hostile('path')}`,
    tracker: hostile('tracker'),
    trackersFail: false,
    upLimit: null,
    downLimit: null,
    queuePosition: null,
    forced: false,
    sequential: false,
    stopRule: { ratio: null, seconds: null, copies: null },
    check: 'locked',
    webPage: null,
    addedAt: AT,
    finishedAt: AT,
    lastActiveAt: AT,
    lastSeenAt: null,
    infohashV1: ID,
    infohashV2: null,
    ...change,
  }
}

const SHARE: ShareFacts = {
  transfer: hostileRow(),
  audience: 'link',
  since: AT,
  link: `magnet:?xt=urn:btih:${ID}&dn=film`,
  fetchedBy: 3,
  webPage: { url: 'http://192.168.1.20:7418/k3wq9r2m7tz4', address: '192.168.1.20' },
}

const FILES = Array.from({ length: 41 }, (_, index) => ({
  index,
  path: ['film', index < 30 ? hostile('folder') : 'videos', index === 0 ? hostile('file') : `file ${index}`],
  lengthBytes: 1e6 * (index + 1),
  kind: index < 30 ? 'image' : 'video',
}))

const NETWORK: Network = {
  reach: {
    answer: 'no',
    ways: [{ way: 'tcp4', answer: 'no', because: 'NOBODY_CAME', wouldHelp: ['MAP_PORT'] }],
    outside: [hostile('outside')],
  },
  listensAt: '0.0.0.0:51733',
  portTrouble: null,
  portMapping: {
    state: 'refused',
    routers: [{ name: hostile('router'), method: 'upnp', state: 'refused', external: null }],
  },
  volumes: {
    today: { takenBytes: GB, givenBytes: 2 * GB },
    month: { takenBytes: 30 * GB, givenBytes: 20 * GB },
    all: { takenBytes: 800 * GB, givenBytes: 900 * GB },
  },
  byTransport: [{ transport: 'tcp', takenBytes: GB, givenBytes: GB }],
  connections: { now: 34, most: 200, encrypted: 30 },
  dht: { on: true, nodes4: 312, nodes6: 18 },
  wayOut: {
    kind: 'proxy',
    name: hostile('proxy'),
    withheld: ['LAN', 'LISTENING'],
    trouble: { code: 'PROXY_DOWN', data: { proxy: hostile('proxy-trouble') } },
  },
  guard: [
    { reason: 'BANNED', count: 12, examples: [hostile('banned')], lastAt: AT, undo: true },
    { reason: 'SOMETHING_NEW', count: 1, examples: [hostile('turned-away')], lastAt: AT, undo: false },
  ],
}

const PEER: OutputOf<'transferPeers'>['peers'][number] = {
  address: '203.0.113.4:6881',
  client: hostile('client-name'),
  source: 'tracker',
  transport: 'tcp',
  encryption: 'rc4',
  incoming: false,
  seed: false,
  amChoking: false,
  amInterested: false,
  peerChoking: true,
  peerInterested: true,
  snubbed: false,
  progress: 0.5,
  downBytesPerSecond: 0,
  upBytesPerSecond: 2e6,
  downloadedBytes: 0,
  uploadedBytes: GB,
}

const DETAILS: TransferDetails = {
  row: hostileRow(),
  magnet: `magnet:?xt=urn:btih:${ID}&dn=film`,
  comment: hostile('comment'),
  createdBy: hostile('created-by'),
  pieceLengthBytes: 1 << 20,
  pieceCount: 4_000,
  pieceMap: Buffer.alloc(500, 255).toString('base64'),
  availabilityMap: Buffer.alloc(500, 1).toString('base64'),
  history: { stepSeconds: 2, downBytesPerSecond: [0, 0, 0], upBytesPerSecond: [1e6, 2e6, 2e6] },
  contributions: [
    {
      who: '203.0.113.4',
      client: hostile('contributor'),
      downloadedBytes: 0,
      uploadedBytes: GB,
      connected: true,
    },
  ],
  others: { downloadedBytes: 0, uploadedBytes: 0 },
  wastedBytes: 0,
  log: [{ at: AT, entry: { code: 'TRACKER_FAILURE', data: { reason: hostile('log-reason') } } }],
}

const DEMO: Demo = {
  stage: 'running',
  preparing: 1,
  totalBytes: 256e6,
  seconds: 4,
  fish: ['Ana', 'Ben', 'Caro', 'Dev'].map((name) => ({
    name,
    state: name === 'Ana' ? 'off' : 'getting',
    doneBytes: 128e6,
    givenBytes: 64e6,
    takenBytes: 128e6,
  })),
  wholeWhenOff: [],
  result: null,
  error: null,
}

const settings = () => ({
  settings: Object.entries(SETTINGS).map(([key, { default: value }]) => ({
    key,
    value: key === 'saving.folder' ? `/home/${hostile('setting')}` : value,
    default: value,
    from: 'default' as const,
  })),
})

/** @param rows as the list shows them; none is a daemon that was just started for the first time */
export function hostileHandlers(rows: readonly TransferRow[]): Partial<Handlers> {
  return {
    status: () => ({
      version: '0.1.0',
      pid: 4_121,
      startedAt: AT,
      stateFolder: `/home/a/${hostile('state-folder')}`,
      page: 'http://127.0.0.1:7417',
      port: 51_733,
      portTrouble: null,
      counts: { total: 0, getting: 0, giving: 0, waiting: 0, queued: 0, paused: 0, needsYou: 0 },
      totals: {
        downBytesPerSecond: 8.1e6,
        upBytesPerSecond: 2e6,
        peers: 4,
        reach: 'no',
        sharing: { link: 1, everyone: 2 },
        pausedUntil: null,
        upLimit: null,
        downLimit: null,
        slow: false,
        freeBytes: 500 * GB,
      },
      takenBytes: 8 * GB,
      givenBytes: 12 * GB,
      saveFolder: `/home/a/${hostile('save-folder')}`,
      opened: { done: rows.length, of: rows.length },
      fresh: rows.length === 0,
    }),
    inspect: () => ({
      kind: 'torrent',
      id: ID,
      name: hostile('torrent-name'),
      audience: 'everyone',
      private: false,
      totalBytes: FILES.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0),
      files: FILES,
      hosts: [hostile('host'), 'tracker.example.org'],
      trackers: [],
      infohashV1: ID,
      infohashV2: null,
      here: false,
      hereBytes: 31_000_000,
      saveFolder: '/home/a/Downloads/Shoal',
      freeBytes: 500 * GB,
    }),
    categories: () => ({
      categories: [{ name: '<img src=x onerror=alert("category")>', saveFolder: hostile('category-folder') }],
      tags: [],
    }),
    folder: ({ path }) => ({
      path: path ?? null,
      parent: path === undefined ? null : '/home',
      freeBytes: path === undefined ? null : 500 * GB,
      writable: true,
      refused: null,
      entries: [
        { kind: 'folder', name: hostile('folder-entry'), path: '/home/a/x', refused: 'HOME' },
        { kind: 'file', name: hostile('file-entry'), path: '/home/a/y', refused: null },
      ].map((entry) => ({ ...entry, lengthBytes: null, changedAt: null })) as never,
      cut: false,
    }),
    survey: ({ path }) => ({
      path,
      name: hostile('share-name'),
      kind: 'folder',
      fileCount: FILES.length,
      totalBytes: 8 * GB,
      kinds: [{ kind: 'image', count: 30 }],
      files: FILES.map((file) => ({ path: file.path.slice(1), lengthBytes: file.lengthBytes })),
      leftOut: [hostile('left-out')],
    }),
    ...HOSTILE_LIBRARY,
    ...HOSTILE_CHECKS,
    ...HOSTILE_PEOPLE,
    addShare: () => SHARE,
    share: () => SHARE,
    listShares: () => ({ shares: [SHARE, { ...SHARE, transfer: hostileRow({ id: 'ab'.repeat(20) }) }] }),
    network: () => NETWORK,
    doctor: () => ({
      findings: [
        { check: 'network', state: 'good', code: 'NETWORK_THERE', data: { addresses: hostile('addresses') } },
        { check: 'router', state: 'careful', code: 'ROUTER_REFUSED', data: { name: hostile('gateway') } },
      ],
    }),
    log: () => ({
      entries: [{ at: AT, level: 'warn', event: hostile('event'), data: { why: hostile('why') } }],
    }),
    settings,
    changeSettings: settings,
    transfer: () => DETAILS,
    transferFiles: () => ({
      files: FILES.map(({ index, path, lengthBytes }) => ({
        index,
        path,
        lengthBytes,
        doneBytes: lengthBytes,
        priority: 4,
        dangers: index === 0 ? ['pretends'] : [],
        check: {
          state: index === 0 ? ('locked' as const) : ('plain-not-scanned' as const),
          notScanned: index === 0 ? null : ('no-scanner' as const),
          found: index === 0 ? hostile('found') : null,
          by: index === 0 ? 'ClamAV' : null,
          at: AT,
          kind: index < 30 ? 'image' : 'video',
          named: index < 30 ? 'image' : 'video',
        },
      })),
    }),
    transferPeers: () => ({ peers: [PEER] }),
    transferTrackers: () => ({
      trackers: [
        {
          url: `http://tracker.example.org/${hostile('tracker-path')}`,
          tier: 0,
          status: 'failed',
          seeds: null,
          leeches: null,
          downloads: null,
          said: hostile('tracker-message'),
          failure: { code: 'TRACKER_FAILURE', data: { reason: hostile('tracker-failure') } },
          lastAnswerAt: AT,
          nextAnnounceAt: AT,
        },
      ],
    }),
    startDemo: () => DEMO,
    demo: () => DEMO,
    stopDemo: () => ({ ...DEMO, stage: 'none', fish: [] }),
  }
}
