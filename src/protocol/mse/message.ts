// The encrypted message of each side: eight zeros, by which the other finds or checks it, methods, a pad; the initiator adds
// the first bytes of the stream.

import { concatBytes, writeUint16, writeUint32 } from '../../base/bytes.ts'

/** VC: encrypted zeros, which only who knows both secrets can make or find. */
export const CONSTANT_BYTES = 8

/** The zeros, the bits of methods, the length of the pad. */
export const MESSAGE_HEAD_BYTES = CONSTANT_BYTES + 6

export const LENGTH_BYTES = 2

/** Before encryption. `initialPayload` undefined: the responder's, which has none. */
export function encodeMessage(bits: number, pad: Uint8Array, initialPayload?: Uint8Array): Uint8Array {
  const head = new Uint8Array(MESSAGE_HEAD_BYTES)
  writeUint32(head, CONSTANT_BYTES, bits)
  writeUint16(head, CONSTANT_BYTES + 4, pad.length)
  if (initialPayload === undefined) return concatBytes([head, pad])
  const length = new Uint8Array(LENGTH_BYTES)
  writeUint16(length, 0, initialPayload.length)
  return concatBytes([head, pad, length, initialPayload])
}
