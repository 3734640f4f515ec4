// `shoal resume ID...`: goes on, or tries again what failed; with --all ends the rest of everything.

import { defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import { MOST_IDS, someOrAll } from '../some-or-all.ts'

export const command = defineCommand({
  options: { all: { kind: 'switch', summary: 'ends `pause --all`; what was paused by itself stays so' } },
  operands: { least: 0, most: MOST_IDS, expects: 'IDs or names, or --all' },
  run: async (context) => {
    const { values, operands, output } = context
    const all = someOrAll('resume', values.all, operands)
    const link = await openLink(context)
    if (!all) {
      const which = await chosen(link, operands)
      return sayOutcome(output, which, 'Goes on', await link.call('resumeTransfers', { ids: which.ids }))
    }
    await link.call('resumeAll', {})
    output.object({ pausedUntil: null })
    output.result('Everything goes on.')
    return 0
  },
})
