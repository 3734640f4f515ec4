// Whatever decodes canonically encodes to the same bytes; whatever does not is refused with a BencodeError.

import assert from 'node:assert/strict'
import { BDict, BencodeError, decode, decodePrefix } from '../../src/base/bencode.ts'
import { encode } from '../../src/base/bencode-encode.ts'
import { equalBytes, utf8 } from '../../src/base/bytes.ts'
import type { FuzzTarget } from './target.ts'

export const target: FuzzTarget = {
  corpus: [
    utf8('d3:cow3:moo4:spaml1:ai-42eee'),
    utf8('d8:announce9:http://x/4:infod6:lengthi16384e4:name1:n12:piece lengthi16384e6:pieces0:ee'),
    utf8('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe'),
    utf8('llllleeeelei0edee'),
    encode({ m: { ut_metadata: 3, ut_pex: 1 }, metadata_size: 31235, v: 'x' }),
  ],
  run(input) {
    try {
      const { value, end } = decodePrefix(input)
      assert.ok(equalBytes(encode(value), input.subarray(0, end)))
    } catch (error) {
      if (!(error instanceof BencodeError)) throw error
    }
    try {
      const { value, end, unsorted } = decode(input, 'torrent')
      const again = encode(value)
      assert.equal(equalBytes(again, input.subarray(0, end)), !unsorted)
      assert.ok(equalBytes(encode(decode(again).value), again))
      if (value instanceof BDict)
        for (const entry of value.entries()) decode(value.raw(entry.key) as Uint8Array, 'torrent')
    } catch (error) {
      if (!(error instanceof BencodeError)) throw error
    }
  },
}
