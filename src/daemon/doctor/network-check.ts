// Whether this computer is on any network at all. Pure.

import { scopeOf } from '../../base/address.ts'
import type { Finding } from './finding.ts'

/** @param addresses of this computer, the widest scope first */
export function checkNetwork(addresses: readonly string[]): Finding {
  const usable = addresses.filter((address) => scopeOf(address) !== 'loopback')
  if (usable.length === 0) return { check: 'network', state: 'bad', code: 'NETWORK_NONE', data: {} }
  return { check: 'network', state: 'good', code: 'NETWORK_THERE', data: { addresses: usable.join(', ') } }
}
