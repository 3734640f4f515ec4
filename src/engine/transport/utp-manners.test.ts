// How a uTP connection behaves when nothing is wrong: what leaves together, when acks come, how it shares a narrow way.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PathOptions } from '../../../lab/relay/path.ts'
import { SimClock } from '../../../lab/sim/clock.ts'
import { World } from '../../../lab/sim/world.ts'
import { randomBytes, type Sent, type Side, UtpPair } from '../../../test/doubles/utp-pair.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import { DATA, STATE } from '../../protocol/utp/packet.ts'
import type { UtpConnection } from './utp-connection.ts'

interface Logged extends Omit<Sent, 'to'> {
  readonly atMs: number
}

function scene(
  name: string,
  paths: readonly [PathOptions, PathOptions],
  body: (world: World, pair: UtpPair, log: Logged[]) => Promise<void>,
): void {
  test(name, async () => {
    const world = new World(11)
    const pair = new UtpPair(world, { there: paths[0], back: paths[1] })
    const log: Logged[] = []
    pair.pass = ({ side, packet }) => log.push({ side, packet, atMs: world.nowMs }) > 0
    await world.run(name, () => body(world, pair, log), 600_000)
  })
}

const of = (log: readonly Logged[], side: Side, type: number): Logged[] =>
  log.filter((sent) => sent.side === side && sent.packet.type === type)

const SHORT = [{ delayMs: [5, 5] }, { delayMs: [5, 5] }] as const satisfies readonly [
  PathOptions,
  PathOptions,
]

describe('acks', () => {
  scene('one packet is acked after 20 ms, or with what is sent anyway', SHORT, async (world, pair, log) => {
    const { near, far } = await pair.connect()
    await world.sleep(100)
    log.length = 0
    near.connection.write(Uint8Array.of(1))
    await world.sleep(100)
    const [data, ack] = [of(log, 'near', DATA)[0], of(log, 'far', STATE)[0]]
    assert.ok(data !== undefined && ack !== undefined)
    assert.equal(Math.round(ack.atMs - data.atMs), 25)
    log.length = 0
    far.connection.events = { data: () => far.connection.write(Uint8Array.of(2)), drain() {}, closed() {} }
    near.connection.write(Uint8Array.of(1))
    await world.sleep(22)
    assert.deepEqual([of(log, 'far', DATA).length, of(log, 'far', STATE).length], [1, 0])
  })

  scene(
    'two packets are acked at once, and all packets of a turn in one go',
    SHORT,
    async (world, pair, log) => {
      const { near } = await pair.connect()
      near.connection.write(new Uint8Array(2 * 528))
      await world.sleep(11)
      assert.equal(of(log, 'far', STATE).length, 2, 'the answer to the SYN is the other')
      log.length = 0
      near.connection.write(new Uint8Array(5_000))
      await world.sleep(9)
      assert.equal(of(log, 'near', DATA).length, 3)
      assert.equal(of(log, 'far', STATE).length, 1)
    },
  )

  scene('a gap is told at once', SHORT, async (world, pair, log) => {
    const { near } = await pair.connect()
    near.connection.write(new Uint8Array(1_400))
    await world.sleep(100)
    log.length = 0
    const pass = pair.pass
    let count = 0
    pair.pass = (sent) => pass(sent) && !(sent.packet.type === DATA && ++count === 2)
    near.connection.write(new Uint8Array(5_000))
    await world.sleep(8)
    assert.ok(of(log, 'far', STATE).some(({ packet }) => packet.sackBytes === 4))
  })
})

describe('packets', () => {
  scene('small writes of one turn leave together', SHORT, async (world, pair, log) => {
    const { near, far } = await pair.connect()
    for (let i = 0; i < 20; i++) near.connection.write(Uint8Array.of(i))
    await world.sleep(20)
    assert.equal(of(log, 'near', DATA).length, 1)
    assert.equal(far.lengthBytes, 20)
  })

  scene(
    'small writes wait for more while others are out, for 10 ms at most',
    SHORT,
    async (world, pair, log) => {
      const { near, far } = await pair.connect()
      near.connection.write(Uint8Array.of(0))
      for (let i = 1; i < 10; i++) {
        await world.sleep(0.5)
        near.connection.write(Uint8Array.of(i))
      }
      await world.sleep(12)
      assert.equal(of(log, 'near', DATA).length, 2)
      await world.sleep(20)
      assert.deepEqual([...far.received], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    },
  )

  scene('an idle connection says a word every 29 s', SHORT, async (world, pair, log) => {
    const { near } = await pair.connect()
    near.connection.write(Uint8Array.of(0))
    await world.sleep(1_000)
    log.length = 0
    await world.sleep(120_000)
    for (const side of ['near', 'far'] as const) assert.equal(of(log, side, STATE).length, 4)
  })

  scene('a first packet of the handshake that is lost delays it by a second', SHORT, async (world, pair) => {
    let first = true
    pair.pass = () => {
      const pass = !first
      first = false
      return pass
    }
    await pair.connect()
    assert.ok(world.nowMs > 1_000 && world.nowMs < 1_050)
  })
})

/** A round trip of 20 ms, and a queue of 400 ms in front. */
function narrow(rate: number): PathOptions {
  return { rate, queueBytes: 0.4 * rate, delayMs: [10, 10] }
}

interface Sample {
  readonly atMs: number
  readonly queueMs: number
}

/** Fills a narrow way for `seconds`. @returns the share of it that was used, and what the queue delayed packets by */
async function fill(
  rate: number,
  seconds: number,
  clocks?: (world: World) => Readonly<Record<Side, Clock>>,
): Promise<{ readonly share: number; readonly queue: readonly Sample[] }> {
  const world = new World(5)
  const pair = new UtpPair(world, {
    there: narrow(rate),
    back: { delayMs: [10, 10] },
    ...(clocks === undefined ? {} : { clocks: clocks(world) }),
  })
  const queue: Sample[] = []
  let received = 0
  await world.run(
    'it is filled',
    async () => {
      const { near, far } = await pair.connect()
      const block = randomBytes(1, 200_000)
      const write = (): void => {
        near.connection.write(block)
        near.connection.write(block)
      }
      near.connection.events = { data() {}, drain: write, closed() {} }
      write()
      const { sender } = (near.connection as UtpConnection).stream
      for (let i = 0; i < seconds * 10; i++) {
        await world.sleep(100)
        queue.push({ atMs: world.nowMs, queueMs: (sender.roundTrip.smoothedMs ?? 0) - 20 })
      }
      received = far.lengthBytes
    },
    seconds * 1000 + 60_000,
  )
  return { share: received / seconds / rate, queue }
}

function most(queue: readonly Sample[], fromMs: number): number {
  return Math.max(...queue.filter(({ atMs }) => atMs > fromMs).map(({ queueMs }) => queueMs))
}

describe('after a pause', () => {
  scene('no more leaves at once than at the beginning', SHORT, async (world, pair, log) => {
    const { near, far } = await pair.connect()
    near.connection.write(randomBytes(1, 2_000_000))
    while (far.lengthBytes < 2_000_000) await world.sleep(10)
    await world.sleep(2_000)
    log.length = 0
    near.connection.write(randomBytes(2, 2_000_000))
    await world.sleep(4)
    const left = of(log, 'near', DATA).reduce((sum, { packet }) => sum + packet.payloadBytes, 0)
    assert.ok(left > 4_000 && left <= 5_600, `${left} bytes`)
  })
})

describe('a narrow way', () => {
  test('is filled, and what waits in front of it stays near 100 ms', async () => {
    const { share, queue } = await fill(2_500_000, 20)
    assert.ok(share > 0.9, `${share}`)
    assert.ok(most(queue, 0) < 250, `${most(queue, 0)} ms while it looks for the rate`)
    assert.ok(most(queue, 5_000) < 130, `${most(queue, 5_000)} ms`)
  })

  test('is shared the same when the clocks drift apart by a ten-thousandth', async () => {
    for (const drift of [1e-4, -1e-4]) {
      const { share, queue } = await fill(300_000, 200, (world) => ({
        near: new SimClock(world, 5_000, { ended: false }),
        far: new DriftingClock(new SimClock(world, 99_000, { ended: false }), drift),
      }))
      assert.ok(share > 0.85, `drift ${drift}: ${share}`)
      assert.ok(most(queue, 20_000) < 180, `drift ${drift}: ${most(queue, 20_000)} ms`)
    }
  })
})

/** Runs faster or slower than the world. */
class DriftingClock implements Clock {
  readonly #clock: Clock
  readonly #rate: number

  constructor(clock: Clock, drift: number) {
    this.#clock = clock
    this.#rate = 1 + drift
  }

  now(): Millis {
    return (this.#clock.now() * this.#rate) as Millis
  }

  wallMs(): number {
    return this.#clock.wallMs()
  }

  schedule(at: Millis, wake: () => void): () => void {
    // Never early, not by a rounding either.
    return this.#clock.schedule((at / this.#rate + 0.001) as Millis, wake)
  }
}
