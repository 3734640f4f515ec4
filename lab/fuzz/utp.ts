// A packet is read or left; one that is read lies within its datagram, and a connection given any packets, in any order,
// goes on and keeps its bounds.

import assert from 'node:assert/strict'
import type { Millis } from '../../src/base/ids.ts'
import { SeededRandom } from '../../src/base/random.ts'
import { MOST_SACK_BYTES, RECEIVE_WINDOW_BYTES } from '../../src/protocol/utp/limits.ts'
import { DATA, FIN, HEADER_BYTES, Packet, RESET, readPacket, STATE } from '../../src/protocol/utp/packet.ts'
import { PacketMemory } from '../../src/protocol/utp/packet-memory.ts'
import { type StreamSink, UtpStream } from '../../src/protocol/utp/stream.ts'
import { forged } from '../../test/doubles/forged-packet.ts'
import type { FuzzTarget } from './target.ts'

const TO_US = { connectionId: 6, ack: 999, windowBytes: 100_000 }

/** Datagrams behind each other, each with two bytes of length before it: one input is a whole conversation. */
function joined(...packets: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(packets.flatMap((packet) => [packet.length >> 8, packet.length & 0xff, ...packet]))
}

export const target: FuzzTarget = {
  corpus: [
    joined(forged({ ...TO_US, type: DATA, sequence: 10, payload: Uint8Array.of(1, 2, 3) })),
    joined(
      forged({ ...TO_US, type: STATE, sequence: 10, mask: Uint8Array.of(5, 0, 0, 0) }),
      forged({ ...TO_US, type: DATA, sequence: 12, payload: Uint8Array.of(7) }),
      forged({ ...TO_US, type: FIN, sequence: 13 }),
      forged({ ...TO_US, type: DATA, sequence: 11, payload: Uint8Array.of(7) }),
    ),
    joined(
      forged({ ...TO_US, type: STATE, sequence: 10, ack: 1001, windowBytes: 0 }),
      forged({ ...TO_US, type: STATE, sequence: 10, ack: 1003 }),
      forged({ ...TO_US, type: RESET, ack: 1003 }),
    ),
  ],
  run(input) {
    const packet = new Packet()
    if (readPacket(input, packet)) checkBounds(packet, input)
    converse(input)
  },
}

function checkBounds(packet: Packet, bytes: Uint8Array): void {
  assert.ok(packet.payloadAt >= HEADER_BYTES && packet.payloadAt <= bytes.length)
  assert.equal(packet.payload().length, packet.payloadBytes)
  assert.ok(packet.sackBytes <= MOST_SACK_BYTES)
  if (packet.sackBytes > 0) assert.ok(packet.sackAt + packet.sackBytes <= packet.payloadAt)
  for (let bit = 0; bit < packet.sackBytes * 8; bit++) packet.sacked(bit)
}

class Listener implements StreamSink {
  overs = 0
  sent = 0
  packet(bytes: Uint8Array): void {
    this.sent++
    assert.ok(readPacket(bytes, new Packet()))
  }
  data(bytes: Uint8Array): void {
    assert.ok(bytes.length > 0 && this.overs === 0)
  }
  connected(): void {
    assert.fail('it was connected before')
  }
  ended(): void {}
  finished(): void {}
  over(): void {
    this.overs++
  }
}

function converse(input: Uint8Array): void {
  const sink = new Listener()
  const introduction = { connectionId: 5, theirs: 9, ours: 1000 }
  let now = 1_000_000 as Millis
  const stream = UtpStream.accept(introduction, new SeededRandom(1), new PacketMemory(), sink, now)
  stream.write(new Uint8Array(20_000), undefined)
  const packet = new Packet()
  for (let at = 0, turn = 0; at + 2 <= input.length; turn++) {
    const lengthBytes = ((input[at] as number) << 8) | (input[at + 1] as number)
    const datagram = input.slice(at + 2, at + 2 + lengthBytes)
    at += 2 + lengthBytes
    if (turn % 5 === 3) stream.pause()
    if (turn % 5 === 0) stream.resume()
    if (readPacket(datagram, packet)) stream.receive(packet, now)
    stream.flush(now)
    assert.ok(stream.unreadBytes <= RECEIVE_WINDOW_BYTES)
    assert.ok(stream.sender.flightBytes >= 0 && stream.sender.flightBytes <= 20_000)
    now = (now + 7) as Millis
  }
  stream.resume()
  stream.finish(now)
  // Whatever was said: nobody waits for ever, and not in circles.
  for (let wakes = 0; !stream.isOver; wakes++) {
    assert.ok(wakes < 1_000)
    stream.flush(now)
    const deadline = stream.deadline()
    if (stream.isOver) break
    assert.ok(deadline !== undefined)
    assert.ok(deadline > now)
    now = deadline
    stream.tick(now)
  }
  assert.equal(sink.overs, 1)
  assert.ok(sink.sent < 2_000)
}
