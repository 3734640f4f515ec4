// The web seeds of a torrent that went live, and what they may see of it.

import type { Metainfo } from '../../metainfo/metainfo.ts'
import { MAX_CONNECTIONS, WebSeeds } from '../webseed/web-seeds.ts'
import type { Live } from './live.ts'
import type { TorrentServices } from './services.ts'
import type { Torrent } from './torrent.ts'

/** Of the memory for arriving blocks; the rest is for peers and other torrents. */
const POOL_SHARE = 1 / 4

export function webSeedsOf(
  torrent: Torrent,
  services: TorrentServices,
  metainfo: Metainfo,
  live: Live,
): WebSeeds {
  const { swarm, options } = torrent
  return new WebSeeds(
    {
      clock: services.ports.clock,
      http: services.ports.http,
      metainfo,
      content: live,
      rangeBytes: (services.pool.limitBytes * POOL_SHARE) / MAX_CONNECTIONS,
      newKey: () => swarm.newKey(),
      allowance: () => swarm.allowance('down'),
      received: (piece, lengthBytes) => swarm.took(piece, lengthBytes),
      wasted: (lengthBytes) => swarm.wasted(undefined, lengthBytes),
      dropElsewhere: (key, piece, block) => swarm.dropElsewhere(key, piece, block),
      wakeAt: (at) => torrent.wakeAt(at),
      banned: (name, code) => options.events.banned?.(name, code),
    },
    options.webSeeds ?? [],
  )
}
