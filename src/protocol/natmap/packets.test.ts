// NAT-PMP and PCP packets against the figures of the RFCs and against what miniupnpd answered.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromHex, toHex } from '../../base/bytes.ts'
import {
  encodeAddressRequest,
  encodeMapRequest,
  natPmpFailure,
  parseNatPmp,
  saysOnlyNatPmp,
} from './nat-pmp.ts'
import { encodePcpMap, parsePcp, pcpFailure } from './pcp.ts'

interface Vectors {
  readonly packets: readonly {
    readonly case: string
    readonly protocol: 'nat-pmp' | 'pcp'
    readonly asked: string
    readonly hex: string
  }[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../test/vectors/natmap.json', import.meta.url), 'utf8'),
) as Vectors

function packet(protocol: string, name: string): { readonly asked: string; readonly answer: Uint8Array } {
  const found = vectors.packets.find((one) => one.protocol === protocol && one.case === name)
  assert.ok(found !== undefined, name)
  return { asked: found.asked, answer: fromHex(found.hex) }
}

const NONCE = Uint8Array.from({ length: 12 }, (_, i) => i)
const OWN = '192.168.77.2'

test('NAT-PMP requests have the fields of RFC 6886, sections 3.2 and 3.3', () => {
  assert.equal(toHex(encodeAddressRequest()), '0000')
  // Version, opcode, reserved, internal port, suggested external port, lifetime.
  assert.equal(toHex(encodeMapRequest('udp', 0x1388, 0x1770, 7200)), '000100001388177000001c20')
  assert.equal(
    toHex(encodeMapRequest('tcp', 5000, 5000, 3600)),
    packet('nat-pmp', 'TCP 5000 mapped for 3600 s').asked,
  )
  assert.equal(toHex(encodeMapRequest('tcp', 5000, 5000, 0)), packet('nat-pmp', 'TCP 5000 given back').asked)
})

test('NAT-PMP answers of miniupnpd are read', () => {
  assert.deepEqual(parseNatPmp(packet('nat-pmp', 'external address').answer), {
    kind: 'address',
    result: 0,
    epochS: 2,
    externalHost: '45.67.89.1',
  })
  assert.deepEqual(parseNatPmp(packet('nat-pmp', 'TCP 5000 mapped for 3600 s').answer), {
    kind: 'map',
    result: 0,
    epochS: 2,
    protocol: 'tcp',
    internalPort: 5000,
    externalPort: 5000,
    lifetimeS: 3600,
  })
  assert.equal(parseNatPmp(packet('nat-pmp', 'an opcode that does not exist').answer), undefined)
})

test('a NAT-PMP error and an address of zeros tell no address', () => {
  assert.deepEqual(parseNatPmp(fromHex('0080000300000007')), {
    kind: 'address',
    result: 3,
    epochS: 7,
    externalHost: undefined,
  })
  assert.deepEqual(parseNatPmp(fromHex('008000000000000700000000')), {
    kind: 'address',
    result: 0,
    epochS: 7,
    externalHost: undefined,
  })
})

test('a gateway without PCP is known by version 0 and result 1', () => {
  assert.ok(saysOnlyNatPmp(fromHex('0081000100000005')))
  assert.ok(!saysOnlyNatPmp(fromHex('0081000000000005')))
  assert.ok(!saysOnlyNatPmp(packet('pcp', 'UDP 6000 mapped for 3600 s').answer))
  assert.ok(!saysOnlyNatPmp(fromHex('0001000100000005')), 'a request is no answer')
})

test('PCP requests have the fields of RFC 6887, sections 7.1 and 11.1', () => {
  const map = { protocol: 'udp', internalPort: 6000, externalPort: 6000, nonce: NONCE } as const
  const asked = encodePcpMap(OWN, { ...map, externalHost: undefined, lifetimeS: 3600 })
  assert.equal(toHex(asked), packet('pcp', 'UDP 6000 mapped for 3600 s').asked)
  const ended = encodePcpMap(OWN, { ...map, externalHost: '45.67.89.1', lifetimeS: 0 })
  assert.equal(toHex(ended), packet('pcp', 'UDP 6000 given back').asked)
  const six = encodePcpMap('2001:db8::2', { ...map, protocol: 'tcp', externalHost: undefined, lifetimeS: 1 })
  assert.equal(
    toHex(six),
    `0201000000000001${'20010db8000000000000000000000002'}${toHex(NONCE)}0600000017701770${'0'.repeat(32)}`,
  )
})

test('PCP answers of miniupnpd are read', () => {
  const map = { kind: 'map', nonce: NONCE, protocol: 'udp', internalPort: 6000, epochS: 2 } as const
  assert.deepEqual(parsePcp(packet('pcp', 'UDP 6000 mapped for 3600 s').answer), {
    ...map,
    result: 0,
    lifetimeS: 3600,
    externalPort: 6000,
    externalHost: '45.67.89.1',
  })
  const mismatch = parsePcp(packet('pcp', 'asked with the address of another computer').answer)
  assert.equal(mismatch?.kind === 'map' && pcpFailure(mismatch.result), 'WRONG_ADDRESS')
  assert.deepEqual(parsePcp(packet('pcp', 'ANNOUNCE').answer), { kind: 'announce', epochS: 2 })
})

test('a PCP error too short to carry its request is an error all the same', () => {
  const bytes = fromHex(`02810002${'0000001e'}${'00000009'}${'0'.repeat(24)}`)
  assert.deepEqual(parsePcp(bytes), { kind: 'error', result: 2, lifetimeS: 30 })
  assert.equal(parsePcp(fromHex(`02810000${'0000001e'}${'00000009'}${'0'.repeat(24)}`)), undefined)
})

test('an answer cut anywhere, or longer than the protocol has, is no answer', () => {
  for (const { protocol, hex } of vectors.packets) {
    const bytes = fromHex(hex)
    const parse = protocol === 'pcp' ? parsePcp : parseNatPmp
    for (let end = 0; end < bytes.length; end++) {
      const said = parse(bytes.subarray(0, end))
      // What is left may still be a whole error; never a mapping or an address.
      assert.ok(said === undefined || said.kind === 'error' || said.kind === 'announce', `${protocol} ${end}`)
    }
  }
  assert.equal(parsePcp(fromHex('0280000000000000'.padEnd(2 * 1_104, '0'))), undefined)
})

test('every result code has a reason, also those nobody has defined yet', () => {
  for (let code = 0; code < 256; code++) {
    assert.equal(typeof natPmpFailure(code), 'string')
    assert.equal(typeof pcpFailure(code), 'string')
  }
})
