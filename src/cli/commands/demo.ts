// `shoal demo`: a real swarm on this computer, told while it happens (INTERFACE.md B3).

import { tmpdir } from 'node:os'
import path from 'node:path'
import { runDemo } from '../../daemon/demo/demo.ts'
import { defineCommand } from '../command.ts'
import { Show } from '../demo/show.ts'
import { stateFolderOf } from '../state-folder.ts'

export const command = defineCommand({
  options: {},
  operands: { least: 0, most: 1, expects: 'nothing, or a file or folder to play with' },
  details: [
    'Four processes of Shoal on this computer: one has a film, three get it. When one copy of every piece is out, the one that had it ends, and the others finish from each other. Then their hashes are compared.',
    'It connects to 127.0.0.1 only, and everybody gives at the rate of a good line, so that there is something to watch. It needs four times the size in the temporary folder (TMPDIR) and leaves nothing there. PATH is only read.',
  ],
  run: async ({ values, operands, output, folder, interrupt }) => {
    const [given] = operands
    const show = new Show(output)
    const result = await runDemo({
      path: given === undefined ? undefined : path.resolve(folder, given),
      temporaryFolder: tmpdir(),
      stateFolder: stateFolderOf(values, folder),
      signal: interrupt.listen(),
      watch: show,
    })
    show.end(result)
    return 0
  },
})
