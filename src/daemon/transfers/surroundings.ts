// What one transfer asks of those around it: where it is kept, the engine there is, what the settings say, whom to tell.

import type { Coded, StopRule } from '../../api/schemas/primitives.ts'
import type { Torrent } from '../../engine/torrent/torrent.ts'
import type { Arrival } from '../checks/arrival.ts'
import type { Engine } from '../compose.ts'
import type { Log } from '../log.ts'
import type { OpeningDefaults } from './engine-options.ts'
import type { TransferRecord } from './record.ts'
import type { RecordStore } from './record-store.ts'
import type { Notice } from './table.ts'
import type { Transfer } from './transfer.ts'

export interface TransferSurroundings {
  readonly store: RecordStore
  readonly log: Log
  readonly stateFolder: string
  wallMs(): number
  /** Undefined while there is none: it is being opened anew. */
  engine(): Engine | undefined
  /** Why there is none: nothing can leave as the settings want it. */
  noWayOut(): Coded | null
  defaults(): OpeningDefaults
  /** For what was got; shares give until told otherwise. */
  stopRule(): StopRule
  allPaused(): boolean
  webPage(id: string): string | null
  /** It was opened, and a move that was cut off can go on. */
  goOnMoving(transfer: Transfer): void
  /** The look at its files as they arrive. */
  arrivalOf(transfer: Transfer): Arrival
  /** Payload was counted. */
  counted(takenBytes: number, givenBytes: number): void
  /** It counts no more. */
  left(torrent: Torrent): void
  /** It is known by another hash, too. */
  learned(transfer: Transfer): void
  touch(id: string): void
  /** Not while the library does not say that its folder is offered. */
  mayOpen(record: TransferRecord): boolean
  notice(notice: Notice): void
  banned(address: string, reason: string): void
}
