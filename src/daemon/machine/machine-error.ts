// What is wrong with a path that somebody names to the daemon.

import { CodedError } from '../../base/errors.ts'

export type MachineCode =
  | 'FOLDER_RELATIVE'
  | 'PATH_INVALID'
  | 'PATH_OUTSIDE'
  | 'SETTING_OWNERS'
  | 'FILE_NOT_FOUND'
  | 'FOLDER_NOT_ONE'
  | 'FILE_UNREADABLE'
  | 'FILE_EXISTS'
  | 'FILE_UNWRITABLE'
  | 'PLACE_REFUSED'

export class MachineError extends CodedError<MachineCode> {}
