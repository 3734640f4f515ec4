// Bytes that mean nothing, so that the lengths of the handshake's messages do not tell what they are.

import { type Random, randomInt } from '../../base/random.ts'
import { MseError } from './error.ts'

/** MSE: each of the four pads has at most this many bytes. */
export const MAX_PAD_BYTES = 512

/** In the open, so it must look like the key before it. */
export function noise(random: Random): Uint8Array {
  return random.bytes(randomInt(random, MAX_PAD_BYTES + 1))
}

/** To be encrypted: MSE reserves its content and asks for zeros. */
export function zeros(random: Random): Uint8Array {
  return new Uint8Array(randomInt(random, MAX_PAD_BYTES + 1))
}

/** @throws MseError PAD_TOO_LONG */
export function checkedPadLength(lengthBytes: number): number {
  if (lengthBytes > MAX_PAD_BYTES) throw new MseError('PAD_TOO_LONG', { lengthBytes })
  return lengthBytes
}
