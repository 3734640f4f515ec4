// `shoal remove ID...`: forgets transfers. Files stay unless --data says otherwise; what can be taken back is not asked about.

import { formatCount } from '../../api/format-quantity.ts'
import { CodedError } from '../../base/errors.ts'
import { defineCommand } from '../command.ts'
import type { DaemonLink } from '../daemon-link.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import type { Output } from '../output.ts'
import { confirm } from '../question.ts'
import { oneOf, type Reader } from '../readers.ts'
import { MOST_IDS } from '../some-or-all.ts'
import { ChoiceError, type Choosable, chooseTransfers, shortIds } from '../transfer-choice.ts'
import { UsageError } from '../usage-error.ts'

/** It was longer ago than a removal is remembered, or never was. */
class RemovalError extends CodedError<'RESTORE_TOO_LATE'> {}

const REMOVED: Reader<string> = {
  expects: 'the ID or name of what was removed',
  read: (text) => (text === '' ? undefined : text),
}

export const command = defineCommand({
  options: {
    data: {
      kind: 'value',
      placeholder: 'WHAT',
      reader: oneOf('keep', 'trash', 'delete'),
      summary: 'what becomes of the files: keep (the default), trash or delete; a share’s are always kept',
    },
    undo: {
      kind: 'list',
      placeholder: 'ID',
      reader: REMOVED,
      summary: 'take a removal back, within a minute',
    },
  },
  operands: { least: 0, most: MOST_IDS, expects: 'IDs or names' },
  details: ['Deleting files is asked about on a terminal; --yes answers it.'],
  run: async (context) => {
    const { values, operands, output } = context
    if (values.undo.length > 0) return await takeBack(await openLink(context), values.undo, output)
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
    const { transfers: removed } = await link.call('removedTransfers', {})
    const back = outcome.done.filter((done) => removed.some(({ id }) => id === done))
    if (back.length > 0)
      output.note(
        `Take it back within a minute: shoal remove ${back.map((id) => `--undo ${which.short(id)}`).join(' ')}`,
      )
    return code
  },
})

/** @throws RemovalError, ChoiceError FITS_SEVERAL; then nothing was taken back */
async function takeBack(link: DaemonLink, words: readonly string[], output: Output): Promise<number> {
  const { transfers: removed } = await link.call('removedTransfers', {})
  const rows = chooseRemoved(words, removed)
  const ids = rows.map(({ id }) => id)
  const outcome = await link.call('restoreTransfers', { ids })
  return sayOutcome(output, { rows, ids, short: shortIds(removed.map(({ id }) => id)) }, 'Back', outcome)
}

function chooseRemoved<Row extends Choosable>(words: readonly string[], removed: readonly Row[]): Row[] {
  try {
    return chooseTransfers(words, removed)
  } catch (error) {
    if (!(error instanceof ChoiceError) || error.code !== 'FITS_NOTHING') throw error
    throw new RemovalError('RESTORE_TOO_LATE', error.data, error)
  }
}
