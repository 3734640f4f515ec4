// LSD messages: whatever is read can be written again and reads the same.

import assert from 'node:assert/strict'
import { utf8 } from '../../src/base/bytes.ts'
import type { WireHash } from '../../src/base/ids.ts'
import { encodeLsd, LSD_GROUP_IPV4, MAX_LSD_HASHES, parseLsd } from '../../src/protocol/lsd/message.ts'
import type { FuzzTarget } from './target.ts'

const HASH = 'aabbccddeeff00112233445566778899aabbccdd' as WireHash

export const target: FuzzTarget = {
  corpus: [
    encodeLsd(LSD_GROUP_IPV4, { port: 6881, hashes: [HASH], cookie: 'c00k1e' }),
    encodeLsd(LSD_GROUP_IPV4, { port: 1, hashes: [HASH, '0'.repeat(40) as WireHash], cookie: undefined }),
    utf8(`BT-SEARCH * HTTP/1.1\r\nPORT:6881\r\nINFOHASH:  ${HASH.toUpperCase()}\r\nX: y\r\n\r\n`),
  ],
  run(input) {
    const message = parseLsd(input)
    if (message === undefined) return
    assert.ok(message.hashes.length >= 1 && message.hashes.length <= MAX_LSD_HASHES)
    assert.deepEqual(parseLsd(encodeLsd(LSD_GROUP_IPV4, message)), message)
  },
}
