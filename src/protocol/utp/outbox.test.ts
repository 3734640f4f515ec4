// Scenes are drawn one character a packet: - flying, # arrived, x lost.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forged } from '../../../test/doubles/forged-packet.ts'
import type { Millis } from '../../base/ids.ts'
import { WINDOW_PACKETS } from './limits.ts'
import { Outbox } from './outbox.ts'
import { HEADER_BYTES, Packet, readPacket, STATE } from './packet.ts'
import { later } from './sequence.ts'

const FIRST = 65_530
const PAYLOAD_BYTES = 100

class Scene {
  readonly outbox = new Outbox(FIRST)
  now = 1_000 as Millis

  send(count: number): void {
    for (let i = 0; i < count; i++)
      this.outbox.add(new Uint8Array(HEADER_BYTES + PAYLOAD_BYTES), HEADER_BYTES, this.now)
  }

  /** `acked` packets arrived in order; then, from the second after them, one character each: # here. */
  packet(acked: number, mask = ''): Packet {
    const bytes = new Uint8Array(mask === '' ? 0 : Math.ceil(mask.length / 32) * 4)
    for (const [bit, character] of [...mask].entries())
      if (character === '#') bytes[bit >> 3] = (bytes[bit >> 3] as number) | (1 << (bit & 7))
    const packet = new Packet()
    const ack = later(FIRST, acked - 1)
    const header = { type: STATE, ack } as const
    assert.ok(readPacket(mask === '' ? forged(header) : forged({ ...header, mask: bytes }), packet))
    return packet
  }

  ack(acked: number, mask = ''): ReturnType<Outbox['acknowledge']> {
    const packet = this.packet(acked, mask)
    assert.ok(this.outbox.believes(packet) && !this.outbox.isOld(packet))
    return { ...this.outbox.acknowledge(packet, true, this.now) }
  }

  /** Sends all lost packets again. */
  resend(): void {
    while (this.outbox.lostPackets > 0) {
      const lost = this.outbox.firstLost()
      this.outbox.resent(lost, lost.bytes.slice(), HEADER_BYTES, this.now)
    }
  }
}

test('an ack takes everything up to it, and measures the round trip of the newest', () => {
  const scene = new Scene()
  scene.send(5)
  scene.now = 1_040 as Millis
  scene.send(5)
  scene.now = 1_100 as Millis
  const { bytes, packets, roundTripMs } = scene.ack(7)
  assert.deepEqual([bytes, packets, roundTripMs], [700, 7, 60])
  assert.deepEqual([scene.outbox.packets, scene.outbox.flightBytes], [3, 300])
})

test('a packet that three later ones have overtaken is lost, one that two have is not', () => {
  const scene = new Scene()
  scene.send(10)
  //         0 | 1 2 3
  assert.equal(scene.ack(0, '##').newLoss, false)
  const { newLoss, bytes } = scene.ack(0, '###')
  assert.deepEqual([newLoss, bytes], [true, 100])
  assert.equal(scene.outbox.lostPackets, 1)
  assert.equal(scene.outbox.firstLost().sequence, FIRST)
})

test('losses of one window are told once', () => {
  const scene = new Scene()
  scene.send(20)
  assert.equal(scene.ack(0, '###').newLoss, true)
  assert.equal(scene.ack(0, '####-#-###').newLoss, false)
  assert.equal(scene.outbox.lostPackets, 3)
  scene.resend()
  scene.send(10)
  scene.ack(12)
  assert.equal(scene.ack(20, '###').newLoss, true, 'what was sent after the first loss is another')
})

test('a resend that is lost again is noticed by what was sent after it', () => {
  const scene = new Scene()
  scene.send(6)
  scene.ack(0, '#####')
  scene.resend()
  scene.send(6)
  scene.ack(0, '#######')
  assert.equal(scene.outbox.lostPackets, 0)
  scene.ack(0, '########')
  assert.equal(scene.outbox.lostPackets, 1)
})

test('an ack that comes sooner than the resend can have been tells a mistake, and stragglers get more time', () => {
  const scene = new Scene()
  scene.outbox.leastRoundTripMs = 40
  scene.send(10)
  assert.equal(scene.ack(0, '###').newLoss, true)
  scene.now = 1_050 as Millis
  scene.resend()
  scene.now = 1_060 as Millis
  assert.equal(scene.ack(10).mistaken, true)
  const lostWhenOvertakenBy = (ms: number): number => {
    scene.send(1)
    scene.now = (scene.now + ms) as Millis
    scene.send(3)
    scene.now = (scene.now + 50) as Millis
    scene.ack(taken, '###')
    const lost = scene.outbox.lostPackets
    scene.ack(taken + 4)
    taken += 4
    return lost
  }
  let taken = 10
  assert.deepEqual([lostWhenOvertakenBy(9), lostWhenOvertakenBy(10)], [0, 1])
})

test('without masks, three repeated acks tell of a loss', () => {
  const scene = new Scene()
  scene.send(10)
  scene.ack(4)
  scene.ack(4)
  scene.ack(4)
  assert.equal(scene.outbox.lostPackets, 0)
  assert.equal(scene.ack(4).newLoss, true)
  assert.equal(scene.outbox.firstLost().sequence, later(FIRST, 4))
})

test('a packet that was sent twice says nothing about the round trip', () => {
  const scene = new Scene()
  scene.send(1)
  scene.outbox.loseAll()
  scene.resend()
  const { bytes, roundTripMs, mistaken } = scene.ack(1)
  assert.deepEqual([bytes, roundTripMs, mistaken], [100, undefined, false])
})

test('acks of unsent packets and masks of them are not believed; acks from before are old', () => {
  const scene = new Scene()
  scene.send(4)
  assert.ok(!scene.outbox.believes(scene.packet(5)))
  assert.ok(scene.outbox.believes(scene.packet(0, '-##')))
  assert.ok(!scene.outbox.believes(scene.packet(0, '-###')))
  scene.ack(3)
  assert.ok(scene.outbox.isOld(scene.packet(2)))
  assert.ok(!scene.outbox.isOld(scene.packet(3)))
  assert.ok(!scene.outbox.believes(scene.packet(2 - WINDOW_PACKETS)))
})

test('a lost probe is told as a probe and not as a loss', () => {
  const scene = new Scene()
  scene.outbox.add(new Uint8Array(500), 400, scene.now).probe = true
  scene.send(5)
  const { probe, newLoss } = scene.ack(0, '###')
  assert.deepEqual([probe, newLoss], ['lost', false])
  assert.equal(scene.ack(6).probe, undefined, 'what arrives after all speaks for no later probe')
})

test('after a silence everything is lost but what is known to be there', () => {
  const scene = new Scene()
  scene.send(6)
  scene.ack(1, '##')
  assert.equal(scene.outbox.loseAll(), false)
  assert.deepEqual([scene.outbox.lostPackets, scene.outbox.flightBytes], [3, 0])
  assert.equal(scene.ack(6).packets, 3)
  assert.deepEqual([scene.outbox.lostPackets, scene.outbox.flightBytes, scene.outbox.packets], [0, 0, 0])
})

test('no more packets are out than fit the ring', () => {
  const scene = new Scene()
  scene.send(WINDOW_PACKETS)
  assert.ok(scene.outbox.full)
  scene.ack(1)
  assert.ok(!scene.outbox.full)
})
