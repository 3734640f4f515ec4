// A link is read or refused with a MagnetError; what is read can be written and reads back equal.

import assert from 'node:assert/strict'
import { fromUtf8Lenient, utf8 } from '../../src/base/bytes.ts'
import { formatMagnet, type Magnet, MagnetError, parseMagnet } from '../../src/metainfo/magnet.ts'
import type { FuzzTarget } from './target.ts'

const V1 = 'xt=urn:btih:9c0f3a1b2c4d5e6f708192a3b4c5d6e7f8091a2b'
const V2 = `xt=urn:btmh:1220${'51ab'.repeat(16)}`

export const target: FuzzTarget = {
  corpus: [
    `magnet:?${V1}&dn=a+b%20c&tr=http%3A%2F%2Ft%2F&tr.1=udp://u:1&ws=http://w/x`,
    `magnet:?${V1}&${V2}&x.pe=10.0.0.1:5&x.pe=[::1]:6&so=0,2-5&x.to=link`,
    'magnet:?xt=urn:btih:TQHTUGZMJVPG64EBSKR3JROW474ASGRL&amp;xs=http://x/',
  ].map(utf8),
  run(input) {
    const magnet = attempt(fromUtf8Lenient(input))
    if (magnet === undefined) return
    assert.ok(magnet.infohashV1 !== undefined || magnet.infohashV2 !== undefined)
    assert.deepEqual(parseMagnet(formatMagnet(magnet)), magnet)
  },
}

function attempt(link: string): Magnet | undefined {
  try {
    return parseMagnet(link)
  } catch (error) {
    if (error instanceof MagnetError) return undefined
    throw error
  }
}
