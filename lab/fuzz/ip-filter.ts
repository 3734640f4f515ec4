// Lines and binary files of address lists: whatever they are, what is read are ranges.

import assert from 'node:assert/strict'
import { compareBytes, fromHex, fromLatin1, utf8 } from '../../src/base/bytes.ts'
import { parseFilterLine } from '../../src/safety/ip-filter-line.ts'
import { readP2b } from '../../src/safety/p2b.ts'
import type { FuzzTarget } from './target.ts'

export const target: FuzzTarget = {
  corpus: [
    utf8('001.002.003.000 - 001.002.003.255 , 000 , Some, Company'),
    utf8('Some: Company:1.2.3.0-1.2.3.255'),
    utf8('Six:2001:db8::-2001:db8::ff'),
    utf8('1.2.3.77/24'),
    utf8('2001:db8::/33 # x'),
    fromHex('ffffffff5032420141000100000001000009'),
    fromHex('ffffffff50324203000000014100000000010000000003000000' + '03000009'),
  ],
  run(input) {
    const parsed = parseFilterLine(fromLatin1(input))
    if (typeof parsed !== 'string') {
      assert.equal(parsed.start.length, parsed.end.length)
      assert.ok(compareBytes(parsed.start, parsed.end) <= 0)
    }
    let given = 0
    const malformed = readP2b(input, (start, end) => {
      given++
      return start <= end
    })
    assert.ok(12 * given <= input.length * 2)
    if (malformed !== undefined) assert.ok(malformed >= 0)
  },
}
