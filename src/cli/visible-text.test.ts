import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { visible, visibleJson } from './visible-text.ts'

test('escape sequences become text', () => {
  assert.equal(visible('a\u001b[31mred\u009b0m'), 'a<U+001B>[31mred<U+009B>0m')
  assert.equal(visible('one\r\ntwo\ttab\u007f\0'), 'one<U+000D><U+000A>two<U+0009>tab<U+007F><U+0000>')
})

test('bidi overrides and zero-width letters are shown', () => {
  assert.equal(visible('photo\u202egpj.exe'), 'photo<U+202E>gpj.exe')
  assert.equal(visible('a\u200bb\u2066c\u2069\ufeff\u00ad'), 'a<U+200B>b<U+2066>c<U+2069><U+FEFF><U+00AD>')
  assert.equal(visible('tag\u{e0041}'), 'tag<U+E0041>')
  assert.equal(visible('filler\u3164'), 'filler<U+3164>')
})

test('half a surrogate pair is shown', () => {
  assert.equal(visible('\ud800x'), '<U+D800>x')
})

test('names of the world stay as they are', () => {
  for (const name of ['Grüße.txt', '日本語.mkv', 'עברית.pdf', 'हिन्दी', '🐟', '❤️', 'e\u0301']) {
    assert.equal(visible(name), name)
  }
})

test('nothing unseen survives, and what is shown once stays as shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = visible(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be left.
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/)
      assert.equal(visible(shown), shown)
    }),
  )
})

test('JSON is harmless to a terminal and the same to a program', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = visibleJson({ name: text })
      assert.equal(visible(line), line)
      assert.deepEqual(JSON.parse(line), { name: text })
    }),
  )
})
