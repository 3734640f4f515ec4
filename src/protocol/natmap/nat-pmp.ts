// The packets of NAT-PMP (RFC 6886): bytes and values, no state. Answers that are too short or of another kind are
// undefined.

import { formatIp } from '../../base/address.ts'
import { readUint16, readUint32, writeUint16, writeUint32 } from '../../base/bytes.ts'
import type { MappedProtocol, MappingFailure } from './mapping.ts'

/** Where gateways listen for NAT-PMP and PCP. */
export const GATEWAY_PORT = 5351
/** Where gateways announce that they were restarted or have another address, to this group (RFC 6886, 3.2.1). */
export const ANNOUNCE_PORT = 5350
export const ANNOUNCE_GROUP = '224.0.0.1'

const VERSION = 0
const OPCODE_ADDRESS = 0
const OPCODES: Readonly<Record<MappedProtocol, number>> = { udp: 1, tcp: 2 }
const ANSWER = 128

export interface AddressAnswer {
  readonly kind: 'address'
  readonly result: number
  readonly epochS: number
  /** Undefined with an error, and while the gateway has none (0.0.0.0). */
  readonly externalHost: string | undefined
}

export interface MapAnswer {
  readonly kind: 'map'
  readonly result: number
  readonly epochS: number
  readonly protocol: MappedProtocol
  readonly internalPort: number
  /** 0 with an error, and for a mapping that is gone. */
  readonly externalPort: number
  readonly lifetimeS: number
}

export type NatPmpAnswer = AddressAnswer | MapAnswer

export const NAT_PMP_UNSUPPORTED_VERSION = 1

export function encodeAddressRequest(): Uint8Array {
  return Uint8Array.of(VERSION, OPCODE_ADDRESS)
}

/** A lifetime of 0 ends the mapping; the external port is then 0 (RFC 6886, 3.4). */
export function encodeMapRequest(
  protocol: MappedProtocol,
  internalPort: number,
  externalPort: number,
  lifetimeS: number,
): Uint8Array {
  const packet = new Uint8Array(12)
  packet[0] = VERSION
  packet[1] = OPCODES[protocol]
  writeUint16(packet, 4, internalPort)
  writeUint16(packet, 6, lifetimeS === 0 ? 0 : externalPort)
  writeUint32(packet, 8, lifetimeS)
  return packet
}

/** Also what a gateway without PCP says to a PCP request: version 0, result 1 (RFC 6887, appendix A). */
export function saysOnlyNatPmp(packet: Uint8Array): boolean {
  return (
    packet.length >= 4 &&
    packet[0] === VERSION &&
    (packet[1] as number) >= ANSWER &&
    readUint16(packet, 2) === NAT_PMP_UNSUPPORTED_VERSION
  )
}

export function parseNatPmp(packet: Uint8Array): NatPmpAnswer | undefined {
  if (packet.length < 8 || packet[0] !== VERSION) return undefined
  const opcode = (packet[1] as number) - ANSWER
  const result = readUint16(packet, 2)
  const epochS = readUint32(packet, 4)
  if (opcode === OPCODE_ADDRESS) {
    if (result !== 0) return { kind: 'address', result, epochS, externalHost: undefined }
    if (packet.length < 12) return undefined
    const address = packet.subarray(8, 12)
    const known = address.some((byte) => byte !== 0)
    return { kind: 'address', result, epochS, externalHost: known ? formatIp(address) : undefined }
  }
  const protocol = opcode === OPCODES.udp ? 'udp' : opcode === OPCODES.tcp ? 'tcp' : undefined
  if (protocol === undefined || packet.length < 16) return undefined
  return {
    kind: 'map',
    result,
    epochS,
    protocol,
    internalPort: readUint16(packet, 8),
    externalPort: readUint16(packet, 10),
    lifetimeS: readUint32(packet, 12),
  }
}

/** RFC 6886, section 3.5. */
const FAILURES: Readonly<Record<number, MappingFailure>> = {
  1: 'NOT_SUPPORTED',
  2: 'REFUSED',
  3: 'NO_LINE',
  4: 'NO_ROOM',
  5: 'NOT_SUPPORTED',
}

export function natPmpFailure(result: number): MappingFailure {
  return FAILURES[result] ?? 'BAD_ANSWER'
}
