// The calls of the library (api/library-routes.ts), each handed to whoever does it.

import type { Handlers } from '../../api/routes.ts'
import type { LibraryEntry } from '../../api/schemas/library.ts'
import type { Audience } from '../../api/schemas/primitives.ts'
import type { Answer, FindingClass } from '../../api/schemas/review.ts'
import { kindOfName } from '../../safety/file-nature.ts'
import { absolute } from '../transfers/places.ts'
import type { Shares } from '../transfers/shares.ts'
import { moment } from '../transfers/transfer-row.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { withChecks } from './entry-checks.ts'
import type { Library } from './library.ts'

type Mine =
  | 'library'
  | 'libraryFolders'
  | 'addLibraryFolder'
  | 'removeLibraryFolder'
  | 'scanLibrary'
  | 'changeFolderAudience'
  | 'folderProposals'
  | 'acceptProposals'
  | 'dismissProposals'
  | 'browseLibrary'
  | 'search'
  | 'libraryEntry'
  | 'duplicates'
  | 'seenBy'
  | 'rememberedAnswers'
  | 'forgetAnswers'

const NOTHING = {
  files: 0,
  totalBytes: 0,
  unhashedFiles: 0,
  unhashedBytes: 0,
  hashingBytesPerSecond: 0,
  databaseBytes: 0,
}

export function libraryHandlers(
  library: Library,
  shares: Pick<Shares, 'offered'>,
  transfers: Transfers,
): Handlers<Mine> {
  const ask: NonNullable<Library['link']>['ask'] = (name, ...input) => library.need().ask(name, ...input)
  const checked = <Entry extends Omit<LibraryEntry, 'check'>>(entries: readonly Entry[]) =>
    withChecks(entries, transfers, (content) => library.isWithheld(content))
  return {
    library: async () => {
      if (library.link?.problem !== undefined) return { ...NOTHING, problem: library.problem }
      const { files, totalBytes, unhashedFiles, unhashedBytes, databaseBytes, hashingBytesPerSecond } =
        await ask('counts')
      const counts = { files, totalBytes, unhashedFiles, unhashedBytes, databaseBytes, hashingBytesPerSecond }
      return { ...counts, problem: library.problem }
    },
    libraryFolders: async () => {
      const folders = await ask('folders')
      return { folders: folders.map((folder) => library.offers.row(folder)) }
    },
    addLibraryFolder: ({ path }) => library.addFolder(absolute(path)),
    removeLibraryFolder: async ({ id }) => {
      await library.decided(id, () => library.offers.remove(id))
      return {}
    },
    scanLibrary: async ({ id }) => ({
      folders: (await ask('scan', id)).map((folder) => library.offers.row(folder)),
    }),
    changeFolderAudience: (wish) =>
      library.decided(wish.id, (stillMeant) => library.offers.change(wish, stillMeant)),
    folderProposals: async ({ id, offset, limit }) => {
      await ask('folder', id)
      const { total, totalBytes, files } = await ask('proposals', id, offset, limit)
      return {
        total,
        totalBytes,
        files: files.map(({ path: below, lengthBytes, modifiedMs, why }) => ({
          path: below.split('/'),
          lengthBytes,
          kind: kindOfName(below),
          why,
          modifiedAt: moment(modifiedMs),
        })),
      }
    },
    acceptProposals: (wish) =>
      library.decided(wish.id, (stillMeant) => library.offers.accept(wish, stillMeant)),
    dismissProposals: async ({ id }) => library.offers.row(await ask('dismiss', id)),
    browseLibrary: async (request) => {
      const { files, ...page } = await own(ask('browse', request))
      return { ...page, files: checked(files) }
    },
    search: async (request) => {
      const { entries, ...page } = await own(ask('search', request))
      return { ...page, entries: checked(entries) }
    },
    libraryEntry: async ({ content, offset, limit }) => {
      const entry = await own(ask('entry', content, offset, limit))
      return { ...entry, ...checked([entry])[0] }
    },
    duplicates: ({ offset, limit }) => own(ask('duplicates', offset, limit)),
    seenBy: async ({ audience, path, offset, limit }) => {
      const { head, ...page } = await own(ask('seen', audience, path, offset, limit))
      const seen = [...transfers].filter((transfer) => isFor(transfer.record.audience, audience))
      const offered = new Set(shares.offered())
      return {
        ...page,
        shares: seen
          .filter((transfer) => offered.has(transfer) && transfer.record.hashing === null)
          .map((transfer) => {
            const { id, name, fileCount, totalBytes } = transfer.row()
            return { id, name, fileCount, totalBytes }
          }),
        head: head === null ? null : await library.heads.told(audience, head),
      }
    },
    rememberedAnswers: async ({ offset, limit }) => {
      const { total, answers } = await ask('listAnswers', offset, limit)
      return {
        total,
        answers: answers.map(({ path, class: kind, answer, audience, atMs }) => ({
          path,
          class: kind as FindingClass,
          answer: answer as Answer,
          audience,
          at: moment(atMs) as string,
        })),
      }
    },
    forgetAnswers: async ({ path }) => {
      await ask('forgetAnswers', path)
      return {}
    },
  }
}

type Own<T> = T extends readonly (infer Each)[]
  ? Own<Each>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Own<T[Key]> }
    : T

/** What came from a thread is a copy that nobody else has. */
function own<T>(answer: Promise<T>): Promise<Own<T>> {
  return answer as Promise<Own<T>>
}

/** Strangers get what is for everyone; who has the link gets that share besides. */
function isFor(shared: Audience, audience: string): boolean {
  return shared === 'everyone' ? audience !== 'me' : audience === 'link'
}
