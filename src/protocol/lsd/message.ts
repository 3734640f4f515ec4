// The message of Local Service Discovery (BEP 14): a small HTTP-like text over UDP multicast.
// Promise: parse never throws and never returns more than MAX_LSD_HASHES hashes; encode never exceeds MAX_LSD_BYTES.

import { fromLatin1, utf8 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'

/** BEP 14: organisation-local IPv4 and site-local IPv6 groups, one port. */
export const LSD_PORT = 6771
export const LSD_GROUP_IPV4 = '239.192.152.143'
export const LSD_GROUP_IPV6 = 'ff15::efc0:988f'

/** BEP 14: a packet with several infohashes should not exceed 1,400 bytes (fragmentation). */
export const MAX_LSD_BYTES = 1400
/** As many as fit into MAX_LSD_BYTES beside the other headers, with room to spare. */
export const MAX_LSD_HASHES = 24
/** BEP 14 calls it opaque; those in use have 4 to 20 characters. */
export const MAX_LSD_COOKIE_CHARACTERS = 64

export interface LsdMessage {
  /** Port on which the sender takes peer connections, 1 … 65535. */
  readonly port: number
  /** 1 … MAX_LSD_HASHES, without duplicates. */
  readonly hashes: readonly WireHash[]
  /** Lets a sender know its own messages again. */
  readonly cookie: string | undefined
}

const REQUEST_LINE = 'BT-SEARCH * HTTP/1.1'
const HASH = /^[0-9a-fA-F]{40}$/
const PORT = /^[0-9]{1,5}$/
const HEADER = /^([A-Za-z-]{1,32}):(.*)$/
const COOKIE = /^[\x21-\x7e]{1,64}$/

/** @param hashes 1 … MAX_LSD_HASHES; @param cookie visible ASCII without spaces. */
export function encodeLsd(group: string, message: LsdMessage): Uint8Array {
  if (message.hashes.length < 1 || message.hashes.length > MAX_LSD_HASHES) {
    throw new RangeError(`an LSD message carries 1 to ${MAX_LSD_HASHES} infohashes`)
  }
  const host = group.includes(':') ? `[${group}]` : group
  const lines = [REQUEST_LINE, `Host: ${host}:${LSD_PORT}`, `Port: ${message.port}`]
  for (const hash of message.hashes) lines.push(`Infohash: ${hash}`)
  if (message.cookie !== undefined) lines.push(`cookie: ${message.cookie}`)
  return utf8(`${lines.join('\r\n')}\r\n\r\n\r\n`)
}

/** Undefined for anything that is not a whole message; unknown headers are skipped (BEP 14). */
export function parseLsd(datagram: Uint8Array): LsdMessage | undefined {
  if (datagram.length > MAX_LSD_BYTES) return undefined
  const text = fromLatin1(datagram)
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const lines = text.slice(0, end).split('\r\n')
  if (lines[0] !== REQUEST_LINE) return undefined
  let port: number | undefined
  let cookie: string | undefined
  const hashes = new Set<WireHash>()
  for (const line of lines.slice(1)) {
    const header = HEADER.exec(line)
    if (header === null) return undefined
    const value = (header[2] as string).trim()
    switch ((header[1] as string).toLowerCase()) {
      case 'port':
        if (port !== undefined || !PORT.test(value)) return undefined
        port = Number(value)
        break
      case 'infohash':
        if (!HASH.test(value) || hashes.size >= MAX_LSD_HASHES) return undefined
        hashes.add(value.toLowerCase() as WireHash)
        break
      case 'cookie':
        if (!COOKIE.test(value)) return undefined
        cookie = value
        break
    }
  }
  if (port === undefined || port < 1 || port > 65535 || hashes.size === 0) return undefined
  return { port, hashes: [...hashes], cookie }
}
