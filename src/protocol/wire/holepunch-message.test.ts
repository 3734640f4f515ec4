import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalIp } from '../../base/address.ts'
import { concatBytes, fromHex } from '../../base/bytes.ts'
import { decodeHolepunchMessage, encodeHolepunchMessage, type HolepunchMessage } from './holepunch-message.ts'

const REFUSED = { code: 'BAD_HOLEPUNCH', blame: 'remote' }

interface Vector {
  readonly from: string
  readonly hex: string
  readonly message: HolepunchMessage
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/vectors/holepunch.json'), 'utf8'),
) as { readonly messages: readonly Vector[] }

for (const { from, hex, message } of vectors.messages) {
  test(`${from}: ${message.type}`, () => {
    assert.deepEqual(decodeHolepunchMessage(fromHex(hex)), message)
  })
}

const hosts = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalIp(text) as string)
const PROBLEMS = ['NO_SUCH_PEER', 'NOT_CONNECTED', 'NO_SUPPORT', 'NO_SELF'] as const
const endpoints = fc.tuple(hosts, fc.nat({ max: 65_535 })).map(([host, port]) => ({ host, port }))
const messages: fc.Arbitrary<HolepunchMessage> = fc.oneof(
  fc
    .tuple(fc.constantFrom('rendezvous' as const, 'connect' as const), endpoints)
    .map(([type, endpoint]) => ({ type, endpoint })),
  fc
    .tuple(endpoints, fc.constantFrom(...PROBLEMS))
    .map(([endpoint, problem]) => ({ type: 'error' as const, endpoint, problem })),
)

test('what is encoded decodes to the same', () => {
  fc.assert(
    fc.property(messages, (message) => {
      assert.deepEqual(decodeHolepunchMessage(encodeHolepunchMessage(message)), message)
    }),
  )
})

test('a message cut short anywhere is refused; only what is no error may end before the code', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const whole = encodeHolepunchMessage(message)
      for (let length = 0; length < whole.length; length++) {
        const cut = () => decodeHolepunchMessage(whole.subarray(0, length))
        if (message.type !== 'error' && length === whole.length - 4) assert.deepEqual(cut(), message)
        else assert.throws(cut, REFUSED)
      }
      assert.throws(() => decodeHolepunchMessage(concatBytes([whole, Uint8Array.of(0)])), REFUSED)
    }),
  )
})

test('message types and address families of the future are ignored, codes of the future are a problem', () => {
  assert.equal(decodeHolepunchMessage(fromHex('030001020304000100000000')), undefined)
  assert.equal(decodeHolepunchMessage(fromHex('0002')), undefined)
  assert.deepEqual(decodeHolepunchMessage(fromHex('020001020304000100000009')), {
    type: 'error',
    endpoint: { host: '1.2.3.4', port: 1 },
    problem: 'OTHER',
  })
})

test('an IPv4 address written as IPv6 is the IPv4 address', () => {
  const mapped = fromHex('0101 00000000000000000000ffff 05060708 1ae1 00000000'.replaceAll(' ', ''))
  assert.deepEqual(decodeHolepunchMessage(mapped), {
    type: 'connect',
    endpoint: { host: '5.6.7.8', port: 6881 },
  })
})

test('a problem without a code of its own cannot be sent', () => {
  const other: HolepunchMessage = {
    type: 'error',
    endpoint: { host: '1.2.3.4', port: 1 },
    problem: 'OTHER',
  }
  assert.throws(() => encodeHolepunchMessage(other), { code: 'BAD_ARGUMENT', blame: 'local' })
})
