// Where a device may be reached, as one short text: `tcp/1.2.3.4:5`, `utp/[2001:db8::1]:6`, `relay/<device>` (through that
// member, which we must reach first). This is what links, rendezvous and records carry.
// Invariant: what parse gives, write gives back the same.

import { canonicalIp, scopeOf } from '../base/address.ts'
import { type Endpoint, endpointText } from '../base/endpoint.ts'
import type { Brand } from '../base/ids.ts'
import { type DeviceId, keyBytes } from './ids.ts'

export type DeviceAddress = Brand<string, 'DeviceAddress'>

export type Place =
  | { readonly by: 'tcp' | 'utp'; readonly at: Endpoint }
  | { readonly by: 'relay'; readonly through: DeviceId }

/** Room for the longest: `utp/`, an IPv6 address in brackets, a port; `relay/` and 52 letters. */
export const MAX_ADDRESS_BYTES = 64
/** Of one device, from any one source: two families, two transports, two networks, and a few relays. */
export const MOST_ADDRESSES = 8

export function placeText(place: Place): DeviceAddress {
  if (place.by === 'relay') return `relay/${place.through}` as DeviceAddress
  return `${place.by}/${endpointText(place.at)}` as DeviceAddress
}

/** Undefined for what placeText() would not write, or cannot be anybody's address. */
export function parsePlace(text: string): Place | undefined {
  if (text.length > MAX_ADDRESS_BYTES) return undefined
  const relay = /^relay\/([a-z2-7]{52})$/.exec(text)
  if (relay !== null) return relayPlace(relay[1] as string)
  const direct = /^(tcp|utp)\/(?:\[([0-9a-f:.]+)\]|([0-9.]+)):([1-9][0-9]{0,4})$/.exec(text)
  if (direct === null) return undefined
  const [, by, six, four, port] = direct
  const host = (six ?? four) as string
  const at = { host, port: Number(port) }
  if (canonicalIp(host) !== host || at.port > 65_535 || scopeOf(host) === 'none') return undefined
  return { by: by as 'tcp' | 'utp', at }
}

function relayPlace(text: string): Place | undefined {
  try {
    keyBytes(text)
  } catch {
    // Letters that name no key.
    return undefined
  }
  return { by: 'relay', through: text as DeviceId }
}

/** Of what somebody told us, the first few that are addresses. */
export function readAddresses(texts: Iterable<string>): DeviceAddress[] {
  const found = new Set<DeviceAddress>()
  for (const text of texts) {
    if (found.size >= MOST_ADDRESSES) break
    if (parsePlace(text) !== undefined) found.add(text as DeviceAddress)
  }
  return [...found]
}
