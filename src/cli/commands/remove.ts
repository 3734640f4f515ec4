// `shoal remove ID...`: forgets transfers. Files stay unless --data says otherwise; what can be taken back is not asked about.

import { formatCount } from '../../api/format-quantity.ts'
import { defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import { confirm } from '../question.ts'
import { oneOf, type Reader } from '../readers.ts'
import { MOST_IDS } from '../some-or-all.ts'
import { UsageError } from '../usage-error.ts'

const WHOLE_ID = /^[0-9a-f]{40}$/
const WHOLE: Reader<string> = {
  expects: 'the whole ID, as `remove` said it',
  read: (text) => (WHOLE_ID.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
}

export const command = defineCommand({
  options: {
    data: {
      kind: 'value',
      placeholder: 'WHAT',
      reader: oneOf('keep', 'trash', 'delete'),
      summary: 'what becomes of the files: keep (the default), trash or delete; a share’s are always kept',
    },
    undo: { kind: 'list', placeholder: 'ID', reader: WHOLE, summary: 'take a removal back, within a minute' },
  },
  operands: { least: 0, most: MOST_IDS, expects: 'IDs or names' },
  details: ['Deleting files is asked about on a terminal; --yes answers it.'],
  run: async (context) => {
    const { values, operands, output } = context
    const ids = [...values.undo]
    if (ids.length > 0) {
      const link = await openLink(context)
      const outcome = await link.call('restoreTransfers', { ids })
      const { transfers } = await link.call('listTransfers', {})
      const rows = transfers.filter(({ id }) => ids.includes(id))
      return sayOutcome(output, { rows, ids, short: (id) => id }, 'Back', outcome)
    }
    if (operands.length === 0)
      throw new UsageError('OPERAND_MISSING', {
        command: 'remove',
        expects: 'IDs or names',
        usage: 'remove ID... [--data keep|trash|delete]',
      })
    const link = await openLink(context)
    const which = await chosen(link, operands)
    const data = values.data ?? 'keep'
    if (data === 'delete')
      await confirm(
        `Delete the files of ${which.rows.length === 1 ? which.rows[0]?.name : formatCount(which.rows.length, 'transfer')}? They are not kept anywhere.`,
        values.yes,
        context,
      )
    const outcome = await link.call('removeTransfers', { ids: which.ids, data })
    const code = sayOutcome(output, which, 'Removed', outcome)
    if (data !== 'delete' && outcome.done.length > 0)
      output.note(
        `Take it back within a minute: shoal remove ${outcome.done.map((id) => `--undo ${id}`).join(' ')}`,
      )
    return code
  },
})
