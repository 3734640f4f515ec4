// What a person named with one word, as the API is asked for it: by whoever has read it already and hands it on.

import { formatMagnet } from '../metainfo/magnet.ts'
import type { TorrentInput } from './torrent-input.ts'

export function sourceRequest(source: TorrentInput): { link: string } | { torrent: string } {
  if (source.kind === 'magnet') return { link: formatMagnet(source.magnet) }
  return { torrent: Buffer.from(source.bytes).toString('base64') }
}
