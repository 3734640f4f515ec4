// What is kept of members' catalogues, and who fills it: SQLite in production, maps in tests.

import type { CatalogueAudience } from '../../protocol/catalogue/audience.ts'
import type { TakenEntry } from '../../protocol/catalogue/replica.ts'
import type { TreeLeaf } from '../../protocol/catalogue/tree.ts'
import type { DeviceId } from '../ids.ts'

/** One catalogue: a device's, for one audience. */
export interface CatalogueName {
  readonly author: DeviceId
  readonly audience: CatalogueAudience
}

/** What is known of one. */
export interface KeptCatalogue extends CatalogueName {
  /** The highest head that was believed; remembered past its end, so that an older one never counts again. */
  readonly head: Uint8Array
  /** The head whose entries are here; undefined while none are. */
  readonly whole: Uint8Array | undefined
  /** Two heads under one number: nothing of it is believed until a higher one comes. */
  readonly twofold: boolean
}

/** How the entries of one differ from those that are here. */
export interface CatalogueChange {
  /** Nothing of what is here stays. */
  readonly anew: boolean
  readonly added: readonly TakenEntry[]
  readonly removed: readonly Uint8Array[]
}

/** Synchronous; the caller's transaction is around each input of the service. */
export interface CatalogueRecords {
  all(): readonly KeptCatalogue[]
  /** Heads only. */
  put(kept: KeptCatalogue): void
  /** The entries, too: they are now those of `kept.whole`. */
  change(kept: KeptCatalogue, change: CatalogueChange): void
  leaves(name: CatalogueName): Iterable<TreeLeaf>
  /** From a state with this root, or from nothing, to the present one, behind a key; undefined where that state is forgotten. */
  page(name: CatalogueName, from: Uint8Array, after: Uint8Array | undefined): Uint8Array | undefined
  /** Nobody sees any of it any more. */
  forget(name: CatalogueName): void
}
