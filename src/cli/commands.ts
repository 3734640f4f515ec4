// The table of commands: one line each, in the order help shows them. A command's file is loaded only when it is used.

import type { CommandEntry } from './command.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'help',
    summary: 'what Shoal can do, or one command in full',
    usage: 'help [COMMAND]',
    load: () => import('./commands/help.ts'),
  },
  {
    name: 'version',
    summary: 'the version of Shoal and of Node',
    usage: 'version',
    load: () => import('./commands/version.ts'),
  },
]
