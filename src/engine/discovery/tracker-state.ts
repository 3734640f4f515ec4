// The words about one tracker that the torrent, the command line and the tiers share: where it came from, how it fares.
// Owns no behaviour. Text in `detail` and `warning` was written by a tracker and is hostile.

import type { Millis } from '../../base/ids.ts'

/** By hand: typed, or in the link or .torrent the person gave (SAFETY.md); it may be on a private network. */
export type TrackerOrigin = 'hand' | 'torrent'

export interface TrackerSource {
  readonly url: string
  readonly by: TrackerOrigin
}

export type TrackerFailureCode =
  | 'REFUSED'
  | 'TIMEOUT'
  | 'NAME_NOT_FOUND'
  | 'ADDRESS_REFUSED'
  | 'TOO_LARGE'
  | 'TLS'
  | 'REDIRECTS'
  | 'BAD_RESPONSE'
  | 'OTHER'
  /** It answered, and said no: `detail` is the tracker's own text. */
  | 'SAID_NO'
  /** `detail` is the HTTP status. */
  | 'STATUS'

/** What went wrong, as data; `detail` may hold hostile text. */
export interface TrackerFailure {
  readonly code: TrackerFailureCode
  readonly detail: string
  /** The tracker asked to be left alone this long (BEP 31). */
  readonly retryMs: number | 'never' | undefined
}

/** What a person may be shown about one tracker. */
export interface TrackerState {
  readonly url: string
  readonly tier: number
  readonly by: TrackerOrigin
  /** `spare`: another one of its tier works. `given up`: it asked never to be asked again. */
  readonly status: 'idle' | 'announcing' | 'working' | 'failing' | 'spare' | 'given up'
  readonly seeds: number | undefined
  readonly leeches: number | undefined
  readonly downloads: number | undefined
  /** Of the last answer. */
  readonly peers: number | undefined
  readonly warning: string | undefined
  readonly failure: TrackerFailure | undefined
  readonly failures: number
  readonly lastAnswerAt: Millis | undefined
  readonly nextAnnounceAt: Millis | undefined
}
