// The packets of uTP (BEP 29, version 1): 20 bytes of header, a chain of extensions, payload.
// Promises: reading never throws and looks at nothing beyond the datagram; a chain that is broken, too long or has an
// empty, a giant or a second selective ack makes the whole packet unreadable; extensions that are unknown are skipped.
//
//   0       4       8               16              24              32
//   | type  | ver   | extension     | connection_id                 |
//   | timestamp_microseconds                                        |
//   | timestamp_difference_microseconds                             |
//   | wnd_size                                                      |
//   | seq_nr                        | ack_nr                        |

import { EMPTY, readUint16, readUint32, writeUint16, writeUint32 } from '../../base/bytes.ts'
import { MOST_EXTENSIONS, MOST_SACK_BYTES } from './limits.ts'

export const HEADER_BYTES = 20
const VERSION = 1

export const DATA = 0
export const FIN = 1
export const STATE = 2
export const RESET = 3
export const SYN = 4

export type PacketType = typeof DATA | typeof FIN | typeof STATE | typeof RESET | typeof SYN

const SELECTIVE_ACK = 1
/** Eight bytes of which no bit is in use. */
const EXTENSION_BITS = 2
const EXTENSION_BITS_BYTES = 8
/** Known to nobody and so skipped by everybody: makes a probe as long as the path should carry. */
const PADDING = 0xff
/** Kind of the next extension, and length. */
const EXTENSION_HEADER_BYTES = 2
const MOST_EXTENSION_BYTES = 255

export interface Header {
  readonly type: PacketType
  readonly connectionId: number
  readonly timestampUs: number
  readonly differenceUs: number
  readonly windowBytes: number
  readonly sequence: number
  /** The last packet received in order. */
  readonly ack: number
}

/** One datagram read; used again for the next, so whoever wants to keep something copies it. */
export class Packet implements Header {
  type: PacketType = DATA
  connectionId = 0
  /** Sender's clock, 32 bits. */
  timestampUs = 0
  /** How long our last packet took by both clocks; 0 when they have none yet. */
  differenceUs = 0
  windowBytes = 0
  sequence = 0
  ack = 0
  /** The datagram: only lent. */
  bytes: Uint8Array = EMPTY
  /** Where the bit mask of a selective ack lies in `bytes`; no ack where sackBytes is 0. */
  sackAt = 0
  sackBytes = 0
  payloadAt = 0

  get payloadBytes(): number {
    return this.bytes.length - this.payloadAt
  }

  /** A view of the payload. */
  payload(): Uint8Array {
    return this.bytes.subarray(this.payloadAt)
  }

  /** Whether packet `ack + 2 + bit` has arrived there: the one after `ack` never has. */
  sacked(bit: number): boolean {
    return (((this.bytes[this.sackAt + (bit >> 3)] as number) >> (bit & 7)) & 1) === 1
  }
}

/** Whether this may be uTP: what shares the port (DHT, trackers) never begins like this. */
export function looksLikeUtp(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false
  const first = bytes[0] as number
  return (first & 0x0f) === VERSION && first >> 4 <= SYN
}

/** Fills `into`, which is of no use when this returns false. */
export function readPacket(bytes: Uint8Array, into: Packet): boolean {
  if (!looksLikeUtp(bytes)) return false
  into.type = ((bytes[0] as number) >> 4) as PacketType
  into.connectionId = readUint16(bytes, 2)
  into.timestampUs = readUint32(bytes, 4)
  into.differenceUs = readUint32(bytes, 8)
  into.windowBytes = readUint32(bytes, 12)
  into.sequence = readUint16(bytes, 16)
  into.ack = readUint16(bytes, 18)
  into.bytes = bytes
  into.sackBytes = 0
  into.payloadAt = HEADER_BYTES
  return bytes[1] === 0 || readExtensions(bytes, into)
}

function readExtensions(bytes: Uint8Array, into: Packet): boolean {
  let kind = bytes[1] as number
  let at = HEADER_BYTES
  for (let count = 0; kind !== 0; count++) {
    if (count === MOST_EXTENSIONS || at + EXTENSION_HEADER_BYTES > bytes.length) return false
    const next = bytes[at] as number
    const lengthBytes = bytes[at + 1] as number
    at += EXTENSION_HEADER_BYTES
    if (at + lengthBytes > bytes.length) return false
    if (kind === SELECTIVE_ACK) {
      // BEP 29 asks for whole words of four bytes; libtorrent sends as many bytes as it needs.
      const wellFormed = lengthBytes > 0 && lengthBytes <= MOST_SACK_BYTES
      if (!wellFormed || into.sackBytes > 0) return false
      into.sackAt = at
      into.sackBytes = lengthBytes
    }
    at += lengthBytes
    kind = next
  }
  into.payloadAt = at
  return true
}

/** Writes the first 20 bytes; extensions are added by the functions below. */
export function writeHeader(into: Uint8Array, header: Header): void {
  into[0] = (header.type << 4) | VERSION
  into[1] = 0
  writeUint16(into, 2, header.connectionId)
  writeUint32(into, 4, header.timestampUs)
  writeUint32(into, 8, header.differenceUs)
  writeUint32(into, 12, header.windowBytes)
  writeUint16(into, 16, header.sequence)
  writeUint16(into, 18, header.ack)
}

/** Room that a selective ack of so many bytes takes. */
export function sackRoom(maskBytes: number): number {
  return maskBytes === 0 ? 0 : EXTENSION_HEADER_BYTES + maskBytes
}

/** Puts a selective ack right behind a header without extensions; the mask itself is written by the caller. @returns where */
export function writeSackHeader(into: Uint8Array, maskBytes: number): number {
  into[1] = SELECTIVE_ACK
  into[HEADER_BYTES] = 0
  into[HEADER_BYTES + 1] = maskBytes
  return HEADER_BYTES + EXTENSION_HEADER_BYTES
}

/**
 * Fills `paddingBytes`, at least LEAST_PADDING_BYTES, right behind a header without extensions with what everybody skips.
 * libutp takes a packet whose first extension is neither 1 nor 2 for one of another version, so that comes first.
 * @returns where the payload begins
 */
export function writePadding(into: Uint8Array, paddingBytes: number): number {
  const end = HEADER_BYTES + paddingBytes
  let at = HEADER_BYTES
  into.fill(0, at, end)
  into[1] = EXTENSION_BITS
  into[at + 1] = EXTENSION_BITS_BYTES
  let nextAt = at
  at += EXTENSION_HEADER_BYTES + EXTENSION_BITS_BYTES
  while (at < end) {
    let lengthBytes = Math.min(MOST_EXTENSION_BYTES, end - at - EXTENSION_HEADER_BYTES)
    // One byte cannot be an extension: leave two for the next.
    if (end - at - EXTENSION_HEADER_BYTES - lengthBytes === 1) lengthBytes--
    into[nextAt] = PADDING
    nextAt = at
    into[at + 1] = lengthBytes
    at += EXTENSION_HEADER_BYTES + lengthBytes
  }
  return at
}

/** Microseconds as they are written: 32 bits of the clock, which may carry fractions. */
export function wireMicros(nowMs: number): number {
  return (nowMs * 1000) >>> 0
}
