// `shoal page`: a fresh link to the page, for one use.

import { defineCommand, NO_OPERANDS } from '../command.ts'
import { openLink } from '../open-link.ts'
import { showPage } from '../show-page.ts'

export const command = defineCommand({
  options: {},
  operands: NO_OPERANDS,
  details: [
    'A browser that has opened it once stays let in; the link itself works once, within five minutes.',
  ],
  run: async (context) => {
    const link = await openLink(context)
    const { url, elsewhere, expiresAt } = await showPage(link, context, false)
    context.output.object({ page: link.run.url, link: url, elsewhere, expiresAt })
    return 0
  },
})
