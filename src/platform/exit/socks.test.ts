import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, fromHex, toHex } from '../../base/bytes.ts'
import type { ProxyStep } from './negotiation.ts'
import { encodeRelayed, parseRelayed, SocksNegotiation } from './socks.ts'

const LOGIN = { user: 'ana', password: 'pw' }
/** Method without a login, then success with 10.0.0.1:1080 as the proxy's own address, then the other side's bytes. */
const GRANTED = '0500' + '05000001' + '0a000001' + '0438' + 'cafe'

function all(negotiation: SocksNegotiation, hex: string): ProxyStep {
  return negotiation.receive(fromHex(hex))
}

test('a stream to an address, without a login: the bytes of RFC 1928', () => {
  const negotiation = new SocksNegotiation({ host: '192.0.2.7', port: 6881 }, undefined)
  assert.equal(toHex(negotiation.start()), '050100')
  const asked = all(negotiation, '0500')
  assert.deepEqual(asked.kind === 'more' && toHex(asked.send), '05010001c00002071ae1')
  const done = all(negotiation, '050000010a0000010438')
  assert.deepEqual(done, { kind: 'open', bound: { host: '10.0.0.1', port: 1080 }, rest: new Uint8Array(0) })
})

test('names and IPv6 go as they are; the login of RFC 1929 only when it is asked for', () => {
  const name = new SocksNegotiation({ host: 'tracker.example', port: 80 }, LOGIN)
  assert.equal(toHex(name.start()), '05020002')
  const login = all(name, '0502')
  assert.equal(login.kind === 'more' && toHex(login.send), '0103616e61027077')
  const asked = all(name, '0100')
  assert.equal(
    asked.kind === 'more' && toHex(asked.send),
    `050100030f${toHex(new TextEncoder().encode('tracker.example'))}0050`,
  )
  const six = new SocksNegotiation({ host: '2001:db8::1', port: 1 }, LOGIN)
  const asked6 = all(six, '0500')
  assert.equal(asked6.kind === 'more' && toHex(asked6.send), '0501000420010db80000000000000000000000010001')
})

test('a relay is asked for without an address', () => {
  const negotiation = new SocksNegotiation(undefined, undefined)
  const asked = all(negotiation, '0500')
  assert.equal(asked.kind === 'more' && toHex(asked.send), '05030001000000000000')
})

test('however the answer is cut, the outcome is the same and nothing behind it is lost', () => {
  const answer = fromHex(GRANTED)
  for (let cut = 0; cut <= answer.length; cut++) {
    const negotiation = new SocksNegotiation({ host: '192.0.2.7', port: 1 }, undefined)
    const first = negotiation.receive(answer.subarray(0, cut))
    const late = first.kind === 'more' ? negotiation.receive(answer.subarray(cut)) : first
    assert.equal(late.kind, 'open')
    const behind = first.kind === 'open' ? answer.subarray(cut) : new Uint8Array(0)
    assert.equal(toHex(concatBytes([(late as { rest: Uint8Array }).rest, behind])), 'cafe')
  }
})

test('an answer that is not whole is waited for, at every byte', () => {
  const answer = fromHex(GRANTED).subarray(0, -2)
  for (let length = 0; length < answer.length; length++) {
    const negotiation = new SocksNegotiation({ host: '192.0.2.7', port: 1 }, undefined)
    assert.equal(negotiation.receive(answer.subarray(0, length)).kind, 'more')
  }
})

test('refusals say whose they are', () => {
  const code = (credentials: typeof LOGIN | undefined, ...answers: readonly string[]) => {
    const negotiation = new SocksNegotiation({ host: '192.0.2.7', port: 1 }, credentials)
    const step = answers.map((answer) => all(negotiation, answer)).at(-1) as ProxyStep
    return step.kind === 'failed' ? step.code : step.kind
  }
  assert.equal(code(undefined, '05ff'), 'LOGIN')
  assert.equal(code(undefined, '0502'), 'PROTOCOL')
  assert.equal(code(LOGIN, '0502', '0101'), 'LOGIN')
  assert.equal(code(LOGIN, '0502', '0500'), 'PROTOCOL')
  assert.equal(code(undefined, '0400'), 'PROTOCOL')
  assert.equal(code(undefined, '48'), 'PROTOCOL')
  assert.equal(code(undefined, '0500', '0505'), 'REFUSED')
  assert.equal(code(undefined, '0500', '050400'), 'UNREACHABLE')
  assert.equal(code(undefined, '0500', '050700'), 'UNSUPPORTED')
  assert.equal(code(undefined, '0500', '05000002'), 'PROTOCOL')
  assert.equal(code(undefined, '0500', '05000001000000000000', '00'), 'PROTOCOL')
})

test('relayed datagrams: both ways the same bytes, fragments and what is cut are dropped', () => {
  const from = { host: '192.0.2.7', port: 6881 }
  const whole = encodeRelayed(Uint8Array.of(1, 2, 3), from)
  assert.equal(toHex(whole), '00000001c00002071ae1010203')
  assert.deepEqual(parseRelayed(whole), { from, bytes: Uint8Array.of(1, 2, 3) })
  for (let length = 0; length < whole.length; length++) {
    const cut = parseRelayed(whole.subarray(0, length))
    assert.equal(cut?.bytes.length, length < 10 ? undefined : length - 10)
  }
  assert.equal(parseRelayed(fromHex('00000101c00002071ae101')), undefined)
  assert.equal(parseRelayed(fromHex('00000003026869005001')), undefined, 'a relay tells addresses')
})
