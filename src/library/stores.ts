// The stores of the library over one open database, made once and sharing what they must share.

import type { DatabaseSync } from 'node:sqlite'
import type { Digest } from '../base/ports.ts'
import { AnswerStore } from './answer-store.ts'
import { FileRows } from './file-rows.ts'
import { FileStore } from './file-store.ts'
import { FolderStore } from './folder-store.ts'
import { LibraryWrites } from './library-writes.ts'
import { LooseOffers } from './loose-offers.ts'
import { OfferStep } from './offer-step.ts'
import { OfferStore } from './offer-store.ts'
import { ReadingStore } from './reading-store.ts'
import { TransferStore } from './transfer-store.ts'
import { Withheld } from './withheld.ts'

export interface LibraryStores {
  readonly writes: LibraryWrites
  readonly folders: FolderStore
  readonly files: FileStore
  readonly reading: ReadingStore
  readonly transfers: TransferStore
  readonly offers: OfferStore
  readonly offerStep: OfferStep
  readonly loose: LooseOffers
  readonly answers: AnswerStore
  readonly withheld: Withheld
}

/** Migrations of the library's database. */
export const LIBRARY_SCHEMA = new URL('./schema/', import.meta.url)

/** @param database opened with all of LIBRARY_SCHEMA */
export function libraryStores(database: DatabaseSync, digest: Digest): LibraryStores {
  const writes = new LibraryWrites(database)
  const withheld = new Withheld(writes)
  const rows = new FileRows(writes)
  const reading = new ReadingStore(writes, rows, digest)
  const files = new FileStore(writes, rows)
  return {
    writes,
    folders: new FolderStore(writes, rows),
    files,
    reading,
    transfers: new TransferStore(writes, rows, reading),
    offers: new OfferStore(writes, digest),
    offerStep: new OfferStep(writes, files),
    loose: new LooseOffers(writes, digest),
    answers: new AnswerStore(writes),
    withheld,
  }
}
