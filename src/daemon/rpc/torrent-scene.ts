// What requests about torrents work with.

import type { Feed } from '../feed.ts'
import type { Calls } from './calls.ts'
import { type LimitsAside, SessionSettings } from './session-settings.ts'
import type { TorrentNumbers } from './torrent-numbers.ts'
import type { TorrentViews } from './torrent-view.ts'

export interface TorrentScene {
  readonly calls: Calls
  readonly feed: Feed
  readonly numbers: TorrentNumbers
  readonly views: TorrentViews
  readonly aside: LimitsAside
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly settings: () => Promise<SessionSettings>
  /** A torrent file that a request names, when this program may read it. @throws CodedError */
  readonly readTorrentFile: (path: string) => Promise<Uint8Array>
}

export async function settingsOf(calls: Calls): Promise<SessionSettings> {
  const { settings } = await calls.make('settings', {})
  return new SessionSettings(settings)
}
