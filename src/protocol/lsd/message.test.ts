import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromLatin1, utf8 } from '../../base/bytes.ts'
import type { WireHash } from '../../base/ids.ts'
import {
  encodeLsd,
  LSD_GROUP_IPV4,
  LSD_GROUP_IPV6,
  MAX_LSD_BYTES,
  MAX_LSD_HASHES,
  parseLsd,
} from './message.ts'

const HASH = 'aabbccddeeff00112233445566778899aabbccdd' as WireHash

test('a message looks exactly as BEP 14 says', () => {
  assert.equal(
    fromLatin1(encodeLsd(LSD_GROUP_IPV4, { port: 6881, hashes: [HASH], cookie: 'c00k1e' })),
    `BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: ${HASH}\r\ncookie: c00k1e\r\n\r\n\r\n`,
  )
  assert.ok(
    fromLatin1(encodeLsd(LSD_GROUP_IPV6, { port: 1, hashes: [HASH], cookie: undefined })).includes(
      '\r\nHost: [ff15::efc0:988f]:6771\r\n',
    ),
  )
})

test('messages in the spellings of other clients are read', () => {
  const spellings = [
    `BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: ${HASH}\r\n\r\n\r\n`,
    `BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: ${HASH.toUpperCase()}\r\ncookie: 1a2b\r\n\r\n`,
    `BT-SEARCH * HTTP/1.1\r\nINFOHASH:${HASH}\r\nPORT:6881\r\nX-Later: thing\r\n\r\n`,
  ]
  for (const text of spellings) {
    const message = parseLsd(utf8(text))
    assert.equal(message?.port, 6881)
    assert.deepEqual(message?.hashes, [HASH])
  }
})

test('a message survives the round trip and stays within a datagram', () => {
  const hash = fc
    .uint8Array({ minLength: 20, maxLength: 20 })
    .map((bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('') as WireHash)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 65535 }),
      fc.uniqueArray(hash, { minLength: 1, maxLength: MAX_LSD_HASHES }),
      fc.option(fc.stringMatching(/^[0-9a-f]{1,64}$/), { nil: undefined }),
      (port, hashes, cookie) => {
        const datagram = encodeLsd(LSD_GROUP_IPV6, { port, hashes, cookie })
        assert.ok(datagram.length <= MAX_LSD_BYTES)
        assert.deepEqual(parseLsd(datagram), { port, hashes, cookie })
      },
    ),
  )
})

test('messages out of bounds are refused', () => {
  const head = 'BT-SEARCH * HTTP/1.1\r\n'
  const hash = `Infohash: ${HASH}\r\n`
  const bad: Record<string, string> = {
    empty: '',
    'another method': `NOTIFY * HTTP/1.1\r\nPort: 1\r\n${hash}\r\n`,
    'no port': `${head}${hash}\r\n`,
    'port 0': `${head}Port: 0\r\n${hash}\r\n`,
    'port 65536': `${head}Port: 65536\r\n${hash}\r\n`,
    'signed port': `${head}Port: +80\r\n${hash}\r\n`,
    'two ports': `${head}Port: 1\r\nPort: 2\r\n${hash}\r\n`,
    'no infohash': `${head}Port: 1\r\n\r\n`,
    'short infohash': `${head}Port: 1\r\nInfohash: abcd\r\n\r\n`,
    'infohash that is no hex': `${head}Port: 1\r\nInfohash: ${'g'.repeat(40)}\r\n\r\n`,
    'no end': `${head}Port: 1\r\n${hash}`,
    'line without colon': `${head}Port: 1\r\n${hash}nonsense\r\n\r\n`,
    'control characters in the cookie': `${head}Port: 1\r\n${hash}cookie: a\x1bb\r\n\r\n`,
    'too long': `${head}Port: 1\r\n${hash}X: ${'y'.repeat(MAX_LSD_BYTES)}\r\n\r\n`,
    'too many infohashes': `${head}Port: 1\r\n${Array.from({ length: MAX_LSD_HASHES + 1 }, (_, i) => `Infohash:${String(i).padStart(40, '0')}\r\n`).join('')}\r\n`,
  }
  for (const [why, text] of Object.entries(bad)) assert.equal(parseLsd(utf8(text)), undefined, why)
})

test('a message cut anywhere before its end is refused, and random bytes never throw', () => {
  const whole = encodeLsd(LSD_GROUP_IPV4, { port: 6881, hashes: [HASH], cookie: 'x' })
  const end = fromLatin1(whole).indexOf('\r\n\r\n') + 4
  for (let length = 0; length < end; length++) assert.equal(parseLsd(whole.subarray(0, length)), undefined)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => void parseLsd(bytes)))
})
