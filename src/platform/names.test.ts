import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NodeNames } from './names.ts'

test('a literal address resolves to itself in canonical form', async () => {
  const names = new NodeNames()
  assert.deepEqual(await names.resolve('127.0.0.1'), ['127.0.0.1'])
  assert.deepEqual(await names.resolve('2001:DB8:0::1'), ['2001:db8::1'])
})

test('localhost is found in the hosts file', async () => {
  const addresses = await new NodeNames().resolve('localhost')
  assert.ok(addresses.length > 0)
  for (const address of addresses) assert.ok(address === '127.0.0.1' || address === '::1', address)
})

test('what cannot be a name has no addresses', async () => {
  const names = new NodeNames()
  for (const bad of ['', 'a\0b', 'x'.repeat(300), '999.1.1.1.'])
    assert.deepEqual(await names.resolve(bad), [], JSON.stringify(bad))
})

test('many look-ups at once all end, and the same name is looked up once', async () => {
  const names = new NodeNames()
  assert.equal(names.resolve('localhost'), names.resolve('localhost'))
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, i) => names.resolve(i % 2 === 0 ? 'localhost' : `127.0.0.${i}`)),
  )
  assert.ok(all.every((addresses) => addresses.length > 0))
})
