import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileRow } from '../../../../../src/api/schemas/transfer.ts'
import { fileTree, indexesOf, isMinded, PRIORITIES, priorityName, sumsOf, worstOf } from './file-nodes.ts'

const file = (
  index: number,
  path: string,
  doneBytes: number,
  priority = 4,
  dangers: string[] = [],
): FileRow => ({
  index,
  path: path.split('/'),
  lengthBytes: 10,
  doneBytes,
  priority,
  dangers,
})

test('a folder sums up what is below it', () => {
  const files = [file(0, 't/a/x', 10), file(1, 't/a/y', 5, 7, ['pretends']), file(2, 't/b', 0, 0)]
  const nodes = fileTree(files)
  const sums = sumsOf(nodes, files)
  const [folder] = nodes
  assert.ok(folder !== undefined && folder.file === undefined)
  assert.deepEqual(sums.get(folder.key), {
    doneBytes: 15,
    priority: undefined,
    dangers: ['pretends'],
    check: null,
  })
  assert.deepEqual(indexesOf(folder), [0, 1])
  assert.deepEqual(sums.get('#2'), { doneBytes: 0, priority: 'skip', dangers: [], check: null })
})

test('every priority of the API has a name, and each name its own', () => {
  assert.deepEqual([0, 1, 3, 4, 5, 7].map(priorityName), ['skip', 'low', 'low', 'normal', 'high', 'high'])
  for (const [name, priority] of Object.entries(PRIORITIES)) assert.equal(priorityName(priority), name)
})

test('a folder is as its worst file is, and what is to be minded has a sign', () => {
  assert.equal(worstOf(['clean', 'plain-not-scanned', null]), 'plain-not-scanned')
  assert.equal(worstOf(['careful-clean', 'locked', 'checking']), 'locked')
  assert.equal(worstOf([null]), null)
  assert.ok(isMinded({ check: 'locked', dangers: [] }))
  assert.ok(isMinded({ check: 'careful-clean', dangers: [] }))
  assert.ok(isMinded({ check: null, dangers: ['pretends'] }))
  assert.ok(!isMinded({ check: 'plain-not-scanned', dangers: [] }))
})
