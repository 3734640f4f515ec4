// IP addresses as text and as bytes: parsing, RFC 5952 text, compact endpoints (BEP 23, BEP 7), and scope.
// Invariant: whatever leaves parseIp is canonical, so equal addresses are equal strings.

import { readUint16, readUint32, writeUint16 } from './bytes.ts'
import type { Endpoint } from './endpoint.ts'

/** @returns 4 or 16 bytes, or undefined. IPv4-mapped IPv6 (::ffff:a.b.c.d) is returned as its 4 bytes. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text)
}

/** By character: asked for several times for every address that a datagram tells of. */
function parseIPv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4)
  let part = 0
  let digits = 0
  let value = 0
  for (let i = 0; i <= text.length; i++) {
    const digit = i === text.length ? DOT : text.charCodeAt(i) - 0x30
    if (digit === DOT) {
      if (digits === 0 || part > 3) return undefined
      bytes[part++] = value
      digits = 0
      value = 0
    } else if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return undefined
    else {
      value = 10 * value + digit
      digits++
      if (value > 255) return undefined
    }
  }
  return part === 4 ? bytes : undefined
}

/** `.` as a digit. */
const DOT = 0x2e - 0x30

function parseIPv6(text: string): Uint8Array | undefined {
  let body = text
  const embedded = /^(.*:)([0-9.]+)$/.exec(body)
  if (embedded?.[2]?.includes('.')) {
    const tail = parseIPv4(embedded[2])
    if (tail === undefined) return undefined
    body = `${embedded[1]}${readUint16(tail, 0).toString(16)}:${readUint16(tail, 2).toString(16)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0] as string)
  const tail = halves.length === 2 ? groupsOf(halves[1] as string) : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const bytes = new Uint8Array(16)
  for (const [i, group] of head.entries()) writeUint16(bytes, 2 * i, group)
  for (const [i, group] of tail.entries()) writeUint16(bytes, 2 * (8 - tail.length + i), group)
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  return mapped ? bytes.slice(12) : bytes
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return groups.map((group) => Number.parseInt(group, 16))
}

/** Canonical text of 4 or 16 bytes (RFC 5952: lower case, longest run of two or more zero groups shortened). */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`
  const groups = Array.from({ length: 8 }, (_, i) => readUint16(bytes, 2 * i))
  let start = -1
  let run = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > run) {
      start = i
      run = end - i
    }
    i = Math.max(i, end - 1)
  }
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  return start < 0 ? text(0, 8) : `${text(0, start)}::${text(start + run, 8)}`
}

const ZONE = /^(fe[89ab][0-9a-f]:[0-9a-f:]*)%([0-9A-Za-z_.-]{1,32})$/i

/** Canonical form of a textual IP, or undefined when it is none. A link-local IPv6 address keeps its zone. */
export function canonicalIp(text: string): string | undefined {
  const zoned = ZONE.exec(text)
  const bytes = parseIp(zoned === null ? text : (zoned[1] as string))
  if (bytes === undefined) return undefined
  return zoned === null ? formatIp(bytes) : `${formatIp(bytes)}%${zoned[2]}`
}

function withoutZone(host: string): string {
  if (!host.includes('%')) return host
  return ZONE.exec(host)?.[1] ?? host
}

/** `a.b.c.d:p` or `[v6]:p` with a port of 1 … 65535; undefined for anything else (names included). */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text)
  if (match === null) return undefined
  const host = canonicalIp((match[1] ?? match[2]) as string)
  const port = Number(match[3])
  if (host === undefined || port < 1 || port > 65535) return undefined
  return { host, port }
}

export const COMPACT_IPV4_BYTES = 6
export const COMPACT_IPV6_BYTES = 18

/** 6 or 18 bytes: address then port, big-endian (BEP 23, BEP 7). A zone means nothing elsewhere and is left out. */
export function compactEndpoint(endpoint: Endpoint): Uint8Array {
  const address = parseIp(withoutZone(endpoint.host))
  if (address === undefined) throw new TypeError('endpoint without a literal address')
  const compact = new Uint8Array(address.length + 2)
  compact.set(address)
  writeUint16(compact, address.length, endpoint.port)
  return compact
}

/** Whole entries only; a trailing fragment and entries with port 0 are dropped. */
export function parseCompactEndpoints(bytes: Uint8Array, entryBytes: 6 | 18, limit: number): Endpoint[] {
  const endpoints: Endpoint[] = []
  for (let at = 0; at + entryBytes <= bytes.length && endpoints.length < limit; at += entryBytes) {
    const port = readUint16(bytes, at + entryBytes - 2)
    if (port !== 0) endpoints.push({ host: formatIp(bytes.subarray(at, at + entryBytes - 2)), port })
  }
  return endpoints
}

/**
 * How far an address reaches. `none` can never be a peer (unspecified, multicast, broadcast, reserved).
 * Sources: RFC 6890, RFC 4193, RFC 4291, RFC 6598 (shared 100.64/10 counts as private).
 */
export type AddressScope = 'none' | 'loopback' | 'link' | 'private' | 'public'

export function scopeOf(host: string): AddressScope {
  const bytes = parseIp(withoutZone(host))
  if (bytes === undefined) return 'none'
  return bytes.length === 4 ? scopeOfIPv4(bytes) : scopeOfIPv6(bytes)
}

function scopeOfIPv4(bytes: Uint8Array): AddressScope {
  const [a, b] = bytes as unknown as [number, number]
  if (a === 0 || a >= 224) return 'none'
  if (a === 127) return 'loopback'
  if (a === 169 && b === 254) return 'link'
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private'
  if (a === 100 && b >= 64 && b < 128) return 'private'
  return 'public'
}

function scopeOfIPv6(bytes: Uint8Array): AddressScope {
  const [a, b] = bytes as unknown as [number, number]
  if (a === 0xff) return 'none'
  const carried = carriedIPv4(bytes)
  if (carried !== undefined) return scopeOfIPv4(carried)
  if (bytes.subarray(0, 15).every((byte) => byte === 0)) return bytes[15] === 1 ? 'loopback' : 'none'
  if (a === 0xfe && (b & 0xc0) === 0x80) return 'link'
  if ((a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0xc0)) return 'private'
  return 'public'
}

/** The IPv4 address that a translator behind this IPv6 address would contact: NAT64 (RFC 6052), 6to4 (RFC 3056). */
function carriedIPv4(bytes: Uint8Array): Uint8Array | undefined {
  const nat64 = readUint32(bytes, 0) === 0x0064ff9b && bytes.subarray(4, 12).every((byte) => byte === 0)
  if (nat64) return bytes.subarray(12)
  return readUint16(bytes, 0) === 0x2002 ? bytes.subarray(2, 6) : undefined
}

const REACH: Readonly<Record<AddressScope, number>> = { none: 0, loopback: 1, link: 2, private: 3, public: 4 }

/**
 * The one rule of scope (SAFETY.md): an address of narrower scope than whoever told us is dropped.
 * `teller` is the address that told us, or 'hand' for what the person typed or gave in a link or .torrent.
 * A teller without a usable address may only tell of public ones.
 */
export function mayContact(host: string, teller: string | 'hand'): boolean {
  const scope = scopeOf(host)
  if (scope === 'none') return false
  if (teller === 'hand') return true
  const tellerScope = scopeOf(teller)
  return tellerScope === 'none' ? scope === 'public' : REACH[scope] >= REACH[tellerScope]
}

/** Whether per-network limits apply: not on loopback, link-local and private ranges (SAFETY.md). */
export function isPublicHost(host: string): boolean {
  return scopeOf(host) === 'public'
}

/** Text key of the /24 (IPv4) or /48 (IPv6) that an address belongs to. */
export function networkOf(host: string): string {
  const bytes = parseIp(withoutZone(host))
  if (bytes === undefined) return host
  return bytes.length === 16
    ? `${formatIp(concatZero(bytes.subarray(0, 6), 16))}/48`
    : `${bytes[0]}.${bytes[1]}.${bytes[2]}.0/24`
}

function concatZero(head: Uint8Array, lengthBytes: number): Uint8Array {
  const padded = new Uint8Array(lengthBytes)
  padded.set(head)
  return padded
}
