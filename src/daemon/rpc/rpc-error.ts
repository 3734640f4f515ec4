// What the Transmission RPC itself refuses; the daemon's own refusals come as the handlers' CodedErrors.

import { CodedError } from '../../base/errors.ts'

export class RpcError extends CodedError<
  /** Not an object with a method. */
  | 'RPC_REQUEST'
  | 'RPC_METHOD_UNKNOWN'
  /** `argument` is missing or is not what it should be. */
  | 'RPC_ARGUMENT'
  /** What was asked Shoal does not have: `what`. The rest of the request was done. */
  | 'RPC_NOT_HERE'
  | 'RPC_TORRENT_UNKNOWN'
  /** Files of a link are chosen once their list is known. */
  | 'RPC_FILES_UNKNOWN'
  /** A path inside a torrent that is none of its files or folders. */
  | 'RPC_PATH_UNKNOWN'
  /** Some of many failed: `failed` of `of`; `first` is the sentence of the first. */
  | 'RPC_SOME_FAILED'
  | 'RPC_REACH_UNKNOWN'
  | 'RPC_TOO_MUCH'
> {}
