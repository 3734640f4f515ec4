// The states of a torrent as types (STATE.md): one variant per state, with what exists only in it.

import type { MetadataFetch } from './metadata-fetch.ts'
import type { Parts, Running } from './running.ts'

export interface Problem {
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
}

/** One variant per state; what exists only in a state lives in it. */
export type TorrentState =
  | { readonly name: 'metadata'; readonly fetch: MetadataFetch }
  | { readonly name: 'checking'; doneBytes: number; totalBytes: number; running: Running | undefined }
  | { readonly name: 'live'; readonly parts: Parts }
  | { readonly name: 'paused' }
  | { readonly name: 'failed'; readonly problem: Problem }
