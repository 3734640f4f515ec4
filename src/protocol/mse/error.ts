// Why an encrypted handshake comes to nothing, as stable codes. Whoever runs the machine closes the connection; what
// the other side sees of it must not depend on the code (responder.ts).

import { CodedError } from '../../base/errors.ts'

export type MseErrorCode =
  /** A public key that gives everybody the same secret: 0, 1, or from P − 1 up. */
  | 'BAD_KEY'
  /** The mark that ends the first pad did not come within it. */
  | 'NOT_SYNCHRONISED'
  /** No torrent of ours that the other side may know of. */
  | 'UNKNOWN_TORRENT'
  /** Eight bytes that must be zero are not: the keys differ. */
  | 'WRONG_CONSTANT'
  /** The other side offers, or chose, no method that we allow. */
  | 'NO_COMMON_METHOD'
  | 'PAD_TOO_LONG'
  /** push() after it threw. */
  | 'MACHINE_DEAD'

export class MseError extends CodedError<MseErrorCode> {}
