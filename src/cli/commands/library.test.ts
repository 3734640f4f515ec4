import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { memoryRow } from '../../../test/doubles/memory-daemon.ts'
import { BAND, sampleCircle } from '../../../test/doubles/sample-people.ts'
import { servedCommands } from '../../../test/doubles/served-command.ts'
import type { Handlers } from '../../api/routes.ts'
import type { LibraryFolder } from '../../api/schemas/library.ts'
import type { Answer, Finding, Review } from '../../api/schemas/review.ts'

const MUSIC = '00000000000000aa'

function folderOf(parts: Partial<LibraryFolder> = {}): LibraryFolder {
  return {
    id: MUSIC,
    path: '/home/a/Music',
    name: 'Music',
    audience: 'me',
    licence: null,
    publisher: null,
    state: 'watching',
    problem: null,
    files: 212,
    totalBytes: 8_400_000_000,
    hashedFiles: 212,
    hashedBytes: 8_400_000_000,
    offeredFiles: 0,
    offeredBytes: 0,
    proposals: 0,
    share: null,
    addedAt: '2026-01-01T00:00:00.000Z',
    scannedAt: null,
    ...parts,
  }
}

function findingOf(id: string, parts: Partial<Finding> = {}): Finding {
  return {
    id: id.padStart(16, '0'),
    class: 'private-key',
    path: ['keys', 'id_rsa'],
    folder: false,
    lengthBytes: 1_700,
    sure: true,
    data: {},
    suggested: 'leave-out',
    answer: null,
    remembered: false,
    ...parts,
  }
}

/** A daemon with one folder and a review that finds what it is told. */
class Shelf {
  folder: LibraryFolder | undefined
  readonly findings: Finding[]
  /** How many looks it takes. */
  looks = 2
  ended = false

  constructor(findings: readonly Finding[] = [], folder?: LibraryFolder) {
    this.findings = findings.map((finding) => ({ ...finding }))
    this.folder = folder
  }

  review(after: number): Review {
    const open = this.findings.filter(({ answer }) => answer === null).length
    const kinds = [...new Set(this.findings.map((finding) => finding.class))]
    const done = --this.looks <= 0
    return {
      id: 'r1',
      state: done ? 'done' : 'scanning',
      problem: null,
      path: '/home/a/Music',
      name: 'Music',
      folder: MUSIC,
      fileCount: 212,
      totalBytes: 8_400_000_000,
      scannedFiles: done ? 212 : 20,
      kinds: [{ kind: 'audio', count: 212, totalBytes: 8_400_000_000 }],
      examples: [],
      leftOut: [],
      findings: this.findings.slice(after, after + 2),
      next: Math.min(this.findings.length, after + 2),
      byClass: kinds.map((kind) => {
        const own = this.findings.filter((finding) => finding.class === kind)
        return { class: kind, count: own.length, open: own.filter(({ answer }) => answer === null).length }
      }),
      open,
      sharedFiles: 212,
      sharedBytes: 8_400_000_000,
    }
  }

  readonly handlers: { -readonly [Name in keyof Handlers]?: Handlers[Name] } = {
    libraryFolders: () => ({ folders: this.folder === undefined ? [] : [this.folder] }),
    library: () => ({
      problem: null,
      files: 212,
      totalBytes: 8_400_000_000,
      unhashedFiles: 0,
      unhashedBytes: 0,
      hashingBytesPerSecond: 0,
      databaseBytes: 1,
    }),
    addLibraryFolder: ({ path }) => (this.folder = folderOf({ path })),
    startReview: () => this.review(0),
    review: ({ after }) => this.review(after),
    answerReview: ({ answers }) => {
      for (const answer of answers)
        for (const finding of this.findings)
          if (
            ('id' in answer && answer.id === finding.id) ||
            ('class' in answer && answer.class === finding.class)
          )
            finding.answer = answer.answer as Answer
      return this.review(0)
    },
    endReview: () => {
      this.ended = true
      return {}
    },
    changeFolderAudience: ({ audience }) =>
      (this.folder = folderOf({ audience, offeredFiles: 200, offeredBytes: 8_000_000_000 })),
    acceptProposals: () => (this.folder = folderOf({ audience: 'everyone', offeredFiles: 214 })),
    dismissProposals: () => folderOf({ audience: 'everyone' }),
    folderProposals: () => ({
      total: 60,
      totalBytes: 5_000,
      files: [{ path: ['new.flac'], lengthBytes: 100, kind: 'audio', why: 'new' as const, modifiedAt: null }],
    }),
  }
}

async function rig(t: TestContext, shelf: Shelf) {
  const { run, heard } = await servedCommands(t, shelf.handlers)
  const called = (name: string) => heard.filter((call) => call.name === name).map(({ input }) => input)
  return { run, called }
}

const TAX = findingOf('7', { class: 'tax', path: ['2024.pdf'] })
const PHOTOS = [1, 2].map((number) =>
  findingOf(`f${number}`, { class: 'photo-place', path: [`${number}.jpg`], suggested: 'without-place' }),
)

test('a folder is added for oneself, and nobody is told', async (t) => {
  const { run, called } = await rig(t, new Shelf())
  const { code, out, err } = await run(['library', 'add', 'Music'])
  assert.equal(code, 0, err)
  assert.deepEqual(called('addLibraryFolder'), [{ path: '/home/a/Music' }])
  assert.match(out, /Music is in the library: only me\./)
  assert.deepEqual([called('startReview'), called('changeFolderAudience')], [[], []])
})

test('for everyone without a licence nothing is asked of the daemon', async (t) => {
  const { run, called } = await rig(t, new Shelf())
  const { code, error } = await run(['library', 'add', 'Music', '--to', 'everyone'])
  assert.deepEqual([code, error?.code], [2, 'LICENCE_NEEDED'])
  assert.deepEqual(called('addLibraryFolder'), [])
})

test('for people with the link it is waited for, and said', async (t) => {
  const shelf = new Shelf()
  const share = 'ab'.repeat(20)
  let asked = 0
  shelf.handlers.changeFolderAudience = () => folderOf({ audience: 'link', offeredFiles: 212, share })
  shelf.handlers.share = () => ({
    transfer: memoryRow(share, { preparing: 0.5 }),
    audience: 'link' as const,
    since: '2026-01-01T00:00:00.000Z',
    link: ++asked < 3 ? null : 'magnet:?xt=urn:btih:abab',
    fetchedBy: 0,
    webPage: null,
  })
  const { run } = await rig(t, shelf)
  const { code, out, err } = await run(['library', 'add', 'Music', '--to', 'link'])
  assert.equal(code, 0, err)
  assert.match(out, /212 files, 0 B for people with the link\.\n {2}magnet:\?xt=urn:btih:abab\n/)
})

test('where nobody can answer, what looks private is named with the flags, and nothing is offered', async (t) => {
  const shelf = new Shelf([findingOf('1'), TAX, ...PHOTOS])
  const { run, called } = await rig(t, shelf)
  const { code, error, err } = await run(['library', 'add', 'Music', '--to', 'link', '--yes'])
  assert.deepEqual([code, error?.code], [2, 'SHARE_NEEDS_ANSWER'])
  assert.match(error?.message ?? '', /4 files look private, .*id_rsa \(private-key, 0{15}1\)/)
  assert.match(error?.help ?? '', /--allow/)
  assert.deepEqual([called('changeFolderAudience'), shelf.ended], [[], true])
  assert.match(err, /for yourself only\. Nothing of it is offered/)
})

test('a file that looks private in two ways is one file, and a flag that answers nothing is told', async (t) => {
  const shelf = new Shelf([findingOf('1'), findingOf('2', { class: 'password-store' })])
  const { run } = await rig(t, shelf)
  const flags = ['--allow', 'private-keys', '--leave-out', '*.pdf']
  const { error, err } = await run(['library', 'add', 'Music', '--to', 'link', ...flags])
  assert.match(error?.message ?? '', /^1 file looks private/)
  assert.match(err, /"private-keys" fits nothing that was found; did you mean private-key\?/)
  assert.match(err, /"\*\.pdf" fits nothing that was found\n/)
})

test('flags answer by id, by kind and by pattern, and leaving out wins', async (t) => {
  const shelf = new Shelf([findingOf('1'), TAX, ...PHOTOS])
  const { run, called } = await rig(t, shelf)
  const words = [
    'library',
    'add',
    'Music',
    '--to',
    'everyone',
    '--licence',
    'CC-BY-4.0',
    '--publisher',
    'Caro',
  ]
  const flags = [
    '--allow',
    'photo-place',
    '--allow',
    '*.pdf',
    '--allow',
    'private-key',
    '--leave-out',
    '0'.repeat(15).concat('1'),
  ]
  const { code, out, err } = await run([...words, ...flags])
  assert.equal(code, 0, err)
  assert.deepEqual(
    shelf.findings.map(({ answer }) => answer),
    ['leave-out', 'share', 'share', 'share'],
  )
  assert.deepEqual(called('changeFolderAudience'), [
    {
      id: MUSIC,
      audience: 'everyone',
      review: 'r1',
      licence: { kind: 'open', id: 'CC-BY-4.0' },
      publisher: 'Caro',
    },
  ])
  assert.match(out, /200 files, 8\.0 GB for everyone/)
})

test('on a terminal each kind is asked, one by one where that is wanted, and yes is no answer', async (t) => {
  const shelf = new Shelf([findingOf('1'), TAX, ...PHOTOS])
  const { run } = await rig(t, shelf)
  const answers = ['yes', 'l', 's', 'e', 'w', 'l']
  const { code, err } = await run(['library', 'add', 'Music', '--to', 'link', '--yes'], answers)
  assert.equal(code, 0, err)
  assert.deepEqual(
    shelf.findings.map(({ answer }) => answer),
    ['leave-out', 'share', 'without-place', 'leave-out'],
  )
  assert.match(err, /Look at these first \(4\):/)
  assert.match(err, /keys\/id_rsa holds a private key/)
})

test('who answers nothing shares nothing', async (t) => {
  const shelf = new Shelf([findingOf('1'), TAX])
  const { run, called } = await rig(t, shelf)
  const { code, error } = await run(['library', 'add', 'Music', '--to', 'link'], ['l'])
  assert.deepEqual([code, error?.code], [1, 'ANSWERED_NO'])
  assert.deepEqual([called('changeFolderAudience'), shelf.ended], [[], true])
})

test('a dry run says what would be visible, adds nothing and ends its look', async (t) => {
  const shelf = new Shelf([findingOf('1', { data: { masked: 'AKIA…Z9' } })])
  const { run, called } = await rig(t, shelf)
  const { code, objects } = await run(['library', 'add', 'Music', '--dry-run', '--json'])
  assert.equal(code, 0)
  const [review] = objects as [{ event: string; open: number; findings: Record<string, unknown>[] }]
  assert.deepEqual([objects.length, review.event, review.open], [1, 'review', 1])
  assert.deepEqual(review.findings[0], {
    id: '0000000000000001',
    class: 'private-key',
    path: ['keys', 'id_rsa'],
    folder: false,
    sure: true,
    sentence: 'holds a private key',
    seen: 'AKIA…Z9',
    suggested: 'leave-out',
    answer: null,
    remembered: false,
  })
  assert.deepEqual(
    [called('addLibraryFolder'), called('startReview'), shelf.ended],
    [[], [{ path: '/home/a/Music', audience: 'link' }], true],
  )
})

test('a folder that others get is kept to oneself again at once', async (t) => {
  const { run, called } = await rig(t, new Shelf([], folderOf({ audience: 'everyone' })))
  assert.equal((await run(['library', 'add', 'Music', '--to', 'me'])).code, 0)
  assert.deepEqual(called('changeFolderAudience'), [{ id: MUSIC, audience: 'me' }])
})

test('the list shows each folder with who gets it and what waits', async (t) => {
  const { run } = await rig(
    t,
    new Shelf([], folderOf({ audience: 'everyone', offeredFiles: 200, proposals: 14 })),
  )
  const { out } = await run(['library', 'list'])
  assert.match(out, /everyone +212 +8\.4 GB +200 +14 +watching +\/home\/a\/Music/)
  const { objects } = await run(['library', 'list', '--json'])
  assert.deepEqual(Object.keys(objects[0] ?? {}), ['folders', 'library'])
})

test('a folder is meant by path, name or the beginning of its id, and an unknown one is said', async (t) => {
  const shelf = new Shelf([], folderOf())
  shelf.handlers.removeLibraryFolder = () => ({})
  const { run, called } = await rig(t, shelf)
  for (const word of ['Music', '/home/a/Music', './Music', MUSIC, '00000000']) {
    const { code, err } = await run(['library', 'remove', word])
    assert.equal(code, 0, err)
  }
  assert.equal(called('removeLibraryFolder').length, 5)
  const { code, error } = await run(['library', 'remove', 'Film'])
  assert.deepEqual([code, error?.code], [2, 'FOLDER_UNKNOWN'])
})

test('what is new is shown, and offered only after a look', async (t) => {
  const shelf = new Shelf([findingOf('1')], folderOf({ audience: 'everyone', proposals: 60 }))
  const { run, called } = await rig(t, shelf)
  assert.match((await run(['library', 'proposals'])).out, /60 new files/)
  const shown = await run(['library', 'proposals', 'Music'])
  assert.match(shown.out, /60 files, 5\.0 kB new for everyone; nobody gets them yet/)
  assert.match(shown.err, /and 59 more: --from 1/)
  const refused = await run(['library', 'proposals', 'Music', '--accept'])
  assert.equal(refused.error?.code, 'SHARE_NEEDS_ANSWER')
  assert.deepEqual(called('acceptProposals'), [])
  const { code } = await run(['library', 'proposals', 'Music', '--accept', '--leave-out', 'private-key'])
  assert.deepEqual([code, called('acceptProposals')], [0, [{ id: MUSIC, review: 'r1' }]])
  assert.equal((await run(['library', 'proposals', 'Music', '--dismiss'])).code, 0)
  assert.equal(called('dismissProposals').length, 1)
})

test('what a stranger sees is said row by row', async (t) => {
  const shelf = new Shelf()
  shelf.handlers.seenBy = () => ({
    folders: [],
    rows: [
      {
        content: `${'a'.repeat(64)}-1000`,
        name: 'song.flac',
        kind: 'audio',
        lengthBytes: 1_000,
        facts: {},
        licence: { kind: 'own-work', id: null },
        publisher: 'Caro',
      },
    ],
    total: 1,
    totalBytes: 1_000,
    shares: [],
    head: { seq: 7, root: 'ab', count: 1, expiresAt: '2026-01-08T00:00:00.000Z', author: 'abcd' },
  })
  const { run, called } = await rig(t, shelf)
  const { out, err } = await run(['library', 'seen-by'])
  assert.match(out, /A stranger sees 1 file of your library, 1\.0 kB\./)
  assert.match(out, /audio +1\.0 kB +own work +Caro +song\.flac/)
  assert.match(err, /number 7, until 2026-01-08T00:00:00\.000Z, signed by the key abcd\./)
  assert.deepEqual(called('seenBy'), [{ audience: 'everyone', path: '', offset: 0, limit: 50 }])
})

test('a slip is answered with what was meant', async (t) => {
  const { run } = await rig(t, new Shelf())
  assert.match((await run(['library', 'lst'])).error?.message ?? '', /list/)
  assert.equal((await run(['library', 'list', '--to', 'me'])).error?.code, 'OPTION_CONFLICT')
  assert.equal((await run(['library', 'list', 'x'])).error?.code, 'OPERAND_TOO_MANY')
  assert.equal((await run(['library', 'add'])).error?.code, 'OPERAND_MISSING')
  assert.equal((await run(['library', 'seen-by', 'me'])).error?.code, 'OPERAND_MISSING')
  assert.equal((await run(['library', 'list', '--standalone'])).error?.code, 'OPTION_CONFLICT')
})

test('a folder is offered to a circle by its name, and its members get to see it', async (t) => {
  const shelf = new Shelf()
  const people = {
    people: () => ({ people: [] }),
    circles: () => ({ circles: [sampleCircle()], joining: [] }),
  }
  const { run, heard } = await servedCommands(t, { ...shelf.handlers, ...people })
  const { code, err } = await run(['library', 'add', '/home/a/Music', '--to', 'band'])
  assert.equal(code, 0)
  assert.match(err, /visible to the members of Band, now and later/)
  const asked = heard.find(({ name }) => name === 'changeFolderAudience')?.input as { audience: string }
  assert.equal(asked.audience, `circle:${BAND}`)
  const stranger = await run(['library', 'add', '/home/a/Music', '--to', 'Bend'])
  assert.equal(stranger.error?.code, 'NAME_FITS_NOTHING')
})
