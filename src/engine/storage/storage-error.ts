// Errors of the storage domain: wrong use of it, and state files it cannot read.
// Trouble of the disk is not here: that is a StorageProblem (trouble.ts), an expected outcome.

import { CodedError } from '../../base/errors.ts'

export class StorageError extends CodedError<
  'LEASE_RETURNED_TWICE' | 'NOT_RESERVED' | 'SLOT_NOT_LENT' | 'CLOSED' | 'JOURNAL_RECORD' | 'BUSY'
> {}
