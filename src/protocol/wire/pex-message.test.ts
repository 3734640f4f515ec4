import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalIp, compactEndpoint, scopeOf } from '../../base/address.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { concatBytes, fromHex, utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import {
  decodePexMessage,
  encodePexMessage,
  MAX_PEX_CONTACTS,
  PEX_REACHABLE,
  PEX_SEED,
  type PexContact,
} from './pex-message.ts'

const REFUSED = { code: 'BAD_PEX', blame: 'remote' }

function many(count: number, host: (i: number) => string): Endpoint[] {
  return Array.from({ length: count }, (_, i) => ({ host: host(i), port: 1 + i }))
}

const v4 = (i: number) => `50.${i >> 8}.${i & 255}.1`
const v6 = (i: number) => `2001:db8:${(i + 1).toString(16)}::1`
const compact = (endpoints: readonly Endpoint[]) => concatBytes(endpoints.map(compactEndpoint))
const pex = (fields: { [key: string]: Encodable }) => decodePexMessage(encode(fields))

test("transmission's and aria2's messages are understood", () => {
  assert.deepEqual(decodePexMessage(fromHex('64353a6164646564363a7f000001a994373a61646465642e66313a0065')), {
    added: [{ endpoint: { host: '127.0.0.1', port: 43_412 }, flags: 0 }],
    dropped: [],
  })
  assert.deepEqual(decodePexMessage(utf8('de')), { added: [], dropped: [] })
})

test('what is encoded decodes to the same, IPv4 before IPv6', () => {
  const hosts = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIp(text))
  const endpoints = fc.uniqueArray(
    fc
      .tuple(hosts, fc.integer({ min: 1, max: 65_535 }))
      .filter(([host]) => host !== undefined && scopeOf(host) !== 'none')
      .map(([host, port]): Endpoint => ({ host: host as string, port })),
    { selector: (endpoint) => endpoint.host, maxLength: 50 },
  )
  const byFamily = (a: Endpoint, b: Endpoint) => Number(a.host.includes(':')) - Number(b.host.includes(':'))
  fc.assert(
    fc.property(
      endpoints,
      endpoints,
      fc.array(fc.nat({ max: 255 }), { minLength: 50, maxLength: 50 }),
      (a, d, flags) => {
        const added = a.map((endpoint, i): PexContact => ({ endpoint, flags: flags[i] as number }))
        assert.deepEqual(decodePexMessage(encodePexMessage({ added, dropped: d })), {
          added: added.toSorted((x, y) => byFamily(x.endpoint, y.endpoint)),
          dropped: d.toSorted(byFamily),
        })
      },
    ),
  )
})

test('of 10,000 entries fifty are used', () => {
  const list = compact(many(10_000, v4))
  const { added, dropped } = pex({ added: list, dropped: list })
  assert.equal(added.length, MAX_PEX_CONTACTS)
  assert.equal(dropped.length, MAX_PEX_CONTACTS)
  assert.equal(pex({ added6: compact(many(5000, v6)) }).added.length, MAX_PEX_CONTACTS)
})

test('the two families share the fifty, and one takes what the other leaves', () => {
  const counts = (n4: number, n6: number) => {
    const { added } = pex({ added: compact(many(n4, v4)), added6: compact(many(n6, v6)) })
    const six = added.filter((contact) => contact.endpoint.host.includes(':')).length
    return [added.length - six, six]
  }
  assert.deepEqual(counts(100, 100), [25, 25])
  assert.deepEqual(counts(100, 3), [47, 3])
  assert.deepEqual(counts(3, 100), [3, 47])
  assert.deepEqual(counts(10, 10), [10, 10])
})

test('flags stay with their contact when one before it is left out', () => {
  const { added } = pex({
    added: concatBytes([
      compactEndpoint({ host: '50.0.0.1', port: 1 }),
      Uint8Array.of(50, 0, 0, 2, 0, 0),
      compactEndpoint({ host: '224.0.0.1', port: 1 }),
      compactEndpoint({ host: '50.0.0.4', port: 4 }),
      compactEndpoint({ host: '50.0.0.5', port: 5 }),
    ]),
    'added.f': Uint8Array.of(PEX_SEED, 9, 9, PEX_REACHABLE | PEX_SEED),
  })
  assert.deepEqual(added, [
    { endpoint: { host: '50.0.0.1', port: 1 }, flags: PEX_SEED },
    { endpoint: { host: '50.0.0.4', port: 4 }, flags: PEX_REACHABLE | PEX_SEED },
    { endpoint: { host: '50.0.0.5', port: 5 }, flags: 0 },
  ])
})

test('port 0, unspecified, broadcast and multicast addresses do not come out', () => {
  const { added } = pex({
    added: concatBytes([
      Uint8Array.of(50, 0, 0, 1, 0, 0),
      Uint8Array.of(0, 0, 0, 0, 1, 1),
      Uint8Array.of(255, 255, 255, 255, 1, 1),
      Uint8Array.of(239, 1, 1, 1, 1, 1),
    ]),
    added6: concatBytes([
      new Uint8Array(16),
      Uint8Array.of(1, 1),
      compactEndpoint({ host: 'ff02::1', port: 5 }),
    ]),
  })
  assert.deepEqual(added, [])
})

test('a public address counts once, on private ranges each port counts', () => {
  const { added } = pex({
    added: compact([
      { host: '50.0.0.1', port: 1 },
      { host: '50.0.0.1', port: 2 },
      { host: '192.168.0.1', port: 1 },
      { host: '192.168.0.1', port: 2 },
      { host: '192.168.0.1', port: 2 },
    ]),
  })
  assert.deepEqual(
    added.map((contact) => `${contact.endpoint.host}:${contact.endpoint.port}`),
    ['50.0.0.1:1', '192.168.0.1:1', '192.168.0.1:2'],
  )
})

test('broken lists and anything but one canonical dictionary are refused', () => {
  for (const bad of [
    '',
    'le',
    'd5:added5:12345e',
    'd5:addedi1ee',
    'd6:added66:123456e',
    'd7:dropped1:xe',
    'de ',
  ]) {
    assert.throws(() => decodePexMessage(utf8(bad)), REFUSED, bad)
  }
  const whole = encodePexMessage({
    added: [{ endpoint: { host: '50.0.0.1', port: 1 }, flags: 0 }],
    dropped: [],
  })
  for (let at = 0; at < whole.length; at++)
    assert.throws(() => decodePexMessage(whole.subarray(0, at)), REFUSED)
})

test('we cannot send more than fifty either way', () => {
  const added = many(51, v4).map((endpoint) => ({ endpoint, flags: 0 }))
  const local = { code: 'BAD_ARGUMENT', blame: 'local' }
  assert.throws(() => encodePexMessage({ added, dropped: [] }), local)
  assert.throws(() => encodePexMessage({ added: [], dropped: many(51, v4) }), local)
})
