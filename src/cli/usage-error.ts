// Wrong use of the command line: what was typed cannot be understood, so nothing was done. Exit code 2.

import { CodedError } from '../base/errors.ts'

export type UsageCode =
  | 'COMMAND_UNKNOWN'
  | 'OPTION_UNKNOWN'
  | 'OPTION_BEFORE_COMMAND'
  | 'OPTION_WITHOUT_VALUE'
  | 'OPTION_TAKES_NO_VALUE'
  | 'OPTION_TWICE'
  | 'OPTION_VALUE'
  | 'OPTION_CONFLICT'
  | 'OPERAND_MISSING'
  | 'OPERAND_TOO_MANY'

export class UsageError extends CodedError<UsageCode> {}
