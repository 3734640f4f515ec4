import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AddressScope,
  canonicalIp,
  compactEndpoint,
  formatIp,
  mayContact,
  networkOf,
  parseCompactEndpoints,
  parseEndpoint,
  parseIp,
  scopeOf,
} from './address.ts'
import { concatBytes } from './bytes.ts'

test('IPv4 text is accepted only in the four-part decimal form', () => {
  assert.deepEqual(parseIp('1.2.3.4'), Uint8Array.of(1, 2, 3, 4))
  for (const bad of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '0x7f.0.0.1',
    '127.1',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1..2.3',
  ]) {
    assert.equal(parseIp(bad), undefined, bad)
  }
})

test('IPv6 text in any spelling becomes the RFC 5952 one', () => {
  const spellings: [string, string][] = [
    ['::', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ]
  for (const [given, expected] of spellings) assert.equal(canonicalIp(given), expected, given)
})

test('broken IPv6 text is refused', () => {
  for (const bad of [
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '::g',
    '[::1]',
    '1:2:3:4:5:6:7::8',
    '::1.2.3',
    '2001:db8::1%eth0',
    'fe80::1%',
    'fe80::1%a b',
  ]) {
    assert.equal(canonicalIp(bad), undefined, bad)
  }
})

test('text and bytes of any address are one another', () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
      .map((bytes) => Uint8Array.from(bytes)),
  )
  fc.assert(
    fc.property(address, (bytes) => {
      const text = formatIp(bytes)
      const back = parseIp(text)
      const mapped = bytes.length === 16 && back?.length === 4
      assert.deepEqual(back, mapped ? bytes.slice(12) : bytes)
      assert.equal(canonicalIp(text), formatIp(back as Uint8Array))
    }),
  )
})

test('an endpoint needs a literal address and a port of 1 to 65535', () => {
  assert.deepEqual(parseEndpoint('1.2.3.4:80'), { host: '1.2.3.4', port: 80 })
  assert.deepEqual(parseEndpoint('[2001:DB8::1]:65535'), { host: '2001:db8::1', port: 65535 })
  for (const bad of [
    '1.2.3.4',
    '1.2.3.4:0',
    '1.2.3.4:65536',
    'localhost:80',
    '::1:80',
    '[::1]',
    '1.2.3.4:8x',
    ':80',
  ]) {
    assert.equal(parseEndpoint(bad), undefined, bad)
  }
})

test('compact endpoints round-trip and drop port 0 and a trailing fragment', () => {
  const four = [
    { host: '1.2.3.4', port: 6881 },
    { host: '255.254.253.252', port: 65535 },
  ]
  const six = [{ host: '2001:db8::1', port: 1 }]
  assert.deepEqual(parseCompactEndpoints(concatBytes(four.map(compactEndpoint)), 6, 9), four)
  assert.deepEqual(parseCompactEndpoints(concatBytes(six.map(compactEndpoint)), 18, 9), six)
  assert.deepEqual(parseCompactEndpoints(Uint8Array.of(1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 9, 1, 2), 6, 9), [
    { host: '5.6.7.8', port: 9 },
  ])
  assert.equal(parseCompactEndpoints(new Uint8Array(600).fill(7), 6, 10).length, 10)
  assert.deepEqual(compactEndpoint({ host: 'fe80::1%eth0', port: 1 }).length, 18)
})

test('scope follows the special-purpose registries', () => {
  const scopes: [AddressScope, string[]][] = [
    [
      'none',
      [
        '0.0.0.0',
        '0.1.2.3',
        '224.0.0.1',
        '239.192.152.143',
        '255.255.255.255',
        '240.0.0.1',
        '::',
        'ff02::1',
        'name',
        '',
        '::2',
      ],
    ],
    [
      'loopback',
      ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::'],
    ],
    ['link', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
    [
      'private',
      [
        '10.0.0.1',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        'fd00::1',
        'fc00::1',
        'fec0::1',
        '64:ff9b::10.1.2.3',
        '2002:c0a8:101::1',
      ],
    ],
    [
      'public',
      [
        '1.1.1.1',
        '172.32.0.1',
        '100.128.0.1',
        '169.253.0.1',
        '2606:4700::1',
        '64:ff9b::8.8.8.8',
        '2002:808:808::1',
      ],
    ],
  ]
  for (const [scope, hosts] of scopes) for (const host of hosts) assert.equal(scopeOf(host), scope, host)
})

test('an address of narrower scope than its teller is not contacted', () => {
  const ladder = ['127.0.0.1', '169.254.1.1', '192.168.0.1', '8.8.8.8']
  for (const [h, host] of ladder.entries()) {
    for (const [t, teller] of ladder.entries())
      assert.equal(mayContact(host, teller), h >= t, `${host} told by ${teller}`)
    assert.equal(mayContact(host, 'hand'), true)
    assert.equal(
      mayContact(host, 'nonsense'),
      host === '8.8.8.8',
      'a teller without an address tells only of public ones',
    )
  }
  assert.equal(mayContact('239.0.0.1', 'hand'), false)
})

test('the network of an address is its /24 or /48', () => {
  assert.equal(networkOf('1.2.3.4'), '1.2.3.0/24')
  assert.equal(networkOf('2001:db8:1:2::3'), '2001:db8:1::/48')
})
