// Whether a connection may go so that another transfer of the same address gets its place. Pure: facts in, a reason out.
// Invariant: where one side is interested, or may be fetching the metadata, the connection stays.

import { after, type Millis } from '../../base/ids.ts'

/** Interest comes and goes with every piece: only who wanted nothing for this long is taken to want nothing. */
export const WANTS_NOTHING_MS = 60_000

export interface Use {
  /** Since when neither side is interested in the other; undefined while one is. */
  readonly uselessSince: Millis | undefined
  readonly isSeed: boolean
  /** Who speaks the extension protocol and tells no size may not have the metadata yet: it is interested later. */
  readonly extensions: { readonly metadataBytes?: number } | undefined
}

/** @param complete whether we have every piece; undefined while we do not even have the metadata */
export function ofNoUse(peer: Use, complete: boolean | undefined, now: Millis): string | undefined {
  if (complete === undefined || peer.uselessSince === undefined) return undefined
  if (complete && peer.isSeed) return 'BOTH_SEEDS'
  if (peer.extensions !== undefined && peer.extensions.metadataBytes === undefined) return undefined
  return now >= after(peer.uselessSince, WANTS_NOTHING_MS) ? 'NOTHING_WANTED' : undefined
}
