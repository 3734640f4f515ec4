// What one source that may be asked is bound by, judged by how its blocks come. Pure: figures in, a word out.
//
//   queue    it takes too few requests at a time: each is answered at once, and then it waits for the next ones
//   window   too little may be under way at a time on so long a way: bursts, and a silence of a round trip after each
//   capped   our requests wait at its side: it sends as fast as it can or wants to
//   silent   requests timed out
// Anything else flows: it still gets faster, or there is nothing more to ask of it.

import { BLOCK_BYTES } from '../../metainfo/geometry.ts'
import type { PipelineFacts } from '../peer/pipeline.ts'

export interface SourceFacts extends PipelineFacts {
  /** Address, or host of a web seed. */
  readonly name: string
  readonly bytesPerSecond: number
  readonly snubbed: boolean
  /** What it gave for some seconds, the best of the last minutes. */
  readonly bestBytesPerSecond: number
}

export type Bound = 'silent' | 'queue' | 'window' | 'capped'

/** Asked for nearly all that may be: pipelines are filled up in runs of a quarter. */
const FULL = 0.7
/** Below this, waiting for each other costs next to nothing. */
const QUEUE_ROUND_TRIP_MS = 20
/** So much of all that may be asked at a time was under way: the rest of a round trip it waits for us. */
const QUEUE_SHARE = 0.6
/** What a person calls far away: half around the earth, or a satellite. Shorter ways are rarely bound by windows. */
const WINDOW_ROUND_TRIP_MS = 150
/** Half of the time nothing comes, and each silence is no longer than the way explains. */
const SILENT_SHARE = 0.4
const SILENCE_ROUND_TRIPS = 1.1
/** More than shapers leave between two blocks. */
const SILENCE_BLOCKS = 2.5

export function boundBy(source: SourceFacts): Bound | undefined {
  if (source.snubbed) return 'silent'
  const { outstanding, depth, most, growing, leastWaitMs = 0, roundTripMs = 0, bytesPerSecond } = source
  if (outstanding < FULL * depth) return undefined
  // Where the transport does not say how long the way is, the quickest answer does.
  const wayMs = source.roundTripMs ?? leastWaitMs
  const inRoundTrip = (bytesPerSecond * wayMs) / 1_000
  const atMost = outstanding >= FULL * most && inRoundTrip >= QUEUE_SHARE * most * BLOCK_BYTES
  if (atMost && wayMs >= QUEUE_ROUND_TRIP_MS) return 'queue'
  if (growing) return undefined
  const { silentShare, meanSilenceMs } = source
  const bursts =
    silentShare >= SILENT_SHARE &&
    meanSilenceMs <= SILENCE_ROUND_TRIPS * roundTripMs &&
    (bytesPerSecond * meanSilenceMs) / 1_000 >= SILENCE_BLOCKS * BLOCK_BYTES
  return bursts && roundTripMs >= WINDOW_ROUND_TRIP_MS ? 'window' : 'capped'
}
