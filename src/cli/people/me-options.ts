// Options of `shoal me …`, and its context.

import type { CommandContext } from '../command.ts'
import type { OptionTable } from '../options.ts'

export const ME_OPTIONS = {
  written: { kind: 'switch', summary: 'words: you have written them down; nothing reminds you any more' },
  different: { kind: 'switch', summary: 'verify: the words were not the same' },
  anew: { kind: 'switch', summary: 'link: make a new one; those that you gave out before work no more' },
  none: { kind: 'switch', summary: 'alias: call them again as they call themselves' },
} as const satisfies OptionTable

export type MeContext = CommandContext<typeof ME_OPTIONS>
