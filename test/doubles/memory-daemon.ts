// The daemon's calls over a handful of rows in memory, for whoever calls them: what was called is written down.

import type { z } from 'zod'
import type { OutputOf, ValidInputOf } from '../../src/api/routes.ts'
import type { Change } from '../../src/api/schemas/events.ts'
import type { SettingValue } from '../../src/api/schemas/machine.ts'
import type { Totals } from '../../src/api/schemas/status.ts'
import type { FileRow, Outcome, PeerRow, TrackerRow, TransferRow } from '../../src/api/schemas/transfer.ts'
import { SETTINGS } from '../../src/api/settings.ts'
import { CodedError } from '../../src/base/errors.ts'
import type { Feed } from '../../src/daemon/feed.ts'
import type { RpcHandlers } from '../../src/daemon/rpc/calls.ts'

/** A code of the daemon that has a sentence. */
export class MemoryError extends CodedError<'FILE_NOT_FOUND' | 'FILE_UNREADABLE'> {}

export const STARTED_AT = '2026-01-01T00:00:00.000Z'

export function memoryRow(id: string, parts: Partial<TransferRow> = {}): TransferRow {
  return {
    id,
    name: 'Flower',
    role: 'get',
    audience: 'everyone',
    private: false,
    state: 'getting',
    needsYou: false,
    problem: null,
    bottleneck: { code: 'NONE', data: {} },
    preparing: 1,
    totalBytes: 1_000_000,
    wantedBytes: 1_000_000,
    doneBytes: 250_000,
    fileCount: 2,
    downBytesPerSecond: 5_000.4,
    upBytesPerSecond: 100,
    secondsLeft: 150,
    takenBytes: 260_000,
    givenBytes: 130_000,
    ratio: 0.13,
    peers: 2,
    sources: 1,
    seeds: 1,
    leeches: 1,
    receivers: 1,
    copiesElsewhere: 1.5,
    category: null,
    tags: [],
    saveFolder: '/save',
    path: '/save/Flower',
    tracker: 'tracker.example.org',
    trackersFail: false,
    upLimit: null,
    downLimit: null,
    queuePosition: 0,
    forced: false,
    sequential: false,
    stopRule: { ratio: 1, seconds: 604_800, copies: null },
    check: null,
    webPage: null,
    addedAt: '2026-01-01T00:00:10.000Z',
    finishedAt: null,
    lastActiveAt: '2026-01-01T00:01:00.000Z',
    lastSeenAt: null,
    infohashV1: id,
    infohashV2: null,
    ...parts,
  }
}

export const MEMORY_FILES: readonly FileRow[] = [
  {
    index: 0,
    path: ['Flower', 'petal.mkv'],
    lengthBytes: 900_000,
    doneBytes: 250_000,
    priority: 4,
    dangers: [],
  },
  // A pad file lies between them in the torrent.
  { index: 2, path: ['Flower', 'leaf.txt'], lengthBytes: 100_000, doneBytes: 0, priority: 0, dangers: [] },
]

export const MEMORY_PEERS: readonly PeerRow[] = [
  {
    address: '192.0.2.1:6881',
    client: 'Other 1.0',
    source: 'pex',
    transport: 'utp',
    encryption: 'rc4',
    incoming: true,
    seed: true,
    amChoking: true,
    amInterested: true,
    peerChoking: false,
    peerInterested: false,
    snubbed: false,
    progress: 1,
    downBytesPerSecond: 5_000.4,
    upBytesPerSecond: 0,
    downloadedBytes: 1,
    uploadedBytes: 1,
  },
  {
    address: '[2001:db8::1]:51413',
    client: 'Another',
    source: 'tracker',
    transport: 'tcp',
    encryption: 'none',
    incoming: false,
    seed: false,
    amChoking: false,
    amInterested: false,
    peerChoking: true,
    peerInterested: true,
    snubbed: false,
    progress: 0.5,
    downBytesPerSecond: 0,
    upBytesPerSecond: 100,
    downloadedBytes: 1,
    uploadedBytes: 1,
  },
]

export const MEMORY_TRACKERS: readonly TrackerRow[] = [
  {
    url: 'http://tracker.example.org/announce?key=1',
    tier: 0,
    status: 'working',
    seeds: 3,
    leeches: null,
    downloads: 9,
    said: null,
    failure: null,
    lastAnswerAt: '2026-01-01T00:00:30.000Z',
    nextAnnounceAt: '2026-01-01T00:30:30.000Z',
  },
  {
    url: 'udp://backup.example.net:6969/announce',
    tier: 1,
    status: 'spare',
    seeds: null,
    leeches: null,
    downloads: null,
    said: null,
    failure: null,
    lastAnswerAt: null,
    nextAnnounceAt: null,
  },
]

export class MemoryDaemon {
  readonly rows = new Map<string, TransferRow>()
  readonly calls: { readonly name: string; readonly input: unknown }[] = []
  readonly settings = new Map<string, SettingValue>()
  readonly categories: z.input<typeof import('../../src/api/schemas/machine.ts').Category>[] = []
  details: Partial<OutputOf<'transfer'>> = {}
  /** Where the folders begin that nobody may use. */
  forbidden = '/forbidden'
  reach: 'yes' | 'no' | 'unknown' = 'unknown'
  /** Ids for which calls for many fail. */
  readonly stubborn = new Set<string>()
  /** What addTransfer adds, by the source as JSON. */
  readonly sources = new Map<string, TransferRow>()
  #sink: ((change: Change) => void) | undefined

  constructor(...rows: TransferRow[]) {
    for (const row of rows) this.rows.set(row.id, row)
  }

  change(id: string, parts: Partial<TransferRow>): void {
    const row = this.rows.get(id)
    if (row === undefined) throw new MemoryError('FILE_NOT_FOUND')
    Object.assign(row, parts)
    this.#sink?.({ cursor: 1, transfers: [{ id, ...parts }] })
  }

  remove(id: string): void {
    this.rows.delete(id)
    this.#sink?.({ cursor: 1, removed: [id] })
  }

  get followed(): boolean {
    return this.#sink !== undefined
  }

  called(name: string): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ input }) => input)
  }

  readonly feed: Feed = ((daemon: MemoryDaemon): Feed => ({
    epoch: 'epoch',
    cursor: 0,
    get totals(): Totals {
      return {
        downBytesPerSecond: 5_000.4,
        upBytesPerSecond: 100,
        peers: 2,
        reach: daemon.reach,
        sharing: { link: 0, everyone: 0 },
        pausedUntil: null,
        upLimit: null,
        downLimit: null,
        slow: false,
        freeBytes: 7_000,
      }
    },
    rows: () => daemon.rows.values(),
    row: (id) => daemon.rows.get(id),
    listJson: () => '',
    follow: (_since, sink) => {
      daemon.#sink = sink
      return { first: { cursor: 0 }, close: () => (daemon.#sink = undefined) }
    },
  }))(this)

  readonly handlers: RpcHandlers = {
    addTransfer: this.#noted('addTransfer', (input) => this.#add(input)),
    categories: this.#noted('categories', () => ({ categories: this.categories, tags: [] })),
    changeFiles: this.#noted('changeFiles', () => ({})),
    changeSettings: this.#noted('changeSettings', ({ values }) => {
      for (const [key, value] of Object.entries(values)) this.settings.set(key, value)
      return { settings: [] }
    }),
    changeTransfers: this.#noted('changeTransfers', (input) => this.#many(input)),
    folder: this.#noted('folder', ({ path = null }) => {
      if (path?.startsWith(this.forbidden) === true) throw new MemoryError('FILE_UNREADABLE', { path })
      return { path, parent: null, freeBytes: 7_000, writable: true, refused: null, entries: [], cut: false }
    }),
    inspect: this.#noted('inspect', ({ source }) => ({
      kind: 'link' in source ? ('magnet' as const) : ('torrent' as const),
      id: 'f'.repeat(40),
      name: 'Flower',
      audience: 'everyone' as const,
      private: false,
      totalBytes: null,
      files:
        'link' in source
          ? null
          : MEMORY_FILES.map((file) => ({ ...file, path: [...file.path], kind: 'video' })),
      hosts: [],
      trackers: [],
      infohashV1: null,
      infohashV2: null,
      here: false,
      saveFolder: '/save',
      freeBytes: null,
    })),
    moveTransfers: this.#noted('moveTransfers', (input) => this.#many(input)),
    network: this.#noted('network', () => ({
      reach: { answer: this.reach, ways: [], outside: [] },
      listensAt: null,
      portTrouble: null,
      portMapping: { state: 'off', routers: [] },
      volumes: {
        today: { takenBytes: 1, givenBytes: 2 },
        month: { takenBytes: 1, givenBytes: 2 },
        all: { takenBytes: 5_000, givenBytes: 6_000 },
      },
      byTransport: [],
      connections: { now: 2, most: 2, encrypted: 1 },
      dht: { on: true, nodes4: 1, nodes6: 0 },
      wayOut: { kind: 'direct' as const, name: null, withheld: [], trouble: null },
      guard: [],
    })),
    pauseTransfers: this.#noted('pauseTransfers', (input) => this.#many(input, { state: 'paused' })),
    reannounceTransfers: this.#noted('reannounceTransfers', (input) => this.#many(input)),
    recheckTransfers: this.#noted('recheckTransfers', (input) => this.#many(input, { state: 'checking' })),
    removeTransfers: this.#noted('removeTransfers', (input) => {
      for (const id of input.ids) if (!this.stubborn.has(id)) this.remove(id)
      return this.#many(input)
    }),
    renameFile: this.#noted('renameFile', ({ id }) => this.rows.get(id) ?? memoryRow(id)),
    resumeTransfers: this.#noted('resumeTransfers', (input) => this.#many(input, { state: 'getting' })),
    settings: this.#noted('settings', () => ({
      settings: Object.entries(SETTINGS).map(([key, setting]) => ({
        key,
        value: this.settings.has(key) ? (this.settings.get(key) ?? null) : (setting.default as SettingValue),
        default: setting.default as SettingValue,
        from: 'default' as const,
      })),
    })),
    shutdown: this.#noted('shutdown', () => ({})),
    status: this.#noted('status', () => ({
      version: '1.2.3',
      pid: 1,
      startedAt: STARTED_AT,
      stateFolder: '/state',
      page: '',
      port: 51_413,
      portTrouble: null,
      counts: { total: this.rows.size, getting: 1, giving: 0, waiting: 0, queued: 0, paused: 0, needsYou: 0 },
      totals: this.feed.totals,
      takenBytes: 260_000,
      givenBytes: 130_000,
      saveFolder: '/save',
      opened: { done: 1, of: 1 },
      fresh: false,
    })),
    transfer: this.#noted('transfer', ({ id }) => ({
      row: this.rows.get(id) ?? memoryRow(id),
      magnet: `magnet:?xt=urn:btih:${id}`,
      comment: 'a comment',
      createdBy: null,
      pieceLengthBytes: 100_000,
      pieceCount: 10,
      pieceMap: Buffer.from([255, 255, 0, 128, 255, 0, 0, 0, 0, 255]).toString('base64'),
      availabilityMap: Buffer.from([9, 9, 2, 1, 9, 0, 1, 1, 1, 9]).toString('base64'),
      history: { stepSeconds: 2, downBytesPerSecond: [], upBytesPerSecond: [] },
      contributions: [],
      others: { downloadedBytes: 0, uploadedBytes: 0 },
      wastedBytes: 17,
      log: [],
      ...this.details,
    })),
    transferFiles: this.#noted('transferFiles', () => ({ files: structuredClone([...MEMORY_FILES]) })),
    transferPeers: this.#noted('transferPeers', () => ({ peers: [...MEMORY_PEERS] })),
    transferTorrent: this.#noted('transferTorrent', () => {
      throw new MemoryError('FILE_NOT_FOUND')
    }),
    transferTrackers: this.#noted('transferTrackers', () => ({ trackers: [...MEMORY_TRACKERS] })),
  }

  #noted<Name extends keyof RpcHandlers>(
    name: Name,
    answer: (input: ValidInputOf<Name>) => OutputOf<Name>,
  ): (input: ValidInputOf<Name>) => OutputOf<Name> {
    return (input) => {
      this.calls.push({ name, input })
      return answer(input)
    }
  }

  #add({ source }: ValidInputOf<'addTransfer'>): OutputOf<'addTransfer'> {
    const row = this.sources.get(JSON.stringify(source)) ?? memoryRow('e'.repeat(40))
    const known = this.rows.get(row.id)
    if (known === undefined) this.rows.set(row.id, row)
    return { transfer: known ?? row, added: known === undefined }
  }

  #many({ ids }: { ids: string[] }, parts: Partial<TransferRow> = {}): Outcome {
    const done = ids.filter((id) => !this.stubborn.has(id))
    for (const id of done) if (this.rows.has(id)) this.change(id, parts)
    return {
      done,
      failed: ids
        .filter((id) => this.stubborn.has(id))
        .map((id) => ({ id, error: { code: 'BUSY', message: 'It is being moved.', retry: true } })),
    }
  }
}
