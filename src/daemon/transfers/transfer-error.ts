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
  /** It has no list of files yet. */
  | 'FILES_UNKNOWN'
  | 'FILE_UNKNOWN'
  /** It is looked at still. */
  | 'FILE_CHECKING'
  /** Something was found in it, or it is on a list. */
  | 'FILE_LOCKED'
  | 'FILE_NOT_LOCKED'
  /** It is not open: it was just started, or cannot be opened. */
  | 'TRANSFER_CLOSED'
  /** A share's files are the person's own. */
  | 'SHARE_NOT_TOUCHED'
  | 'NAME_REFUSED'
  | 'RENAME_FAILED'
  | 'MOVE_REFUSED'
  | 'BUSY'
  | 'TOO_MANY_TAGS'
  | 'TOO_MANY_TRACKERS'
  | 'CATEGORY_UNKNOWN'
  | 'TOO_MANY_CATEGORIES'
  | 'ONE_ONLY'
  | 'NOTHING_TO_LIFT'
  | 'TRASH_FAILED'
  /** Removed with its files, another transfer would lose them. */
  | 'FILES_OF_ANOTHER'
> {}
