// The timers of RFC 6886 and 6887, and answers that are none.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex, writeUint32 } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import { SeededRandom } from '../../base/random.ts'
import type { Dialect } from './dialect.ts'
import { GatewayClient, type GatewayInput } from './gateway-client.ts'
import { encodePcpMap } from './pcp.ts'

const OWN = '192.168.1.2'

class Scene {
  readonly client: GatewayClient
  readonly sent: { readonly atMs: number; readonly bytes: Uint8Array }[] = []
  now = 0

  constructor(...dialects: readonly Dialect[]) {
    this.client = new GatewayClient({
      ownHost: OWN,
      wishes: [{ protocol: 'tcp', internalPort: 5_000 }],
      random: new SeededRandom(3),
      lifetimeS: 1_800,
      dialects,
    })
  }

  feed(input: GatewayInput): void {
    for (const effect of this.client.handle(input, this.now as Millis))
      if (effect.kind === 'send') this.sent.push({ atMs: this.now, bytes: effect.bytes })
  }

  /** Runs the client's own alarms until then. */
  until(endMs: number): void {
    for (;;) {
      const at = this.client.deadline()
      if (at === undefined || at > endMs) break
      this.now = Math.max(this.now, at)
      this.feed({ kind: 'tick' })
    }
    this.now = endMs
  }

  get waitsMs(): number[] {
    return this.sent.slice(1).map(({ atMs }, i) => atMs - (this.sent[i]?.atMs ?? 0))
  }

  /** The router's answer to the last request in PCP, changed as wanted. */
  answer(lifetimeS: number, change: (bytes: Uint8Array) => void = () => {}): void {
    const bytes = this.sent.at(-1)?.bytes.slice() ?? assert.fail('nothing was asked')
    bytes[1] = 0x81
    writeUint32(bytes, 4, lifetimeS)
    writeUint32(bytes, 8, 1_000 + this.now / 1_000)
    change(bytes)
    this.feed({ kind: 'datagram', bytes })
  }
}

test('PCP alone is asked five times, after 3 s and twice as long each time, a tenth more or less; then ten minutes later', () => {
  const scene = new Scene('pcp')
  scene.feed({ kind: 'start' })
  scene.until(9 * 60_000)
  const waits = scene.waitsMs
  assert.equal(waits.length, 4)
  for (const [i, waitMs] of waits.entries()) {
    const usual = 3_000 * 2 ** i
    assert.ok(waitMs >= 0.9 * usual && waitMs <= 1.1 * usual, `${waitMs} ms`)
  }
  assert.equal(scene.client.failure, 'SILENT')
  scene.until(13 * 60_000)
  assert.equal(scene.sent.length, 10)
})

test('NAT-PMP is asked nine times, after 250 ms and twice as long each time', () => {
  const scene = new Scene('nat-pmp')
  scene.feed({ kind: 'start' })
  scene.until(200_000)
  assert.deepEqual(scene.waitsMs, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000])
  assert.ok(
    scene.sent.every(({ bytes }) => toHex(bytes) === '0000'),
    'for the address first',
  )
})

test('a PCP answer with another nonce, port or protocol is none', () => {
  const scene = new Scene('pcp')
  scene.feed({ kind: 'start' })
  for (const at of [24, 35, 36, 40, 41]) {
    scene.answer(1_800, (bytes) => {
      bytes[at] = (bytes[at] ?? 0) ^ 1
    })
    assert.deepEqual(scene.client.mappings, [], `byte ${at}`)
  }
  scene.answer(1_800)
  assert.equal(scene.client.mappings.length, 1)
})

test('a lease that ends before it may be renewed is no use', () => {
  const scene = new Scene('pcp')
  scene.feed({ kind: 'start' })
  scene.answer(2)
  assert.deepEqual([scene.client.mappings.length, scene.client.failure], [0, 'BAD_ANSWER'])
})

test('a lease without end is believed for a day', () => {
  const scene = new Scene('pcp')
  scene.feed({ kind: 'start' })
  scene.answer(0xffff_ffff)
  assert.equal(scene.client.mappings[0]?.expiresAt, 86_400_000)
})

test('what is granted after we gave up waiting is given back', () => {
  const scene = new Scene('pcp')
  scene.feed({ kind: 'start' })
  const asked = scene.sent[0]?.bytes ?? assert.fail()
  scene.now = 1_500
  scene.feed({ kind: 'stop' })
  assert.ok(scene.client.over, 'nothing is known to be held')
  scene.answer(1_800)
  const last = scene.sent.at(-1)?.bytes ?? assert.fail()
  const ended = { protocol: 'tcp', internalPort: 5_000, externalPort: 0, externalHost: undefined } as const
  assert.deepEqual(last, encodePcpMap(OWN, { ...ended, nonce: asked.slice(24, 36), lifetimeS: 0 }))
})

test('giving back is said three times to a router that is silent, and then left', () => {
  const scene = new Scene('pcp')
  scene.feed({ kind: 'start' })
  scene.answer(1_800)
  const before = scene.sent.length
  scene.feed({ kind: 'stop' })
  scene.until(60_000)
  assert.equal(scene.sent.length - before, 3)
  assert.ok(scene.client.over)
})
