// Answers of the library and of looks before sharing in which every text that others may choose is hostile (hostile-text.ts).

import type { Handlers } from '../../src/api/routes.ts'
import type { LibraryEntry, LibraryFolder } from '../../src/api/schemas/library.ts'
import type { Finding, Review } from '../../src/api/schemas/review.ts'
import { hostile } from './hostile-text.ts'

const ID = '9c0f'.repeat(10)
const AT = '2026-11-28T08:00:00.000Z'
const GB = 1e9

const found = (id: number, change: Partial<Finding>): Finding => ({
  id: id.toString(16).padStart(16, '0'),
  class: 'private-key',
  path: [hostile('finding-folder'), hostile('finding-file')],
  folder: false,
  lengthBytes: 1_700,
  sure: true,
  data: { what: 'RSA key', masked: hostile('masked') },
  suggested: 'leave-out',
  answer: null,
  remembered: false,
  ...change,
})

export const FINDINGS: readonly Finding[] = [
  found(1, {}),
  found(2, { class: 'tax', sure: false, data: {}, suggested: 'leave-out' }),
  ...Array.from({ length: 6 }, (_, i) =>
    found(3 + i, {
      class: 'photo-place',
      path: ['trip', `photo ${i}.jpg`],
      data: {},
      suggested: 'without-place',
    }),
  ),
]

export function reviewed(change: Partial<Review> = {}): Review {
  return {
    id: 'r1',
    state: 'done',
    problem: null,
    path: '/home/a/film',
    name: hostile('share-name'),
    folder: null,
    fileCount: 41,
    totalBytes: 8 * GB,
    scannedFiles: 41,
    kinds: [{ kind: 'image', count: 30, totalBytes: 6 * GB }],
    examples: [hostile('example')],
    leftOut: [],
    findings: [...FINDINGS],
    next: FINDINGS.length,
    byClass: [
      { class: 'private-key', count: 1, open: 1 },
      { class: 'tax', count: 1, open: 1 },
      { class: 'photo-place', count: 6, open: 6 },
    ],
    open: FINDINGS.length,
    sharedFiles: 41,
    sharedBytes: 8 * GB,
    ...change,
  }
}

const CONTENT = `${'ab'.repeat(32)}-4000000000`

const LIBRARY_FOLDER: LibraryFolder = {
  id: 'ab'.repeat(8),
  path: `/home/a/${hostile('library-path')}`,
  name: hostile('library-folder'),
  audience: 'everyone',
  licence: { kind: 'open', id: 'CC-BY-4.0' },
  publisher: hostile('publisher'),
  state: 'watching',
  problem: null,
  files: 212,
  totalBytes: 8 * GB,
  hashedFiles: 120,
  hashedBytes: 4 * GB,
  offeredFiles: 100,
  offeredBytes: 3 * GB,
  proposals: 14,
  share: null,
  addedAt: AT,
  scannedAt: AT,
}

const PLACES: LibraryEntry['places'] = (['folder', 'transfer'] as const).map((where) => ({
  where,
  id: where === 'folder' ? LIBRARY_FOLDER.id : ID,
  path: `/home/a/${hostile(`place-${where}`)}`,
  name: hostile('entry-name'),
  modifiedAt: AT,
  audience: where === 'folder' ? 'everyone' : 'link',
}))

const ENTRY: LibraryEntry = {
  content: CONTENT,
  name: hostile('entry-name'),
  kind: 'video',
  mediaType: 'video/mp4',
  lengthBytes: 4 * GB,
  facts: { durationSeconds: 720, width: 1_920, height: 1_080, artist: hostile('artist') },
  licence: { kind: 'open', id: 'CC-BY-4.0' },
  publisher: hostile('publisher'),
  check: 'careful-not-scanned',
  places: PLACES,
  placeCount: 3,
}

/** More rows than a screen shows, so that lists scroll. */
const ROWS = 240

function pageOf<Row>(
  row: Row,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Row[] {
  return Array.from({ length: Math.max(0, Math.min(limit, ROWS - offset)) }, () => row)
}

export const HOSTILE_LIBRARY: Partial<Handlers> = {
  startReview: () => reviewed(),
  review: () => reviewed({ findings: [] }),
  // Whatever is answered, all is: the page holds what it said itself.
  answerReview: () =>
    reviewed({ findings: [], open: 0, byClass: reviewed().byClass.map((one) => ({ ...one, open: 0 })) }),
  endReview: () => ({}),
  library: () => ({
    problem: null,
    files: 48_211,
    totalBytes: 900 * GB,
    unhashedFiles: 1_200,
    unhashedBytes: 30 * GB,
    hashingBytesPerSecond: 2e8,
    databaseBytes: 3e7,
  }),
  libraryFolders: () => ({
    folders: [LIBRARY_FOLDER, { ...LIBRARY_FOLDER, id: 'cd'.repeat(8), audience: 'me' }],
  }),
  folderProposals: () => ({
    total: 14,
    totalBytes: GB,
    files: Array.from({ length: 14 }, (_, i) => ({
      path: [hostile('proposal-folder'), `new ${i}`],
      lengthBytes: 1e6,
      kind: 'image',
      why: 'new' as const,
      modifiedAt: AT,
    })),
  }),
  search: ({ offset, limit, words }) => ({
    entries: words.includes('nothing') ? [] : pageOf(ENTRY, { offset, limit }),
    total: words.includes('nothing') ? 0 : ROWS,
    more: false,
    ignored: words.includes('big') ? ['size:big'] : [],
  }),
  libraryEntry: () => ENTRY,
  seenBy: ({ offset, limit }) => ({
    folders: [{ name: hostile('seen-folder'), files: 3, totalBytes: GB }],
    rows: pageOf(
      {
        content: CONTENT,
        name: hostile('seen-name'),
        kind: 'video',
        lengthBytes: GB,
        facts: ENTRY.facts,
        licence: ENTRY.licence,
        publisher: hostile('publisher'),
      },
      { offset, limit },
    ),
    total: ROWS,
    totalBytes: GB,
    shares: [{ id: ID, name: hostile('seen-share'), fileCount: 41, totalBytes: GB }],
    head: { seq: 12, root: 'ab', count: ROWS, expiresAt: '2026-12-05T08:00:00.000Z' },
  }),
  duplicates: ({ offset, limit }) => ({
    freeableBytes: 12 * GB,
    groupCount: ROWS,
    groups: pageOf(
      { content: CONTENT, lengthBytes: GB, freeableBytes: GB, places: PLACES, placeCount: 2 },
      { offset, limit },
    ),
  }),
}

/** A transfer in which something was found, and lists with hostile names. */
export const HOSTILE_CHECKS: Partial<Handlers> = {
  checks: () => ({
    scanner: {
      state: 'ready',
      name: 'ClamAV',
      version: hostile('scanner-version'),
      signatures: '27840',
      signaturesAt: AT,
      largestBytes: 4 * GB,
      problem: null,
      waitingFiles: 3,
    },
    counts: { clean: 120, 'plain-not-scanned': 30, 'careful-not-scanned': 2, locked: 1 },
    locked: [
      {
        transfer: ID,
        index: 0,
        name: hostile('locked-name'),
        lengthBytes: 1_700,
        found: hostile('found'),
        by: 'ClamAV',
        at: AT,
        deleted: false,
      },
    ],
  }),
  blocklists: () => ({
    lists: [
      {
        id: 'l1',
        kind: 'content',
        name: hostile('list-name'),
        url: `https://example.org/${hostile('list-path')}`,
        key: 'ab'.repeat(32),
        entries: 1_200,
        addedAt: AT,
        updatedAt: AT,
        problem: { code: 'BLOCKLIST_UNREACHABLE', data: {} },
      },
    ],
  }),
  blockedContent: () => ({
    total: 1,
    contents: [
      { content: CONTENT, name: hostile('blocked-name'), why: hostile('blocked-why'), who: 'me', at: AT },
    ],
  }),
  blockLog: () => ({
    events: [
      {
        at: AT,
        kind: 'peer',
        what: hostile('turned-away-peer'),
        why: hostile('log-why'),
        list: hostile('log-list'),
      },
    ],
  }),
}
