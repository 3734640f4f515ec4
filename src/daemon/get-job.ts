// One `get`, from a link or torrent to finished files: adds it, watches it, says what happens, gives on, and closes.
// It prints nothing: whoever runs it is told through GetReport, and decides what a person or a script sees.

import { CodedError } from '../base/errors.ts'
import type { TorrentOptions } from '../engine/torrent/options.ts'
import type { TorrentStatus } from '../engine/torrent/status.ts'
import type { Torrent } from '../engine/torrent/torrent.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import type { Engine } from './compose.ts'
import { refusedPlace, type TransferStatus } from './get-source.ts'
import { type GivingRule, givesOn } from './giving-on.ts'
import { troubleOf } from './way-out.ts'

/** NO_SOURCES, INTERRUPTED, NOTHING_SELECTED, or the code of what made the torrent fail. */
export class GetError extends CodedError {}

export interface GetReport {
  /** Files and sizes are known; `wantedBytes` of them were chosen. */
  metadata(metainfo: Metainfo, wantedBytes: number): void
  /** About once a second. */
  progress(status: TransferStatus): void
  /** Everything is in its final place: for a look before `done` is said. */
  arrived(torrent: Torrent): Promise<void>
  done(result: GetResult): void
  /** After `done`, while giving on. */
  giving(status: TransferStatus): void
}

export interface GetResult {
  readonly path: string
  readonly bytes: number
  readonly seconds: number
  readonly status: TorrentStatus
}

export interface GetJobOptions {
  readonly engine: Engine
  /** Made with the events this job gives. */
  readonly add: (events: TorrentOptions['events']) => TorrentOptions
  readonly report: GetReport
  /** Without any progress for this long the job fails with NO_SOURCES; undefined waits for ever. */
  readonly timeoutMs: number | undefined
  readonly giving: GivingRule
  /** Ends the job: before it is done as INTERRUPTED, afterwards quietly. */
  readonly stop: AbortSignal
}

/** How often a person is told; also how often trouble is noticed. */
const REPORT_MS = 1_000

/** @throws GetError; what is here stays and the same command goes on where it stopped */
export async function runGet(options: GetJobOptions): Promise<GetResult> {
  const { engine, report, stop } = options
  const { clock } = engine.ports
  const startedAt = clock.now()
  let wake = () => {}
  let nothingSelected = false
  const metadata = (metainfo: Metainfo) => {
    const wantedBytes = torrent.status().wantedBytes
    nothingSelected = wantedBytes === 0 && metainfo.geometry.payloadBytes > 0
    if (!nothingSelected) report.metadata(metainfo, wantedBytes)
    wake()
  }
  const torrent = engine.add(
    options.add({
      metadata,
      finished: () => wake(),
      stateChanged: () => wake(),
    }),
  )
  if (torrent.metainfo !== undefined) metadata(torrent.metainfo)
  stop.addEventListener('abort', () => wake())
  let progressAt = startedAt
  let lastBytes = -1
  let hereBytes: number | undefined
  let reportedAt = startedAt as number
  for (;;) {
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule((clock.now() + REPORT_MS) as typeof startedAt, resolve)
      wake = () => {
        cancel()
        resolve()
      }
      if (torrent.finished || stop.aborted) wake()
    })
    const now = clock.now()
    const status = torrent.status()
    if (torrent.finished) return finish(options, torrent, status, (now - startedAt) / 1_000)
    if (stop.aborted) throw new GetError('INTERRUPTED', { name: status.name })
    if (nothingSelected) throw nothingWanted(torrent, engine, status.name)
    if (status.state === 'live') hereBytes ??= status.doneBytes
    if (isHopeless(status, hereBytes ?? 0)) throw failure(status)
    const bytes = status.takenBytes + status.doneBytes + status.preparing
    if (bytes !== lastBytes || status.state === 'checking') progressAt = now
    lastBytes = bytes
    if (options.timeoutMs !== undefined && now - progressAt >= options.timeoutMs) {
      if (status.problem !== undefined) throw failure(status)
      const trouble = troubleOf(engine.exit)
      if (trouble !== undefined) throw new GetError(trouble.code, trouble.data)
      throw new GetError('NO_SOURCES', { name: status.name, seconds: Math.round((now - progressAt) / 1_000) })
    }
    if (now - reportedAt >= 0.9 * REPORT_MS) {
      reportedAt = now
      report.progress(engine.statusOf(torrent))
    }
  }
}

async function finish(
  options: GetJobOptions,
  torrent: Torrent,
  status: TorrentStatus,
  seconds: number,
): Promise<GetResult> {
  const { engine, report, stop, giving } = options
  const { clock, disk } = engine.ports
  const result: GetResult = {
    path: disk.join(torrent.options.saveFolder, torrent.metainfo?.name ?? status.name),
    bytes: status.wantedBytes,
    seconds,
    status,
  }
  await report.arrived(torrent)
  report.done(result)
  const doneAt = clock.now()
  for (;;) {
    const now = torrent.status()
    const facts = {
      secondsSinceDone: (clock.now() - doneAt) / 1_000,
      givenBytes: now.givenBytes,
      totalBytes: now.totalBytes,
      receivers: now.receivers,
      seeds: now.seeds,
    }
    if (now.state === 'failed') throw failure(now)
    if (stop.aborted || !givesOn(giving, facts)) return result
    report.giving(engine.statusOf(torrent))
    await new Promise<void>((resolve) => {
      const next = () => {
        cancel()
        stop.removeEventListener('abort', next)
        resolve()
      }
      const cancel = clock.schedule((clock.now() + REPORT_MS) as typeof doneAt, next)
      stop.addEventListener('abort', next)
    })
  }
}

/** Trouble that no waiting mends. */
const FOR_A_PERSON: ReadonlySet<string> = new Set([
  'FILE_DIFFERS',
  'PATH_IN_USE',
  'NAME_TAKEN',
  'UNSAFE_PATH',
  'NAME_TOO_LONG',
  'FILE_TOO_BIG',
])

/** A folder that cannot be written to: when nothing was verified in it yet, it never could be. */
const FOLDER_CLOSED: ReadonlySet<string> = new Set(['READ_ONLY', 'PERMISSION', 'STATE_UNWRITABLE'])

/**
 * Later on a full disk is waited for; what is wrong before anything was begun is said at once.
 * @param hereBytes verified before this run
 */
export function isHopeless(
  {
    state,
    problem,
    takenBytes,
    doneBytes,
  }: Pick<TorrentStatus, 'problem' | 'takenBytes' | 'doneBytes'> & { readonly state: string },
  hereBytes: number,
): boolean {
  if (state === 'failed') return true
  if (problem === undefined) return false
  if (takenBytes === 0 || FOR_A_PERSON.has(problem.code)) return true
  return FOLDER_CLOSED.has(problem.code) && doneBytes <= hereBytes
}

export function failure(
  status: Pick<TorrentStatus, 'name' | 'problem' | 'takenBytes' | 'doneBytes' | 'wantedBytes'>,
): GetError {
  const { problem } = status
  const data: Record<string, string | number | boolean | undefined> = { name: status.name }
  for (const [key, value] of Object.entries(problem?.data ?? {})) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      data[key] = value
  }
  if (problem?.code === 'NO_SPACE' && status.takenBytes === 0) {
    const neededBytes = status.wantedBytes - status.doneBytes
    const missing = typeof data.bytesMissing === 'number' ? data.bytesMissing : neededBytes
    return new GetError('NOT_ENOUGH_SPACE', {
      ...data,
      neededBytes,
      freeBytes: Math.max(0, neededBytes - missing),
    })
  }
  // Changed since an earlier run: what is there is not what was got.
  const differs = problem?.code === 'FILE_CHANGED' && status.takenBytes === 0
  return new GetError(differs ? 'FILE_DIFFERS' : (problem?.code ?? 'TRANSFER_FAILED'), data)
}

/** Either nothing fits what was chosen, or the torrent would lie where nothing received may lie. */
function nothingWanted(torrent: Torrent, engine: Engine, name: string): GetError {
  const { metainfo } = torrent
  const refused =
    metainfo === undefined
      ? undefined
      : refusedPlace(metainfo, torrent.options.saveFolder, engine.stateFolder)
  if (refused === undefined || !('folder' in refused)) return new GetError('NOTHING_SELECTED', { name })
  return new GetError('PLACE_REFUSED', { name, folder: refused.folder })
}
