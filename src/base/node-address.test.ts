import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNodeAddress } from './node-address.ts'

test('addresses and names of nodes are understood, with their port', () => {
  assert.deepEqual(parseNodeAddress('10.0.0.1:6881'), { host: '10.0.0.1', port: 6881 })
  assert.deepEqual(parseNodeAddress('[FD00::1]:6881'), { host: 'fd00::1', port: 6881 })
  assert.deepEqual(parseNodeAddress('router.example.org:25401'), { host: 'router.example.org', port: 25_401 })
  assert.deepEqual(parseNodeAddress('localhost:1'), { host: 'localhost', port: 1 })
})

test('whatever is neither is none', () => {
  const bad = [
    '',
    'host',
    'host:',
    ':6881',
    'host:0',
    'host:65536',
    'host:6881:1',
    '[host]:1',
    '[::1',
    '::1:6881',
    '1.2.3.256:1',
    'a b:1',
    '-a:1',
    'a\u0000:1',
    `${'a'.repeat(254)}:1`,
  ]
  for (const text of bad) assert.equal(parseNodeAddress(text), undefined, text)
})
