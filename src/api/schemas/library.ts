// The library: folders with their audience, files by content, what others see, what is there twice.

import { z } from 'zod'
import { isOpenLicence } from '../open-licences.ts'
import { AbsolutePath, Bytes, Coded, ForeignText, Moment, TransferId } from './primitives.ts'
import { CheckState } from './transfer.ts'

/** Longest search that is answered; nobody types more. */
export const MAX_QUERY_CHARACTERS = 200
/** Rows of one answer. */
export const MAX_PAGE_ROWS = 200

/** INTERFACE.md A1: the five. Persons and circles by their id. */
export const LibraryAudience = z.string().regex(/^(me|link|everyone|(person|circle):[0-9a-z]{1,64})$/)
export type LibraryAudience = z.infer<typeof LibraryAudience>

/** What gives the right to offer something to everyone; `not-sure` is not offered to everyone. */
export const Licence = z.object({
  kind: z.enum(['own-work', 'open', 'permission', 'not-sure']),
  /** SPDX id of an open licence (`CC-BY-4.0`), else null. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9.+-]{1,64}$/)
    .nullable(),
})
export type Licence = z.infer<typeof Licence>
/** As a person says it: an open one is one that is known. */
export const GivenLicence = Licence.refine(
  ({ kind, id }) => (kind === 'open' ? id !== null && isOpenLicence(id) : id === null),
  { error: 'An open licence is named by its SPDX id, such as CC-BY-4.0; any other has none', path: ['id'] },
)
/** Whom others see as publisher; never filled in by itself. */
export const Publisher = z.string().min(1).max(120)

export const FolderId = z.string().regex(/^[0-9a-f]{16}$/)
/** `<64 hex>-<length>`. */
export const ContentIdText = z.string().regex(/^[0-9a-f]{64}-[1-9][0-9]{0,15}$/)

export const LibraryFolder = z.object({
  id: FolderId,
  path: z.string(),
  name: ForeignText,
  audience: LibraryAudience,
  licence: Licence.nullable(),
  publisher: ForeignText.nullable(),
  /** `missing`: the folder or its volume is not there now; nothing of it is forgotten. */
  state: z.enum(['waiting', 'scanning', 'watching', 'missing', 'failed']),
  problem: Coded.nullable(),
  files: z.number().int(),
  totalBytes: Bytes,
  /** With a content id, out of `files`. */
  hashedFiles: z.number().int(),
  hashedBytes: Bytes,
  /** In the frozen manifest: what its audience can get. */
  offeredFiles: z.number().int(),
  offeredBytes: Bytes,
  /** New or changed since, waiting for an answer; 0 while the audience is `me`. */
  proposals: z.number().int(),
  /** The share by which people with the link get it. */
  share: TransferId.nullable(),
  addedAt: Moment,
  scannedAt: Moment.nullable(),
})
export type LibraryFolder = z.infer<typeof LibraryFolder>

export const LibraryState = z.object({
  /** Why there is no library now (LIBRARY_NEWER, LIBRARY_DAMAGED …), else null. */
  problem: Coded.nullable(),
  files: z.number().int(),
  totalBytes: Bytes,
  /** Waiting for their content id. */
  unhashedFiles: z.number().int(),
  unhashedBytes: Bytes,
  hashingBytesPerSecond: z.number(),
  databaseBytes: Bytes,
})
export type LibraryState = z.infer<typeof LibraryState>

/** Where a content lies. */
export const Place = z.object({
  where: z.enum(['folder', 'transfer']),
  /** Of the folder or transfer. */
  id: z.string(),
  /** Below the folder or transfer, with `/`. */
  path: z.string(),
  /** Where the library folder itself lies; absent for transfers. */
  root: z.string().optional(),
  name: ForeignText,
  modifiedAt: Moment.nullable(),
  /** Whom it is offered to here. */
  audience: LibraryAudience,
})
export type Place = z.infer<typeof Place>

/** What media files say of themselves; absent where unknown. Never a place. */
export const MediaFacts = z.object({
  durationSeconds: z.number().optional(),
  bitrate: z.number().optional(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  artist: ForeignText.optional(),
  album: ForeignText.optional(),
  title: ForeignText.optional(),
  track: z.number().int().optional(),
  year: z.number().int().optional(),
  codec: ForeignText.optional(),
  camera: ForeignText.optional(),
  takenAt: z.string().optional(),
})
export type MediaFacts = z.infer<typeof MediaFacts>

/** One content, however many files hold it. Files not hashed yet stand alone, by their place. */
export const LibraryEntry = z.object({
  content: ContentIdText.nullable(),
  name: ForeignText,
  kind: z.string(),
  /** By content (`video/mp4`), null while unknown. */
  mediaType: z.string().nullable(),
  lengthBytes: Bytes,
  facts: MediaFacts,
  licence: Licence.nullable(),
  publisher: ForeignText.nullable(),
  check: CheckState.nullable(),
  /** The first ten. */
  places: z.array(Place),
  placeCount: z.number().int(),
})
export type LibraryEntry = z.infer<typeof LibraryEntry>

const Offset = z.coerce.number().int().min(0).max(1_000_000).default(0)
const PageRows = z.coerce.number().int().min(1).max(MAX_PAGE_ROWS).default(50)
export const Page = { offset: Offset, limit: PageRows }

export const SearchRequest = z.object({
  /** Words, `"phrases"`, `-without`, `size:>1G type:video ext:mp4 duration:<10m bitrate:>=192k licence: by:`. Empty lists all. */
  words: z.string().max(MAX_QUERY_CHARACTERS).default(''),
  /** The last word may go on: find-as-you-type. */
  typing: z.stringbool().optional(),
  sort: z.enum(['fit', 'name', 'size', 'newest']).default('fit'),
  ...Page,
})

export const SearchAnswer = z.object({
  entries: z.array(LibraryEntry),
  /** Counted up to a bound; `more` says that there are more. */
  total: z.number().int(),
  more: z.boolean(),
  /** Parts of the request that mean nothing (`size:big`), as written; they were left out. */
  ignored: z.array(z.string()),
})
export type SearchAnswer = z.infer<typeof SearchAnswer>

export const BrowseRequest = z.object({
  folder: FolderId,
  /** Below the folder, with `/`; empty for its top. */
  path: z.string().max(4_096).default(''),
  ...Page,
})
export const BrowseAnswer = z.object({
  folders: z.array(z.object({ name: ForeignText, files: z.number().int(), totalBytes: Bytes })),
  files: z.array(LibraryEntry),
  /** Folders first, then files; `offset` counts through both. */
  total: z.number().int(),
})
export type BrowseAnswer = z.infer<typeof BrowseAnswer>

export const DuplicatesAnswer = z.object({
  /** What could be freed if one of each stayed. */
  freeableBytes: Bytes,
  groupCount: z.number().int(),
  /** The most freeable first. */
  groups: z.array(
    z.object({
      content: ContentIdText,
      lengthBytes: Bytes,
      freeableBytes: Bytes,
      places: z.array(Place),
      placeCount: z.number().int(),
    }),
  ),
})
export type DuplicatesAnswer = z.infer<typeof DuplicatesAnswer>

/** Exactly what somebody of this audience gets to see: no paths, no times. */
export const SeenRequest = z.object({
  /** `everyone` is a stranger. */
  audience: LibraryAudience.default('everyone'),
  /** Of the browse tree, with `/`; members of an audience see folders, a stranger sees none. */
  path: z.string().max(4_096).default(''),
  ...Page,
})
export const SeenAnswer = z.object({
  folders: z.array(z.object({ name: ForeignText, files: z.number().int(), totalBytes: Bytes })),
  rows: z.array(
    z.object({
      content: ContentIdText,
      name: ForeignText,
      kind: z.string(),
      lengthBytes: Bytes,
      facts: MediaFacts,
      licence: Licence.nullable(),
      publisher: ForeignText.nullable(),
    }),
  ),
  total: z.number().int(),
  totalBytes: Bytes,
  /** Shares that anybody of this audience can get, with their link where the audience needs one. */
  shares: z.array(
    z.object({ id: TransferId, name: ForeignText, fileCount: z.number().int(), totalBytes: Bytes }),
  ),
  /** The signed head of this catalogue; null while nothing was ever in it (of an emptied one there is a head, so that others learn it). */
  head: z
    .object({
      seq: z.number().int(),
      root: z.string(),
      count: z.number().int(),
      expiresAt: Moment,
      /** Hex of the key that signs it; others know whose it is by that. */
      author: z.string().optional(),
      /** Hex of the whole head as others get it (docs/decisions/0023-catalogue.md). */
      signed: z.string().optional(),
    })
    .nullable(),
})
export type SeenAnswer = z.infer<typeof SeenAnswer>

export const AudienceRequest = z.object({
  audience: LibraryAudience,
  /** Needed for everyone. */
  licence: GivenLicence.optional(),
  publisher: Publisher.optional(),
  /** Needed for every widening: a finished review of this folder without open findings. */
  review: z.string().max(64).optional(),
})

export const ProposalsAnswer = z.object({
  total: z.number().int(),
  totalBytes: Bytes,
  files: z.array(
    z.object({
      path: z.array(ForeignText),
      lengthBytes: Bytes,
      kind: z.string(),
      why: z.enum(['new', 'changed']),
      modifiedAt: Moment.nullable(),
    }),
  ),
})

export const NewFolder = z.object({ path: AbsolutePath })
