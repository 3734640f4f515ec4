// PeerGuardian's binary lists (P2B, versions 1 to 3), IPv4 only. Pure.
//
//   ff ff ff ff 'P2B' version
//   1, 2:  description, zero, start, end                                     … to the end
//   3:     number of descriptions, each ended by zero; number of ranges, each: which description, start, end
//
// Numbers are 32 bits, most significant byte first. Promise: work linear in the bytes, whatever they are.

import { readUint32 } from '../base/bytes.ts'

const MAGIC = [0xff, 0xff, 0xff, 0xff, 0x50, 0x32, 0x42] as const
const HEAD_BYTES = MAGIC.length + 1

export function isP2b(bytes: Uint8Array): boolean {
  return bytes.length >= HEAD_BYTES && MAGIC.every((byte, i) => bytes[i] === byte)
}

/**
 * @param add is given both ends of each range, and answers whether it was one
 * @returns how many were none, or undefined for a version nobody knows, and for a file that is cut short
 */
export function readP2b(bytes: Uint8Array, add: (start: number, end: number) => boolean): number | undefined {
  const version = bytes[HEAD_BYTES - 1]
  if (!isP2b(bytes) || version === undefined || version < 1 || version > 3) return undefined
  return version === 3 ? readIndexed(bytes, add) : readDescribed(bytes, add)
}

function readDescribed(bytes: Uint8Array, add: (start: number, end: number) => boolean): number | undefined {
  let malformed = 0
  for (let at = HEAD_BYTES; at < bytes.length; ) {
    const zero = bytes.indexOf(0, at)
    if (zero < 0 || zero + 9 > bytes.length) return undefined
    if (!add(readUint32(bytes, zero + 1), readUint32(bytes, zero + 5))) malformed++
    at = zero + 9
  }
  return malformed
}

function readIndexed(bytes: Uint8Array, add: (start: number, end: number) => boolean): number | undefined {
  let at = HEAD_BYTES
  const number = (): number | undefined => {
    at += 4
    return at > bytes.length ? undefined : readUint32(bytes, at - 4)
  }
  const names = number()
  if (names === undefined) return undefined
  for (let i = 0; i < names; i++) {
    const zero = bytes.indexOf(0, at)
    if (zero < 0) return undefined
    at = zero + 1
  }
  const ranges = number()
  // Each has twelve bytes: a number of ranges that the file has no room for is not begun with.
  if (ranges === undefined || at + 12 * ranges > bytes.length) return undefined
  let malformed = 0
  for (let i = 0; i < ranges; i++, at += 12) {
    const known = readUint32(bytes, at) < names
    if (!known || !add(readUint32(bytes, at + 4), readUint32(bytes, at + 8))) malformed++
  }
  return malformed
}
