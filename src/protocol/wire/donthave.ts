// lt_donthave (BEP 54): a piece announced before is gone. Its whole payload is the piece index.

import { readUint32, writeUint32 } from '../../base/bytes.ts'
import { WireError } from './error.ts'

export function encodeDonthave(piece: number): Uint8Array {
  const payload = new Uint8Array(4)
  writeUint32(payload, 0, piece)
  return payload
}

/** @returns the index, not checked against the torrent. @throws WireError BAD_DONTHAVE */
export function decodeDonthave(payload: Uint8Array): number {
  if (payload.length !== 4) throw new WireError('BAD_DONTHAVE', { lengthBytes: payload.length })
  return readUint32(payload, 0)
}
