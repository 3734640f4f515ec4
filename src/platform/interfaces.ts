// The addresses of this computer, as others could dial them.

import os from 'node:os'
import { canonicalIp, scopeOf } from '../base/address.ts'

/**
 * Widest scope first, IPv4 before IPv6 inside a scope; loopback only when there is nothing else. Link-local
 * addresses are left out: without a zone nobody else can use them.
 */
export function localAddresses(
  interfaces: ReturnType<typeof os.networkInterfaces> = os.networkInterfaces(),
): string[] {
  const order = ['public', 'private', 'loopback']
  const hosts = new Set<string>()
  for (const addresses of Object.values(interfaces)) {
    for (const { address } of addresses ?? []) {
      const host = canonicalIp(address)
      if (host !== undefined && order.includes(scopeOf(host))) hosts.add(host)
    }
  }
  const reachable = [...hosts].filter((host) => scopeOf(host) !== 'loopback')
  const chosen = reachable.length > 0 ? reachable : [...hosts]
  return chosen.sort(
    (a, b) => order.indexOf(scopeOf(a)) - order.indexOf(scopeOf(b)) || familyOf(a) - familyOf(b),
  )
}

function familyOf(host: string): 4 | 6 {
  return host.includes(':') ? 6 : 4
}
