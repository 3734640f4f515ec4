import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FindingClass } from '../../api/schemas/review.ts'
import { FindingSheet, MAX_FINDINGS, type NewFinding } from './finding-sheet.ts'

const FILES = ['a.txt', 'b/c.txt', 'b/d/e.txt', 'f.txt'].map((path, at) => ({
  components: path.split('/'),
  lengthBytes: 10 ** at,
}))

function found(path: string, kind: FindingClass, more: Partial<NewFinding> = {}): NewFinding {
  return {
    id: `${kind}:${path}`,
    class: kind,
    path: path.split('/'),
    folder: false,
    lengthBytes: 1,
    sure: true,
    data: {},
    suggested: 'leave-out',
    remembered: undefined,
    canBeWithoutPlace: false,
    ...more,
  }
}

test('nothing is open before anything is found, and everything would be shared', () => {
  assert.deepEqual(new FindingSheet(FILES).standing, {
    open: 0,
    byClass: [],
    sharedFiles: 4,
    sharedBytes: 1_111,
  })
})

test('a finding is open until it is answered, one by one or by class, and again when the answer is taken back', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('a.txt', 'tax'), 0)
  sheet.add(found('f.txt', 'private-key'), 3)
  assert.equal(sheet.standing.open, 2)
  sheet.answer([{ id: 'tax:a.txt', answer: 'share' }])
  assert.equal(sheet.standing.open, 1)
  sheet.answer([{ class: 'private-key', answer: 'leave-out' }])
  assert.deepEqual([sheet.standing.open, sheet.standing.sharedFiles, sheet.standing.sharedBytes], [0, 3, 111])
  sheet.answer([{ id: 'private-key:f.txt', answer: null }])
  assert.deepEqual([sheet.standing.open, sheet.standing.sharedFiles], [1, 4])
})

test('an answer for a class holds for what is found of it later, and what is answered later wins', () => {
  const sheet = new FindingSheet(FILES)
  sheet.answer([{ class: 'tax', answer: 'leave-out' }])
  sheet.add(found('a.txt', 'tax', { remembered: 'share' }), 0)
  sheet.add(found('b/c.txt', 'tax'), 1)
  assert.deepEqual([sheet.standing.open, sheet.standing.sharedFiles], [0, 2])
  sheet.answer([
    { class: 'tax', answer: 'share' },
    { id: 'tax:a.txt', answer: 'leave-out' },
  ])
  assert.deepEqual([sheet.isLeftOut(0), sheet.isLeftOut(1)], [true, false])
  sheet.answer([{ class: 'tax', answer: null }])
  assert.equal(sheet.standing.open, 2)
  sheet.add(found('f.txt', 'tax'), 3)
  assert.equal(sheet.standing.open, 3, 'taken back, it holds for none')
})

test('a remembered answer counts, and is told as one', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('a.txt', 'tax', { remembered: 'share' }), 0)
  assert.equal(sheet.standing.open, 0)
  assert.deepEqual(
    sheet.findings(0, 10).map(({ answer, remembered }) => [answer, remembered]),
    [['share', true]],
  )
})

test('a folder that is left out takes all below it along, and their findings are not asked any more', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('b', 'private-folder', { folder: true }), undefined)
  sheet.add(found('b/d/e.txt', 'tax'), 2)
  assert.equal(sheet.standing.open, 2)
  sheet.answer([{ id: 'private-folder:b', answer: 'leave-out' }])
  assert.deepEqual(
    [sheet.standing.open, sheet.standing.sharedFiles, sheet.standing.sharedBytes],
    [0, 2, 1_001],
  )
  sheet.answer([{ id: 'private-folder:b', answer: 'share' }])
  assert.deepEqual([sheet.standing.open, [...sheet.open()].map(({ id }) => id)], [1, ['tax:b/d/e.txt']])
})

test('any path can be left out, file or folder, and taken back', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('b/c.txt', 'tax'), 1)
  sheet.answer([{ path: ['b'], answer: 'leave-out' }])
  assert.deepEqual([sheet.standing.open, sheet.standing.sharedFiles], [0, 2])
  sheet.answer([
    { path: ['b'], answer: null },
    { path: ['a.txt'], answer: 'leave-out' },
  ])
  assert.deepEqual([sheet.standing.open, sheet.isLeftOut(0), sheet.isLeftOut(1)], [1, true, false])
  sheet.answer([{ path: ['not', 'there'], answer: 'leave-out' }])
  assert.equal(sheet.standing.sharedFiles, 3)
})

test('without place is an answer only where a copy can be made, one by one and by class', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('a.txt', 'photo-place', { canBeWithoutPlace: true }), 0)
  sheet.add(found('f.txt', 'photo-place'), 3)
  const { changed, refused } = sheet.answer([{ class: 'photo-place', answer: 'without-place' }])
  assert.deepEqual(
    [changed.map(({ id }) => id), refused.map(({ id }) => id)],
    [['photo-place:a.txt'], ['photo-place:f.txt']],
  )
  assert.equal(sheet.standing.open, 1)
  assert.deepEqual([...sheet.withoutPlace()], [0])
})

test('a file that changed is asked about again, and what is not found in it again is not asked', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('a.txt', 'tax'), 0)
  sheet.add(found('a.txt', 'medical'), 0)
  sheet.answer([
    { class: 'tax', answer: 'share' },
    { class: 'medical', answer: 'share' },
  ])
  sheet.lookedAnew(0)
  assert.equal(sheet.standing.open, 0)
  sheet.add(found('a.txt', 'tax'), 0)
  assert.deepEqual([sheet.standing.open, sheet.standing.byClass], [1, [{ class: 'tax', count: 1, open: 1 }]])
})

test('beyond those that are kept every finding still counts, and is answered by class', () => {
  const files = Array.from({ length: MAX_FINDINGS + 5 }, (_, at) => ({
    components: [`${at}`],
    lengthBytes: 1,
  }))
  const sheet = new FindingSheet(files)
  for (const at of files.keys()) sheet.add(found(`${at}`, 'tax'), at)
  assert.equal(sheet.size, MAX_FINDINGS)
  assert.equal(sheet.standing.open, MAX_FINDINGS + 5)
  sheet.answer(sheet.findings(0, MAX_FINDINGS).map(({ id }) => ({ id, answer: 'share' as const })))
  assert.equal(sheet.standing.open, 5, 'one by one they cannot all be answered')
  sheet.answer([{ class: 'tax', answer: 'leave-out' }])
  assert.deepEqual([sheet.standing.open, sheet.standing.sharedFiles], [0, 0])
})

test('what is found in a file that changed is asked again, also where its class was answered before', () => {
  const sheet = new FindingSheet(FILES)
  sheet.add(found('a.txt', 'tax'), 0)
  sheet.answer([{ class: 'tax', answer: 'share' }])
  sheet.lookedAnew(1)
  sheet.add(found('b/c.txt', 'tax'), 1)
  assert.deepEqual(
    [...sheet.open()].map(({ id }) => id),
    ['tax:b/c.txt'],
  )
  sheet.answer([{ class: 'tax', answer: 'share' }])
  assert.equal(sheet.standing.open, 0)
})

test('in a file that changed nothing of an answered class is let pass because there are too many findings', () => {
  const files = Array.from({ length: MAX_FINDINGS + 1 }, (_, at) => ({
    components: [`${at}`],
    lengthBytes: 1,
  }))
  const sheet = new FindingSheet(files)
  for (let at = 0; at < MAX_FINDINGS; at++) sheet.add(found(`${at}`, 'tax'), at)
  sheet.answer([{ class: 'tax', answer: 'share' }])
  sheet.lookedAnew(MAX_FINDINGS)
  sheet.add(found(`${MAX_FINDINGS}`, 'tax'), MAX_FINDINGS)
  assert.equal(sheet.standing.open, 1)
  sheet.answer([{ class: 'tax', answer: 'share' }])
  assert.equal(sheet.standing.open, 0)
})
