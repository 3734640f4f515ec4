// The addresses that a link carries (`x.pe`), so that clients which do not know our meeting point find us: the one that a
// router holds for us outside, then those of this computer.

import { scopeOf } from '../base/address.ts'
import type { Endpoint } from '../base/endpoint.ts'
import { after } from '../base/ids.ts'
import type { Clock } from '../base/ports.ts'
import type { PortMappingStatus } from '../engine/discovery/port-map.ts'
import { localAddresses } from '../platform/interfaces.ts'

/** More make a link long, and nobody has more that matter. */
const LINK_ADDRESSES = 6
/** A router that answers at all does so within a second or two; while something is hashed nobody waits for it. */
const ROUTER_PATIENCE_MS = 2_000
const LOOK_EVERY_MS = 50

/** What is asked of a session's reach. */
export interface ReachedAt {
  readonly listensAt: Endpoint | undefined
  readonly portMapping: PortMappingStatus
}

/** Resolves when the router has answered, or after ROUTER_PATIENCE_MS. */
export async function linkAddresses(
  reach: ReachedAt,
  clock: Clock,
  ownAddresses: () => readonly string[] = localAddresses,
): Promise<readonly Endpoint[]> {
  if (reach.listensAt === undefined) return []
  const until = after(clock.now(), ROUTER_PATIENCE_MS)
  while (isAsking(reach.portMapping) && clock.now() < until)
    await new Promise<void>((look) => clock.schedule(after(clock.now(), LOOK_EVERY_MS), look))
  return addressesNow(reach, ownAddresses)
}

/** Those known by now, whatever the router is going to say. */
export function addressesNow(
  { listensAt, portMapping }: ReachedAt,
  ownAddresses: () => readonly string[] = localAddresses,
): readonly Endpoint[] {
  if (listensAt === undefined) return []
  const everywhere = listensAt.host === '::' || listensAt.host === '0.0.0.0'
  const own = everywhere ? ownAddresses() : [listensAt.host]
  return [...outside(portMapping), ...own.map((host) => ({ host, port: listensAt.port }))].slice(
    0,
    LINK_ADDRESSES,
  )
}

function isAsking({ state, routers }: PortMappingStatus): boolean {
  return state === 'looking' || routers.some((router) => router.state === 'asking')
}

/** An address that is not public has another router before it: nobody outside could use it. */
function outside({ routers }: PortMappingStatus): Endpoint[] {
  return routers.flatMap(({ family, externalHost, external }) =>
    family === 4 && externalHost !== undefined && external.tcp > 0 && scopeOf(externalHost) === 'public'
      ? [{ host: externalHost, port: external.tcp }]
      : [],
  )
}
