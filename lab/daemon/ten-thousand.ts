// A daemon with thousands of transfers, measured: `npm run lab:many -- [--count 10000] [--active 10000] [--seconds 30]`. How long it starts,
// what a list costs, what the event stream sends and the daemon needs while nothing happens and while rows change
// (SAFETY.md and INTERFACE.md A9 have the bounds), and how much memory it holds.

import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pause, until } from '../netns/until.ts'
import { DaemonProcess } from './daemon-process.ts'
import { makeManyTorrents } from './many-torrents.ts'

const ADDS_AT_ONCE = 8
const LISTS = 100
const CHANGED_ROWS = 500
const SETTLES_WITHIN_MS = 300_000
/** /proc/PID/stat counts processor time in these. */
const TICKS_PER_SECOND = 100

export interface Figures {
  readonly count: number
  readonly addSeconds: number
  readonly startMs: number
  readonly openSeconds: number
  readonly rssMiB: number
  readonly listMs: { readonly median: number; readonly p95: number }
  readonly listMegabytes: number
  /** One stream open, nothing changing. */
  readonly rest: { readonly bytesPerSecond: number; readonly cpuPercent: number }
  readonly restWithoutStream: { readonly cpuPercent: number }
  /** One stream open, CHANGED_ROWS rows changed twice a second. */
  readonly busy: {
    readonly bytesPerSecond: number
    readonly cpuPercent: number
    readonly changesPerSecond: number
  }
  readonly stopSeconds: number
}

export async function measureMany(
  count: number,
  active: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-many-'))
  let daemon: DaemonProcess | undefined
  try {
    const many = await makeManyTorrents(join(folder, 'data'), count)
    const state = join(folder, 'state')
    daemon = await DaemonProcess.start(state, {
      'saving.folder': many.saveFolder,
      'saving.maxActive': 50,
      'sharing.maxActive': active,
    })
    const addSeconds = await timed(() => addAll(daemon as DaemonProcess, many.torrents, many.saveFolder))
    say(`added in ${addSeconds.toFixed(1)} s`)
    await settled(daemon, count)
    say('all have what they want')
    await daemon.stop()
    daemon = await DaemonProcess.start(state)
    const startMs = daemon.startedInMs
    say(`started in ${Math.round(startMs)} ms`)
    const openSeconds = await timed(() => settled(daemon as DaemonProcess, count))
    say(`all open after ${openSeconds.toFixed(1)} s`)
    // Announces, first looks and garbage of the start are over.
    await pause(5_000)
    const alone = await during(daemon, seconds * 1_000)
    const lists = await timeLists(daemon)
    const rest = await withStream(daemon, () => pause(seconds * 1_000))
    const busy = await withStream(daemon, () => changeRows(daemon as DaemonProcess, seconds))
    const rssMiB = rssOf(daemon.pid)
    const stopping = daemon
    const stopSeconds = await timed(() => stopping.stop())
    return {
      count,
      addSeconds,
      startMs,
      openSeconds,
      rssMiB,
      ...lists,
      rest,
      restWithoutStream: { cpuPercent: alone },
      busy,
      stopSeconds,
    }
  } finally {
    await daemon?.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

export async function addAll(
  daemon: DaemonProcess,
  torrents: readonly Uint8Array[],
  saveFolder: string,
): Promise<void> {
  const left = torrents.values()
  const add = async (): Promise<void> => {
    for (const bytes of left)
      await daemon.call('addTransfer', {
        source: { torrent: Buffer.from(bytes).toString('base64') },
        saveFolder,
        agreed: true,
        stopRule: { ratio: null, seconds: null, copies: null },
      })
  }
  await Promise.all(Array.from({ length: ADDS_AT_ONCE }, add))
}

/** Every transfer has its data and gives, or waits for its turn to. */
export async function settled(daemon: DaemonProcess, count: number): Promise<void> {
  await until(
    'all are giving or queued',
    async () => {
      const { transfers } = await daemon.call('listTransfers', {})
      const ready = transfers.filter(
        ({ state, doneBytes, wantedBytes }) =>
          (state === 'giving' || state === 'queued') && doneBytes === wantedBytes && wantedBytes > 0,
      )
      return ready.length === count
    },
    { deadlineMs: SETTLES_WITHIN_MS, everyMs: 1_000, describe: () => daemon.tail },
  )
}

async function timeLists(daemon: DaemonProcess): Promise<Pick<Figures, 'listMs' | 'listMegabytes'>> {
  const times: number[] = []
  let bytes = 0
  const token = readFileSync(join(daemon.stateFolder, 'api-token'), 'utf8').trim()
  for (let i = 0; i < LISTS; i++) {
    const begun = performance.now()
    const answer = await fetch(`${daemon.url}/api/v1/transfers`, {
      headers: { authorization: `Bearer ${token}` },
    })
    bytes = (await answer.arrayBuffer()).byteLength
    times.push(performance.now() - begun)
  }
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0
  return { listMs: { median: at(0.5), p95: at(0.95) }, listMegabytes: bytes / 1e6 }
}

export async function withStream(
  daemon: DaemonProcess,
  what: () => Promise<void>,
): Promise<{ bytesPerSecond: number; cpuPercent: number; changesPerSecond: number }> {
  const { epoch, cursor } = await daemon.call('listTransfers', { filter: 'no such name' })
  const stop = new AbortController()
  let bytes = 0
  let changes = 0
  const following = (async () => {
    for await (const change of daemon.link.changes({ epoch, cursor }, stop.signal)) {
      bytes += JSON.stringify(change).length
      changes++
    }
  })()
  await pause(1_000)
  bytes = 0
  changes = 0
  const begun = performance.now()
  const cpu = cpuSeconds(daemon.pid)
  await what()
  const seconds = (performance.now() - begun) / 1_000
  const spent = cpuSeconds(daemon.pid) - cpu
  stop.abort()
  await following
  return {
    bytesPerSecond: bytes / seconds,
    cpuPercent: (100 * spent) / seconds,
    changesPerSecond: changes / seconds,
  }
}

async function changeRows(daemon: DaemonProcess, seconds: number): Promise<void> {
  const { transfers } = await daemon.call('listTransfers', {})
  const ids = transfers.slice(0, CHANGED_ROWS).map(({ id }) => id)
  const end = performance.now() + seconds * 1_000
  for (let turn = 0; performance.now() < end; turn++) {
    await daemon.call('changeTransfers', {
      ids,
      change: turn % 2 === 0 ? { addTags: ['x'] } : { removeTags: ['x'] },
    })
    await pause(500)
  }
}

async function during(daemon: DaemonProcess, ms: number): Promise<number> {
  const cpu = cpuSeconds(daemon.pid)
  await pause(ms)
  return (100 * (cpuSeconds(daemon.pid) - cpu)) / (ms / 1_000)
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  // utime and stime are the 14th and 15th of all, the 12th and 13th after the name.
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
}

async function timed(what: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await what()
  return (performance.now() - begun) / 1_000
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '10000' },
      active: { type: 'string', default: '10000' },
      seconds: { type: 'string', default: '30' },
    },
  })
  const figures = await measureMany(
    Number(values.count),
    Number(values.active),
    Number(values.seconds),
    console.log,
  )
  console.log(
    JSON.stringify(
      figures,
      (_, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value),
      2,
    ),
  )
}
