import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WalkTurns } from './walk-turns.ts'

/** A folder that was walked as a whole at 0, in no time. */
function walked(tookMs = 0): WalkTurns {
  const turns = new WalkTurns()
  turns.wholeNow(-tookMs)
  assert.deepEqual(turns.next(-tookMs), { kind: 'whole' })
  turns.ended('done', 0)
  return turns
}

const here = (path: string, deep = false) => [{ path, deep }]

test('a change is walked when it is quiet, and only where it was', () => {
  const turns = walked()
  turns.touched(here('a'), 1_000)
  turns.touched(here('b'), 1_200)
  turns.touched(here('a', true), 1_300)
  turns.touched(here('a'), 1_300)
  assert.equal(turns.next(1_799), undefined)
  const touched = [...here('a', true), ...here('b')]
  assert.deepEqual(turns.next(1_800), { kind: 'part', touched })
  turns.ended('done', 1_800)
  assert.equal(turns.next(1_000_000), undefined)
})

test('where something is written without end it is walked all the same, every few seconds', () => {
  const turns = walked()
  const walks: number[] = []
  for (let now = 0; now <= 20_000; now += 100) {
    turns.touched(here('a'), now)
    if (turns.next(now) !== undefined) {
      walks.push(now)
      turns.ended('done', now)
    }
  }
  assert.deepEqual(walks, [5_000, 10_100, 15_200])
})

test('a directory that takes long to walk is walked the less often, and a whole walk keeps nobody waiting', () => {
  const turns = walked(60_000)
  turns.touched(here('a'), 100)
  assert.equal(turns.deadline(), 600)
  turns.next(600)
  turns.ended('done', 3_600)
  turns.touched(here('a'), 3_700)
  assert.equal(turns.deadline(), 33_600)
})

test('what happens during a walk is walked after it', () => {
  const turns = walked()
  turns.wholeNow(10_000)
  turns.next(10_000)
  turns.touched(here('a'), 10_100)
  assert.equal(turns.deadline(), undefined)
  assert.equal(turns.next(20_000), undefined)
  turns.ended('done', 20_000)
  assert.deepEqual(turns.next(120_000), { kind: 'part', touched: here('a') })
})

test('a storm of events, or of directories, is one whole walk', () => {
  const storm = walked()
  for (let i = 0; i < 8_000; i++) storm.touched(here('a'), i / 10)
  assert.deepEqual(storm.next(6_000), { kind: 'whole' })
  const many = walked()
  for (let i = 0; i < 3_000; i++) many.touched(here(`d${i}`), 0)
  assert.deepEqual(many.next(6_000), { kind: 'whole' })
  many.ended('done', 16_000)
  for (let i = 0; i < 3_000; i++) many.touched(here(`d${i}`), 16_000)
  assert.equal(many.deadline(), 116_000)
})

test('a whole walk comes each hour, each five minutes where nothing tells of changes, each 15 s for a missing folder', () => {
  const turns = walked()
  assert.equal(turns.deadline(), 3_600_000)
  turns.blind = true
  turns.wholeNow(0)
  turns.next(0)
  turns.ended('done', 0)
  assert.equal(turns.deadline(), 300_000)
  turns.next(300_000)
  turns.ended('missing', 300_000)
  assert.equal(turns.deadline(), 315_000)
  turns.next(315_000)
  turns.ended('unsettled', 315_000)
  assert.equal(turns.deadline(), 317_000)
})

test('somebody who asks for it gets a whole walk at once', () => {
  const turns = walked(60_000)
  turns.wholeNow(5)
  assert.deepEqual(turns.next(5), { kind: 'whole' })
})
