// A router that says anything at any time: the machine never throws, never asks anybody but the gateway, and what it does
// for one thing heard is bounded.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { concatBytes, fromHex, fromUtf8Lenient, utf8 } from '../../src/base/bytes.ts'
import type { Millis } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { LIFETIME_SECONDS } from '../../src/protocol/natmap/mapping.ts'
import { PortMapper, type PortMapperInput } from '../../src/protocol/natmap/port-mapper.ts'
import type { FuzzTarget } from './target.ts'

const GATEWAY = '192.168.77.1'
const GROUP = '239.255.255.250'
/** Two searches to two hosts, a question for each port, one request, and what changed. */
const MAX_EFFECTS = 16

const vectors = JSON.parse(
  readFileSync(new URL('../../test/vectors/natmap.json', import.meta.url), 'utf8'),
) as { packets: { hex: string }[]; ssdp: string; description: string; soap: { body: string }[] }

/** A kind, a wait in tenths of seconds, a length, and so many bytes: again and again. */
function said(kind: number, waits: number, bytes: Uint8Array): Uint8Array {
  return concatBytes([Uint8Array.of(kind, waits, bytes.length >> 8, bytes.length & 0xff), bytes])
}

const PACKETS = vectors.packets.map(({ hex }) => fromHex(hex))

export const target: FuzzTarget = {
  corpus: [
    concatBytes(PACKETS.map((packet) => said(0, 1, packet))),
    concatBytes(PACKETS.map((packet) => said(2, 250, packet))),
    concatBytes([
      said(1, 30, utf8(vectors.ssdp)),
      said(3, 1, utf8(vectors.description)),
      ...vectors.soap.map(({ body }) => said(3, 1, utf8(body))),
      said(4, 1, new Uint8Array()),
    ]),
  ],
  run(input) {
    const mapper = new PortMapper({
      gatewayHost: GATEWAY,
      ownHost: '192.168.77.2',
      wishes: [
        { protocol: 'tcp', internalPort: 5_000 },
        { protocol: 'udp', internalPort: 5_000 },
      ],
      random: new SeededRandom(1),
      lifetimeS: LIFETIME_SECONDS,
      methods: ['pcp', 'nat-pmp', 'upnp'],
    })
    let now = 0
    let asked = 0
    const feed = (input: PortMapperInput): void => {
      const effects = mapper.handle(input, now as Millis)
      assert.ok(effects.length <= MAX_EFFECTS, `${effects.length} effects`)
      for (const effect of effects) {
        if (effect.kind === 'send') assert.ok(effect.to.host === GATEWAY || effect.to.host === GROUP)
        if (effect.kind !== 'request') continue
        asked = effect.id
        assert.equal(new URL(effect.url).hostname, GATEWAY)
      }
      const { mappings } = mapper.status
      assert.ok(mappings.length <= 2)
    }
    feed({ kind: 'start' })
    for (let at = 0; at + 4 <= input.length; ) {
      const [kind = 0, waits = 0, high = 0, low = 0] = input.subarray(at, at + 4)
      const bytes = input.subarray(at + 4, at + 4 + ((high << 8) | low))
      at += 4 + bytes.length
      now += 100 * waits
      feed({ kind: 'tick' })
      const from = { host: GATEWAY, port: kind === 1 ? 1_900 : 5_351 }
      if (kind < 2) feed({ kind: 'datagram', bytes, from })
      else if (kind === 2) feed({ kind: 'announcement', bytes, from })
      else if (kind === 3) feed({ kind: 'answered', id: asked, document: fromUtf8Lenient(bytes) })
      else if (kind === 4) feed({ kind: 'stop' })
      else feed({ kind: 'answered', id: asked, document: undefined })
    }
  },
}
