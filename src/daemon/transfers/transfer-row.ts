// One transfer's row, made from its record, what its torrent says, and what the daemon does with it now. Pure.
// Promise: a quantity that only trembles is rounded, so that a row at rest stays the same.

import path from 'node:path'
import type { Coded, StopRule } from '../../api/schemas/primitives.ts'
import type { CheckState, TransferRow, TransferState } from '../../api/schemas/transfer.ts'
import type { TrackerState } from '../../engine/discovery/discovery.ts'
import type { TransferStatus } from '../get-source.ts'
import type { TransferRecord } from './record.ts'

/** What is done with it beside what its torrent does. */
export type Activity =
  | { readonly kind: 'none' }
  | { readonly kind: 'hashing'; readonly progress: number }
  | { readonly kind: 'moving'; readonly progress: number }

export interface RowFacts {
  readonly record: TransferRecord
  /** Undefined while it is not open. */
  readonly status: TransferStatus | undefined
  /** Waits for its place. */
  readonly parked: boolean
  /** Why nothing can be opened. */
  readonly noWayOut: Coded | null
  readonly activity: Activity
  /** What only the daemon knows to be wrong. */
  readonly problem: Coded | null
  /** Everything rests. */
  readonly allPaused: boolean
  readonly trackers: readonly TrackerState[]
  readonly queuePosition: number | null
  readonly stopRule: StopRule
  readonly webPage: string | null
  /** The worst of what is known of its files. */
  readonly check: CheckState | null
  readonly takenBytes: number
  readonly givenBytes: number
}

/** Trouble that only a person can mend. */
const FOR_A_PERSON: ReadonlySet<string> = new Set([
  'NO_SPACE',
  'QUOTA',
  'READ_ONLY',
  'PERMISSION',
  'IO_ERROR',
  'FILE_MISSING',
  'FILE_CHANGED',
  'MISSING_VOLUME',
  'NAME_TAKEN',
  'FILE_DIFFERS',
  'PATH_IN_USE',
  'UNSAFE_PATH',
  'NAME_TOO_LONG',
  'FILE_TOO_BIG',
  'STATE_UNWRITABLE',
])

const NOTHING: Coded = { code: 'NONE', data: {} }
const THOUSANDTH = 1_000

export function rowOf(facts: RowFacts): TransferRow {
  const { record, status, activity } = facts
  const state = stateOf(facts)
  const problem = facts.problem ?? problemOf(status)
  const totalBytes = known(status?.totalBytes, record.summary.totalBytes)
  const wantedBytes = totalBytes === 0 ? 0 : known(status?.wantedBytes, record.summary.wantedBytes)
  const doneBytes = doneOf(facts)
  const down = Math.round(status?.downBytesPerSecond ?? 0)
  const left = Math.max(0, wantedBytes - doneBytes)
  const root = record.name
  return {
    id: record.id,
    name: record.shownName ?? record.name,
    role: record.role,
    audience: record.audience,
    private: record.summary.private,
    state,
    needsYou: state === 'failed' || (problem !== null && FOR_A_PERSON.has(problem.code)),
    problem,
    bottleneck:
      status === undefined
        ? (facts.noWayOut ?? NOTHING)
        : coded(status.bottleneck.code, status.bottleneck.evidence),
    preparing: preparingOf(state, activity, status),
    totalBytes,
    wantedBytes,
    doneBytes,
    fileCount: record.summary.fileCount,
    downBytesPerSecond: down,
    upBytesPerSecond: Math.round(status?.upBytesPerSecond ?? 0),
    secondsLeft: state === 'getting' && down > 0 ? Math.round(left / down) : null,
    takenBytes: facts.takenBytes,
    givenBytes: facts.givenBytes,
    ratio: totalBytes === 0 ? 0 : rounded(facts.givenBytes / totalBytes),
    peers: status?.peers ?? 0,
    sources: status?.sources ?? 0,
    seeds: status?.seeds ?? 0,
    leeches: status?.leeches ?? 0,
    receivers: status?.receivers ?? 0,
    copiesElsewhere: rounded(status?.copiesElsewhere ?? 0),
    category: record.category,
    tags: [...record.tags],
    saveFolder: record.saveFolder,
    path: root === '' ? record.saveFolder : path.join(record.saveFolder, root),
    ...trackerFacts(facts.trackers),
    upLimit: record.upLimit,
    downLimit: record.downLimit,
    queuePosition: facts.queuePosition,
    forced: record.forced,
    sequential: record.sequential,
    stopRule: facts.stopRule,
    check: facts.check,
    webPage: facts.webPage,
    addedAt: moment(record.addedAt) as string,
    finishedAt: moment(record.finishedAt),
    lastActiveAt: moment(record.lastActiveAt),
    lastSeenAt: moment(record.lastSeenAt),
    infohashV1: record.infohashV1,
    infohashV2: record.infohashV2,
  }
}

function stateOf({
  record,
  status,
  parked,
  noWayOut,
  activity,
  problem,
  allPaused,
}: RowFacts): TransferState {
  if (activity.kind !== 'none') return activity.kind
  if (problem !== null) return 'failed'
  if (status?.state === 'failed') return 'failed'
  if (record.stopped) return 'done'
  if (record.paused || allPaused) return 'paused'
  if (status === undefined) return noWayOut === null ? 'opening' : 'waiting'
  switch (status.state) {
    case 'metadata':
      return 'listing'
    case 'checking':
      return 'checking'
    case 'live':
      if (status.finished) return 'giving'
      return status.sources > 0 ? 'getting' : 'waiting'
    default:
      // Not paused by the person: it waits for its place, or gets it in a moment.
      return parked ? 'queued' : 'opening'
  }
}

function preparingOf(state: TransferState, activity: Activity, status: TransferStatus | undefined): number {
  if (activity.kind !== 'none') return rounded(activity.progress)
  return state === 'listing' || state === 'checking' ? rounded(status?.preparing ?? 0) : 1
}

/** While its files are closed the torrent may not know what is here; the record does. */
function doneOf({ record, status }: RowFacts): number {
  if (status?.state === 'live') return status.doneBytes
  return Math.max(status?.doneBytes ?? 0, record.summary.doneBytes)
}

function known(now: number | undefined, before: number): number {
  return now === undefined || now === 0 ? before : now
}

function problemOf(status: TransferStatus | undefined): Coded | null {
  return status?.problem === undefined ? null : coded(status.problem.code, status.problem.data)
}

export function coded(code: string, data: Readonly<Record<string, unknown>>): Coded {
  const facts: Coded['data'] = {}
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'number') facts[key] = Math.round(value * THOUSANDTH) / THOUSANDTH
    else if (typeof value === 'string' || typeof value === 'boolean') facts[key] = value
  }
  return { code, data: facts }
}

function trackerFacts(trackers: readonly TrackerState[]): Pick<TransferRow, 'tracker' | 'trackersFail'> {
  const shown = trackers.find(({ status }) => status === 'working') ?? trackers[0]
  const asked = trackers.filter(({ status }) => status !== 'idle' && status !== 'spare')
  const failing = asked.filter(({ failures }) => failures > 0)
  return {
    tracker: shown === undefined ? null : hostOf(shown.url),
    trackersFail: asked.length > 0 && failing.length === asked.length,
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url
}

function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * THOUSANDTH) / THOUSANDTH : 0
}

export function moment(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
