import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writtenParts } from './as-is.ts'

const asIs = (text: string) =>
  writtenParts(text)
    .filter((part) => part.asIs)
    .map((part) => part.text)

test('emoji of several characters, ends of lines and joiners of a script are as they are', () => {
  assert.deepEqual(asIs('a 👩‍👩‍👧 b\nc'), ['👩‍👩‍👧', '\n'])
  assert.deepEqual(asIs('می\u200Cخواهم'), ['\u200C'])
})

test('what hides or turns around is not, wherever it stands', () => {
  for (const text of ['a\u202Egpj.exe', 'a\u200Db', 'م\u200Ca', '\u200C', '👍\u202E', 'a\u0000\t']) {
    const hidden = writtenParts(text).filter(
      (part) => part.asIs && [...'\u202E\u200C\u200D\0'].some((hides) => part.text.includes(hides)),
    )
    assert.deepEqual(hidden, [], text)
  }
  assert.equal(
    writtenParts('x\u202Ey')
      .map(({ text }) => text)
      .join(''),
    'x\u202Ey',
  )
})
