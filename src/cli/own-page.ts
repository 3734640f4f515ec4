// The page of `share --web` where a command gives by an engine of its own.

import type { Engine } from '../daemon/compose.ts'
import type { OwnSharePages } from '../daemon/own-share-pages.ts'
import type { Share } from '../daemon/share-job.ts'
import type { Output } from './output.ts'
import { pause } from './share-giving.ts'
import { sayNoPage } from './share-text.ts'
import { givingLines } from './transfer-view.ts'

/** What was hashed just now is known to be here within a moment. */
const CHECK_LOOK_MS = 50

/** Loaded only when it is asked for: it answers over HTTP. */
export async function ownPages(engine: Engine, host: string | undefined): Promise<OwnSharePages> {
  const { openOwnSharePages } = await import('../daemon/own-share-pages.ts')
  return openOwnSharePages(engine, host)
}

/** Null where there can be none: that is said, and the share itself goes on. */
export async function pageFor(
  share: Share,
  pages: OwnSharePages,
  engine: Engine,
  output: Output,
  stop: AbortSignal,
): Promise<string | null> {
  const isReady = (state: string): boolean => state === 'live' || state === 'failed'
  while (!isReady(share.torrent.status().state) && !stop.aborted) {
    output.progress(givingLines(engine.statusOf(share.torrent)))
    await pause(engine.ports.clock, stop, CHECK_LOOK_MS)
  }
  output.endProgress()
  return await pages.open(share).then(
    ({ url }) => url,
    (error: unknown) => sayNoPage(output, error),
  )
}
