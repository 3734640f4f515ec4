// Which transfers change by themselves: they are looked at twice a second while somebody follows, the thousands at rest are not.
// Promise: whoever becomes lively is touched in that moment: by its state, by the first peer, or by what is done with its files.

import type { Transfer } from './transfer.ts'

export function isLively({ activity, torrent }: Transfer): boolean {
  if (activity.kind !== 'none') return true
  if (torrent === undefined) return false
  const { stateName, swarm, options } = torrent
  if (swarm.peers.size > 0 || stateName === 'checking' || stateName === 'metadata') return true
  // Servers are asked without anybody being connected.
  return (options.webSeeds?.length ?? 0) > 0 && stateName === 'live' && !torrent.hasAllWanted
}
