// `shoal help [COMMAND]`

import { defineCommand } from '../command.ts'
import { commandUnknown, showCommand, showCommands } from '../help-text.ts'

export const command = defineCommand({
  options: {},
  operands: { least: 0, most: 1, expects: 'nothing, or the name of a command' },
  run: async ({ output, operands, commands }) => {
    const [name] = operands
    if (name === undefined) {
      showCommands(output, commands)
      return 0
    }
    const entry = commands.find((candidate) => candidate.name === name)
    if (entry === undefined) throw commandUnknown(name, commands)
    showCommand(output, entry, (await entry.load()).command)
    return 0
  },
})
