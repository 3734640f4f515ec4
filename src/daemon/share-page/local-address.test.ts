import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '../../base/errors.ts'
import { chosenAddress } from './local-address.ts'

test('the address on the way to the router comes before others, IPv4 before IPv6', () => {
  const all = ['203.0.113.5', '172.17.0.1', '192.168.1.7', 'fd00::7']
  assert.equal(chosenAddress(['192.168.1.7', 'fd00::7'], all), '192.168.1.7')
  assert.equal(chosenAddress(['fd00::7'], ['fd00::7']), 'fd00::7')
  assert.equal(chosenAddress([], all), '172.17.0.1')
})

test('a public address is never one of the page, and a router’s news of an address that is gone is not believed', () => {
  const refused = (error: unknown): boolean => error instanceof CodedError && error.code === 'PAGE_NO_NETWORK'
  assert.throws(() => chosenAddress(['203.0.113.5'], ['203.0.113.5', '2001:db8::1']), refused)
  assert.throws(() => chosenAddress(['192.168.1.9'], ['127.0.0.1']), refused)
})
