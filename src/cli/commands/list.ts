// `shoal list [FILTER]`: the transfers of the running Shoal, or those that fit.

import { defineCommand } from '../command.ts'
import { openLink } from '../open-link.ts'
import { transferTable } from '../transfer-table.ts'

const MOST_WORDS = 100

export const command = defineCommand({
  options: {},
  operands: { least: 0, most: MOST_WORDS, expects: 'nothing, or what to look for' },
  details: [
    'FILTER is words of the name, and terms: state:error tracker:HOST tag:NAME category:NAME folder:PATH size:>10G ratio:<1. Quote what has > or < in it.',
    'An ID can be shortened wherever one is asked for, as far as it is the only one that begins so; a name works too.',
  ],
  run: async (context) => {
    const { operands, output } = context
    const link = await openLink(context)
    const { transfers } = await link.call(
      'listTransfers',
      operands.length === 0 ? {} : { filter: operands.join(' ') },
    )
    output.object({ transfers })
    if (transfers.length === 0) {
      output.note(operands.length === 0 ? 'Nothing yet. Get something: shoal get LINK' : 'Nothing fits.')
      return 0
    }
    const { results } = output
    for (const line of transferTable(transfers, results.live ? results.columns : undefined))
      output.result(line)
    return 0
  },
})
