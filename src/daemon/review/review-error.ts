// Why a look before sharing cannot be begun, answered or used; REVIEW_… that are about a call's own review are LibraryError's.

import { CodedError } from '../../base/errors.ts'

export class ReviewError extends CodedError<
  /** Something that looks private has no answer. */
  | 'SHARE_NEEDS_ANSWER'
  /** Others were begun and not ended. */
  | 'REVIEWS_TOO_MANY'
  | 'REVIEW_TOO_LARGE'
  /** Of this kind of file no copy without its place can be made. */
  | 'PLACE_STAYS'
  /** What a torrent file describes is shared whole. */
  | 'SHARE_WHOLE_ONLY'
  /** Every file is left out. */
  | 'NOTHING_LEFT_TO_SHARE'
> {}
