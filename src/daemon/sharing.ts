// How something becomes visible, joined: looks before sharing, the gate behind them, shares, and the calls about both.

import type { Clock, Digest, Disk, Random } from '../base/ports.ts'
import type { Engine } from './compose.ts'
import type { Library } from './library/library.ts'
import type { GateTools } from './review/gate.ts'
import type { PrivateThings } from './review/private-scan.ts'
import type { RememberedAnswers } from './review/remembered-answers.ts'
import { reviewHandlers } from './review/review-handlers.ts'
import { Reviews } from './review/reviews.ts'
import type { SharePages } from './share-page/share-pages.ts'
import type { RecordStore } from './transfers/record-store.ts'
import { shareHandlers } from './transfers/share-handlers.ts'
import { ShareShowing } from './transfers/share-showing.ts'
import { subjectOfShare } from './transfers/share-widening.ts'
import { Shares } from './transfers/shares.ts'
import type { StopList } from './transfers/stop-list.ts'
import type { Transfer } from './transfers/transfer.ts'
import type { Transfers } from './transfers/transfers.ts'

export interface SharingParts {
  readonly transfers: Transfers
  readonly store: RecordStore
  readonly stateFolder: string
  readonly disk: Disk
  readonly digest: Digest
  readonly random: Random
  readonly clock: Clock
  readonly pages: SharePages
  readonly things: PrivateThings
  readonly remembered: RememberedAnswers
  /** Undefined while there is none. */
  engine(): Engine | undefined
  wallMs(): number
  pex(): boolean
  /** Nobody is given by its content what is not offered any more when this resolves. */
  offersChanged(): Promise<void>
  touch(id: string): void
  readonly stopList: StopList
  readonly library: Library
  unwritten(error: unknown): void
  added(transfer: Transfer, queue: 'top' | 'bottom'): void
}

export interface Sharing {
  readonly shares: Shares
  readonly reviews: Reviews
  readonly gate: GateTools
  readonly showing: ShareShowing
  readonly handlers: ReturnType<typeof shareHandlers> & ReturnType<typeof reviewHandlers>
  /** What is looked at or hashed is begun anew at the next start. */
  close(): Promise<void>
}

export function openSharing(parts: SharingParts): Sharing {
  const { transfers, disk, digest, random, stateFolder, things, wallMs, library } = parts
  const reviews = new Reviews(parts)
  const gate = { disk, things, stateFolder }
  const showing = new ShareShowing(parts)
  const shares = new Shares({
    ...parts,
    reviews,
    gate,
    showing,
    tools: { disk, digest, random },
    endOffers: () => library.stopAll(),
    frozen: (folder) => library.offers.frozen(folder),
    folderShared: (folder, id) => library.became(folder, id),
  })
  return {
    shares,
    reviews,
    gate,
    showing,
    handlers: {
      ...shareHandlers(
        shares,
        transfers,
        { reviews, gate, wallMs },
        {
          offered: () => library.offered(),
          keepToOneself: (folder) => library.keepToOneself(folder),
        },
      ),
      ...reviewHandlers({
        reviews,
        disk,
        digest,
        stateFolder,
        share: (id, audience) => subjectOfShare(shares.get(id), audience, stateFolder),
        folder: (id, only, audience) => library.offers.subject(id, only, audience),
      }),
    },
    close: async () => {
      await Promise.all([shares.cancelAll(), reviews.close()])
      await things.end()
    },
  }
}
