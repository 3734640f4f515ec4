// Tracker answers over HTTP and packets over UDP: whatever comes in, what comes out is within its limits.

import assert from 'node:assert/strict'
import { mayContact } from '../../src/base/address.ts'
import { utf8 } from '../../src/base/bytes.ts'
import type { Endpoint } from '../../src/base/endpoint.ts'
import type { Millis, PeerId, WireHash } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import {
  type AnnounceReply,
  MAX_INTERVAL_S,
  MAX_PEERS_USED,
  MAX_TRACKER_TEXT_BYTES,
  MIN_INTERVAL_S,
} from '../../src/protocol/tracker/announce.ts'
import { parseAnnounceAnswer, parseScrapeAnswer } from '../../src/protocol/tracker/http.ts'
import { UdpExchange } from '../../src/protocol/tracker/udp.ts'
import { parseTrackerUrl } from '../../src/protocol/tracker/url.ts'
import type { FuzzTarget } from './target.ts'

const ADDRESS: Endpoint = { host: '192.0.2.1', port: 80 }
const HASH = '78'.repeat(20) as WireHash

export const target: FuzzTarget = {
  corpus: [
    utf8('d8:completei7e10:incompletei5e8:intervali1800e12:min intervali600e5:peers12:abcdefghijkle'),
    utf8('d8:intervali1800e5:peersld2:ip9:127.0.0.14:porti6881eeee'),
    utf8('d8:intervali1800e6:peers618:iiiiiiiiiiiiiiiippe'),
    utf8('d14:failure reason10:Overloaded8:retry in1:5e'),
    utf8(`d5:filesd20:${'x'.repeat(20)}d8:completei11e10:downloadedi13772e10:incompletei19eeee`),
    Uint8Array.from([0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6]),
    Uint8Array.from([0, 0, 0, 3, 0, 0, 0, 7, 104, 105]),
    utf8('udp://tracker.example:6969/announce?x=1'),
  ],
  run(input) {
    const answer = parseAnnounceAnswer(input)
    if (answer?.kind === 'reply') checkReply(answer.reply)
    if (answer?.kind === 'refusal') assert.ok(answer.refusal.reason.length <= MAX_TRACKER_TEXT_BYTES)
    const scrape = parseScrapeAnswer(input, [HASH])
    if (scrape?.kind === 'entries') assert.ok(scrape.entries.size <= 1)
    runExchange(input)
    const url = parseTrackerUrl(new TextDecoder().decode(input))
    if (url !== undefined) assert.equal(parseTrackerUrl(url.text)?.text, url.text)
  },
}

function checkReply(reply: AnnounceReply): void {
  assert.ok(reply.peers.length <= MAX_PEERS_USED)
  assert.ok(reply.intervalS >= MIN_INTERVAL_S && reply.intervalS <= MAX_INTERVAL_S)
  assert.ok(reply.minIntervalS >= MIN_INTERVAL_S && reply.minIntervalS <= reply.intervalS)
  for (const { host, port } of reply.peers) {
    assert.ok(Number.isInteger(port) && port > 0 && port < 65536)
    mayContact(host, '8.8.8.8')
  }
}

/** The packet arrives, as it is and with the transaction id that is expected, in both phases of an exchange. */
function runExchange(input: Uint8Array): void {
  const machine = new UdpExchange({
    address: ADDRESS,
    question: {
      kind: 'announce',
      request: {
        hash: HASH,
        peerId: '2d'.repeat(20) as PeerId,
        port: 1,
        uploadedBytes: 0,
        downloadedBytes: 0,
        leftBytes: 0,
        event: undefined,
        numWant: 1,
        key: 0,
        trackerId: undefined,
      },
      urlData: '',
    },
    random: new SeededRandom(1),
    connection: undefined,
    totalMs: 1000,
  })
  let sent = machine.handle({ kind: 'start' }, 0 as Millis)
  for (let phase = 0; phase < 2; phase++) {
    const packet = sent.find((effect) => effect.kind === 'send')?.bytes
    const aimed = input.slice()
    if (packet !== undefined && aimed.length >= 8) aimed.set(packet.subarray(12, 16), 4)
    for (const bytes of [input, aimed]) {
      for (const effect of machine.handle({ kind: 'datagram', bytes, from: ADDRESS }, 1 as Millis)) {
        if (effect.kind === 'answered') checkReply(effect.reply)
        if (effect.kind === 'send') sent = [effect]
      }
    }
    if (packet !== undefined) {
      const connect = Uint8Array.from([0, 0, 0, 0, ...packet.subarray(12, 16), 1, 2, 3, 4, 5, 6, 7, 8])
      sent = machine.handle({ kind: 'datagram', bytes: connect, from: ADDRESS }, 2 as Millis)
    }
  }
}
