// `shoal status`: what the running Shoal does (INTERFACE.md B3). Fails where none runs, so that scripts can ask.

import { defineCommand, NO_OPERANDS } from '../command.ts'
import { openLink } from '../open-link.ts'
import { statusLines } from '../status-text.ts'

export const command = defineCommand({
  options: {},
  operands: NO_OPERANDS,
  details: ['Exit code 1 if Shoal is not running on this state folder.'],
  run: async (context) => {
    const { output } = context
    const link = await openLink(context)
    const [status, network] = await Promise.all([link.call('status', {}), link.call('network', {})])
    output.object({ running: true, ...status, reach: network.reach })
    for (const line of statusLines(status, network, Date.now())) output.result(line)
    return 0
  },
})
