// What can be asked of the library's threads: the writer, which owns the database, and the reader beside it, for which a
// search never waits for a write. Arguments and answers travel as structured clones.

import type { DatabaseSync } from 'node:sqlite'
import { EntryReader } from '../../library/entry-reader.ts'
import { LibraryError } from '../../library/library-error.ts'
import { PlaceReader } from '../../library/place-reader.ts'
import { LibrarySearch } from '../../library/search/search.ts'
import type { LibraryStores } from '../../library/stores.ts'
import { contentIdText, parseContentId } from '../../metainfo/content-id.ts'

/** Changes, and whatever must see them at once. */
export function writerCalls(stores: LibraryStores) {
  const { folders, transfers } = stores
  return {
    counts: () => folders.counts(),
    folders: () => folders.all(),
    addFolder: (id: string, path: string, addedAtMs: number) => folders.add(id, path, addedAtMs),
    setAudience: (...change: Parameters<typeof folders.setAudience>) => folders.setAudience(...change),
    removeFolder: (id: string) => folders.remove(id),
    putTransfer: (...transfer: Parameters<typeof transfers.put>) => transfers.put(...transfer),
    dropTransfer: (id: string) => transfers.drop(id),
    transferIds: () => transfers.ids(),
  }
}

export function readerCalls(database: DatabaseSync) {
  const search = new LibrarySearch(database, Date.now)
  const places = new PlaceReader(database)
  const entries = new EntryReader(database)
  return {
    search: (...request: Parameters<typeof search.search>) => search.search(...request),
    browse: (...request: Parameters<typeof places.browse>) => places.browse(...request),
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
