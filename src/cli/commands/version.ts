// `shoal version`

import { VERSION } from '../../daemon/version.ts'
import { defineCommand, NO_OPERANDS } from '../command.ts'

export const command = defineCommand({
  options: {},
  operands: NO_OPERANDS,
  run: async ({ output }) => {
    output.result(`shoal ${VERSION} (Node ${process.versions.node})`)
    output.object({ version: VERSION, node: process.versions.node })
    return 0
  },
})
