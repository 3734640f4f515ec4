// What the library refuses, with stable codes.

import { CodedError } from '../base/errors.ts'

export class LibraryError extends CodedError<
  | 'LIBRARY_UNAVAILABLE'
  | 'LIBRARY_NEWER'
  | 'LIBRARY_DAMAGED'
  | 'FOLDER_UNKNOWN'
  | 'FOLDER_INSIDE_ANOTHER'
  | 'FOLDERS_TOO_MANY'
  | 'CONTENT_UNKNOWN'
  | 'AUDIENCE_UNKNOWN'
  | 'LICENCE_NEEDED'
  | 'OFFERED_TOO_MANY'
  | 'REVIEW_NEEDED'
  | 'REVIEW_UNKNOWN'
  | 'REVIEW_UNFINISHED'
  /** All sharing was stopped, or somebody said something else of it, before it was done. */
  | 'SHARING_STOPPED'
> {}
