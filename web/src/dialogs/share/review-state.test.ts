import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding, Review } from '../../../../src/api/schemas/review.ts'
import { answerOfAll, groupsOf, joined, type Look, leftOutWith, whyNot, withAnswers } from './review-state.ts'

const READY = { licenceMissing: false, wrong: false }

function finding(id: string, change: Partial<Finding> = {}): Finding {
  return {
    id,
    class: 'private-key',
    path: [id],
    folder: false,
    lengthBytes: 1,
    sure: true,
    data: {},
    suggested: 'leave-out',
    answer: null,
    remembered: false,
    ...change,
  }
}

function review(change: Partial<Review> = {}): Review {
  return {
    id: 'r',
    state: 'done',
    problem: null,
    path: '/a',
    name: 'a',
    folder: null,
    fileCount: 3,
    totalBytes: 3,
    scannedFiles: 3,
    kinds: [],
    examples: [],
    leftOut: [],
    findings: [],
    next: 0,
    byClass: [],
    open: 0,
    sharedFiles: 3,
    sharedBytes: 3,
    ...change,
  }
}

test('findings that stream in are kept, and what comes late changes no counts', () => {
  const first = joined(undefined, review({ findings: [finding('a')], open: 1 }), 0)
  const answered = joined(first, review({ findings: [finding('a', { answer: 'share' })], open: 0 }), 2)
  const late = joined(answered, review({ findings: [finding('b')], open: 1, next: 2 }), 1)
  assert.deepEqual([...late.findings.keys()], ['a', 'b'])
  assert.equal(late.findings.get('a')?.answer, 'share')
  assert.equal(late.review.open, 0)
  assert.equal(joined(late, review({ open: 1 }), 3).review.open, 1)
})

test('an answer is shown at once, for one or for its class', () => {
  const look = joined(
    undefined,
    review({ findings: [finding('a'), finding('b'), finding('c', { class: 'tax' })] }),
    0,
  )
  const one = withAnswers(look, [{ id: 'a', answer: 'share' }])
  assert.deepEqual(
    [...one.findings.values()].map(({ answer }) => answer),
    ['share', null, null],
  )
  const all = withAnswers(one, [{ class: 'private-key', answer: 'leave-out' }])
  assert.deepEqual(
    [...all.findings.values()].map(({ answer }) => answer),
    ['leave-out', 'leave-out', null],
  )
})

test('groups stand in their order, count what is not listed, and know their one answer', () => {
  const look: Look = joined(
    undefined,
    review({
      findings: [finding('a', { class: 'tax' }), finding('b', { answer: 'share' })],
      byClass: [
        { class: 'private-key', count: 1, open: 0 },
        { class: 'tax', count: 20_000, open: 19_999 },
        { class: 'mail', count: 4, open: 4 },
      ],
    }),
    0,
  )
  const groups = groupsOf(look, ['private-key', 'mail', 'tax', 'legal'])
  assert.deepEqual(
    groups.map(({ class: of, count, open, findings }) => [of, count, open, findings.length]),
    [
      ['private-key', 1, 0, 1],
      ['mail', 4, 4, 0],
      ['tax', 20_000, 19_999, 1],
    ],
  )
  assert.equal(answerOfAll(groups[0] as never), 'share')
  assert.equal(answerOfAll(groups[2] as never), null)
})

test('nothing can be shared before everything was looked at and answered', () => {
  const of = (change: Partial<Review>, choices = READY) =>
    whyNot(joined(undefined, review(change), 0), choices)
  assert.equal(whyNot(undefined, READY), 'looking')
  assert.equal(of({}), undefined)
  assert.equal(of({ state: 'scanning' }), 'looking')
  assert.equal(of({ state: 'scanning', open: 1 }), 'open')
  assert.equal(of({ open: 1 }), 'open')
  assert.equal(of({ sharedFiles: 0 }), 'nothing')
  assert.equal(of({ state: 'failed' }), 'failed')
  assert.equal(of({}, { licenceMissing: true, wrong: false }), 'licence')
  assert.equal(of({}, { licenceMissing: false, wrong: true }), 'wrong')
})

test('what is left out with its file, its folder or in the tree needs no answer of its own', () => {
  const look = joined(
    undefined,
    review({
      findings: [
        finding('a', { path: ['x', '.env'], answer: 'leave-out' }),
        finding('b', { path: ['x', '.env'], class: 'hidden-file' }),
        finding('c', { path: ['x', 'other'] }),
        finding('d', { path: ['mail'], folder: true, answer: 'leave-out' }),
        finding('e', { path: ['mail', 'inbox'] }),
        finding('f', { path: ['unticked', 'deep', 'key'] }),
        finding('g', { path: ['mailing'] }),
      ],
    }),
    0,
  )
  assert.deepEqual([...leftOutWith(look, [['unticked']])], ['b', 'e', 'f'])
})

test('what all is left out of a folder answers what was found of the folder', () => {
  const findings = [finding('a', { path: ['keys', 'id'], answer: 'leave-out' })]
  const folder = finding('b', { path: ['keys'], folder: true, class: 'private-folder' })
  const of = (open: number) =>
    leftOutWith(
      joined(
        undefined,
        review({
          findings: [...findings, folder],
          byClass: [{ class: 'private-folder', count: 1, open }],
        }),
        0,
      ),
      [],
    )
  assert.deepEqual([...of(1)], [])
  assert.deepEqual([...of(0)], ['b'])
})
