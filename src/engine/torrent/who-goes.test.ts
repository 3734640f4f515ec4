import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Millis } from '../../base/ids.ts'
import { IDLE_MS, type Leaver, whoGoes } from './who-goes.ts'

const NOW = (2 * IDLE_MS) as Millis
const peer = (key: string, priority: number, facts: Partial<Leaver<string>> = {}): Leaver<string> => ({
  key,
  priority,
  idleSince: undefined,
  kept: false,
  ...facts,
})
const idleFor = (ms: number) => ({ idleSince: (NOW - ms) as Millis })

test('the longest idle goes first, whatever its priority', () => {
  const present = [peer('a', 9, idleFor(IDLE_MS)), peer('b', 1), peer('c', 9, idleFor(IDLE_MS + 1))]
  assert.equal(whoGoes(present, 5, NOW), 'c')
})

test('ten minutes without interest are not idle yet one moment before', () => {
  assert.equal(whoGoes([peer('a', 9, idleFor(IDLE_MS - 1))], 5, NOW), undefined)
})

test('without idle ones the lowest priority goes, if it is below the newcomer', () => {
  assert.equal(whoGoes([peer('a', 3), peer('b', 2)], 5, NOW), 'b')
  assert.equal(whoGoes([peer('a', 6), peer('b', 7)], 5, NOW), undefined)
})

test('who gives or takes something stays', () => {
  assert.equal(whoGoes([peer('a', 1, { kept: true, ...idleFor(IDLE_MS) })], 5, NOW), undefined)
})
