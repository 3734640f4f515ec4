import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachment, pageText } from './page-text.ts'

const HOSTILE = [
  '<script>alert(1)</script>.html',
  '"; filename="evil.exe',
  "it's 100% & more",
  'line\r\nSet-Cookie: x=1',
  'photo\u202Egpj.exe',
  '\u0000\u001b[31mred',
  '../../etc/passwd',
  'C:\\boot.ini',
  '..',
  '.',
  '',
  'ä'.repeat(150),
  `${'x'.repeat(296)}.mkv`,
  '\ud800lone',
  '日本語 файл 🎉.txt',
]

test('a header stays one line of ASCII, and its name has neither path nor quote nor hidden sign', () => {
  for (const name of HOSTILE) {
    const header = attachment(name)
    assert.match(
      header,
      /^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''[A-Za-z0-9%._~!$&+^`|-]+$/,
      name,
    )
    const [, plain = '', encoded = ''] = /filename="([^"]*)"; filename\*=UTF-8''(.*)$/.exec(header) ?? []
    const decoded = decodeURIComponent(encoded)
    for (const saved of [plain, decoded]) {
      assert.doesNotMatch(saved, /[/\\"<>|?*:\p{Cc}\p{Cf}]/u, name)
      assert.doesNotMatch(saved, /^\.*$/, name)
      assert.ok(Buffer.byteLength(saved) <= 200, name)
    }
  }
})

test('an ordinary name is kept as it is, and a long one keeps its end', () => {
  assert.match(
    attachment('日本語 🎉.txt'),
    new RegExp(`filename\\*=UTF-8''${encodeURIComponent('日本語 🎉.txt')}$`),
  )
  assert.match(attachment(`${'x'.repeat(296)}.mkv`), /x\.mkv$/)
})

test('in a page nothing is markup, and what is not seen is written out', () => {
  for (const name of HOSTILE) assert.doesNotMatch(pageText(name), /[<>"'\p{Cc}\p{Cf}]/u, name)
  assert.equal(pageText('a\u202Eb<i>'), 'a&lt;U+202E&gt;b&lt;i&gt;')
})
