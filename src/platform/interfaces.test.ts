import assert from 'node:assert/strict'
import type os from 'node:os'
import { test } from 'node:test'
import { localAddresses } from './interfaces.ts'

const card = (...hosts: string[]) => hosts.map((address) => ({ address }) as os.NetworkInterfaceInfo)

test('addresses others can dial come widest first, without loopback and link-local ones', () => {
  const hosts = localAddresses({
    lo: card('127.0.0.1', '::1'),
    eth0: card('192.168.1.20', 'fe80::1', '2001:db8::5'),
  })
  assert.deepEqual(hosts, ['2001:db8::5', '192.168.1.20'])
})

test('a computer without a network has its loopback addresses', () => {
  assert.deepEqual(localAddresses({ lo: card('127.0.0.1', '::1') }), ['127.0.0.1', '::1'])
})
