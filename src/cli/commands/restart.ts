// `shoal restart`: ends the running Shoal and starts it anew. What somebody else keeps running is theirs to restart.

import { LifeError } from '../../daemon/life/life-error.ts'
import { findDaemon } from '../../daemon/life/run-file.ts'
import { defineCommand, NO_OPERANDS } from '../command.ts'
import { endRunning } from '../end-running.ts'
import { ensureRunning } from '../ensure-running.ts'
import { stateFolderOf } from '../state-folder.ts'

export const command = defineCommand({
  options: {},
  operands: NO_OPERANDS,
  details: ['Needed after an update, and for settings that say so. Transfers go on where they were.'],
  run: async ({ values, output, folder, environment }) => {
    const stateFolder = stateFolderOf(values, folder)
    const found = findDaemon(stateFolder)
    if (found.state === 'answers') {
      if (found.run.kept === 'systemd')
        throw new LifeError('DAEMON_SUPERVISED', {
          keeper: 'systemd',
          use: 'Use: systemctl --user restart shoal',
        })
      if (found.run.kept === 'foreground') throw new LifeError('DAEMON_SUPERVISED')
    }
    await endRunning(stateFolder)
    const { link } = await ensureRunning(stateFolder, environment)
    const { pid, url, version } = link.run
    output.object({ event: 'running', started: true, pid, page: url, version, stateFolder })
    output.result(`Shoal runs anew (process ${pid}). Its page: ${url}`)
    return 0
  },
})
