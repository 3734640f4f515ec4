// The trackers of one torrent in tiers (BEP 12): which of them is asked first, and how one of them stands.
// Invariant: a group is announced to as one, to its current tracker while that one works.

import type { Millis } from '../../base/ids.ts'
import type { AnnounceEvent, AnnounceReply } from '../../protocol/tracker/announce.ts'
import type { TrackerUrl } from '../../protocol/tracker/url.ts'
import type { TrackerFailure, TrackerOrigin, TrackerState } from './tracker-state.ts'

export interface Entry {
  readonly id: number
  readonly tracker: TrackerUrl
  readonly by: TrackerOrigin
  readonly tier: number
  /** The running round, if any. */
  round: number | undefined
  event: AnnounceEvent | undefined
  /** It knows us: `started` was answered since the last start. */
  joined: boolean
  completedDue: boolean
  /** It knows us under another port, or the person asks: announced to as early as its min interval permits. */
  soonDue: boolean
  neverAgain: boolean
  failures: number
  failure: TrackerFailure | undefined
  /** Not before this after a failure. */
  retryAt: Millis | undefined
  failedAt: Millis | undefined
  reply: AnnounceReply | undefined
  answeredAt: Millis | undefined
  /** Regular announces wait this long after an answer; spread included. */
  intervalMs: number
  /** Announces in a row that were made for want of peers and brought none. */
  fruitless: number
}

/** Trackers of which one is used at a time. */
export interface Group {
  /** In order of trying. */
  entries: Entry[]
  current: Entry | undefined
}

export function merged(groups: readonly Group[]): Group[] {
  const entries = groups.flatMap((group) => group.entries)
  return entries.length === 0 ? [] : [{ entries, current: undefined }]
}

/** The current one first, then the tiers in order. */
export function inOrder(group: Group): readonly Entry[] {
  const { current, entries } = group
  return current === undefined ? entries : [current, ...entries.filter((entry) => entry !== current)]
}

/** BEP 12: the one that answered moves to the front of its tier. */
export function promote(group: Group, entry: Entry): void {
  const others = group.entries.filter((other) => other !== entry)
  const at = others.findIndex((other) => other.tier === entry.tier)
  others.splice(at < 0 ? group.entries.indexOf(entry) : at, 0, entry)
  group.entries = others
}

export function statusOf(group: Group, entry: Entry): TrackerState['status'] {
  if (entry.neverAgain) return 'given up'
  if (entry.round !== undefined) return 'announcing'
  if (entry.failures > 0) return 'failing'
  if (entry.joined && group.current === entry) return 'working'
  return group.current !== undefined && group.current !== entry ? 'spare' : 'idle'
}
