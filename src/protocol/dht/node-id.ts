// Node ids: 20 bytes, how far they are from each other, and that they fit the address they are used from (BEP 42).

import { parseIp, scopeOf } from '../../base/address.ts'
import { crc32c } from '../../base/crc32c.ts'
import type { Random } from '../../base/random.ts'

export const NODE_ID_BYTES = 20

/** Whether `a` is closer to `target` than `b`: smaller exclusive or. Negative: closer; 0: equal ids. */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < NODE_ID_BYTES; i++) {
    const wanted = target[i] as number
    const difference = ((a[i] as number) ^ wanted) - ((b[i] as number) ^ wanted)
    if (difference !== 0) return difference
  }
  return 0
}

/** The part of all ids that is closer to `a` than `b` is: above 0, at most 1. */
export function distanceShare(a: Uint8Array, b: Uint8Array): number {
  let distance = 0
  for (let i = 0; i < 6; i++) distance = distance * 256 + ((a[i] as number) ^ (b[i] as number))
  return (distance + 1) / 2 ** 48
}

/** Leading bits that both share: 0 … 160. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < NODE_ID_BYTES; i++) {
    const difference = (a[i] as number) ^ (b[i] as number)
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return 8 * NODE_ID_BYTES
}

/** A random id that shares exactly `bits` leading bits with `id` (all 160: the id itself). */
export function idAt(id: Uint8Array, bits: number, random: Random): Uint8Array {
  const made = random.bytes(NODE_ID_BYTES)
  const whole = bits >> 3
  made.set(id.subarray(0, whole))
  if (whole === NODE_ID_BYTES) return made
  const kept = bits & 7
  const mask = 0xff >> kept
  const flip = 0x80 >> kept
  made[whole] =
    ((id[whole] as number) & ~mask) | (~(id[whole] as number) & flip) | ((made[whole] as number) & (flip - 1))
  return made
}

/** BEP 42: which bits of an address decide about the id. */
const MASK_IPV4 = [0x03, 0x0f, 0x3f, 0xff]
const MASK_IPV6 = [0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff]

/** The first 21 bits that an id used from here must have; `lowest` 0 … 7 is the low part of its last byte. */
function prefixFor(address: Uint8Array, lowest: number): number {
  const mask = address.length === 4 ? MASK_IPV4 : MASK_IPV6
  const masked = Uint8Array.from(mask, (bits, i) => (address[i] as number) & bits)
  masked[0] = (masked[0] as number) | (lowest << 5)
  return crc32c(masked)
}

/** A random id for an address (BEP 42); any random id where there is none or it is not public. */
export function makeNodeId(host: string | undefined, random: Random): Uint8Array {
  const id = random.bytes(NODE_ID_BYTES)
  const address = host === undefined || scopeOf(host) !== 'public' ? undefined : parseIp(host)
  if (address === undefined) return id
  const last = id[NODE_ID_BYTES - 1] as number
  const crc = prefixFor(address, last & 7)
  id[0] = crc >>> 24
  id[1] = (crc >>> 16) & 0xff
  id[2] = ((crc >>> 8) & 0xf8) | ((id[2] as number) & 7)
  return id
}

/** BEP 42: addresses that are not public are exempt. */
export function idFits(id: Uint8Array, host: string): boolean {
  if (scopeOf(host) !== 'public') return true
  const address = parseIp(host)
  if (address === undefined) return false
  const crc = prefixFor(address, (id[NODE_ID_BYTES - 1] as number) & 7)
  return (
    id[0] === crc >>> 24 &&
    id[1] === ((crc >>> 16) & 0xff) &&
    ((id[2] as number) & 0xf8) === ((crc >>> 8) & 0xf8)
  )
}
