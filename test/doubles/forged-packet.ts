// uTP packets as somebody hostile would make them: any header, any extensions.

import { concatBytes } from '../../src/base/bytes.ts'
import { DATA, HEADER_BYTES, type Header, writeHeader } from '../../src/protocol/utp/packet.ts'

export interface Forgery extends Partial<Header> {
  /** The mask of a selective ack. */
  readonly mask?: Uint8Array
  readonly payload?: Uint8Array
}

export function forged({ mask, payload = new Uint8Array(0), ...header }: Forgery): Uint8Array {
  const head = new Uint8Array(HEADER_BYTES)
  writeHeader(head, {
    type: DATA,
    connectionId: 0,
    timestampUs: 1,
    differenceUs: 0,
    windowBytes: 1_000_000,
    sequence: 0,
    ack: 0,
    ...header,
  })
  if (mask === undefined) return concatBytes([head, payload])
  head[1] = 1
  return concatBytes([head, Uint8Array.of(0, mask.length), mask, payload])
}
