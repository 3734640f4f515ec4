// The packets of the Port Control Protocol (RFC 6887) that a client of MAP needs: bytes and values, no state. The same
// request opens a port of an IPv4 router's and a pinhole of an IPv6 router's firewall.

import { formatIp, parseIp } from '../../base/address.ts'
import { equalBytes, readUint16, readUint32, writeUint16, writeUint32 } from '../../base/bytes.ts'
import type { MappedProtocol, MappingFailure } from './mapping.ts'

export const PCP_VERSION = 2
/** RFC 6887, section 7: no PCP message is longer. */
export const MAX_PCP_BYTES = 1_100
export const NONCE_BYTES = 12

const HEADER_BYTES = 24
const MAP_BYTES = 60
const OPCODE_ANNOUNCE = 0
const OPCODE_MAP = 1
const ANSWER = 0x80
/** Numbers of IANA's protocol registry. */
const PROTOCOLS: Readonly<Record<MappedProtocol, number>> = { tcp: 6, udp: 17 }
const UNSPECIFIED4 = '0.0.0.0'
const UNSPECIFIED6 = '::'

/** Result codes of section 7.4 that decide what is done next. */
export const PCP_SUCCESS = 0
export const PCP_UNSUPPORTED_VERSION = 1
export const PCP_CANNOT_PROVIDE_EXTERNAL = 11

export interface PcpMap {
  readonly protocol: MappedProtocol
  readonly internalPort: number
  /** 0 for any. */
  readonly externalPort: number
  /** Undefined for any. */
  readonly externalHost: string | undefined
  readonly nonce: Uint8Array
  /** Seconds; 0 ends the mapping. */
  readonly lifetimeS: number
}

export interface PcpMapAnswer extends PcpMap {
  readonly kind: 'map'
  readonly result: number
  readonly epochS: number
}

/** An answer of whatever kind: `map` with its fields, `announce`, or an error too short to say to what. */
export type PcpAnswer =
  | PcpMapAnswer
  | { readonly kind: 'announce'; readonly epochS: number }
  | { readonly kind: 'error'; readonly result: number; readonly lifetimeS: number }

/** @param ownHost the source address of the packet; the server refuses any other. */
export function encodePcpMap(ownHost: string, map: PcpMap): Uint8Array {
  const packet = new Uint8Array(MAP_BYTES)
  packet[0] = PCP_VERSION
  packet[1] = OPCODE_MAP
  writeUint32(packet, 4, map.lifetimeS)
  packet.set(sixteenBytes(ownHost), 8)
  packet.set(map.nonce, 24)
  packet[36] = PROTOCOLS[map.protocol]
  writeUint16(packet, 40, map.internalPort)
  // Section 15: what is suggested is zero when the mapping is to end; the family is told all the same.
  const suggested = map.lifetimeS === 0 ? undefined : map.externalHost
  writeUint16(packet, 42, map.lifetimeS === 0 ? 0 : map.externalPort)
  packet.set(sixteenBytes(suggested ?? (ownHost.includes(':') ? UNSPECIFIED6 : UNSPECIFIED4)), 44)
  return packet
}

export function parsePcp(packet: Uint8Array): PcpAnswer | undefined {
  if (packet.length < HEADER_BYTES || packet.length > MAX_PCP_BYTES || packet.length % 4 !== 0)
    return undefined
  const opcode = (packet[1] as number) - ANSWER
  if (packet[0] !== PCP_VERSION || opcode < 0) return undefined
  const result = packet[3] as number
  const lifetimeS = readUint32(packet, 4)
  const epochS = readUint32(packet, 8)
  if (opcode === OPCODE_ANNOUNCE && result === PCP_SUCCESS) return { kind: 'announce', epochS }
  if (opcode !== OPCODE_MAP || packet.length < MAP_BYTES)
    return result === PCP_SUCCESS ? undefined : { kind: 'error', result, lifetimeS }
  const number = packet[36]
  const protocol = number === PROTOCOLS.tcp ? 'tcp' : number === PROTOCOLS.udp ? 'udp' : undefined
  if (protocol === undefined) return undefined
  return {
    kind: 'map',
    result,
    epochS,
    lifetimeS,
    nonce: packet.slice(24, 24 + NONCE_BYTES),
    protocol,
    internalPort: readUint16(packet, 40),
    externalPort: readUint16(packet, 42),
    externalHost: hostOf(packet.subarray(44, 60)),
  }
}

/** Whether this answer is to that request: nonce, protocol and internal port (section 11.4). */
export function answers(
  answer: PcpMapAnswer,
  request: Pick<PcpMap, 'nonce' | 'protocol' | 'internalPort'>,
): boolean {
  return (
    answer.protocol === request.protocol &&
    answer.internalPort === request.internalPort &&
    equalBytes(answer.nonce, request.nonce)
  )
}

/** Section 7.4. */
const FAILURES: Readonly<Record<number, MappingFailure>> = {
  1: 'NOT_SUPPORTED',
  2: 'REFUSED',
  4: 'NOT_SUPPORTED',
  5: 'NOT_SUPPORTED',
  7: 'NO_LINE',
  8: 'NO_ROOM',
  9: 'NOT_SUPPORTED',
  10: 'NO_ROOM',
  11: 'CONFLICT',
  12: 'WRONG_ADDRESS',
}

export function pcpFailure(result: number): MappingFailure {
  return FAILURES[result] ?? 'BAD_ANSWER'
}

/** An IPv4 address as IPv4-mapped IPv6 (section 5). */
function sixteenBytes(host: string): Uint8Array {
  const address = parseIp(host.split('%', 1)[0] as string)
  if (address === undefined) throw new TypeError('not a literal address')
  if (address.length === 16) return address
  const mapped = new Uint8Array(16)
  mapped[10] = 0xff
  mapped[11] = 0xff
  mapped.set(address, 12)
  return mapped
}

/** Undefined for the unspecified address of either family. */
function hostOf(bytes: Uint8Array): string | undefined {
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  const address = mapped ? bytes.subarray(12) : bytes
  return address.some((byte) => byte !== 0) ? formatIp(address) : undefined
}
