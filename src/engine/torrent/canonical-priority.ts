// How dear a connection with an address is (BEP 40), computed from our address as others see it: only so both ends get the same number.

import { isPublicHost } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { peerPriority } from '../../protocol/wire/priority.ts'
import type { TorrentServices } from './services.ts'

/** Undefined while we do not know how that peer would see us; inside our own network it sees us as we are. */
export function priorityTo(
  peer: Endpoint,
  services: Pick<TorrentServices, 'outside' | 'announcedPort'>,
): number | undefined {
  const host = isPublicHost(peer.host) ? services.outside.outside(isIPv6(peer.host) ? 6 : 4) : undefined
  return host === undefined ? undefined : peerPriority({ host, port: services.announcedPort() }, peer)
}
