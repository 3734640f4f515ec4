// The address of this computer that a phone on the same network can reach: the one that looks at the router, else the first
// private one. Never a public address: the page is for this network, not for the world.

import { canonicalIp, scopeOf } from '../../base/address.ts'
import { NodeGateways } from '../../platform/gateways.ts'
import { localAddresses } from '../../platform/interfaces.ts'
import { SharePageError } from './share-page-error.ts'

/** @throws SharePageError PAGE_NO_NETWORK */
export async function localAddress(): Promise<string> {
  return chosenAddress(
    (await new NodeGateways().find()).map(({ ownHost }) => ownHost),
    localAddresses(),
  )
}

/** @param towardsRouters own addresses on the way to routers @param all own addresses, best first */
export function chosenAddress(towardsRouters: readonly string[], all: readonly string[]): string {
  const hosts = [...towardsRouters, ...all]
    .map((host) => canonicalIp(host))
    .filter((host) => host !== undefined)
  // A phone may have no IPv6, and an address to type is shorter without.
  const privates = hosts.filter((host) => scopeOf(host) === 'private' && isOwn(host))
  const chosen = privates.find((host) => !host.includes(':')) ?? privates[0]
  if (chosen === undefined) throw new SharePageError('PAGE_NO_NETWORK')
  return chosen

  /** Routers are told with zones, and lists may be older than the network. */
  function isOwn(host: string): boolean {
    return all.includes(host)
  }
}
