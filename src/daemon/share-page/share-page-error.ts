// Why a share has no page; and what ends a download, which only its reader sees as a broken connection.

import { CodedError } from '../../base/errors.ts'

export class SharePageError extends CodedError<
  /** No address of a local network. */
  | 'PAGE_NO_NETWORK'
  /** As many shares have pages as may. */
  | 'PAGE_TOO_MANY'
  /** None of its files is there as it was. */
  | 'PAGE_NOTHING_WHOLE'
  | 'PAGE_NOT_OPENED'
> {}

/** The file is gone, another one, or changed: what follows would not be what was shared. */
export class FileChanged extends Error {}

/** Nobody reads, the share is closed, or the reader went away. */
export class AnswerCut extends Error {}
