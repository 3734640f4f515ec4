// `shoal pause ID...`: transfers rest until told; with --all everything does, for a time or until told.

import { formatMomentAhead } from '../../api/format-moment.ts'
import { CodedError } from '../../base/errors.ts'
import { defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import { DURATION } from '../readers.ts'
import { MOST_IDS, someOrAll } from '../some-or-all.ts'

export class PauseUseError extends CodedError<'FOR_NEEDS_ALL'> {}

export const command = defineCommand({
  options: {
    all: { kind: 'switch', summary: 'everything rests; what was paused by itself stays so afterwards' },
    for: { kind: 'value', placeholder: 'D', reader: DURATION, summary: 'with --all: go on after this long' },
  },
  operands: { least: 0, most: MOST_IDS, expects: 'IDs or names, or --all' },
  run: async (context) => {
    const { values, operands, output } = context
    const all = someOrAll('pause', values.all, operands)
    if (values.for !== undefined && !all) throw new PauseUseError('FOR_NEEDS_ALL')
    const link = await openLink(context)
    if (!all) {
      const which = await chosen(link, operands)
      return sayOutcome(output, which, 'Paused', await link.call('pauseTransfers', { ids: which.ids }))
    }
    const until = values.for === undefined ? 'told' : new Date(Date.now() + values.for).toISOString()
    await link.call('pauseAll', { until })
    output.object({ pausedUntil: until })
    output.result(
      until === 'told'
        ? 'Everything rests. Go on: shoal resume --all'
        : `Everything rests until ${formatMomentAhead(until, Date.now())}. Go on before: shoal resume --all`,
    )
    return 0
  },
})
