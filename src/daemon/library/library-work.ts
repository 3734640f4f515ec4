// What goes on in the library's thread beside answering: folders are scanned, offers kept in step with them, the strangers' catalogue
// with the offers. In the thread of the database; what a person decides is one durable transaction there.

import type { Hasher } from '../../base/ports.ts'
import type { CatalogueState } from '../../library/catalogue-store.ts'
import { CircleCatalogues } from '../../library/circle-catalogues.ts'
import { EveryoneCatalogue } from '../../library/everyone-catalogue.ts'
import type { FolderAudience, FolderRecord } from '../../library/folder-store.ts'
import type { LooseBundle, LooseFile } from '../../library/loose-offers.ts'
import type { NewOffer, OfferedPlace, OfferRecord } from '../../library/offer-record.ts'
import { PublicHitReader } from '../../library/public-hits.ts'
import { LibraryScanner, type ScannerProgress } from '../../library/scan/library-scanner.ts'
import type { FolderStatus } from '../../library/scan/scanned-folder.ts'
import type { LibraryStores } from '../../library/stores.ts'
import type { ContentId } from '../../metainfo/content-id.ts'
import { SystemClock } from '../../platform/clock.ts'
import { SystemDigest } from '../../platform/digest.ts'
import { EVERYONE } from '../../protocol/catalogue/audience.ts'

export interface WorkPlan {
  readonly stores: LibraryStores
  readonly hasher: Hasher & { close(): Promise<void> }
  /** Real paths that are never entered. */
  readonly never: readonly string[]
  readonly pressure: () => number
  /** State or counts of a folder changed. */
  readonly changed: (folder: string) => void
  /** Something is offered, or offered no more. */
  readonly offersChanged: () => void
  readonly failed: (error: unknown) => void
}

export interface FolderAnswer {
  readonly folder: FolderRecord
  readonly status: FolderStatus | undefined
  readonly offer: OfferRecord | undefined
  readonly proposals: number
}

/** An offer is looked at again so long after its folder changed: changes come in bursts. */
const STEP_AFTER_MS = 1_000
/** And not sooner than so many times what the last look took, so that others have their turn. */
const STEP_SHARE = 10
/** Between slices of the catalogue. */
const CATALOGUE_PAUSE_MS = 20
/** Heads are signed anew, and facts learned since come in. */
const CATALOGUE_EVERY_MS = 3_600_000

const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

export class LibraryWork {
  readonly #plan: WorkPlan
  readonly #scanner: LibraryScanner
  readonly #catalogue: EveryoneCatalogue
  readonly #circles: CircleCatalogues
  readonly #publicHits: PublicHitReader
  readonly #steps = new Map<string, NodeJS.Timeout>()
  #stepTookMs = 0
  #catalogueTurn: NodeJS.Timeout | undefined
  readonly #hourly: NodeJS.Timeout
  /** What had been learned when all of it was last gone through; undefined: in an earlier run. */
  #learned: number | undefined
  #closed = false

  constructor(plan: WorkPlan) {
    const { stores, hasher, never, pressure } = plan
    this.#plan = plan
    const digest = new SystemDigest()
    this.#catalogue = new EveryoneCatalogue(stores.writes, stores.withheld, digest)
    this.#circles = new CircleCatalogues(stores.writes, this.#catalogue.store)
    this.#publicHits = new PublicHitReader(stores.writes.database, this.#catalogue.store)
    this.#scanner = new LibraryScanner({
      store: stores.files,
      hashes: stores.reading,
      facts: stores.reading,
      hasher,
      digest,
      clock: new SystemClock(),
      pressure,
      fileCount: () => stores.folders.counts().files,
      never,
      changed: (folder) => this.#changed(folder),
      failed: plan.failed,
    })
    for (const { id, path } of stores.folders.all()) this.#scanner.start({ id, path })
    this.#catalogueLater()
    this.#hourly = setInterval(() => this.#keepUp(), CATALOGUE_EVERY_MS)
  }

  // ── what is asked ──

  folders(): FolderAnswer[] {
    return this.#plan.stores.folders.all().map((folder) => this.#answer(folder))
  }

  folder(id: string): FolderAnswer {
    return this.#answer(this.#plan.stores.folders.get(id))
  }

  progress(): ScannerProgress {
    return this.#scanner.progress
  }

  addFolder(id: string, path: string, addedAtMs: number): FolderAnswer {
    const folder = this.#plan.stores.folders.add(id, path, addedAtMs)
    this.#scanner.start({ id: folder.id, path: folder.path })
    return this.#answer(folder)
  }

  scan(id: string | undefined): FolderAnswer[] {
    if (id !== undefined) this.#plan.stores.folders.get(id)
    this.#scanner.scan(id)
    return this.folders().filter(({ folder }) => id === undefined || folder.id === id)
  }

  // ── what a person decides; durable when it returns ──

  removeFolder(id: string): void {
    const { writes, folders, offers } = this.#plan.stores
    folders.get(id)
    this.#scanner.stop(id)
    writes.run(() => {
      this.#ends(id)
      offers.forget(id)
      folders.remove(id)
    }, 'full')
    this.#offers('changed')
  }

  offer(offer: NewOffer, { licence, publisher }: Omit<FolderAudience, 'audience'>): FolderAnswer {
    const { writes, folders, offers } = this.#plan.stores
    writes.run(() => {
      this.#ends(offer.folder)
      folders.setAudience(offer.folder, { audience: offer.audience, licence, publisher })
      offers.make(offer)
    }, 'full')
    // What is on disk now and what is known of it must agree before anything may leave the offer.
    this.#scanner.scan(offer.folder)
    this.#scanner.prefer(offer.folder)
    this.#offers('changed')
    return this.folder(offer.folder)
  }

  extend(offer: Omit<NewOffer, 'audience' | 'madeAtMs'>): FolderAnswer {
    this.#plan.stores.offers.extend(offer)
    this.#step(offer.folder)
    this.#offers('changed')
    return this.folder(offer.folder)
  }

  /** The same files for fewer people. */
  narrow(folder: string, audience: string): FolderAnswer {
    const { writes, folders, offers } = this.#plan.stores
    writes.run(() => {
      const { licence, publisher } = folders.get(folder)
      this.#ends(folder)
      folders.setAudience(folder, { audience, licence, publisher })
      if (audience === 'me') offers.end(folder)
      else offers.narrow(folder, audience)
    }, 'full')
    this.#offers('changed')
    return this.folder(folder)
  }

  /** Licence and publisher of what everyone gets already. */
  relabel(folder: string, audience: FolderAudience): FolderAnswer {
    this.#plan.stores.folders.setAudience(folder, audience)
    this.#offers('all')
    return this.folder(folder)
  }

  /** Nothing is offered to anybody any more. */
  endAll(): void {
    const { writes, offers } = this.#plan.stores
    writes.run(() => {
      this.#catalogue.endAll(nowSeconds())
      offers.endAll()
      this.#plan.stores.loose.endAll()
    }, 'full')
    this.#plan.offersChanged()
  }

  /** Part of what is offered to nobody, whatever offers say; after the last of it strangers see none of it. */
  withhold(...[source, packed, part]: Parameters<LibraryStores['withheld']['put']>): void {
    const { withheld } = this.#plan.stores
    withheld.put(source, packed, part)
    if (!withheld.isKnown) return
    this.#catalogue.withholds(nowSeconds())
    this.#circles.allNow(nowSeconds())
    this.#catalogueLater()
    this.#plan.offersChanged()
  }

  dismiss(folder: string): FolderAnswer {
    this.#plan.stores.offers.dismiss(folder)
    return this.folder(folder)
  }

  /** What a stranger finds, with what is to be signed of it; undefined while nothing was ever offered to everyone. */
  publicHits(words: string, offset: number, limit: number) {
    const { head, totalBytes } = this.seen(EVERYONE, '', 0, 0)
    const state = this.#catalogue.store.state(EVERYONE)
    if (state === undefined || head === null) return undefined
    return { head, totalBytes, ...this.#publicHits.find(state, words, offset, limit) }
  }

  seen(...asked: Parameters<EveryoneCatalogue['seen']>): ReturnType<EveryoneCatalogue['seen']> {
    return this.#catalogue.seen(...asked)
  }

  // ── circles ──

  /** Files offered one by one, instead of what this bundle had; those who may see them see them when it returns. */
  offerLoose(bundle: LooseBundle): void {
    const { writes, loose } = this.#plan.stores
    writes.run(() => {
      loose.put(bundle)
      this.#circles.now(bundle.audience, nowSeconds())
    }, 'full')
    this.#plan.offersChanged()
  }

  addLoose(audience: string, bundle: string, file: LooseFile): void {
    this.#plan.stores.loose.add(audience, bundle, file)
    this.#offers('changed')
  }

  endLoose(bundle: string): void {
    const { writes, loose } = this.#plan.stores
    writes.run(() => {
      for (const audience of loose.end(bundle)) this.#circles.now(audience, nowSeconds())
    }, 'full')
    this.#plan.offersChanged()
  }

  removeLoose(audience: string, bundle: string, { root, lengthBytes }: ContentId): string[] {
    const { writes, loose } = this.#plan.stores
    const paths = writes.run(() => {
      const lay = loose.remove(bundle, root, lengthBytes)
      this.#circles.now(audience, nowSeconds())
      return lay
    }, 'full')
    this.#plan.offersChanged()
    return paths
  }

  /** Of everything that is offered to this circle. */
  offeredIn(audience: string, hash: Uint8Array): OfferedPlace | undefined {
    const { offers, loose } = this.#plan.stores
    return offers.byInfohash(hash, audience) ?? loose.byInfohash(audience, hash)
  }

  circleCatalogues(): CatalogueState[] {
    return this.#circles.states()
  }

  cataloguePage(...asked: Parameters<CircleCatalogues['page']>): Uint8Array | undefined {
    return this.#circles.page(...asked)
  }

  // ── what goes on by itself ──

  /** What ended offers left. @returns whether there is more */
  tidy(): boolean {
    return this.#plan.stores.offers.removeSome()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const step of this.#steps.values()) clearTimeout(step)
    clearTimeout(this.#catalogueTurn)
    clearInterval(this.#hourly)
    await this.#scanner.close()
    await this.#plan.hasher.close()
  }

  #ends(folder: string): void {
    this.#catalogue.end(folder, nowSeconds())
    this.#circles.end(folder, nowSeconds())
  }

  #answer(folder: FolderRecord): FolderAnswer {
    const { offers } = this.#plan.stores
    const offer = offers.find(folder.id)
    return {
      folder,
      status: this.#scanner.folder(folder.id),
      offer,
      proposals: offer === undefined ? 0 : offers.proposals(folder.id, 0, 0).total,
    }
  }

  #changed(folder: string): void {
    this.#plan.changed(folder)
    if (this.#closed || this.#steps.has(folder)) return
    const waitMs = Math.max(STEP_AFTER_MS, STEP_SHARE * this.#stepTookMs)
    const step = setTimeout(() => {
      this.#steps.delete(folder)
      this.#guarded(() => this.#step(folder))
    }, waitMs)
    this.#steps.set(folder, step)
  }

  #step(folder: string): void {
    const { offers, offerStep } = this.#plan.stores
    const scannedAtMs = this.#scanner.folder(folder)?.scannedAtMs
    const madeAtMs = offers.madeAtMs(folder)
    // Before all of it was walked since, what is not known need not be gone.
    if (madeAtMs === undefined || scannedAtMs === undefined || scannedAtMs < madeAtMs) return
    const began = performance.now()
    const { offerChanged, proposals } = offerStep.take(folder)
    this.#stepTookMs = performance.now() - began
    if (offerChanged) this.#offers('changed')
    if (offerChanged || proposals > 0) this.#plan.changed(folder)
  }

  #offers(what: 'changed' | 'all'): void {
    this.#catalogue.begin(what)
    this.#circles.begin()
    this.#catalogueLater()
    this.#plan.offersChanged()
  }

  /** To go through all of it costs a processor 20 s for 100,000 entries: not done where nothing was learned. */
  #keepUp(): void {
    const { learned } = this.#plan.stores.reading
    if (learned === this.#learned) this.#catalogueLater()
    else this.#offers('all')
    this.#learned = learned
  }

  #catalogueLater(): void {
    if (this.#closed || this.#catalogueTurn !== undefined) return
    this.#catalogueTurn = setTimeout(() => {
      this.#catalogueTurn = undefined
      let more = false
      this.#guarded(() => {
        const circles = this.#circles.step(nowSeconds())
        more = this.#catalogue.step(nowSeconds()) || circles.more
        if (circles.changed) this.#plan.offersChanged()
      })
      if (more) this.#catalogueLater()
    }, CATALOGUE_PAUSE_MS)
  }

  /** What fails by itself would fail whoever asks next, too, and ends the thread only if it is no trouble of the database. */
  #guarded(work: () => void): void {
    if (this.#closed) return
    try {
      work()
    } catch (error) {
      this.#plan.failed(error)
    }
  }
}
