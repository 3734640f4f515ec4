// Everything that can be wrong on a peer connection's byte stream, as stable codes with who is to blame.

import { type Blame, CodedError, type ErrorData } from '../../base/errors.ts'

export type WireErrorCode =
  /** The first bytes are not BEP 3's protocol string. */
  | 'NOT_BITTORRENT'
  /** A length prefix beyond what its message type may have. */
  | 'MESSAGE_TOO_LONG'
  /** A length that this message type never has (fixed size, bitfield of another torrent, broken hash list). */
  | 'MESSAGE_LENGTH'
  | 'BAD_EXTENSION_HANDSHAKE'
  | 'BAD_METADATA_MESSAGE'
  | 'BAD_PEX'
  | 'BAD_HOLEPUNCH'
  | 'BAD_DONTHAVE'
  | 'BAD_UPLOAD_ONLY'
  /** push() after it threw, or from inside a callback of the same decoder. */
  | 'DECODER_UNUSABLE'
  /** The sink lent less memory than the block has. */
  | 'SLOT_TOO_SHORT'
  /** An encoder was given what the wire cannot say. */
  | 'BAD_ARGUMENT'

export class WireError extends CodedError<WireErrorCode> {
  /** 'remote': the peer broke the protocol, close and charge it. 'local': a bug of ours. */
  readonly blame: Blame

  constructor(code: WireErrorCode, data: ErrorData = {}, blame: Blame = 'remote', cause?: unknown) {
    super(code, data, cause)
    this.blame = blame
  }
}
