// `shoal unshare ID...|--all`: stops sharing. When it answers nothing is given any more; the files stay.

import { defineCommand } from '../command.ts'
import { chosen } from '../many.ts'
import { openLink } from '../open-link.ts'
import { MOST_IDS, someOrAll } from '../some-or-all.ts'

export const command = defineCommand({
  options: { all: { kind: 'switch', summary: 'stop sharing everything, the folders of the library too' } },
  operands: { least: 0, most: MOST_IDS, expects: 'IDs or names, or --all' },
  details: ['Whoever has fetched it keeps it and can pass it on.'],
  run: async (context) => {
    const { values, operands, output } = context
    const all = someOrAll('unshare', values.all, operands)
    const link = await openLink(context)
    const { stopped, folders = [] } = await link.call(
      'stopShares',
      all ? { all: true } : { ids: (await chosen(link, operands)).ids },
    )
    output.object({ stopped, folders })
    for (const { id, name } of stopped)
      output.result(`Not shared any more: ${name} (${id.slice(0, SHOWN_LETTERS)})`)
    for (const { name } of folders) output.result(`Only yours again: the library folder ${name}`)
    if (stopped.length === 0 && folders.length === 0) output.note('Nothing was shared.')
    return 0
  },
})

const SHOWN_LETTERS = 8
