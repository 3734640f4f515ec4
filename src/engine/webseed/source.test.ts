import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayFetchFrom, nameOf, WebSeedReach, type WebSeedSource } from './source.ts'

const source = (url: string, by: WebSeedSource['by'] = 'link'): WebSeedSource => ({ url, kind: 'files', by })
const direct = (url: string) => ({ url, redirectedBy: undefined })

test('what a given link names may be anywhere, since the person gave it', () => {
  for (const host of ['203.0.113.5', '192.168.1.2', '127.0.0.1', 'fe80::1%eth0', '2001:db8::1'])
    assert.equal(mayFetchFrom(source('http://x.test/'), host, direct('http://x.test/a')), true, host)
  for (const host of ['0.0.0.0', '224.0.0.1', '255.255.255.255', 'ff02::1'])
    assert.equal(mayFetchFrom(source('http://x.test/'), host, direct('http://x.test/a')), false, host)
})

test('a redirect never leads to a narrower scope than that of the server it came from', () => {
  const from = (redirectedBy: string, url = 'http://y.test/') => ({ url, redirectedBy })
  const here = source('http://x.test/', 'hand')
  for (const host of [
    '127.0.0.1',
    '::1',
    '169.254.169.254',
    '10.0.0.1',
    '100.64.0.1',
    'fd00::1',
    '64:ff9b::7f00:1',
  ])
    assert.equal(mayFetchFrom(here, host, from('203.0.113.5')), false, host)
  assert.equal(mayFetchFrom(here, '127.0.0.1', from('192.168.1.2')), false)
  assert.equal(mayFetchFrom(here, '192.168.1.3', from('192.168.1.2')), true)
  assert.equal(mayFetchFrom(here, '203.0.113.9', from('192.168.1.2')), true)
})

test('outside the public network a link presses no buttons: its URL has no query there', () => {
  const buttons = source('http://router.test/apply.cgi?reboot=1')
  assert.equal(mayFetchFrom(buttons, '203.0.113.5', direct(buttons.url)), true)
  assert.equal(mayFetchFrom(buttons, '192.168.1.1', direct(buttons.url)), false)
  assert.equal(mayFetchFrom(source(buttons.url, 'hand'), '192.168.1.1', direct(buttons.url)), true, 'typed')
  const led = { url: 'http://192.168.1.1/apply.cgi?reboot=1', redirectedBy: '192.168.1.2' }
  assert.equal(mayFetchFrom(source('http://x.test/'), '192.168.1.1', led), false)
})

test('a name that led far once is not followed when it leads nearer later', () => {
  const reach = new WebSeedReach(source('http://x.test/', 'hand'))
  const hop = direct('http://x.test/a')
  assert.equal(reach.mayConnect('192.168.1.2', hop), true)
  assert.equal(reach.mayConnect('203.0.113.5', hop), true)
  for (const host of ['127.0.0.1', '192.168.1.2', '169.254.169.254'])
    assert.equal(reach.mayConnect(host, hop), false, host)
  assert.equal(reach.mayConnect('203.0.113.6', hop), true)
})

test('a name that a proxy resolves may be asked where it can mean the public network, and leads no nearer', () => {
  const reach = new WebSeedReach(source('http://files.example/'))
  const hop = direct('http://files.example/a')
  assert.equal(reach.mayConnect('files.example', hop), true)
  for (const near of ['localhost', 'nas.local', 'files'])
    assert.equal(reach.mayConnect(near, hop), false, near)
  const led = { url: 'http://x.test/', redirectedBy: 'files.example' }
  for (const [host, may] of [
    ['10.0.0.1', false],
    ['127.0.0.1', false],
    ['203.0.113.5', true],
    ['other.example', true],
  ] as const)
    assert.equal(reach.mayConnect(host, led), may, host)
})

test('people see the host', () => {
  assert.equal(nameOf(source('https://files.example.org/pub/')), 'files.example.org')
  assert.equal(nameOf(source('http://user:secret@[::1]:8080/pub/')), '[::1]:8080')
})
