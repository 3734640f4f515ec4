// Where a finished file is looked for.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileRow } from '../../api/schemas/transfer.ts'
import type { FileStat } from '../../base/ports.ts'
import { wholeFile } from './whole-file.ts'

const ID = 'ab'.repeat(20)
const FILE: FileRow = {
  index: 3,
  path: ['Film', 'cd1', 'a.mkv'],
  lengthBytes: 10,
  doneBytes: 10,
  priority: 4,
  dangers: [],
}

function look(file: Partial<FileRow>, onDisk: Readonly<Record<string, number>>, index = 3) {
  return wholeFile(
    { id: ID, index },
    {
      handlers: { transferFiles: () => ({ files: [{ ...FILE, ...file }] }) },
      feed: { row: () => ({ saveFolder: '/srv', path: '/srv/as named here' }) },
      disk: {
        stat: async (at) =>
          onDisk[at] === undefined ? undefined : ({ kind: 'file', lengthBytes: onDisk[at] } as FileStat),
      },
    },
  )
}

test('a whole file lies below the save folder, or below what is shared under another name', async () => {
  const expected = { folder: '/srv', name: 'a.mkv', lengthBytes: 10 }
  const got = '/srv/Film/cd1/a.mkv'
  assert.deepEqual(await look({}, { [got]: 10 }), { path: got, ...expected })
  const shared = '/srv/as named here/cd1/a.mkv'
  assert.deepEqual(await look({}, { [shared]: 10 }), { path: shared, ...expected })
  const single = { path: ['a.mkv'] }
  assert.deepEqual(await look(single, { '/srv/as named here': 10 }), {
    path: '/srv/as named here',
    ...expected,
  })
})

test('what is not complete, not there, or of another length is not whole', async () => {
  const got = '/srv/Film/cd1/a.mkv'
  assert.equal(await look({ doneBytes: 9 }, { [got]: 10 }), undefined)
  assert.equal(await look({}, {}), undefined)
  assert.equal(await look({}, { [got]: 9 }), undefined)
  assert.equal(await look({}, { [got]: 10 }, 4), undefined)
})

test('what is still checked, or kept locked, is not played; what is careful is for the person to decide', async () => {
  const got = '/srv/Film/cd1/a.mkv'
  const check = { notScanned: null, found: null, by: null, at: null }
  const of = (state: NonNullable<FileRow['check']>['state']) =>
    look({ check: { ...check, state } }, { [got]: 10 })
  await assert.rejects(of('checking'), { code: 'FILE_CHECKING' })
  await assert.rejects(of('locked'), { code: 'FILE_LOCKED' })
  for (const state of ['clean', 'plain-not-scanned', 'careful-clean', 'careful-not-scanned'] as const)
    assert.equal((await of(state))?.path, got)
})
