// One line of a list of addresses, in any of the forms that lists come in. Pure.
//
//   eMule .dat         001.002.003.000 - 001.002.003.255 , 000 , description      (zeros in front are decimal)
//   PeerGuardian .p2p  description:1.2.3.0-1.2.3.255
//   CIDR               1.2.3.0/24   2001:db8::/32
//   a range, or one    1.2.3.0-1.2.3.255   2001:db8::1

import { parseIp } from '../base/address.ts'

export interface IpRange {
  readonly start: Uint8Array
  readonly end: Uint8Array
}

/**
 * eMule blocks what has a level below its own (127, unless changed): what stands above is listed to say that it is let in.
 */
const HIGHEST_BLOCKED_LEVEL = 127

/** `nothing`: empty, a comment, or listed as allowed. */
export function parseFilterLine(line: string): IpRange | 'nothing' | 'malformed' {
  const text = line.trim()
  if (text === '' || text.startsWith('#') || text.startsWith('//') || text.startsWith(';')) return 'nothing'
  return fromDat(text) ?? fromAddresses(text) ?? fromP2p(text) ?? 'malformed'
}

const DAT = /^([0-9a-f.:]+)\s*-\s*([0-9a-f.:]+)\s*,\s*([0-9]{1,3})\s*(?:,.*)?$/i

function fromDat(text: string): IpRange | 'nothing' | undefined {
  const match = DAT.exec(text)
  if (match === null) return undefined
  const range = rangeOf(match[1] as string, match[2] as string)
  if (range === undefined) return undefined
  return Number(match[3]) > HIGHEST_BLOCKED_LEVEL ? 'nothing' : range
}

const ADDRESSES = /^([0-9a-f.:]+)(?:\s*-\s*([0-9a-f.:]+)|\/([0-9]{1,3}))?\s*(?:[#;].*)?$/i

function fromAddresses(text: string): IpRange | undefined {
  const match = ADDRESSES.exec(text)
  if (match === null) return undefined
  const [, start = '', end, bits] = match
  return bits === undefined ? rangeOf(start, end ?? start) : blockOf(start, Number(bits))
}

/** A description may hold colons, so an IPv4 range is looked for from the end. */
const P2P_IPV4 = /^.*:\s*([0-9.]+)\s*-\s*([0-9.]+)$/
const P2P_IPV6 = /^[^:]*:\s*([0-9a-f.:]+)\s*-\s*([0-9a-f.:]+)$/i

function fromP2p(text: string): IpRange | undefined {
  const match = P2P_IPV4.exec(text) ?? P2P_IPV6.exec(text)
  return match === null ? undefined : rangeOf(match[1] as string, match[2] as string)
}

function rangeOf(first: string, last: string): IpRange | undefined {
  const [start, end] = [addressOf(first), addressOf(last)]
  if (start === undefined || end === undefined || start.length !== end.length) return undefined
  for (let i = 0; i < start.length; i++) {
    const difference = (end[i] as number) - (start[i] as number)
    if (difference > 0) break
    if (difference < 0) return undefined
  }
  return { start, end }
}

function blockOf(text: string, bits: number): IpRange | undefined {
  const address = addressOf(text)
  if (address === undefined || bits > 8 * address.length) return undefined
  const [start, end] = [address.slice(), address.slice()]
  for (let i = 0; i < address.length; i++) {
    // Of this byte, the bits that the block leaves open.
    const open = 0xff >> Math.min(8, Math.max(0, bits - 8 * i))
    start[i] = (address[i] as number) & ~open
    end[i] = (address[i] as number) | open
  }
  return { start, end }
}

function addressOf(text: string): Uint8Array | undefined {
  return parseIp(text.includes(':') ? text : text.replace(/(^|\.)0+(?=[0-9])/g, '$1'))
}
