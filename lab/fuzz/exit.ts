// What a proxy, its relay or a name server says: every input ends in an outcome, and nothing is held or made up.

import assert from 'node:assert/strict'
import { canonicalIp } from '../../src/base/address.ts'
import { fromHex, utf8 } from '../../src/base/bytes.ts'
import { MAX_ADDRESSES, parseAnswer } from '../../src/platform/exit/dns-message.ts'
import { ConnectNegotiation } from '../../src/platform/exit/http-connect.ts'
import type { Negotiation } from '../../src/platform/exit/negotiation.ts'
import { parseProxy } from '../../src/platform/exit/proxy-address.ts'
import { encodeRelayed, parseRelayed, SocksNegotiation } from '../../src/platform/exit/socks.ts'
import type { FuzzTarget } from './target.ts'

const TO = { host: 'tracker.example', port: 80 }
const LOGIN = { user: 'ana', password: 'pw' }

export const target: FuzzTarget = {
  corpus: [
    fromHex('0500050000010a0000010438cafe'),
    fromHex('050201000500000304686f737400500102'),
    fromHex('00000001c00002071ae1010203'),
    fromHex('00000004200100000000000000000000000000011ae1'),
    utf8('HTTP/1.1 200 OK\r\nA: b\r\n\r\nrest'),
    utf8('HTTP/1.1 407 No\r\n\r\n'),
    utf8('socks5://ana:pw@proxy.example:1080'),
    fromHex(
      '12348180000100020000000007747261636b6572076578616d706c650000010001c00c000500010000003c00040161c014c029000100010000003c0004c6336407',
    ),
  ],
  run(input) {
    for (const make of [
      () => new SocksNegotiation(TO, undefined),
      () => new SocksNegotiation(TO, LOGIN),
      () => new ConnectNegotiation(TO, LOGIN),
    ]) {
      assert.deepEqual(
        outcome(make(), input, input.length),
        outcome(make(), input, 1),
        'cutting changes nothing',
      )
    }
    const relayed = parseRelayed(input)
    if (relayed !== undefined) {
      assert.equal(canonicalIp(relayed.from.host), relayed.from.host)
      assert.deepEqual(parseRelayed(encodeRelayed(relayed.bytes, relayed.from)), relayed)
    }
    const answer = parseAnswer(input, 0x1234, TO.host, 'A')
    if (answer?.kind === 'addresses') {
      assert.ok(answer.addresses.length <= MAX_ADDRESSES)
      for (const host of answer.addresses) assert.equal(canonicalIp(host), host)
    }
    const proxy = parseProxy(new TextDecoder().decode(input))
    if (proxy !== undefined) assert.equal(parseProxy(proxy.text)?.text, proxy.text)
  },
}

/** What all of the input leads to, given in pieces. */
function outcome(negotiation: Negotiation, input: Uint8Array, pieceBytes: number): string {
  for (let at = 0; at < input.length; at += pieceBytes) {
    const step = negotiation.receive(input.subarray(at, at + pieceBytes))
    if (step.kind === 'failed') return step.code
    if (step.kind === 'open')
      return `open, ${step.rest.length + Math.max(0, input.length - at - pieceBytes)} behind`
  }
  return 'more'
}
