// What can be asked of the library's threads: the writer, which owns the database, and the reader beside it, for which a
// search never waits for a write. Arguments and answers travel as structured clones.

import type { DatabaseSync } from 'node:sqlite'
import { ContentPlaces } from '../../library/content-places.ts'
import { EntryReader } from '../../library/entry-reader.ts'
import { LibraryError } from '../../library/library-error.ts'
import { PlaceReader } from '../../library/place-reader.ts'
import { LibrarySearch } from '../../library/search/search.ts'
import type { LibraryStores } from '../../library/stores.ts'
import { type ContentId, contentIdText, parseContentId } from '../../metainfo/content-id.ts'
import type { LibraryWork } from './library-work.ts'

/** Changes, and whatever must see them at once. */
export function writerCalls(stores: LibraryStores, work: LibraryWork) {
  const { folders, transfers, offers, answers, loose } = stores
  return {
    counts: () => ({ ...folders.counts(), ...work.progress() }),
    folders: () => work.folders(),
    folder: (id: string) => work.folder(id),
    addFolder: (id: string, path: string, addedAtMs: number) => work.addFolder(id, path, addedAtMs),
    removeFolder: (id: string) => work.removeFolder(id),
    scan: (id: string | undefined) => work.scan(id),
    offer: (...decided: Parameters<typeof work.offer>) => work.offer(...decided),
    extend: (...decided: Parameters<typeof work.extend>) => work.extend(...decided),
    narrow: (folder: string, audience: string) => work.narrow(folder, audience),
    relabel: (...decided: Parameters<typeof work.relabel>) => work.relabel(...decided),
    endAll: () => work.endAll(),
    withhold: (...part: Parameters<typeof work.withhold>) => work.withhold(...part),
    dismiss: (folder: string) => work.dismiss(folder),
    seen: (...asked: Parameters<typeof work.seen>) => work.seen(...asked),
    publicHits: (...asked: Parameters<typeof work.publicHits>) => work.publicHits(...asked),
    offers: () => offers.all(),
    frozen: (folder: string) => offers.files(folder),
    setShare: (folder: string, share: string | null) => offers.setShare(folder, share),
    proposals: (folder: string, offset: number, limit: number) => offers.proposals(folder, offset, limit),
    copyPaths: () => offers.copyPaths(),
    offered: (key: { readonly hash: Uint8Array } | { readonly tag: Uint8Array }) =>
      'hash' in key ? offers.byInfohash(key.hash) : offers.byTag(key.tag),
    offeredAfter: (hash: Uint8Array | undefined, count: number, audience?: string) =>
      offers.infohashesAfter(hash, count, audience),
    offeredIn: (audience: string, hash: Uint8Array) => work.offeredIn(audience, hash),
    offerLoose: (...bundle: Parameters<typeof work.offerLoose>) => work.offerLoose(...bundle),
    addLoose: (...file: Parameters<typeof work.addLoose>) => work.addLoose(...file),
    endLoose: (bundle: string) => work.endLoose(bundle),
    removeLoose: (...content: Parameters<typeof work.removeLoose>) => work.removeLoose(...content),
    looseFiles: (bundle: string) => loose.files(bundle),
    loosePathsBelow: (prefix: string) => loose.pathsBelow(prefix),
    circleCatalogues: () => work.circleCatalogues(),
    cataloguePage: (...asked: Parameters<typeof work.cataloguePage>) => work.cataloguePage(...asked),
    answersOf: (...asked: Parameters<typeof answers.of>) => answers.of(...asked),
    keepAnswers: (...kept: Parameters<typeof answers.keep>) => answers.keep(...kept),
    listAnswers: (offset: number, limit: number) => answers.list(offset, limit),
    forgetAnswers: (path: string | undefined) => answers.forget(path),
    putTransfer: (...transfer: Parameters<typeof transfers.put>) => transfers.put(...transfer),
    dropTransfer: (id: string) => transfers.drop(id),
    transferIds: () => transfers.ids(),
  }
}

export function readerCalls(database: DatabaseSync) {
  const search = new LibrarySearch(database, Date.now)
  const places = new PlaceReader(database)
  const entries = new EntryReader(database)
  const contents = new ContentPlaces(database)
  return {
    search: (...request: Parameters<typeof search.search>) => search.search(...request),
    browse: (...request: Parameters<typeof places.browse>) => places.browse(...request),
    byContent: (content: ContentId) => contents.of(content),
    duplicates: (offset: number, limit: number) => places.duplicates(offset, limit),
    /** @throws LibraryError CONTENT_UNKNOWN */
    entry: (content: string, offset: number, limit: number) => {
      const id = parseContentId(content)
      const entry = id === undefined ? undefined : entries.content(id, offset, limit)
      if (entry === undefined)
        throw new LibraryError('CONTENT_UNKNOWN', { content: id === undefined ? '' : contentIdText(id) })
      return entry
    },
  }
}

export type WriterCalls = ReturnType<typeof writerCalls>
export type ReaderCalls = ReturnType<typeof readerCalls>
