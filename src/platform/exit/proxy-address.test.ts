import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseProxy } from './proxy-address.ts'

test('what people type for a proxy is understood, and its text keeps the password out', () => {
  assert.deepEqual(parseProxy('socks5://ana:p%40ss@10.0.0.1:9050'), {
    protocol: 'socks5',
    host: '10.0.0.1',
    port: 9050,
    credentials: { user: 'ana', password: 'p@ss' },
    text: 'socks5://10.0.0.1:9050',
  })
  assert.equal(parseProxy('SOCKS5h://Proxy.Example')?.text, 'socks5://proxy.example:1080')
  assert.equal(parseProxy('http://[fd00::1]:3128/')?.text, 'http://[fd00::1]:3128')
  assert.equal(parseProxy('http://proxy.example')?.port, 80)
  assert.deepEqual(parseProxy('socks5://ana@10.0.0.1')?.credentials, { user: 'ana', password: '' })
})

for (const text of [
  '10.0.0.1:1080',
  'https://10.0.0.1:3128',
  'socks4://10.0.0.1',
  'socks5://10.0.0.1:0',
  'socks5://10.0.0.1:65536',
  'socks5://10.0.0.256:1',
  'socks5://127.1:1',
  'socks5://[10.0.0.1]:1x',
  'socks5://a b:1',
  'socks5://:pw@10.0.0.1',
  'socks5://a%0d%0ab:pw@10.0.0.1',
  `socks5://${'a'.repeat(256)}@10.0.0.1`,
  'http://10.0.0.1/path',
]) {
  test(`${text.slice(0, 40)} is no proxy`, () => assert.equal(parseProxy(text), undefined))
}
