// The `upload_only` extension message: BEP 21's flag changing while connected. One byte, 0 for "downloading again".
// Its form is what µTorrent and libtorrent send; BEP 21 itself writes down only the handshake key.

import { WireError } from './error.ts'

export function encodeUploadOnly(uploadOnly: boolean): Uint8Array {
  return Uint8Array.of(uploadOnly ? 1 : 0)
}

/** @throws WireError BAD_UPLOAD_ONLY */
export function decodeUploadOnly(payload: Uint8Array): boolean {
  if (payload.length !== 1) throw new WireError('BAD_UPLOAD_ONLY', { lengthBytes: payload.length })
  return payload[0] !== 0
}
