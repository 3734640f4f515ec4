import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitUnseen, UNSEEN, visible } from './unseen-characters.ts'

test('a name that would be read backwards says so', () => {
  assert.equal(visible('holiday\u202Egpj.exe'), 'holiday<U+202E>gpj.exe')
  assert.deepEqual(splitUnseen('a\u202Eb'), [
    { text: 'a', unseen: undefined },
    { text: '\u202E', unseen: 'U+202E' },
    { text: 'b', unseen: undefined },
  ])
})

test('parts put together are the text, and none that is shown holds an unseen character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parts = splitUnseen(text)
      assert.equal(parts.map((part) => part.text).join(''), text)
      for (const part of parts) {
        if (part.unseen === undefined) assert.equal(part.text.match(UNSEEN), null)
      }
    }),
    { seed: 4 },
  )
})

test('a plain text is one part', () => {
  assert.deepEqual(splitUnseen('Sintel ❤️'), [{ text: 'Sintel ❤️', unseen: undefined }])
  assert.deepEqual(splitUnseen(''), [{ text: '', unseen: undefined }])
})
