// The two messages of SSDP (UPnP Device Architecture 1.1, section 1.3) by which a router is found: our search and its
// answer. Promise: parse never throws; what it returns is plain, bounded text whose address nobody has believed yet.

import { fromLatin1, utf8 } from '../../base/bytes.ts'

export const SSDP_PORT = 1900
export const SSDP_GROUP = '239.255.255.250'
/** One datagram that needs no fragments; real answers have 300 to 500 bytes. */
export const MAX_SSDP_BYTES = 1_500
/** Real ones have 30 to 60 characters. */
const MAX_LOCATION_CHARACTERS = 256

/** Both are asked for: a device of version 2 should answer for version 1 too, and some do not. */
export const SEARCH_TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
] as const

export interface SsdpAnswer {
  /** Where the device's description is. */
  readonly location: string
  readonly target: string
}

/** @param to the group, or one device that is asked alone; then there is no MX (section 1.3.2). */
export function encodeSearch(target: string, to: string): Uint8Array {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${to}:${SSDP_PORT}`,
    'MAN: "ssdp:discover"',
    // A router at home is alone: there is no crowd whose answers need spreading over more than a second.
    ...(to === SSDP_GROUP ? ['MX: 1'] : []),
    `ST: ${target}`,
  ]
  return utf8(`${lines.join('\r\n')}\r\n\r\n`)
}

/** Undefined for everything that is not the answer of a gateway with exactly one location. */
export function parseSsdpAnswer(datagram: Uint8Array): SsdpAnswer | undefined {
  if (datagram.length > MAX_SSDP_BYTES) return undefined
  const text = fromLatin1(datagram)
  const end = text.indexOf('\r\n\r\n')
  const lines = (end < 0 ? text : text.slice(0, end)).split('\r\n')
  if (!/^HTTP\/1\.[01] 200( |$)/.test(lines[0] as string)) return undefined
  let location: string | undefined
  let target: string | undefined
  for (const line of lines.slice(1)) {
    const header = /^([A-Za-z0-9.-]{1,40})[ \t]*:(.*)$/.exec(line)
    if (header === null) continue
    const value = (header[2] as string).trim()
    const name = (header[1] as string).toLowerCase()
    if (name === 'location') {
      if (location !== undefined || value.length > MAX_LOCATION_CHARACTERS) return undefined
      location = value
    } else if (name === 'st') target = value
  }
  if (location === undefined || target === undefined) return undefined
  const wanted = SEARCH_TARGETS.some((known) => known === target)
  return wanted && /^http:\/\/[\x21-\x7e]+$/.test(location) ? { location, target } : undefined
}
