import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { servedCommands } from '../../../test/doubles/served-command.ts'
import type { Handlers } from '../../api/routes.ts'
import type { SettingValue } from '../../api/schemas/machine.ts'
import { SETTINGS } from '../../api/settings.ts'

function folderOf(t: TestContext, ...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-share-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const trip = join(folder, 'trip')
  mkdirSync(trip)
  for (const name of names) writeFileSync(join(trip, name), 'x'.repeat(2_000))
  return trip
}

test('a dry run names what looks private with its id, and takes flags into account', async (t) => {
  const { run, heard } = await servedCommands(t, {})
  const trip = folderOf(t, 'plain.txt', '.notes')
  const { code, objects } = await run(['share', trip, '--dry-run', '--json'])
  assert.equal(code, 0)
  const [survey, review] = objects as [
    { event: string },
    { event: string; open: number; findings: [{ id: string; class: string }] },
  ]
  assert.deepEqual([survey.event, review.event, review.open], ['survey', 'review', 1])
  const [{ id, class: kind }] = review.findings
  assert.equal(kind, 'hidden-file')
  const { out } = await run(['share', trip, '--dry-run', '--leave-out', id])
  assert.match(out, /1 thing may be private, all answered\./)
  assert.match(
    out,
    /Hidden files \(1\) {2}hidden-file\n {2}[0-9a-f]{16} {2}\.notes is hidden on this computer {2}\[left out\]/,
  )
  assert.deepEqual(heard, [], 'nothing is asked of the running one')
})

test('without a terminal a command of its own shares nothing that looks private, not even with --yes', async (t) => {
  const { run } = await servedCommands(t, {})
  const { code, error } = await run(['share', folderOf(t, 'plain.txt', '.notes'), '--standalone', '--yes'])
  assert.deepEqual([code, error?.code], [2, 'SHARE_NEEDS_ANSWER'])
  assert.match(error?.message ?? '', /\.notes \(hidden-file, [0-9a-f]{16}\)/)
})

test('on a terminal it is asked, and no answer shares nothing', async (t) => {
  const { run } = await servedCommands(t, {})
  const trip = folderOf(t, 'plain.txt', '.notes')
  const { error, err } = await run(['share', trip, '--standalone'], ['what', 'no'])
  assert.equal(error?.code, 'ANSWERED_NO')
  assert.match(err, /Look at these first \(1\):/)
  assert.match(err, /Hidden files \(1\): l leave out, s share anyway\?/)
})

test('--content is for single files, and says so before anything is looked at', async (t) => {
  const { run, heard } = await servedCommands(t, running())
  const trip = folderOf(t, 'plain.txt')
  for (const named of [trip, join(trip, 'a.torrent')]) {
    const { code, error } = await run(['share', join(trip, 'plain.txt'), named, '--content'])
    assert.deepEqual([code, error?.code], [2, 'SHARE_ONE_FILE'])
  }
  assert.deepEqual(heard, [])
})

/** As much of a running one as sharing through it asks for. */
function running(): Partial<Handlers> {
  return {
    settings: () => ({
      settings: Object.entries(SETTINGS).map(([key, { default: value }]) => ({
        key,
        value: value as SettingValue,
        default: value as SettingValue,
        from: 'default' as const,
      })),
    }),
    addShare: () => {
      throw new Error('the test ends here')
    },
  }
}

test('through the running one everything is looked at before anything is shared', async (t) => {
  const answered: unknown[] = []
  const review = (parts: object) => ({
    id: 'r1',
    state: 'done' as const,
    problem: null,
    path: '/x',
    name: 'trip',
    folder: null,
    fileCount: 2,
    totalBytes: 4_000,
    scannedFiles: 2,
    kinds: [],
    examples: [],
    leftOut: [],
    findings: [],
    next: 0,
    byClass: [],
    open: 0,
    sharedFiles: 2,
    sharedBytes: 4_000,
    ...parts,
  })
  let looks = 0
  const { run, heard } = await servedCommands(t, {
    ...running(),
    startReview: () => review({ id: `r${++looks}`, state: 'counting' }),
    review: ({ id }) =>
      review({
        id,
        open: id === 'r2' && answered.length === 0 ? 1 : 0,
        byClass: [{ class: 'tax', count: 1, open: 1 }],
      }),
    answerReview: (asked) => {
      answered.push(asked)
      return review({})
    },
    endReview: () => ({}),
  })
  const [one, two] = [folderOf(t, 'a.txt'), folderOf(t, 'b.txt')]
  const refused = await run(['share', one, two])
  assert.equal(refused.error?.code, 'SHARE_NEEDS_ANSWER')
  const names = () => heard.map(({ name }) => name).filter((name) => /eview|Share/.test(name))
  assert.deepEqual(names().slice(-2), ['endReview', 'endReview'])
  assert.ok(!names().includes('addShare'))
  await run(['share', one, two, '--allow', 'tax'])
  assert.deepEqual(answered.at(-1), { id: 'r4', answers: [{ class: 'tax', answer: 'share' }] })
  const shares = heard
    .filter(({ name }) => name === 'addShare')
    .map(({ input }) => input as { review: string; format: string })
  assert.deepEqual(
    shares.map(({ review, format }) => [review, format]),
    [['r3', 'hybrid']],
  )
  await run(['share', join(one, 'a.txt'), '--content'])
  assert.equal((heard.at(-1)?.input as { format?: string } | undefined)?.format, 'content')
})
