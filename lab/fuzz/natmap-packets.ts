// NAT-PMP and PCP answers: whatever is read fits its types, and what claims to be a mapping can be said again.

import assert from 'node:assert/strict'
import { canonicalIp } from '../../src/base/address.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { parseNatPmp, saysOnlyNatPmp } from '../../src/protocol/natmap/nat-pmp.ts'
import { encodePcpMap, parsePcp } from '../../src/protocol/natmap/pcp.ts'
import type { FuzzTarget } from './target.ts'

export const target: FuzzTarget = {
  corpus: [
    '00800000000000022d435901',
    '00820000000000021388138800000e10',
    '0081000100000005',
    '0281000000000e1000000002000000000000000000000000000102030405060708090a0b110000001770177000000000000000000000ffff2d435901',
    '0281000c0000000000000002000000000000000000000000000102030405060708090a0b110000001770177000000000000000000000ffff00000000',
    '028000000000000000000002000000000000000000000000',
  ].map(fromHex),
  run(input) {
    saysOnlyNatPmp(input)
    const older = parseNatPmp(input)
    if (older?.kind === 'address' && older.externalHost !== undefined)
      assert.equal(canonicalIp(older.externalHost), older.externalHost)
    const answer = parsePcp(input)
    if (answer?.kind !== 'map') return
    assert.equal(answer.nonce.length, 12)
    if (answer.externalHost !== undefined) assert.equal(canonicalIp(answer.externalHost), answer.externalHost)
    assert.equal(encodePcpMap('10.0.0.1', answer).length, 60)
  },
}
