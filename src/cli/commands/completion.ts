// `shoal completion SHELL`: prints the script by which a shell completes `shoal`.

import { defineCommand } from '../command.ts'
import { type CompletedCommand, completionScript, HOW, SHELLS } from '../completion-text.ts'
import { GLOBAL_OPTIONS } from '../options.ts'
import { UsageError } from '../usage-error.ts'

export const command = defineCommand({
  options: {},
  operands: { least: 1, most: 1, expects: SHELLS.join(', ') },
  details: Object.values(HOW),
  run: async ({ operands, output, commands }) => {
    const shell = SHELLS.find((name) => name === operands[0])
    if (shell === undefined)
      throw new UsageError('OPERAND_MISSING', {
        command: 'completion',
        expects: `one of ${SHELLS.join(', ')}`,
        usage: `completion ${SHELLS.join('|')}`,
      })
    const completed = await Promise.all(
      commands.map(async (entry): Promise<CompletedCommand> => {
        const { options } = (await entry.load()).command
        return {
          name: entry.name,
          summary: entry.summary,
          words: entry.words ?? (entry.name === 'help' ? commands.map(({ name }) => name) : []),
          options: Object.entries({ ...GLOBAL_OPTIONS, ...options }).map(([name, { summary, kind }]) => ({
            name,
            summary,
            takesValue: kind !== 'switch',
          })),
        }
      }),
    )
    const script = completionScript(shell, completed)
    output.object({ shell, script, how: HOW[shell] })
    for (const line of script.trimEnd().split('\n')) output.result(line)
    return 0
  },
})
