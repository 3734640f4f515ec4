import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../../test/doubles/digest.ts'
import { keyText, type PersonId } from '../ids.ts'
import { comparisonWords } from './comparison.ts'

const LIST = Array.from({ length: 2_048 }, (_, i) => `word${i}`)
const person = (fill: number) => keyText<PersonId>(new Uint8Array(32).fill(fill))

test('both sides see the same six words, whoever asks', () => {
  const words = comparisonWords(person(1), person(2), digest, LIST)
  assert.equal(words.length, 6)
  assert.deepEqual(comparisonWords(person(2), person(1), digest, LIST), words)
})

test('with somebody between them the words differ', () => {
  const honest = comparisonWords(person(1), person(2), digest, LIST)
  assert.notDeepEqual(comparisonWords(person(1), person(3), digest, LIST), honest)
  assert.notDeepEqual(comparisonWords(person(3), person(2), digest, LIST), honest)
})
