// What a libp2p connection's address says of it.

import type { Connection } from '@libp2p/interface'
import { scopeOf } from '../../base/address.ts'
import type { LinkWay } from '../service.ts'

/** Where the other end is seen; undefined through a relay. */
export function hostOf(connection: Connection): string | undefined {
  if (wayOf(connection) === 'relayed') return undefined
  return connection.remoteAddr.getComponents()[0]?.value
}

export function wayOf({ remoteAddr }: Connection): LinkWay {
  const components = remoteAddr.getComponents()
  if (components.some(({ name }) => name === 'p2p-circuit')) return 'relayed'
  return scopeOf(components[0]?.value ?? '') === 'public' ? 'direct' : 'nearby'
}
