import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalIp } from '../../base/address.ts'
import { fromHex, utf8 } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { peerPriority } from './priority.ts'

const at = (host: string, port = 6881) => ({ host, port })

test('crc32c gives the check value of its catalogue and of RFC 3720', () => {
  assert.equal(crc32c(utf8('123456789')), 0xe3069283)
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
})

test("BEP 40's examples come out", () => {
  assert.equal(peerPriority(at('123.213.32.10'), at('98.76.54.32')), 0xec2d7224)
  assert.equal(peerPriority(at('123.213.32.10'), at('123.213.32.234')), 0x99568189)
})

test('addresses of one /16 are masked less than strangers, of one /24 not at all', () => {
  assert.equal(peerPriority(at('10.1.2.3'), at('10.1.4.200')), crc32c(fromHex('0a0102010a010440')))
  assert.equal(peerPriority(at('10.1.2.3'), at('10.1.2.200')), crc32c(fromHex('0a0102030a0102c8')))
})

test('IPv6 addresses are masked from the /48, /56 and so on', () => {
  const p = (a: string, b: string) => peerPriority(at(a), at(b))
  const bytes = (text: string) => fromHex(text.replaceAll(' ', ''))
  assert.equal(
    p('2001:db8:1:ffff:ffff:ffff:ffff:ffff', '2001:db8:2:ffff:ffff:ffff:ffff:ffff'),
    crc32c(bytes('20010db80001 5555 5555 5555 5555 5555 20010db80002 5555 5555 5555 5555 5555')),
  )
  assert.equal(
    p('2001:db8:1:1fff:ffff:ffff:ffff:ffff', '2001:db8:1:2fff:ffff:ffff:ffff:ffff'),
    crc32c(bytes('20010db80001 1f55 5555 5555 5555 5555 20010db80001 2f55 5555 5555 5555 5555')),
  )
  assert.equal(
    p('2001:db8:1:ff1f:ffff:ffff:ffff:ffff', '2001:db8:1:ff2f:ffff:ffff:ffff:ffff'),
    crc32c(bytes('20010db80001 ff1f 5555 5555 5555 5555 20010db80001 ff2f 5555 5555 5555 5555')),
  )
})

test('at one address the ports decide', () => {
  assert.equal(peerPriority(at('1.2.3.4', 0x5678), at('1.2.3.4', 0x1234)), crc32c(fromHex('12345678')))
})

test('both ends come to the same number', () => {
  const endpoints = (ip: fc.Arbitrary<string>) =>
    fc.record({
      host: ip.map((text) => canonicalIp(text) ?? '1.2.3.4'),
      port: fc.integer({ min: 1, max: 65_535 }),
    })
  for (const family of [fc.ipV4(), fc.ipV6()]) {
    fc.assert(
      fc.property(endpoints(family), endpoints(family), (a, b) => {
        const priority = peerPriority(a, b)
        assert.equal(priority, peerPriority(b, a))
        if (a.host.includes(':') === b.host.includes(':')) {
          assert.ok(priority !== undefined && priority >= 0 && priority <= 0xffffffff)
        }
      }),
    )
  }
})

test('there is none between families', () => {
  assert.equal(peerPriority(at('1.2.3.4'), at('2001:db8::1')), undefined)
})
