// The calls about shares (api/routes.ts), each handed to whoever does it.

import type { Handlers } from '../../api/routes.ts'
import { type WideningSurroundings, widenOrNarrow } from './share-widening.ts'
import type { Shares } from './shares.ts'
import type { Transfers } from './transfers.ts'

type Mine =
  | 'survey'
  | 'listShares'
  | 'addShare'
  | 'share'
  | 'changeAudience'
  | 'stopShares'
  | 'openWebPage'
  | 'closeWebPage'

export function shareHandlers(
  shares: Shares,
  transfers: Transfers,
  around: Omit<WideningSurroundings, 'shares'>,
): Handlers<Mine> {
  return {
    survey: (request) => shares.survey(request),
    listShares: async () => ({ shares: await shares.list() }),
    addShare: (request) => shares.add(request),
    share: ({ id }) => shares.facts(shares.get(id)),
    changeAudience: async (wish) => {
      const transfer = shares.get(wish.id)
      await widenOrNarrow(transfer, wish, { ...around, shares })
      return shares.facts(transfer)
    },
    openWebPage: ({ id }) => shares.openPage(shares.get(id)),
    closeWebPage: ({ id }) => shares.closePage(shares.get(id)),
    stopShares: (chosen) =>
      'all' in chosen
        ? shares.stop(shares.offered(), true)
        : shares.stop(chosen.ids.map((id) => transfers.get(id))),
  }
}
