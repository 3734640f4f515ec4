import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Key, LineEditor } from './line-editor.ts'

function typed(editor: LineEditor, ...keys: (string | Key)[]) {
  return keys
    .flatMap((key) => (typeof key === 'string' ? [...key].map((text): Key => ({ text })) : [key]))
    .map((key) => editor.key(key))
    .at(-1)
}

const WORDS = ['/reply', '/react', '@Ana', '@Andrea']
const editor = (): LineEditor => new LineEditor((word) => WORDS.filter((each) => each.startsWith(word)))
const LEFT: Key = { name: 'left' }
const BACK: Key = { name: 'backspace', text: '\u007f' }
const ENTER: Key = { name: 'return', text: '\r' }
const TAB: Key = { name: 'tab', text: '\t' }
const UP: Key = { name: 'up' }

test('letters are typed, moved over and removed as people see them', () => {
  const line = editor()
  typed(line, 'ab', { text: '👍🏽' }, 'c', LEFT, LEFT, 'x')
  assert.equal(line.text, 'abx👍🏽c')
  typed(line, { name: 'delete' }, BACK)
  assert.equal(line.text, 'abc')
  typed(line, { name: 'home' }, 'z', { name: 'k', ctrl: true })
  assert.equal(line.text, 'z')
})

test('a whole word and a whole line go at once', () => {
  const line = editor()
  typed(line, 'one two  ', { name: 'w', ctrl: true })
  assert.equal(line.text, 'one ')
  typed(line, { name: 'u', ctrl: true })
  assert.equal(line.text, '')
})

test('what was said is found again above, and what was being typed below it', () => {
  const line = editor()
  assert.deepEqual(typed(line, 'first', ENTER), { kind: 'line', line: 'first' })
  typed(line, 'second', ENTER, 'dra', UP)
  assert.equal(line.text, 'second')
  typed(line, UP, UP)
  assert.equal(line.text, 'first')
  typed(line, { name: 'down' }, { name: 'down' })
  assert.equal(line.text, 'dra')
})

test('a word is completed as far as it is sure, then the choices are told', () => {
  const line = editor()
  typed(line, 'hi @a', BACK, 'A', TAB)
  assert.equal(line.text, 'hi @An')
  assert.deepEqual(typed(line, TAB), { kind: 'choices', choices: ['@Ana', '@Andrea'] })
  typed(line, 'a', TAB)
  assert.equal(line.text, 'hi @Ana ')
})

test('nothing that a paste holds moves the cursor, and it has an end', () => {
  const line = editor()
  line.key({ text: 'a\u001b[2J\nb\u0007' })
  assert.equal(line.text, 'a[2J b')
  line.key({ text: 'x'.repeat(100_000) })
  assert.equal(line.text.length, 16_384)
})

test('several lines that are pasted are one message, and nothing is said before Enter', () => {
  const line = editor()
  typed(line, { name: 'paste-start' }, 'one', ENTER, TAB, 'two', { name: 'paste-end' })
  assert.deepEqual(typed(line, ENTER), { kind: 'line', line: 'one\n two' })
})

test('Ctrl-C leaves, Ctrl-D only with nothing typed, and an empty line says nothing', () => {
  const line = editor()
  assert.equal(typed(line, { name: 'c', ctrl: true })?.kind, 'leave')
  assert.equal(typed(line, ' ', ENTER)?.kind, 'nothing')
  assert.equal(typed(line, 'a', { name: 'd', ctrl: true })?.kind, 'nothing')
  assert.equal(typed(line, BACK, { name: 'd', ctrl: true })?.kind, 'leave')
})
