// What discovery may say about a torrent, and under which hashes: where listed and unlisted differ (TRANSFER.md).
// Invariant: the infohash of an unlisted torrent is in nothing that is announced, unless the torrent is private (BEP 27); nor
// is anything that follows from a file's content alone. Of a torrent of a closed realm nothing is announced anywhere.

import { contentIdOf } from '../../metainfo/content-torrent.ts'
import { rendezvousKey } from '../../metainfo/rendezvous.ts'
import type { DiscoveryFacts } from '../discovery/discovery.ts'
import type { TorrentServices } from './services.ts'
import type { Torrent } from './torrent.ts'

/** While the metadata is unknown: 0 would make us a seed, to whom trackers tell no seeds. */
const UNKNOWN_LEFT_BYTES = 16_384

export function discoveryFactsOf(torrent: Torrent, services: TorrentServices): DiscoveryFacts {
  return {
    get hashes() {
      if (torrent.options.realm !== 'public') return []
      const announced = torrent.options.listing === 'everyone' || torrent.metainfo?.private === true
      return announced ? torrent.wireHashes : []
    },
    get meetingKeys() {
      if (torrent.options.realm !== 'public') return []
      if (torrent.options.listing === 'everyone') return torrent.wireHashes
      // Whoever knows the file can compute this key of a content torrent, and would find out who has it.
      if (torrent.metainfo !== undefined && contentIdOf(torrent.metainfo) !== undefined) return []
      return [rendezvousKey(torrent.identity.hashes, services.ports.digest)]
    },
    get private() {
      return torrent.metainfo?.private === true
    },
    peerId: torrent.peerId,
    port: () => services.announcedPort(),
    localPort: () => services.listenPort(),
    stats: () => {
      const { doneBytes, wantedBytes } = torrent.status()
      return {
        uploadedBytes: torrent.swarm.givenBytes,
        downloadedBytes: torrent.swarm.takenBytes,
        leftBytes: torrent.metainfo === undefined ? UNKNOWN_LEFT_BYTES : wantedBytes - doneBytes,
      }
    },
    wantsPeers: () => torrent.wantsPeers && !torrent.finished,
    isStranded: () => torrent.swarm.peers.size === 0 && services.mayBeHidden(),
    seed: () => torrent.live?.complete === true,
  }
}
