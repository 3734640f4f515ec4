// The door asked in every way a browser, a program or somebody hostile asks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, isRefused, passDoor } from './door.ts'
import { OwnNames } from './own-names.ts'

const NAMES = new OwnNames([
  'shoal.example.org',
  'https://shoal.example.org:8443',
  'http://shoal:7417',
  '10.0.0.5:9000',
])

/** `['Host: a', 'Origin: b']`; a Host of ours unless one is given. */
function ask(headers: readonly string[], rest: Partial<Omit<Asked, 'rawHeaders'>> = {}) {
  const all = headers.some((line) => /^host:/i.test(line)) ? headers : ['Host: 127.0.0.1:7417', ...headers]
  const rawHeaders = all.flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return passDoor({ method: 'GET', target: '/api/v1/status', rawHeaders, ...rest }, NAMES)
}

function refusal(...asked: Parameters<typeof ask>): string {
  const answer = ask(...asked)
  return isRefused(answer) ? answer.refused : 'passed'
}

function fromOurPage(...asked: Parameters<typeof ask>): boolean {
  const answer = ask(...asked)
  assert.ok(!isRefused(answer), isRefused(answer) ? answer.refused : '')
  return answer.fromOurPage
}

test('loopback names pass with any port, so that a tunnel works', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.0.0.1:7417', 'localhost:80', '[::1]:65535'])
    assert.equal(refusal([`Host: ${host}`]), 'passed', host)
})

test('every other host is foreign, however near it looks', () => {
  for (const host of [
    'evil.example',
    '0.0.0.0:7417',
    '0.0.0.0',
    '127.0.0.2',
    '127.1',
    '2130706433',
    '0x7f000001',
    'localhost.',
    'localhost.:7417',
    '127.0.0.1.',
    'localhost.evil.example',
    'evil.example#localhost',
    'user@localhost',
    'LOCALHOST',
    'localhost:',
    'localhost:0',
    'localhost:007417',
    'localhost:65536',
    'localhost:7417x',
    'localhost:7417, evil.example',
    ' localhost ,',
    '[::]',
    '[::ffff:127.0.0.1]',
    '::1',
    '[::1',
    '[0:0:0:0:0:0:0:1]',
    'shoal.example.org.',
    'shoal.example.org:7417',
    'a.shoal.example.org',
    'shoal',
    'shoal:80',
    '10.0.0.5',
  ])
    assert.equal(refusal([`Host: ${host}`]), 'HOST_FOREIGN', host)
})

test('exactly one Host, and nothing that says who asks twice', () => {
  const none = passDoor({ method: 'GET', target: '/', rawHeaders: [] }, NAMES)
  assert.deepEqual(none, { refused: 'HOST_MISSING' })
  assert.equal(refusal(['Host: ']), 'HOST_MISSING')
  assert.equal(refusal(['Host: localhost', 'Host: evil.example']), 'HEADER_TWICE')
  assert.equal(refusal(['Host: localhost', 'hOST: localhost']), 'HEADER_TWICE')
  for (const name of ['Origin', 'Sec-Fetch-Site', 'Sec-Fetch-Dest', 'Authorization', 'X-Shoal-Key'])
    assert.equal(refusal([`${name}: a`, `${name.toLowerCase()}: a`]), 'HEADER_TWICE', name)
})

test('the target is a path of ours, in no other form', () => {
  for (const target of ['/', '/a?b=c&d=%2e%2e', "/a-b_c~!$&'()*+,;=:@"])
    assert.equal(refusal([], { target }), 'passed', target)
  for (const target of [
    '',
    '*',
    'http://127.0.0.1:7417/',
    'http://evil.example/',
    '127.0.0.1:443',
    '//evil.example/',
    '/a#b',
    '/a\\b',
    '/a b',
    '/\u00e9',
    '/a\0',
    'api',
  ])
    assert.equal(refusal([], { target }), 'TARGET_INVALID', target)
})

test('no method but those of the table, and no other protocol', () => {
  for (const method of ['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', ''])
    assert.equal(refusal([], { method }), 'METHOD_UNKNOWN', method)
  assert.equal(refusal(['Upgrade: websocket', 'Connection: Upgrade']), 'UPGRADE_UNKNOWN')
})

test('a page of ours shows by Origin or Sec-Fetch-Site that it asks', () => {
  assert.equal(fromOurPage(['Origin: http://127.0.0.1:7417']), true)
  assert.equal(fromOurPage(['Sec-Fetch-Site: same-origin']), true)
  assert.equal(fromOurPage(['Origin: http://127.0.0.1:7417', 'Sec-Fetch-Site: cross-site']), true)
  assert.equal(fromOurPage(['Host: localhost:80', 'Origin: http://localhost']), true)
  assert.equal(fromOurPage(['Host: localhost', 'Origin: http://localhost']), true)
  assert.equal(fromOurPage(['Host: [::1]:9', 'Origin: http://[::1]:9']), true)
  assert.equal(fromOurPage(['Host: shoal.example.org', 'Origin: https://shoal.example.org']), true)
  assert.equal(fromOurPage(['Host: shoal.example.org:443', 'Origin: https://shoal.example.org']), true)
  assert.equal(fromOurPage(['Host: shoal.example.org:8443', 'Origin: https://shoal.example.org:8443']), true)
})

test('every other origin is foreign: another port, scheme, name, or none that can be told', () => {
  for (const origin of [
    'null',
    'http://127.0.0.1:7418',
    'http://127.0.0.1',
    'https://127.0.0.1:7417',
    'http://localhost:7417',
    'http://evil.example',
    'http://127.0.0.1:7417.evil.example',
    'http://127.0.0.1:7417/',
    'http://127.0.0.1:7417 http://evil.example',
    'HTTP://127.0.0.1:7417',
    'file://',
    'chrome-extension://abcdef',
    '',
  ]) {
    assert.equal(refusal([`Origin: ${origin}`]), 'ORIGIN_FOREIGN', origin)
    assert.equal(refusal([`Origin: ${origin}`, 'Sec-Fetch-Site: same-origin']), 'ORIGIN_FOREIGN', origin)
  }
  assert.equal(refusal(['Host: shoal.example.org', 'Origin: http://shoal.example.org']), 'ORIGIN_FOREIGN')
})

test('without Origin another site is told by Sec-Fetch-Site', () => {
  for (const site of ['cross-site', 'same-site', 'none', '', 'SAME-ORIGIN', 'same-origin, none'])
    assert.equal(refusal([`Sec-Fetch-Site: ${site}`]), 'ORIGIN_FOREIGN', site)
})

test('an address that was typed opens the document, and does nothing else', () => {
  const typed = ['Sec-Fetch-Site: none', 'Sec-Fetch-Dest: document']
  assert.equal(fromOurPage(typed, { target: '/' }), false)
  assert.equal(refusal(typed, { method: 'POST' }), 'ORIGIN_FOREIGN')
  assert.equal(refusal(['Sec-Fetch-Site: none', 'Sec-Fetch-Dest: empty']), 'ORIGIN_FOREIGN')
  assert.equal(refusal(['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Dest: document']), 'ORIGIN_FOREIGN')
})

test('a program that says neither passes, and its cookies count for nothing', () => {
  assert.equal(fromOurPage([]), false)
  assert.equal(fromOurPage([], { method: 'POST' }), false)
  assert.equal(fromOurPage(['Cookie: shoal-7417=x', 'X-Shoal-Key: y']), false)
})

test('a name without TLS is for programs: no page holds a session there', () => {
  assert.equal(fromOurPage(['Host: shoal:7417']), false)
  assert.equal(fromOurPage(['Host: shoal:7417', 'Origin: http://shoal:7417']), false)
  assert.equal(fromOurPage(['Host: shoal:7417', 'Sec-Fetch-Site: same-origin']), false)
})

test('a setting that is no name of a server is told and matches nothing', () => {
  const wrong = [
    '*',
    '*.example.org',
    'https://',
    'ftp://a',
    'a/b',
    'a b',
    'a:99999',
    'a:0',
    'user@a',
    'a?b',
    '-a',
    '',
  ]
  const names = new OwnNames(wrong)
  assert.deepEqual(names.invalid, wrong)
  for (const host of wrong) assert.equal(names.find(host), undefined, host)
  assert.deepEqual(NAMES.invalid, [])
  assert.deepEqual(NAMES.secureOrigins, [
    'https://shoal.example.org',
    'https://shoal.example.org:8443',
    'https://10.0.0.5:9000',
  ])
})
