// The real door and page in front of thousands of pretended transfers, some of which change all the time: what a browser has to
// do is real, what moves is not.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Handlers, RouteName } from '../../src/api/routes.ts'
import type { Status, Totals } from '../../src/api/schemas/status.ts'
import type { TransferRow } from '../../src/api/schemas/transfer.ts'
import { parseTransferFilter } from '../../src/api/transfer-filter.ts'
import { Guard } from '../../src/daemon/guard.ts'
import { HttpError } from '../../src/daemon/http/http-error.ts'
import { type DoorCall, type HttpServer, openServer } from '../../src/daemon/http/server.ts'
import { NO_LOG } from '../../src/daemon/log.ts'
import { RowFeed } from '../../src/daemon/transfers/row-feed.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { NodeDisk } from '../../src/platform/disk.ts'
import { memoryRow } from '../../test/doubles/memory-daemon.ts'

const PAGE = join(import.meta.dirname, '../../web/dist')
const STATES = [
  'giving',
  'giving',
  'giving',
  'getting',
  'waiting',
  'queued',
  'paused',
  'done',
  'failed',
] as const
const WORDS = ['meadow', 'harbour', 'orchard', 'lantern', 'granite', 'willow', 'ember', 'glacier']
const TRACKERS = ['tracker.example.org', 'open.example.net', 'private.example.com', null]

export class ManyRows {
  readonly server: HttpServer
  readonly #feed: RowFeed
  readonly #stateFolder: string

  private constructor(server: HttpServer, feed: RowFeed, stateFolder: string) {
    this.server = server
    this.#feed = feed
    this.#stateFolder = stateFolder
  }

  /** @param lively as many change twice a second */
  static async open(count: number, lively: number): Promise<ManyRows> {
    const rows = new Map(Array.from({ length: count }, (_, at) => rowAt(at)).map((row) => [row.id, row]))
    const ids = [...rows.keys()]
    let turn = 0
    const feed = new RowFeed(
      new SystemClock(),
      'pretended',
      {
        ids: () => ids,
        row: (id) => rows.get(id),
        lively() {
          turn++
          const moving = ids.filter((id) => rows.get(id)?.state === 'getting').slice(0, lively)
          moving.forEach((id, at) => {
            const row = rows.get(id) as TransferRow
            rows.set(id, {
              ...row,
              downBytesPerSecond: 10_000 * (1 + ((at * 7 + turn * 13) % 97)),
              doneBytes: Math.min(row.wantedBytes, row.doneBytes + 50_000),
              secondsLeft: 60 + ((at * 31 + turn * 17) % 5_000),
            })
          })
          return moving
        },
        totals: () => TOTALS,
      },
      (filter) => parseTransferFilter(filter).fits,
    )
    const stateFolder = await mkdtemp(join(tmpdir(), 'shoal-rows-'))
    const server = await openServer({
      handlers: answers(rows, feed),
      feed,
      settings: {
        values: { 'server.host': '127.0.0.1', 'server.port': 0, 'server.names': [], 'server.remote': false },
        rows: () => [{ key: 'server.port', from: 'option' }],
      },
      guard: new Guard(Date.now),
      log: NO_LOG,
      stateFolder,
      pageFolder: PAGE,
      disk: new NodeDisk(),
      saveFolder: () => '/save',
      wholeFile: () => Promise.resolve(undefined),
    })
    return new ManyRows(server, feed, stateFolder)
  }

  /** Opens the page once. */
  async link(): Promise<string> {
    const token = (await readFile(join(this.#stateFolder, 'api-token'), 'utf8')).trim()
    const answer = await fetch(`${this.server.url}/api/v1/page-link`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    })
    return ((await answer.json()) as { url: string }).url
  }

  async close(): Promise<void> {
    this.#feed.close()
    await this.server.close()
    await rm(this.#stateFolder, { recursive: true })
  }
}

type Answers = Handlers<Exclude<RouteName, DoorCall>>

/** What the list itself asks for; every other call is refused as unknown. */
function answers(rows: Map<string, TransferRow>, feed: RowFeed): Answers {
  const known: Partial<Answers> = {
    status: () => status(rows.size),
    categories: () => ({ categories: [], tags: [] }),
    pauseTransfers: ({ ids }) => {
      for (const id of ids) {
        const row = rows.get(id)
        if (row !== undefined) rows.set(id, { ...row, state: 'paused', downBytesPerSecond: 0 })
        feed.touch(id)
      }
      return { done: ids, failed: [] }
    },
  }
  return new Proxy(known, {
    get: (all, name) =>
      all[name as keyof Answers] ??
      (() => {
        throw new HttpError('ROUTE_UNKNOWN')
      }),
  }) as Answers
}

const TOTALS: Totals = {
  downBytesPerSecond: 8_100_000,
  upBytesPerSecond: 2_000_000,
  peers: 120,
  reach: 'yes',
  sharing: { link: 4, everyone: 0 },
  pausedUntil: null,
  upLimit: null,
  downLimit: null,
  slow: false,
  freeBytes: 1e12,
}

function status(count: number): Status {
  return {
    version: 'lab',
    pid: process.pid,
    startedAt: new Date().toISOString(),
    stateFolder: '',
    page: '',
    port: null,
    portTrouble: null,
    counts: { total: count, getting: 0, giving: 0, waiting: 0, queued: 0, paused: 0, needsYou: 0 },
    totals: TOTALS,
    takenBytes: 0,
    givenBytes: 0,
    saveFolder: '/save',
    opened: { done: count, of: count },
    fresh: false,
  }
}

function rowAt(at: number): TransferRow {
  const state = STATES[at % STATES.length] ?? 'giving'
  const totalBytes = 1_000_000 * (1 + ((at * 7_919) % 60_000))
  const whole = state === 'giving' || state === 'done'
  const id = at.toString(16).padStart(40, '0')
  const name = `${WORDS[at % WORDS.length]} ${WORDS[(at >> 3) % WORDS.length]} ${at} (1998–2026) [collected]`
  return memoryRow(id, {
    name,
    state,
    needsYou: state === 'failed',
    problem: state === 'failed' ? { code: 'NO_SPACE', data: { path: '/media' } } : null,
    bottleneck: { code: state === 'waiting' ? 'NO_SOURCES' : 'NONE', data: { addresses: 3 } },
    totalBytes,
    wantedBytes: totalBytes,
    doneBytes: whole ? totalBytes : Math.floor(totalBytes * ((at % 90) / 100)),
    downBytesPerSecond: 0,
    upBytesPerSecond: whole ? (at * 31) % 90_000 : 0,
    secondsLeft: null,
    ratio: (at % 300) / 100,
    category: at % 3 === 0 ? 'films' : null,
    tags: at % 4 === 0 ? ['kept', 'archive'] : [],
    tracker: TRACKERS[at % TRACKERS.length] ?? null,
    saveFolder: `/media/disk ${at % 40}`,
    path: `/media/disk ${at % 40}/${name}`,
    addedAt: new Date(Date.UTC(2026, 0, 1) + at * 60_000).toISOString(),
  })
}
