// What a router may say as text: answers to a search, its description, SOAP. Nothing throws, and no URL leads elsewhere.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fromUtf8Lenient, utf8 } from '../../src/base/bytes.ts'
import { readIgd } from '../../src/protocol/natmap/igd.ts'
import { parseSoap } from '../../src/protocol/natmap/soap.ts'
import { parseSsdpAnswer } from '../../src/protocol/natmap/ssdp.ts'
import { readXml } from '../../src/protocol/natmap/xml.ts'
import type { FuzzTarget } from './target.ts'

const vectors = JSON.parse(
  readFileSync(new URL('../../test/vectors/natmap.json', import.meta.url), 'utf8'),
) as { ssdp: string; description: string; soap: { body: string }[] }

const LOCATION = 'http://192.168.77.1:36483/rootDesc.xml'

export const target: FuzzTarget = {
  corpus: [
    vectors.ssdp,
    vectors.description,
    ...vectors.soap.map(({ body }) => body),
    '<a b="c">&amp;&#65;<![CDATA[x]]><!-- y --><?z?></a>',
  ].map(utf8),
  run(input) {
    const found = parseSsdpAnswer(input)
    if (found !== undefined) assert.ok(found.location.length <= 256)
    const document = fromUtf8Lenient(input)
    readXml(document)
    for (const { controlUrl } of readIgd(document, LOCATION)?.services ?? [])
      assert.equal(new URL(controlUrl).hostname, '192.168.77.1')
    const answer = parseSoap(document, 'GetExternalIPAddress')
    if (answer?.ok === false) assert.ok(answer.code >= 0 && answer.code <= 9_999)
  },
}
