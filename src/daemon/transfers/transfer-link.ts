// A transfer as a link, and what a link says of a transfer. Pure.

import { contentIdOf } from '../../metainfo/content-torrent.ts'
import { NO_HINTS } from '../../metainfo/hints.ts'
import { formatMagnet, isMagnet, type Magnet, parseMagnet } from '../../metainfo/magnet.ts'
import type { Torrent as Content, TorrentHints } from '../../metainfo/metainfo.ts'
import type { TransferRecord } from './record.ts'

/** A torrent as a link: what a record falls back on when its torrent file is lost. */
export function linkFor({ metainfo, hints }: Content, audience: TransferRecord['audience']): string {
  return formatMagnet({
    infohashV1: metainfo.infohashV1,
    infohashV2: metainfo.infohashV2,
    displayName: metainfo.name,
    content: contentIdOf(metainfo),
    trackers: hints.trackers.flat(),
    webSeeds: hints.webSeeds,
    ...(audience === 'link' && !metainfo.private ? { to: 'link' } : {}),
  })
}

/** What stands around the list of files where only a link was given. */
export function hintsIn({ magnet }: TransferRecord): TorrentHints {
  if (!isMagnet(magnet)) return NO_HINTS
  const { trackers, webSeeds } = parseMagnet(magnet)
  return { ...NO_HINTS, trackers: trackers.map((url) => [url]), webSeeds }
}

/** Files that the link chooses (BEP 53). */
export function rangesIn({ magnet }: TransferRecord): Magnet['select'] {
  return isMagnet(magnet) ? parseMagnet(magnet).select : undefined
}

/** Where received files say they came from: of what is unlisted nothing that finds it (daemon/get-source.ts). */
export function originOf({ audience, infohashV1, infohashV2 }: TransferRecord): string {
  if (audience === 'link') return 'urn:shoal:unlisted'
  return infohashV1 === null ? `urn:btmh:1220${infohashV2 ?? ''}` : `urn:btih:${infohashV1}`
}
