// `shoal recheck ID...`: looks at every byte on disk again.

import { defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import { MOST_IDS } from '../some-or-all.ts'

export const command = defineCommand({
  options: {},
  operands: { least: 1, most: MOST_IDS, expects: 'IDs or names' },
  details: ['It answers at once and checks meanwhile: `shoal list` shows how far it is.'],
  run: async (context) => {
    const link = await openLink(context)
    const which = await chosen(link, context.operands)
    return sayOutcome(
      context.output,
      which,
      'Checking',
      await link.call('recheckTransfers', { ids: which.ids }),
    )
  },
})
