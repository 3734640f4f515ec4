import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linksIn } from './links-in.ts'

test('addresses and links of Shoal are found, without the sentence around them', () => {
  const text = 'See https://example.org/a?b=1, or (magnet:?xt=urn:btih:00) and shoal:invite/abcdefgh.'
  const parts = linksIn(text)
  assert.equal(parts.map((part) => part.text).join(''), text)
  assert.deepEqual(
    parts.filter(({ kind }) => kind !== 'text').map((part) => [part.kind, part.text]),
    [
      ['web', 'https://example.org/a?b=1'],
      ['shoal', 'magnet:?xt=urn:btih:00'],
      ['shoal', 'shoal:invite/abcdefgh'],
    ],
  )
})

test('nothing else is a link', () => {
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'http://', 'plain']) {
    assert.deepEqual(linksIn(text), [{ kind: 'text', text }])
  }
  assert.deepEqual(linksIn(''), [])
})
