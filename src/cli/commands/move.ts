// `shoal move ID... --to DIR`: the data goes to another folder, or is said to lie there.

import path from 'node:path'
import { defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import { TEXT } from '../readers.ts'
import { MOST_IDS } from '../some-or-all.ts'
import { UsageError } from '../usage-error.ts'

export const command = defineCommand({
  options: {
    to: { kind: 'value', placeholder: 'DIR', reader: TEXT, summary: 'the folder that is to hold it' },
    'already-there': { kind: 'switch', summary: 'move nothing: the files are there, or will be' },
  },
  operands: { least: 1, most: MOST_IDS, expects: 'IDs or names, and --to DIR' },
  details: ['Moving goes on while the command has ended: `shoal list` shows how far it is.'],
  run: async (context) => {
    const { values, operands, output, folder } = context
    if (values.to === undefined)
      throw new UsageError('OPERAND_MISSING', {
        command: 'move',
        expects: '--to DIR',
        usage: 'move ID... --to DIR',
      })
    const to = path.resolve(folder, values.to)
    const link = await openLink(context)
    const which = await chosen(link, operands)
    const moves = await link.call('moveTransfers', {
      ids: which.ids,
      folder: to,
      data: !values['already-there'],
    })
    return sayOutcome(output, which, values['already-there'] ? `Is in ${to}` : `Moving to ${to}`, moves)
  },
})
