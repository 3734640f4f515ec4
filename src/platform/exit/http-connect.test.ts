import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, fromLatin1, toHex, utf8 } from '../../base/bytes.ts'
import { ConnectNegotiation } from './http-connect.ts'

const TO = { host: '2001:db8::1', port: 443 }
const GRANTED = utf8('HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nab')

function codeOf(answer: string): string {
  const step = new ConnectNegotiation(TO, undefined).receive(utf8(answer))
  return step.kind === 'failed' ? step.code : step.kind
}

test('it asks for the host and port, with a login if there is one', () => {
  assert.equal(
    fromLatin1(new ConnectNegotiation(TO, { user: 'ana', password: 'p:w' }).start()),
    'CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\nProxy-Authorization: Basic YW5hOnA6dw==\r\n\r\n',
  )
})

test('however the answer is cut, nothing behind it is lost', () => {
  for (let cut = 0; cut <= GRANTED.length; cut++) {
    const negotiation = new ConnectNegotiation(TO, undefined)
    const first = negotiation.receive(GRANTED.subarray(0, cut))
    const done = first.kind === 'more' ? negotiation.receive(GRANTED.subarray(cut)) : first
    assert.equal(done.kind, 'open')
    const rest =
      first.kind === 'open' ? GRANTED.subarray(GRANTED.length - 2) : (done as { rest: Uint8Array }).rest
    assert.equal(toHex(rest), toHex(utf8('ab')))
    assert.equal(cut < GRANTED.length - 2, first.kind === 'more')
  }
})

test('a refusal says whose it is', () => {
  assert.equal(codeOf('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'), 'LOGIN')
  assert.equal(codeOf('HTTP/1.0 403 No\r\n\r\n'), 'DENIED')
  assert.equal(codeOf('HTTP/1.1 504\r\n\r\n'), 'TIMEOUT')
  assert.equal(codeOf('HTTP/1.1 418 Tea\r\n\r\n'), 'OTHER')
})

test('what is no answer of a proxy is seen at its first byte, and nothing is held without end', () => {
  assert.equal(codeOf('S'), 'PROTOCOL')
  assert.equal(codeOf('HTTP/2 200\r\n\r\n'), 'PROTOCOL')
  assert.equal(codeOf('HTTP/1.1 2000 x\r\n\r\n'), 'PROTOCOL')
  assert.equal(codeOf('HTTP/1.1 100 Continue\r\n\r\n'), 'PROTOCOL')
  const negotiation = new ConnectNegotiation(TO, undefined)
  let step = negotiation.receive(utf8('HTTP/1.1 200 OK\r\nX: '))
  for (let i = 0; i < 20 && step.kind === 'more'; i++) step = negotiation.receive(fromHex('61'.repeat(1_000)))
  assert.deepEqual(step, { kind: 'failed', code: 'PROTOCOL' })
})
