import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromHex, toHex } from '../../base/bytes.ts'
import { entropyOf, WORD_LIST, wordsOf } from './words.ts'

/** From the vectors published with BIP 39 (trezor/python-mnemonic, vectors.json). */
const KNOWN = [
  ['00000000000000000000000000000000', `${'abandon '.repeat(11)}about`],
  [
    '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
    'legal winner thank year wave sausage worth useful legal winner thank yellow',
  ],
  ['ffffffffffffffffffffffffffffffff', `${'zoo '.repeat(11)}wrong`],
] as const

test('entropy becomes the words of BIP 39, and they become it again', () => {
  for (const [entropy, words] of KNOWN) {
    assert.deepEqual(wordsOf(fromHex(entropy)), words.split(' '))
    assert.equal(toHex(entropyOf(words.split(' '))), entropy)
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (entropy) => {
      assert.deepEqual(entropyOf(wordsOf(entropy)), entropy)
    }),
    { seed: 12 },
  )
})

test('capitals and space around words do not matter', () => {
  const [entropy, words] = KNOWN[1]
  assert.equal(toHex(entropyOf([`  ${words.toUpperCase().replaceAll(' ', ' \n\t ')} `])), entropy)
})

test('a word that is not in the list is named by its place', () => {
  const words = KNOWN[1][1].split(' ')
  assert.throws(() => entropyOf(words.with(4, 'wavy')), { code: 'WORDS_WRONG', data: { word: 5 } })
})

test('words that do not fit together are refused, and too few or many', () => {
  const words = KNOWN[1][1].split(' ')
  assert.throws(() => entropyOf(words.with(11, 'zoo')), { code: 'WORDS_WRONG' })
  assert.throws(() => entropyOf(words.slice(1)), { code: 'WORDS_WRONG', data: { count: 11 } })
  assert.throws(() => entropyOf([...words, 'zoo']), { code: 'WORDS_WRONG' })
  assert.throws(() => entropyOf([]), { code: 'WORDS_WRONG' })
})

test('the list has 2,048 words', () => {
  assert.equal(new Set(WORD_LIST).size, 2_048)
})
