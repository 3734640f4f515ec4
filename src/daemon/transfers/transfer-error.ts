// What can be wrong with a call about transfers: each code has its sentence in src/api/errors-*.ts.

import { CodedError } from '../../base/errors.ts'

export class TransferError extends CodedError<
  /** No transfer has this id. */
  | 'TRANSFER_UNKNOWN'
  | 'TRANSFER_NO_SHARE'
  | 'TOO_MANY_TRANSFERS'
  | 'ADDRESS_INVALID'
  | 'TRACKER_INVALID'
  | 'LINK_UNREACHABLE'
  | 'RESTORE_TOO_LATE'
  | 'FOLDER_RELATIVE'
  | 'NOTHING_SELECTED'
  | 'PLACE_REFUSED'
  | 'NOT_ENOUGH_SPACE'
> {}
