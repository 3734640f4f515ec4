// What was found each second, a letter each (n NONE, c SOURCES_CAPPED, d DISK, k CHOKED, p PAUSED, x CONNECTING), and below it what
// is said.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import type { BottleneckCode } from './bottleneck.ts'
import { SettledBottleneck } from './settled-bottleneck.ts'

const CODES: Readonly<Record<string, BottleneckCode>> = {
  n: 'NONE',
  c: 'SOURCES_CAPPED',
  d: 'DISK',
  k: 'CHOKED',
  p: 'PAUSED',
  x: 'CONNECTING',
}

function said(found: string, everyMs = 1_000): string {
  const settled = new SettledBottleneck()
  return [...found]
    .map((letter, second) => {
      const code = CODES[letter] ?? 'NONE'
      const { code: named } = settled.look({ code, evidence: {} }, (second * everyMs) as Millis)
      return Object.entries(CODES).find(([, each]) => each === named)?.[0]
    })
    .join('')
}

test('what is found first is said first', () => {
  assert.equal(said('c'), 'c')
})

test('another cause is said after it has held for some seconds, and a moment of it never', () => {
  assert.equal(said('cccccccddddddd'), 'ccccccccccdddd')
  assert.equal(said('cccccdcccccddccccc'), 'cccccccccccccccccc')
})

test('looking oftener changes nothing but the number of looks', () => {
  const slow = said('ccccccddddddd')
  const quick = said([...'ccccccddddddd'].map((letter) => letter.repeat(4)).join(''), 250)
  const changes = (text: string, perSecond: number) => text.indexOf('d') / perSecond
  assert.ok(Math.abs(changes(slow, 1) - changes(quick, 4)) <= 1)
})

test('when two others take turns, one of them is said in the end and stays', () => {
  const text = said(`nnnnn${'cd'.repeat(12)}`)
  assert.match(text, /^n{5,16}(c+|d+)$/)
})

test('what is certain is said at once, and what follows on it begins with nothing', () => {
  assert.equal(said('ccccpp'), 'ccccpp')
  assert.equal(said('xxxnnnnn'), 'xxxnnnnn')
  assert.match(said('xxkkkkkkkk'), /^xxn{3,6}k+$/)
})

test('after nobody looked for a while what was before means nothing', () => {
  assert.equal(said('cd', 60_000), 'cd')
})

test('the figures are the newest of the cause that is said', () => {
  const settled = new SettledBottleneck()
  settled.look({ code: 'DISK', evidence: { rate: 1 } }, 0 as Millis)
  assert.equal(settled.look({ code: 'DISK', evidence: { rate: 2 } }, 1_000 as Millis).evidence.rate, 2)
  assert.equal(settled.look({ code: 'NONE', evidence: {} }, 2_000 as Millis).evidence.rate, 2)
})
