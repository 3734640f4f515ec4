// `shoal send PERSON|CIRCLE|DEVICE PATH...`: offers files; without words, what was sent lately; --accept and --decline answer.

import path from 'node:path'
import { defineCommand } from '../command.ts'
import { peopleLink } from '../people/people-context.ts'
import { answerOffer, listOffers, SEND_OPTIONS, send, sendingOf } from '../people/sending.ts'
import { UsageError } from '../usage-error.ts'

const MOST_PATHS = 100
const USAGE = 'send PERSON|CIRCLE|DEVICE PATH...'

export const command = defineCommand({
  options: SEND_OPTIONS,
  operands: { least: 0, most: MOST_PATHS + 1, expects: 'a person, a circle or a device, and what to send' },
  details: [
    'To a person or a device nothing moves before they say yes; Ctrl-C leaves it to the running Shoal. In a circle it is offered in its first room. A name works when it is the only one; circle:NAME, person:NAME and device:NAME tell them apart.',
    'Everything is looked through first. What looks private is asked about on a terminal; elsewhere --allow or --leave-out must answer it.',
    'Without words: what was sent to you and by you in the last days.',
  ],
  run: async (context) => {
    const { operands, values, folder } = context
    const { accept, decline } = values
    const [word, ...given] = operands
    if (accept !== undefined && decline !== undefined)
      throw new UsageError('OPTION_CONFLICT', { option: '--accept', other: '--decline' })
    const answered = accept ?? decline
    if (answered !== undefined && word !== undefined)
      throw new UsageError('OPERAND_TOO_MANY', { command: 'send', usage: USAGE, operand: word })
    if (word !== undefined && given.length === 0)
      throw new UsageError('OPERAND_MISSING', { command: 'send', expects: 'what to send', usage: USAGE })
    const link = await peopleLink(context)
    if (answered !== undefined) {
      const at = values.output === undefined ? undefined : path.resolve(folder, values.output)
      return answerOffer(context, link, answered, at, accept !== undefined)
    }
    if (word === undefined) return listOffers(context, link)
    return send(
      sendingOf(context),
      link,
      word,
      given.map((each) => path.resolve(folder, each)),
    )
  },
})
