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

export interface StoppedLibrary {
  /** Folders that offer something now. */
  offered(): { id: string; name: string }[]
  keepToOneself(folder: string): Promise<void>
}

export function shareHandlers(
  shares: Shares,
  transfers: Transfers,
  around: Omit<WideningSurroundings, 'shares'>,
  library: StoppedLibrary,
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
    stopShares: async (chosen) => {
      if ('all' in chosen) {
        const folders = library.offered()
        const { stopped } = await shares.stop(shares.offered(), true)
        return { stopped, folders }
      }
      const named = chosen.ids.map((id) => transfers.get(id))
      const { stopped } = await shares.stop(named.filter(({ record }) => record.libraryFolder === null))
      // Of a folder's share it is the folder that is not offered any more.
      for (const { id, record } of named) {
        if (record.libraryFolder === null) continue
        stopped.push({ id, name: record.name })
        await library.keepToOneself(record.libraryFolder)
      }
      return { stopped }
    },
  }
}
