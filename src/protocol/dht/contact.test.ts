import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BDict, decode } from '../../base/bencode.ts'
import { encode } from '../../base/bencode-encode.ts'
import { SeededRandom } from '../../base/random.ts'
import { compactContacts, contactsIn, parseContacts } from './contact.ts'

const random = new SeededRandom(1)
const FOUR = [
  { id: random.bytes(20), endpoint: { host: '192.0.2.1', port: 1 } },
  { id: random.bytes(20), endpoint: { host: '203.0.113.255', port: 65_535 } },
]
const SIX = [
  { id: random.bytes(20), endpoint: { host: '2001:db8::1', port: 6881 } },
  { id: random.bytes(20), endpoint: { host: 'fd00::7', port: 80 } },
]

function dict(fields: { readonly [key: string]: Uint8Array }): BDict {
  const { value } = decode(encode(fields))
  assert.ok(value instanceof BDict)
  return value
}

test('compact lists are read as they were written: 26 bytes a node of IPv4, 38 of IPv6 (BEP 5, 32)', () => {
  assert.equal(compactContacts(FOUR, 4).length, 52)
  assert.equal(compactContacts(SIX, 6).length, 76)
  assert.deepEqual(parseContacts(compactContacts(FOUR, 4), 4, 8), FOUR)
  assert.deepEqual(parseContacts(compactContacts(SIX, 6), 6, 8), SIX)
})

test('a list cut anywhere gives its whole entries only', () => {
  for (const [contacts, family, size] of [
    [FOUR, 4, 26],
    [SIX, 6, 38],
  ] as const) {
    const bytes = compactContacts(contacts, family)
    for (let end = 0; end <= bytes.length; end++)
      assert.deepEqual(
        parseContacts(bytes.subarray(0, end), family, 8),
        contacts.slice(0, Math.floor(end / size)),
      )
  }
})

test('no more are taken than the limit, none without a port, and ids are copies', () => {
  const portless = { id: random.bytes(20), endpoint: { host: '192.0.2.9', port: 0 } }
  const bytes = compactContacts([portless, ...FOUR], 4)
  assert.deepEqual(parseContacts(bytes, 4, 8), FOUR)
  assert.equal(parseContacts(bytes, 4, 1).length, 1)
  const [first] = parseContacts(compactContacts(FOUR, 4), 4, 1)
  bytes.fill(0)
  assert.deepEqual(first?.id, FOUR[0]?.id)
})

test('nodes with private addresses: a stranger on the internet tells of none, nor of loopback or where nobody can be', () => {
  const told = [
    '127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '169.254.1.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '198.51.100.1',
  ].map((host) => ({ id: random.bytes(20), endpoint: { host, port: 6881 } }))
  const hosts = (from: string) =>
    contactsIn(dict({ nodes: compactContacts(told, 4) }), 4, { host: from, port: 1 }, undefined).map(
      ({ endpoint }) => endpoint.host,
    )
  assert.deepEqual(hosts('203.0.113.1'), ['198.51.100.1'])
  assert.deepEqual(hosts('10.0.0.7'), ['10.0.0.1', '192.168.1.1', '172.16.0.1', '100.64.0.1', '198.51.100.1'])
  assert.ok(hosts('127.0.0.1').includes('127.0.0.1'))
})

test('nodes6 says nothing of IPv4 addresses mapped into it, and a filter is obeyed', () => {
  const mapped = new Uint8Array(38)
  mapped.set([0xff, 0xff, 192, 0, 2, 1, 0, 80], 30)
  const values = dict({ nodes6: mapped })
  assert.deepEqual(contactsIn(values, 6, { host: '2001:db8::9', port: 1 }, undefined), [])
  const four = dict({ nodes: compactContacts(FOUR, 4) })
  const allowed = contactsIn(four, 4, { host: '192.0.2.1', port: 1 }, (host) => host !== '192.0.2.1')
  assert.deepEqual(allowed, FOUR.slice(1))
})

test('a generous answer is not taken whole', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({
    id: random.bytes(20),
    endpoint: { host: `192.0.2.${i}`, port: 1 },
  }))
  const from = { host: '203.0.113.1', port: 1 }
  assert.equal(contactsIn(dict({ nodes: compactContacts(many, 4) }), 4, from, undefined).length, 16)
})
