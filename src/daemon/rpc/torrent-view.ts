// Everything that fields of one torrent are made of, fetched only as far as the asked fields need it.

import type { OutputOf } from '../../api/routes.ts'
import type { TransferRow } from '../../api/schemas/transfer.ts'
import { CodedError } from '../../base/errors.ts'
import type { Calls } from './calls.ts'
import { RpcError } from './rpc-error.ts'
import type { SessionSettings } from './session-settings.ts'
import type { TorrentFacts, TorrentFactsCache } from './torrent-facts.ts'

export type Details = OutputOf<'transfer'>
export type Files = readonly OutputOf<'transferFiles'>['files'][number][]
export type Peers = readonly OutputOf<'transferPeers'>['peers'][number][]
export type Trackers = readonly OutputOf<'transferTrackers'>['trackers'][number][]

/** What a field needs besides the row. */
export type Need = 'details' | 'files' | 'peers' | 'trackers' | 'facts'

export interface TorrentView {
  readonly row: TransferRow
  readonly number: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly settings: SessionSettings
  /** In kB/s, as remembered for when the limit is switched on. */
  readonly limitsAside: { readonly down: number; readonly up: number }
  /** Undefined while the daemon has not opened it, or it went away meanwhile. */
  readonly details: Details | undefined
  readonly files: Files
  readonly peers: Peers
  readonly trackers: Trackers
  readonly facts: TorrentFacts
}

type Known = Pick<TorrentView, 'row' | 'number' | 'now' | 'settings' | 'limitsAside'>

const NO_FACTS: TorrentFacts = { createdAtSeconds: 0, webSeeds: [] }
const NOTHING = { details: undefined, files: [], peers: [], trackers: [], facts: NO_FACTS } as const

export class TorrentViews {
  readonly #calls: Calls
  readonly #facts: TorrentFactsCache

  constructor(calls: Calls, facts: TorrentFactsCache) {
    this.#calls = calls
    this.#facts = facts
  }

  /** At once when the row says everything that is needed. */
  view(known: Known, needs: ReadonlySet<Need>): TorrentView | Promise<TorrentView> {
    return needs.size === 0 ? { ...known, ...NOTHING } : this.#fetched(known, needs)
  }

  async #fetched(known: Known, needs: ReadonlySet<Need>): Promise<TorrentView> {
    const { id, peers: connected, fileCount } = known.row
    const [details, files, peers, trackers, facts] = await Promise.all([
      needs.has('details') ? orNothing(this.#calls.make('transfer', { id })) : undefined,
      needs.has('files') && fileCount > 0 ? orNothing(this.#calls.make('transferFiles', { id })) : undefined,
      // Thousands of torrents without peers are polled every few seconds.
      needs.has('peers') && connected > 0 ? orNothing(this.#calls.make('transferPeers', { id })) : undefined,
      needs.has('trackers') ? orNothing(this.#calls.make('transferTrackers', { id })) : undefined,
      needs.has('facts') ? this.#facts.of(known.row) : undefined,
    ])
    return {
      ...known,
      details,
      files: files?.files ?? [],
      peers: peers?.peers ?? [],
      trackers: trackers?.trackers ?? [],
      facts: facts ?? NO_FACTS,
    }
  }
}

/** Nothing when it is not opened yet, has no list of files, or was removed meanwhile: as with a magnet link. */
async function orNothing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof CodedError && !(error instanceof RpcError)) return undefined
    throw error
  }
}
