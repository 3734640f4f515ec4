import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEndpoint } from './address.ts'
import { endpointText } from './endpoint.ts'

test('the text of an endpoint reads back as the same endpoint', () => {
  for (const endpoint of [
    { host: '1.2.3.4', port: 1 },
    { host: '2001:db8::1', port: 65535 },
  ]) {
    assert.deepEqual(parseEndpoint(endpointText(endpoint)), endpoint)
  }
  assert.equal(endpointText({ host: '::1', port: 80 }), '[::1]:80')
})
