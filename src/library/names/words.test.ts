import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold } from './folding.ts'
import { nameKey } from './name-key.ts'
import { MAX_WORD_CHARACTERS, wordsOf } from './words.ts'

const words = (text: string) => wordsOf(text).words.join(' ')

test('case, width, ligatures and diacritics make no difference', () => {
  for (const [written, folded] of [
    ['ÅNGSTRÖM', 'angstrom'],
    ['Ångström', 'angstrom'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['ﬁne Ｗｉｄｅ', 'fine wide'],
    ['Øresund Łódź Đà', 'oresund lodz da'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['Ёлка', 'елка'],
    ['מָקוֹם', 'מקום'],
    ['مُحَمَّد', 'محمد'],
    ['don’t', 'dont'],
  ] as const) {
    assert.equal(fold(written), folded)
  }
})

test('what is no accent stays: vowel signs, voicing, Hangul', () => {
  assert.equal(fold('हिन्दी'), 'हिन्दी'.normalize('NFC'))
  assert.equal(fold('が'), 'が')
  assert.notEqual(fold('が'), fold('か'))
  assert.equal(fold('한국'), '한국')
})

test('names are taken apart where a person reads words', () => {
  assert.equal(words('The.Show_S01E02 (1080p) [x264-GRP].mkv'), 'the show s 01 e 02 1080 p x 264 grp mkv')
  assert.equal(words('camelCase HTMLParser iPhone'), 'camel case html parser i phone')
  assert.deepEqual(wordsOf('S01E02.mp4').joined, ['s01e02', 'mp4'])
  assert.equal(words('Beyoncé & Jay‐Z — Ape$hit'), 'beyonce jay z ape hit')
  assert.equal(words('½ × ²'), '1 2 2')
  assert.equal(words('🎉party'), '🎉party')
})

test('languages without spaces are words of two characters each', () => {
  assert.equal(words('東京物語'), '東京 京物 物語 語')
  assert.equal(words('東京2020夏'), '東京 京 2020 夏')
  assert.equal(words('한국 영화'), '한국 국 영화 화')
  assert.equal(words('ラブレター.mp3'), 'ラブ ブレ レタ ター ー mp 3')
})

test('any text gives bounded words without a separator, and folding again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const found = wordsOf(text)
      assert.ok(found.words.length <= 64)
      for (const word of [...found.words, ...found.joined]) {
        assert.ok(word.length > 0 && word.length <= 2 * MAX_WORD_CHARACTERS)
        assert.doesNotMatch(word, /[\s"_*]/u)
        assert.ok(word.isWellFormed())
      }
      assert.equal(fold(fold(text)), fold(text))
    }),
    { numRuns: 2_000, seed: 5 },
  )
})

test('names in any case and composition are the same words', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'aéößńжЯαΩçẼ'), minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(letters, (name) => {
      assert.equal(fold(name.normalize('NFD')), fold(name.normalize('NFC')))
      assert.equal(fold(name.toUpperCase()), fold(name.toLowerCase()))
    }),
    { numRuns: 1_000, seed: 5 },
  )
})

test('names are put in order as people count', () => {
  const names = ['img 10.jpg', 'IMG 9.jpg', 'Ängste', 'angel', 'img 009b', 'zoo', '100', '20']
  const ordered = names.toSorted((a, b) => (nameKey(a) < nameKey(b) ? -1 : 1))
  assert.deepEqual(ordered, ['20', '100', 'angel', 'Ängste', 'IMG 9.jpg', 'img 009b', 'img 10.jpg', 'zoo'])
})
