import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DeviceAddress, parsePlace, placeText, readAddresses } from './device-address.ts'
import { type DeviceId, keyText } from './ids.ts'

const DEVICE = keyText<DeviceId>(new Uint8Array(32).fill(5))

test('addresses come back as they were written', () => {
  for (const text of ['tcp/1.2.3.4:5', 'utp/[2001:db8::1]:6881', `relay/${DEVICE}`, 'tcp/127.0.0.1:65535']) {
    const place = parsePlace(text)
    assert.ok(place !== undefined, text)
    assert.equal(placeText(place), text)
  }
})

test('what is not written the one way, or can be nobody, is no address', () => {
  const none = [
    '',
    'tcp/1.2.3.4',
    'tcp/1.2.3.4:0',
    'tcp/1.2.3.4:65536',
    'tcp/1.2.3.4:05',
    'tcp/01.2.3.4:5',
    'tcp/0.0.0.0:5',
    'tcp/255.255.255.255:5',
    'tcp/[::ffff:1.2.3.4]:5',
    'tcp/[2001:DB8::1]:5',
    'tcp/[fe80::1%eth0]:5',
    'tcp/example.org:5',
    'quic/1.2.3.4:5',
    'relay/abc',
    `relay/${DEVICE.slice(0, 51)}b`,
    `tcp/1.2.3.4:5${' '.repeat(100)}`,
  ]
  for (const text of none) assert.equal(parsePlace(text), undefined, text)
})

test('of many only the first eight are read, each once', () => {
  const texts = Array.from({ length: 30 }, (_, i) => `tcp/10.0.0.${(i % 20) + 1}:7`)
  assert.deepEqual(
    readAddresses(['x', ...texts]),
    texts.slice(0, 8).map((text) => text as DeviceAddress),
  )
  assert.deepEqual(readAddresses(['tcp/10.0.0.1:7', 'tcp/10.0.0.1:7']), ['tcp/10.0.0.1:7'])
})
