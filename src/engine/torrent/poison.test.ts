import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeBlocks, judgePiece } from './poison.ts'

const leaves = (text: string) => {
  const bytes = new Uint8Array(32 * text.length)
  for (const [i, letter] of [...text].entries()) bytes.fill(letter.charCodeAt(0), 32 * i, 32 * (i + 1))
  return bytes
}

test('a peer that gave a whole wrong piece alone is guilty', () => {
  const verdict = judgePiece(new Map([[7, [0, 1, 2, 3]]]), 4)
  assert.deepEqual(verdict, { guilty: [7], suspects: [], cleared: [], bad: 'all' })
})

test('a peer that completed a piece begun before a restart is only suspected', () => {
  assert.deepEqual(judgePiece(new Map([[7, [2, 3]]]), 4).guilty, [])
  assert.deepEqual(judgePiece(new Map([[7, [2, 3]]]), 4).suspects, [7])
})

test('of several contributors to a wrong v1 piece all are suspected and none is guilty', () => {
  const verdict = judgePiece(
    new Map([
      [1, [0, 1]],
      [2, [2, 3]],
    ]),
    4,
  )
  assert.deepEqual(verdict.guilty, [])
  assert.deepEqual([...verdict.suspects], [1, 2])
})

test('leaf hashes blame exactly the peer whose block is wrong, keep the good blocks and clear the others', () => {
  const verdict = judgeBlocks(
    new Map([
      [1, [0, 1]],
      [2, [2, 3]],
    ]),
    leaves('abcd'),
    leaves('abxd'),
  )
  assert.deepEqual(verdict, { guilty: [2], suspects: [], cleared: [1], bad: [2] })
})

test('leaf hashes that find no wrong block (the piece changed meanwhile) reset the whole piece', () => {
  assert.equal(judgeBlocks(new Map([[1, [0]]]), leaves('ab'), leaves('ab')).bad, 'all')
})
