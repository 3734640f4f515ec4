// Operands of commands that are about some transfers, or about all of them with --all.

import { UsageError } from './usage-error.ts'

/** More are better named by a script in several calls. */
export const MOST_IDS = 10_000

/** @returns whether all are meant. @throws UsageError for neither and for both */
export function someOrAll(command: string, all: boolean, words: readonly string[]): boolean {
  if (all && words.length > 0)
    throw new UsageError('OPTION_CONFLICT', {
      option: '--all',
      other: 'an ID',
      why: 'Leave one of them out.',
    })
  if (!all && words.length === 0)
    throw new UsageError('OPERAND_MISSING', {
      command,
      expects: 'IDs or names, or --all',
      usage: `${command} ID...|--all`,
    })
  return all
}
