import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryDaemon, memoryRow, STARTED_AT } from '../../../test/doubles/memory-daemon.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { TransmissionRpc } from './transmission-rpc.ts'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const C = 'c'.repeat(40)
const TWO_MINUTES = Date.parse(STARTED_AT) + 120_000

interface Scene {
  readonly daemon: MemoryDaemon
  readonly rpc: TransmissionRpc
  readonly clock: { now: number }
  call(method: string, args?: object): Promise<Record<string, unknown>>
  /** The sentence of a call that is refused. */
  refused(method: string, args?: object): Promise<string>
}

function scene(...rows: TransferRow[]): Scene {
  const daemon = new MemoryDaemon(...rows)
  const clock = { now: TWO_MINUTES }
  const rpc = new TransmissionRpc({
    handlers: daemon.handlers,
    feed: daemon.feed,
    digest: new SystemDigest(),
    now: () => clock.now,
    sessionId: 'session',
    version: '1.2.3',
    readTorrentFile: async (path) => Buffer.from(`torrent at ${path}`),
    totalBytes: async () => 10_000,
  })
  const asked = async (method: string, args: object): Promise<{ result: string; arguments: object }> =>
    parsed(await rpc.answer({ method, arguments: args }))
  return {
    daemon,
    rpc,
    clock,
    async call(method, args = {}) {
      const answer = await asked(method, args)
      assert.equal(answer.result, 'success')
      return answer.arguments as Record<string, unknown>
    },
    async refused(method, args = {}) {
      const { result } = await asked(method, args)
      assert.notEqual(result, 'success')
      return result
    },
  }
}

/** An answer, which must be JSON. */
function parsed(answer: string | undefined): { result: string; arguments: object } {
  return JSON.parse(answer ?? '')
}

async function torrents(
  { call }: Scene,
  fields: string[],
  ids?: unknown,
): Promise<Record<string, unknown>[]> {
  const answer = await call('torrent-get', { fields, ...(ids === undefined ? {} : { ids }) })
  return answer.torrents as Record<string, unknown>[]
}

async function field(scene: Scene, name: string): Promise<unknown> {
  const [torrent] = await torrents(scene, [name])
  return torrent?.[name]
}

test('torrent-get answers the asked fields of all torrents, by the names they were asked by', async () => {
  const got = await torrents(scene(memoryRow(A), memoryRow(B, { name: 'Tree', path: '/save/Tree' })), [
    'id',
    'name',
    'totalSize',
    'percent_done',
    'nothing-known',
  ])
  assert.deepEqual(got, [
    { id: 1, name: 'Flower', totalSize: 1_000_000, percent_done: 0.25 },
    { id: 2, name: 'Tree', totalSize: 1_000_000, percent_done: 0.25 },
  ])
})

test('torrent-get as a table begins with the names of its columns', async () => {
  const { call } = scene(memoryRow(A))
  const { torrents } = await call('torrent-get', { fields: ['id', 'hashString'], format: 'table' })
  assert.deepEqual(torrents, [
    ['id', 'hashString'],
    [1, A],
  ])
})

test('torrents are named by number, by hash in any case, and by both halves of a hybrid', async () => {
  const v2 = 'd'.repeat(64)
  const scenery = scene(memoryRow(A), memoryRow(B, { infohashV1: C, infohashV2: v2 }))
  const ids = async (named: unknown): Promise<unknown[]> =>
    (await torrents(scenery, ['id'], named)).map(({ id }) => id)
  assert.deepEqual(await ids(2), [2])
  assert.deepEqual(await ids([2, 1, 1, 7]), [2, 1])
  assert.deepEqual(await ids(A.toUpperCase()), [1])
  assert.deepEqual(await ids([C]), [2])
  assert.deepEqual(await ids([v2]), [2])
  assert.deepEqual(await ids([]), [])
})

test('numbers stay with their torrents when others go, and are never given again', async () => {
  const scenery = scene(memoryRow(A), memoryRow(B))
  await torrents(scenery, ['id'])
  scenery.daemon.remove(A)
  scenery.daemon.rows.set(C, memoryRow(C))
  assert.deepEqual(await torrents(scenery, ['id', 'hashString']), [
    { id: 2, hashString: B },
    { id: 3, hashString: C },
  ])
})

test('recently-active brings what changed and what was removed within a minute', async () => {
  const scenery = scene(memoryRow(A), memoryRow(B))
  const recent = async (): Promise<unknown> => {
    const answer = await scenery.call('torrent-get', { ids: 'recently-active', fields: ['id'] })
    return { ids: (answer.torrents as { id: number }[]).map(({ id }) => id), removed: answer.removed }
  }
  assert.deepEqual(await recent(), { ids: [1, 2], removed: [] })
  scenery.clock.now += 61_000
  assert.deepEqual(await recent(), { ids: [], removed: [] })
  scenery.daemon.change(B, { doneBytes: 300_000 })
  scenery.daemon.remove(A)
  assert.deepEqual(await recent(), { ids: [2], removed: [1] })
  scenery.clock.now += 61_000
  assert.deepEqual(await recent(), { ids: [], removed: [] })
})

test('rows are not followed for nobody, and nothing is missed by whoever asks again', async () => {
  const scenery = scene(memoryRow(A), memoryRow(B))
  const recent = async (): Promise<unknown> => {
    const answer = await scenery.call('torrent-get', { ids: 'recently-active', fields: ['id'] })
    return { ids: (answer.torrents as { id: number }[]).map(({ id }) => id), removed: answer.removed }
  }
  await recent()
  assert.equal(scenery.daemon.followed, true)
  scenery.clock.now += 301_000
  scenery.daemon.change(B, { doneBytes: 300_000 })
  assert.equal(scenery.daemon.followed, false)
  scenery.daemon.remove(A)
  assert.deepEqual(await recent(), { ids: [2], removed: [1] })
  assert.equal(scenery.daemon.followed, true)
  scenery.rpc.close()
  assert.equal(scenery.daemon.followed, false)
})

test('states become the numbers that Transmission has for them', async () => {
  const numbers: Record<string, number> = {}
  const states = [
    'opening',
    'hashing',
    'listing',
    'checking',
    'getting',
    'waiting',
    'giving',
    'paused',
    'done',
  ]
  for (const state of [...states, 'moving', 'failed'] as TransferRow['state'][])
    numbers[state] = (await field(scene(memoryRow(A, { state })), 'status')) as number
  assert.deepEqual(numbers, {
    opening: 1,
    hashing: 2,
    listing: 4,
    checking: 2,
    getting: 4,
    waiting: 4,
    giving: 6,
    paused: 0,
    done: 0,
    moving: 2,
    failed: 0,
  })
  const whole = { state: 'queued', doneBytes: 1_000_000 } as const
  assert.equal(await field(scene(memoryRow(A, { state: 'queued' })), 'status'), 3)
  assert.equal(await field(scene(memoryRow(A, whole)), 'status'), 5)
  assert.equal(await field(scene(memoryRow(A, { state: 'done' })), 'isFinished'), true)
})

test('what needs a person is an error with a sentence; a tracker that fails is none', async () => {
  const problem = { code: 'READ_ONLY', data: { path: '/save' } }
  const [broken] = await torrents(scene(memoryRow(A, { state: 'failed', problem })), ['error', 'errorString'])
  assert.equal(broken?.error, 3)
  assert.equal(broken?.errorString, '/save is read-only. Move it to another folder.')
  const fine = await torrents(scene(memoryRow(A, { trackersFail: true })), ['error', 'errorString'])
  assert.deepEqual(fine, [{ error: 0, errorString: '' }])
})

test('a magnet link without its list of files has no size, and says how far the list is', async () => {
  const listing = {
    state: 'listing',
    fileCount: 0,
    totalBytes: 0,
    wantedBytes: 0,
    doneBytes: 0,
    preparing: 0,
  } as const
  assert.deepEqual(
    await torrents(scene(memoryRow(A, listing)), [
      'totalSize',
      'metadataPercentComplete',
      'percentDone',
      'files',
    ]),
    [{ totalSize: 0, metadataPercentComplete: 0, percentDone: 0, files: [] }],
  )
})

test('the name is that on disk, beside the folder it lies in, so that others find it there', async () => {
  const row = memoryRow(A, { name: 'Shown otherwise', path: '/elsewhere/Flower', saveFolder: '/save' })
  assert.deepEqual(await torrents(scene(row), ['name', 'downloadDir']), [
    { name: 'Flower', downloadDir: '/elsewhere' },
  ])
})

test('files, peers and trackers are told as Transmission tells them', async () => {
  const [torrent] = await torrents(scene(memoryRow(A)), [
    'files',
    'fileStats',
    'wanted',
    'priorities',
    'peers',
    'peersFrom',
    'trackers',
    'trackerStats',
    'trackerList',
    'primary-mime-type',
  ])
  assert.deepEqual(torrent?.files, [
    { bytesCompleted: 250_000, length: 900_000, name: 'Flower/petal.mkv' },
    { bytesCompleted: 0, length: 100_000, name: 'Flower/leaf.txt' },
  ])
  assert.deepEqual(torrent?.fileStats, [
    { bytesCompleted: 250_000, wanted: true, priority: 0 },
    { bytesCompleted: 0, wanted: false, priority: 0 },
  ])
  assert.deepEqual(torrent?.wanted, [1, 0])
  assert.deepEqual(torrent?.priorities, [0, 0])
  const peers = torrent?.peers as Record<string, unknown>[]
  assert.deepEqual(
    peers.map(({ address, port, flagStr, isUTP, isEncrypted, rateToClient }) => [
      address,
      port,
      flagStr,
      isUTP,
      isEncrypted,
      rateToClient,
    ]),
    [
      ['192.0.2.1', 6881, 'DEXIT', true, true, 5_000],
      ['2001:db8::1', 51_413, 'U', false, false, 0],
    ],
  )
  const from = torrent?.peersFrom as Record<string, number>
  assert.deepEqual([from.fromIncoming, from.fromPex, from.fromTracker], [1, 0, 1])
  assert.deepEqual(torrent?.trackers, [
    {
      id: 0,
      announce: 'http://tracker.example.org/announce?key=1',
      scrape: 'http://tracker.example.org/scrape?key=1',
      sitename: 'example',
      tier: 0,
    },
    {
      id: 1,
      announce: 'udp://backup.example.net:6969/announce',
      scrape: 'udp://backup.example.net:6969/announce',
      sitename: 'example',
      tier: 1,
    },
  ])
  const [working, spare] = (torrent?.trackerStats ?? []) as Record<string, unknown>[]
  assert.deepEqual(
    [working?.seederCount, working?.leecherCount, working?.announceState, working?.lastAnnounceResult],
    [3, -1, 1, 'Success'],
  )
  assert.deepEqual([spare?.isBackup, spare?.hasAnnounced, spare?.announceState], [true, false, 0])
  assert.equal(
    torrent?.trackerList,
    'http://tracker.example.org/announce?key=1\n\nudp://backup.example.net:6969/announce',
  )
  assert.equal(torrent?.['primary-mime-type'], 'video/x-matroska')
})

test('pieces are bits, and availability is -1 for what is here', async () => {
  const [torrent] = await torrents(scene(memoryRow(A)), ['pieces', 'availability', 'pieceCount'])
  assert.equal(torrent?.pieceCount, 10)
  assert.deepEqual([...Buffer.from(String(torrent?.pieces), 'base64')], [0b11001000, 0b01000000])
  assert.deepEqual(torrent?.availability, [-1, -1, 2, 1, -1, 0, 1, 1, 1, -1])
})

test('of a torrent of many pieces none is claimed to be here that may not be', async () => {
  const scenery = scene(memoryRow(A))
  scenery.daemon.details = { pieceCount: 1_000, pieceMap: Buffer.from([255, 254]).toString('base64') }
  const bits = Buffer.from(String(await field(scenery, 'pieces')), 'base64')
  assert.equal(bits.length, 125)
  assert.deepEqual([bits[0], bits[61], bits[62], bits[124]], [255, 255, 0b11110000, 0])
})

test('everything that the documents of version 17 name is answered', async () => {
  const documented =
    `activityDate addedDate availability bandwidthPriority comment corruptEver creator dateCreated desiredAvailable
    doneDate downloadDir downloadedEver downloadLimit downloadLimited editDate error errorString eta etaIdle file-count
    files fileStats group hashString haveUnchecked haveValid honorsSessionLimits id isFinished isPrivate isStalled
    labels leftUntilDone magnetLink manualAnnounceTime maxConnectedPeers metadataPercentComplete name peer-limit peers
    peersConnected peersFrom peersGettingFromUs peersSendingToUs percentComplete percentDone pieces pieceCount
    pieceSize priorities primary-mime-type queuePosition rateDownload rateUpload recheckProgress secondsDownloading
    secondsSeeding seedIdleLimit seedIdleMode seedRatioLimit seedRatioMode sizeWhenDone startDate status trackers
    trackerList trackerStats totalSize torrentFile uploadedEver uploadLimit uploadLimited uploadRatio wanted webseeds
    webseedsSendingToUs`.split(/\s+/)
  const [torrent = {}] = await torrents(scene(memoryRow(A)), documented)
  assert.deepEqual(Object.keys(torrent).sort(), [...documented].sort())
  assert.deepEqual(
    Object.entries(torrent).filter(
      ([, value]) => value === undefined || value === null || Number.isNaN(value),
    ),
    [],
  )
})

test('thousands of torrents are answered in turns, whole, and as one', async () => {
  const count = 3_000
  const rows = Array.from({ length: count }, (_, at) => memoryRow(at.toString(16).padStart(40, '0')))
  const scenery = scene(...rows)
  let turns = 0
  let done = false
  const others = (async () => {
    while (!done) {
      await new Promise(setImmediate)
      turns++
    }
  })()
  const got = await torrents(scenery, ['id', 'files', 'peers', 'trackerStats'])
  done = true
  await others
  assert.deepEqual(
    got.map(({ id }) => id),
    Array.from({ length: count }, (_, at) => at + 1),
  )
  assert.ok(turns > 5, `others had ${turns} turns`)
})

test('peers of a torrent that has none are not asked for', async () => {
  const scenery = scene(memoryRow(A, { peers: 0 }))
  assert.deepEqual(await field(scenery, 'peers'), [])
  assert.deepEqual(scenery.daemon.called('transferPeers'), [])
})

test('torrent-set changes limits, and switching one on takes the number that was said before', async () => {
  const { call, daemon } = scene(memoryRow(A))
  await call('torrent-set', { ids: [1], downloadLimit: 50, downloadLimited: true, uploadLimited: false })
  await call('torrent-set', { ids: [1], uploadLimit: 30 })
  await call('torrent-set', { ids: [1], uploadLimited: true })
  assert.deepEqual(
    daemon.called('changeTransfers').map((input) => (input as { change: unknown }).change),
    [{ downLimit: 50_000, upLimit: null }, { upLimit: null }, { upLimit: 30_000 }],
  )
})

test('torrent-set changes the stop rule: a ratio, a time, the general one, or none', async () => {
  const { call, daemon } = scene(memoryRow(A), memoryRow(B))
  await call('torrent-set', {
    ids: [1],
    seedRatioLimit: 2.5,
    seedRatioMode: 1,
    seedIdleLimit: 90,
    seedIdleMode: 1,
  })
  await call('torrent-set', { seedRatioMode: 2 })
  await call('torrent-set', { ids: [2], seedRatioMode: 0, seedIdleMode: 2 })
  assert.deepEqual(daemon.called('changeTransfers'), [
    { ids: [A], change: { stopRule: { ratio: 2.5, seconds: 5_400 } } },
    { ids: [A, B], change: { stopRule: { ratio: null } } },
    { ids: [B], change: { stopRule: { ratio: 1, seconds: null } } },
  ])
})

test('modes of the stop rule tell the general ratio from an own one and from none', async () => {
  const modes = async (ratio: number | null, seconds: number | null): Promise<unknown> => {
    const row = memoryRow(A, { stopRule: { ratio, seconds, copies: null } })
    const [torrent] = await torrents(scene(row), [
      'seedRatioMode',
      'seedRatioLimit',
      'seedIdleMode',
      'seedIdleLimit',
    ])
    return Object.values(torrent ?? {})
  }
  assert.deepEqual(await modes(1, 604_800), [0, 1, 1, 10_080])
  assert.deepEqual(await modes(3, 3_600), [1, 3, 1, 60])
  assert.deepEqual(await modes(null, null), [2, 1, 2, 10_080])
})

test('labels are tags, and a label that names a category is the category', async () => {
  const scenery = scene(memoryRow(A, { category: 'tv', tags: ['old'] }))
  scenery.daemon.categories.push({ name: 'tv', saveFolder: null }, { name: 'films', saveFolder: null })
  assert.deepEqual(await field(scenery, 'labels'), ['tv', 'old'])
  await scenery.call('torrent-set', { ids: [1], labels: ['tv', 'new'] })
  await scenery.call('torrent-set', { ids: [1], labels: ['done', 'films'] })
  await scenery.call('torrent-set', { ids: [1], labels: [] })
  assert.deepEqual(
    scenery.daemon.called('changeTransfers').map((input) => (input as { change: unknown }).change),
    [
      { addTags: ['new'], removeTags: ['old'] },
      { category: 'films', addTags: ['done'], removeTags: ['old'] },
      { category: null, removeTags: ['old'] },
    ],
  )
})

test('trackers are added, removed, replaced, or set as a list', async () => {
  const { call, daemon } = scene(memoryRow(A))
  const first = 'http://tracker.example.org/announce?key=1'
  const second = 'udp://backup.example.net:6969/announce'
  await call('torrent-set', { ids: [1], trackerAdd: ['http://new.example/announce'], trackerRemove: [1] })
  await call('torrent-set', { ids: [1], trackerReplace: [0, 'http://other.example/announce'] })
  await call('torrent-set', { ids: [1], trackerList: `${second}\n\nhttp://third.example/announce\n` })
  assert.deepEqual(
    daemon.called('changeTransfers').map((input) => (input as { change: unknown }).change),
    [
      { addTrackers: ['http://new.example/announce'], removeTrackers: [second] },
      { addTrackers: ['http://other.example/announce'], removeTrackers: [first] },
      { addTrackers: ['http://third.example/announce'], removeTrackers: [first] },
    ],
  )
})

test('files are wanted, left out and weighed by their positions, which are not the engine’s numbers', async () => {
  const { call, daemon } = scene(memoryRow(A))
  await call('torrent-set', { ids: [1], 'files-wanted': [1], 'priority-high': [1], 'files-unwanted': [0] })
  await call('torrent-set', { ids: [1], 'files-wanted': [], 'priority-low': [0] })
  assert.deepEqual(daemon.called('changeFiles'), [
    {
      id: A,
      priorities: [
        { index: 0, priority: 0 },
        { index: 2, priority: 7 },
      ],
    },
    {
      id: A,
      priorities: [
        { index: 0, priority: 1 },
        { index: 2, priority: 4 },
      ],
    },
  ])
})

test('a position that no file has is refused', async () => {
  const { refused } = scene(memoryRow(A))
  assert.match(await refused('torrent-set', { ids: [1], 'files-wanted': [2] }), /files-wanted/)
})

test('what Shoal does not have is refused by name, after the rest is done', async () => {
  const { refused, daemon, call } = scene(memoryRow(A))
  const sentence = await refused('torrent-set', {
    ids: [1],
    queuePosition: 3,
    bandwidthPriority: 1,
    honorsSessionLimits: false,
  })
  assert.match(sentence, /bandwidthPriority, honorsSessionLimits/)
  assert.deepEqual(daemon.called('changeTransfers'), [{ ids: [A], change: { queuePosition: 3 } }])
  await call('torrent-set', { ids: [1], bandwidthPriority: 0, honorsSessionLimits: true, group: '' })
})

test('torrent-add takes a link with folder and labels, and says the number of what was added', async () => {
  const { call, daemon } = scene(memoryRow(A))
  daemon.categories.push({ name: 'tv', saveFolder: null })
  const answer = await call('torrent-add', {
    filename: 'magnet:?xt=urn:btih:1',
    'download-dir': '/save/tv',
    labels: ['tv', 'x'],
    paused: true,
    cookies: 'a=b',
  })
  assert.deepEqual(answer, { 'torrent-added': { id: 2, name: 'Flower', hashString: 'e'.repeat(40) } })
  assert.deepEqual(daemon.called('addTransfer'), [
    {
      source: { link: 'magnet:?xt=urn:btih:1' },
      saveFolder: '/save/tv',
      category: 'tv',
      tags: ['x'],
      paused: true,
    },
  ])
  const again = await call('torrent-add', { filename: 'magnet:?xt=urn:btih:1' })
  assert.deepEqual(again, { 'torrent-duplicate': { id: 2, name: 'Flower', hashString: 'e'.repeat(40) } })
})

test('torrent-add takes bytes, also with line breaks, and paths of torrent files', async () => {
  const { call, daemon } = scene()
  await call('torrent-add', { metainfo: 'ZDE6\neGU=\r\n' })
  await call('torrent-add', { filename: '/drop/x.torrent' })
  await call('torrent-add', { filename: 'http://x.example/y.torrent' })
  assert.deepEqual(
    daemon.called('addTransfer').map((input) => (input as { source: unknown }).source),
    [
      { torrent: 'ZDE6eGU=' },
      { torrent: Buffer.from('torrent at /drop/x.torrent').toString('base64') },
      { link: 'http://x.example/y.torrent' },
    ],
  )
})

test('files left out with torrent-add are never begun', async () => {
  const { call, refused, daemon } = scene()
  await call('torrent-add', { metainfo: 'ZGU=', 'files-unwanted': [1], 'priority-high': [0] })
  const [added] = daemon.called('addTransfer') as { files?: unknown }[]
  assert.deepEqual(added?.files, [0])
  assert.deepEqual(daemon.called('changeFiles'), [
    { id: 'e'.repeat(40), priorities: [{ index: 0, priority: 7 }] },
  ])
  assert.match(await refused('torrent-add', { filename: 'magnet:?x', 'files-unwanted': [0] }), /magnet link/)
})

test('what is added is paused when the client, or the session before, says so', async () => {
  const { call, daemon } = scene()
  await call('session-set', { 'start-added-torrents': false })
  assert.deepEqual(await call('session-get', { fields: ['start-added-torrents'] }), {
    'start-added-torrents': false,
  })
  await call('torrent-add', { filename: 'magnet:?a' })
  await call('torrent-add', { filename: 'magnet:?b', paused: false })
  await call('session-set', { 'start-added-torrents': true })
  await call('torrent-add', { filename: 'magnet:?c' })
  assert.deepEqual(
    daemon.called('addTransfer').map((input) => (input as { paused?: boolean }).paused),
    [true, undefined, undefined],
  )
})

test('torrent-add without anything to add, or with what is no text, is refused', async () => {
  const { refused } = scene()
  assert.match(await refused('torrent-add', {}), /filename or metainfo/)
  assert.match(await refused('torrent-add', { filename: 7 }), /filename/)
  assert.match(await refused('torrent-add', { metainfo: 'not base64!' }), /source/)
})

test('starting, stopping, checking, asking trackers and the queue call what does it', async () => {
  const { call, daemon } = scene(memoryRow(A), memoryRow(B))
  await call('torrent-stop')
  await call('torrent-start', { ids: [2] })
  await call('torrent-start-now', { ids: 1 })
  await call('torrent-verify', { ids: [A] })
  await call('torrent-reannounce', { ids: [A] })
  for (const place of ['top', 'up', 'down', 'bottom']) await call(`queue-move-${place}`, { ids: [B] })
  assert.deepEqual(
    daemon.calls.map(({ name, input }) => [
      name,
      (input as { ids: unknown }).ids,
      (input as { change: unknown }).change,
    ]),
    [
      ['pauseTransfers', [A, B], undefined],
      ['resumeTransfers', [B], undefined],
      ['changeTransfers', [A], { forced: true }],
      ['resumeTransfers', [A], undefined],
      ['recheckTransfers', [A], undefined],
      ['reannounceTransfers', [A], undefined],
      ['changeTransfers', [B], { queue: 'top' }],
      ['changeTransfers', [B], { queue: 'up' }],
      ['changeTransfers', [B], { queue: 'down' }],
      ['changeTransfers', [B], { queue: 'bottom' }],
    ],
  )
})

test('torrent-remove keeps files unless told otherwise', async () => {
  const { call, daemon } = scene(memoryRow(A), memoryRow(B))
  await call('torrent-remove', { ids: [1] })
  await call('torrent-remove', { ids: [2], 'delete-local-data': true })
  assert.deepEqual(daemon.called('removeTransfers'), [
    { ids: [A], data: 'keep' },
    { ids: [B], data: 'delete' },
  ])
})

test('what fails for some is said with the first reason', async () => {
  const { refused, daemon } = scene(memoryRow(A), memoryRow(B))
  daemon.stubborn.add(B)
  assert.match(await refused('torrent-stop'), /1 of 2.*being moved/)
  assert.equal(await refused('torrent-stop', { ids: [2] }), 'It is being moved.')
})

test('torrent-set-location moves, or says that the files lie there', async () => {
  const { call, daemon } = scene(memoryRow(A))
  await call('torrent-set-location', { ids: [1], location: '/new', move: true })
  await call('torrent-set-location', { ids: [1], location: '/newer' })
  assert.deepEqual(daemon.called('moveTransfers'), [
    { ids: [A], folder: '/new', data: true },
    { ids: [A], folder: '/newer', data: false },
  ])
})

test('torrent-rename-path renames a file, or a folder in all its files', async () => {
  const { call, refused, daemon } = scene(memoryRow(A))
  const renamed = await call('torrent-rename-path', { ids: [1], path: 'Flower/leaf.txt', name: 'blade.txt' })
  assert.deepEqual(renamed, { path: 'Flower/leaf.txt', name: 'blade.txt', id: 1 })
  await call('torrent-rename-path', { ids: [1], path: 'Flower', name: 'Bloom' })
  assert.deepEqual(daemon.called('renameFile'), [
    { id: A, index: 2, to: ['Flower', 'blade.txt'] },
    { id: A, index: 0, to: ['Bloom', 'petal.mkv'] },
    { id: A, index: 2, to: ['Bloom', 'leaf.txt'] },
    { id: A, to: ['Bloom'] },
  ])
  assert.match(await refused('torrent-rename-path', { ids: [1], path: 'Flower', name: '../x' }), /name/)
  assert.match(await refused('torrent-rename-path', { ids: [1], path: 'Weed', name: 'x' }), /Weed/)
  assert.match(
    await refused('torrent-rename-path', { ids: [9], path: 'Flower', name: 'x' }),
    /no such torrent/,
  )
})

test('session-get answers everything, or the asked fields', async () => {
  const { call } = scene()
  const all = await call('session-get')
  assert.equal(all['rpc-version'], 17)
  assert.equal(all.version, '4.0.0 (Shoal 1.2.3)')
  assert.equal(all['download-dir'], '/save')
  assert.equal(all['speed-limit-down-enabled'], false)
  assert.equal(all.seedRatioLimit, 1)
  assert.equal(all['idle-seeding-limit'], 10_080)
  assert.equal(all['session-id'], 'session')
  assert.ok(!Object.values(all).includes(undefined))
  assert.deepEqual(await call('session-get', { fields: ['peer-port', 'no-such'] }), { 'peer-port': 51_413 })
})

test('session-set changes settings; what is as asked already is left alone', async () => {
  const { call, daemon } = scene()
  const all = await call('session-get')
  await call('session-set', all)
  assert.deepEqual(daemon.called('changeSettings'), [])
  await call('session-set', {
    ...all,
    'speed-limit-down': 300,
    'speed-limit-down-enabled': true,
    'alt-speed-up': 20,
    'alt-speed-time-enabled': true,
    'alt-speed-time-day': 62,
    seedRatioLimited: false,
    'idle-seeding-limit': 30,
    encryption: 'required',
    'dht-enabled': false,
    'peer-port': 7_000,
    'download-dir': '/save/new',
  })
  assert.deepEqual(daemon.called('changeSettings'), [
    {
      values: {
        'speed.down': 300_000,
        'speed.slowUp': 20_000,
        'speed.slowTimes': 'mon-fri 09:00-17:00',
        'sharing.ratio': null,
        'sharing.seconds': 1_800,
        'network.encryption': 'require',
        'network.dht': false,
        'network.port': 7_000,
        'saving.folder': '/save/new',
      },
    },
  ])
  const after = await call('session-get', {
    fields: ['alt-speed-time-begin', 'alt-speed-time-day', 'seedRatioLimit', 'seedRatioLimited'],
  })
  assert.deepEqual(Object.values(after), [540, 62, 1, false])
})

test('session-set refuses by name what cannot be set, and a folder that programs may not use', async () => {
  const { refused, daemon } = scene()
  const sentence = await refused('session-set', { 'script-torrent-done-enabled': true, 'utp-enabled': false })
  assert.match(sentence, /script-torrent-done-enabled/)
  assert.deepEqual(daemon.called('changeSettings'), [{ values: { 'network.utp': false } }])
  await refused('session-set', { 'download-dir': '/forbidden/x' })
  assert.equal(daemon.called('changeSettings').length, 1)
})

test('session-stats, free-space, port-test, groups and the end answer what is true', async () => {
  const scenery = scene(memoryRow(A))
  const { call, refused, daemon } = scenery
  const stats = await call('session-stats')
  assert.deepEqual(stats['cumulative-stats'], {
    filesAdded: 2,
    secondsActive: 120,
    sessionCount: 1,
    downloadedBytes: 5_000,
    uploadedBytes: 6_000,
  })
  assert.deepEqual(await call('free-space', { path: '/save' }), {
    path: '/save',
    'size-bytes': 7_000,
    total_size: 10_000,
  })
  await refused('free-space', { path: '/forbidden' })
  await refused('port-test')
  daemon.reach = 'no'
  assert.deepEqual(await call('port-test'), { 'port-is-open': false })
  assert.deepEqual(await call('group-get'), { group: [] })
  await refused('group-set', { name: 'x' })
  await refused('blocklist-update')
  await call('session-close')
  assert.equal(daemon.called('shutdown').length, 1)
})

test('a tag comes back, and what is no request is answered with a sentence', async () => {
  const { rpc } = scene()
  assert.deepEqual(parsed(await rpc.answer({ method: 'group-get', tag: 7 })), {
    arguments: { group: [] },
    result: 'success',
    tag: 7,
  })
  for (const body of [null, [], 'x', {}, { method: 7 }, { method: 'torrent-get', arguments: [] }]) {
    const { result } = parsed(await rpc.answer(body))
    assert.match(result, /no request/)
  }
  const { result } = parsed(await rpc.answer({ method: '__proto__' }))
  assert.match(result, /no method __proto__/)
})

test('JSON-RPC 2.0 is answered in its own envelope and in snake case', async () => {
  const { rpc } = scene(memoryRow(A))
  const params = { ids: [1], fields: ['hash_string', 'file_stats', 'wanted', 'is_private'] }
  assert.deepEqual(parsed(await rpc.answer({ jsonrpc: '2.0', method: 'torrent_get', params, id: 3 })), {
    jsonrpc: '2.0',
    id: 3,
    result: {
      torrents: [
        {
          hash_string: A,
          file_stats: [
            { bytes_completed: 250_000, wanted: true, priority: 0 },
            { bytes_completed: 0, wanted: false, priority: 0 },
          ],
          wanted: [true, false],
          is_private: false,
        },
      ],
    },
  })
  const table = { ...params, fields: ['hashString', 'wanted'], format: 'table' }
  const answer = parsed(
    await rpc.answer({ jsonrpc: '2.0', method: 'torrent_get', params: table, id: 4 }),
  ) as unknown as {
    result: { torrents: unknown }
  }
  assert.deepEqual(answer.result.torrents, [
    ['hash_string', 'wanted'],
    [A, [true, false]],
  ])
  const failed = parsed(await rpc.answer({ jsonrpc: '2.0', method: 'no_such', id: 'x' })) as unknown as {
    error: { code: number }
    id: string
  }
  assert.deepEqual([failed.error.code, failed.id], [-32_601, 'x'])
  assert.equal(await rpc.answer({ jsonrpc: '2.0', method: 'torrent_stop', params: { ids: [1] } }), undefined)
  const session = {
    jsonrpc: '2.0',
    method: 'session_get',
    params: { fields: ['cache_size_mib', 'rpc_version'] },
    id: 1,
  }
  assert.deepEqual((parsed(await rpc.answer(session)) as unknown as { result: object }).result, {
    cache_size_mib: 0,
    rpc_version: 17,
  })
})
