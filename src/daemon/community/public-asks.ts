// What the people process asks of the library for those nearby: what is offered to everyone, a page of it, and its signed head.
// Nothing is signed that is not durable there (catalogue-heads.ts). Without a library, or without its key, nothing is offered.

import { fromHex } from '../../base/bytes.ts'
import { LibraryError } from '../../library/library-error.ts'
import { CatalogueKeyError } from '../library/catalogue-key.ts'
import type { Library } from '../library/library.ts'
import type { PeopleAsks } from './people-messages.ts'

const EVERYONE = 'everyone'

/** @param port where the engine listens */
export function publicAsks(
  library: Library,
  port: () => number | undefined,
): Pick<PeopleAsks, 'publicState' | 'publicPage'> {
  return {
    publicState: async () => {
      const page = await pageOf(library, '', 0, 0)
      if (page === undefined || page.head.count === 0) return undefined
      const { author } = await library.heads.signed(EVERYONE, page.head)
      return { files: page.head.count, bytes: page.totalBytes, author: fromHex(author), port: port() }
    },
    publicPage: async ({ words, offset, limit }) => {
      const page = await pageOf(library, words, offset, limit)
      if (page === undefined) return { head: undefined, total: 0, hits: [] }
      const { signed } = await library.heads.signed(EVERYONE, page.head)
      return { head: fromHex(signed), total: page.total, hits: page.hits }
    },
  }
}

async function pageOf(library: Library, words: string, offset: number, limit: number) {
  try {
    await library.heads.ready()
    return await library.need().ask('publicHits', words, offset, limit)
  } catch (error) {
    // Not there, or being opened; or nothing can be signed.
    if (error instanceof LibraryError || error instanceof CatalogueKeyError) return undefined
    throw error
  }
}
