// `shoal stop`: the running Shoal ends in order. Where none runs there is nothing to do, and that is no failure.

import { defineCommand, NO_OPERANDS } from '../command.ts'
import { endRunning } from '../end-running.ts'
import { stateFolderOf } from '../state-folder.ts'

export const command = defineCommand({
  options: {},
  operands: NO_OPERANDS,
  details: ['Transfers go on where they were when it is started again: shoal start'],
  run: async ({ values, output, folder }) => {
    const pid = await endRunning(stateFolderOf(values, folder))
    output.object({ running: false, ended: pid ?? null })
    output.result(pid === undefined ? 'Shoal is not running.' : `Shoal has ended (process ${pid}).`)
    return 0
  },
})
