// Canonical peer priority (BEP 40): a number both ends compute alike, so that connections spread evenly over a swarm
// and slots cannot be bought by dialling often. Higher is better.

import { parseIp } from '../../base/address.ts'
import { compareBytes, concatBytes, writeUint16 } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import type { Endpoint } from '../../base/endpoint.ts'

/** Bytes left unmasked however different the addresses are. */
const OPEN_BYTES_IPV4 = 2
const OPEN_BYTES_IPV6 = 6
const MASK = 0x55

/**
 * @param ours our endpoint as that peer sees it
 * @returns 0 … 2^32 − 1, or undefined when the two addresses are of different families: there is no such priority
 */
export function peerPriority(ours: Endpoint, theirs: Endpoint): number | undefined {
  const a = parseIp(ours.host)
  const b = parseIp(theirs.host)
  if (a === undefined || b === undefined || a.length !== b.length) return undefined
  const shared = sharedBytes(a, b)
  if (shared === a.length) return crcOfSorted(portBytes(ours.port), portBytes(theirs.port))
  const least = a.length === 4 ? OPEN_BYTES_IPV4 : OPEN_BYTES_IPV6
  const open = shared < least ? least : shared + 1
  for (let i = open; i < a.length; i++) {
    a[i] = (a[i] as number) & MASK
    b[i] = (b[i] as number) & MASK
  }
  return crcOfSorted(a, b)
}

function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  let shared = 0
  while (shared < a.length && a[shared] === b[shared]) shared++
  return shared
}

function portBytes(port: number): Uint8Array {
  const bytes = new Uint8Array(2)
  writeUint16(bytes, 0, port)
  return bytes
}

function crcOfSorted(a: Uint8Array, b: Uint8Array): number {
  return crc32c(concatBytes(compareBytes(a, b) <= 0 ? [a, b] : [b, a]))
}
