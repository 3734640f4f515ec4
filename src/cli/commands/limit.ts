// `shoal limit ID...`: how fast transfers may get and give, each by itself.

import { CodedError } from '../../base/errors.ts'
import { defineCommand } from '../command.ts'
import { chosen, sayOutcome } from '../many.ts'
import { openLink } from '../open-link.ts'
import { RATE, type Reader } from '../readers.ts'
import { MOST_IDS } from '../some-or-all.ts'

export class LimitError extends CodedError<'LIMIT_MISSING'> {}

/** As the API takes limits: slower ones would only keep connections from being of use to anybody. */
const LEAST_BYTES_PER_SECOND = 1_000

const LIMIT: Reader<number | 'none'> = {
  expects: 'a rate of at least 1k such as 2M (2 MB/s) or 16mbit, or none',
  read: (text) => {
    if (text === 'none') return text
    const rate = RATE.read(text)
    return rate === undefined || rate < LEAST_BYTES_PER_SECOND ? undefined : rate
  },
}

export const command = defineCommand({
  options: {
    up: {
      kind: 'value',
      placeholder: 'RATE',
      reader: LIMIT,
      summary: 'upload at most this fast; none: no limit',
    },
    down: {
      kind: 'value',
      placeholder: 'RATE',
      reader: LIMIT,
      summary: 'download at most this fast; none: no limit',
    },
  },
  operands: { least: 1, most: MOST_IDS, expects: 'IDs or names' },
  details: ['Limits of all transfers together are settings: shoal config set speed.up 2M'],
  run: async (context) => {
    const { values, operands, output } = context
    const { up, down } = values
    if (up === undefined && down === undefined) throw new LimitError('LIMIT_MISSING')
    const link = await openLink(context)
    const which = await chosen(link, operands)
    const change = {
      ...(up === undefined ? {} : { upLimit: up === 'none' ? null : up }),
      ...(down === undefined ? {} : { downLimit: down === 'none' ? null : down }),
    }
    return sayOutcome(output, which, 'Set', await link.call('changeTransfers', { ids: which.ids, change }))
  },
})
