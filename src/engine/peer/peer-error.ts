// What a peer can do wrong with well-formed messages: always the remote's blame, always the end of the connection.

import { CodedError } from '../../base/errors.ts'

export class PeerError extends CodedError<
  | 'BITFIELD_TWICE'
  | 'BITFIELD_WRONG'
  | 'CHOKE_FLOOD'
  | 'EXTENSION_FLOOD'
  | 'HAVE_FLOOD'
  | 'HAVE_OUT_OF_RANGE'
  | 'INTEREST_FLOOD'
  | 'PIECE_OUT_OF_RANGE'
  | 'PIECE_NOT_REQUESTED'
  | 'REQUESTS_INVALID'
> {}
