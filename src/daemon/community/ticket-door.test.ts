import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { noise } from '../../../test/doubles/content-scene.ts'
import { concatBytes } from '../../base/bytes.ts'
import type { Connection } from '../../base/ports.ts'
import { NodeTcp } from '../../platform/tcp.ts'
import { TICKET_MS } from './direct-ticket.ts'
import { TicketDoor } from './ticket-door.ts'

const IDENTITY = noise(1, 16)
const LOOPBACK = '127.0.0.1'

/** A listener behind a door, and what it hears of whoever comes. */
class Listening {
  readonly door = new TicketDoor()
  readonly heard: Uint8Array[] = []
  readonly shown: Uint8Array[] = []
  came = 0
  over = 0
  port = 0

  async open(t: TestContext): Promise<void> {
    const accepted = (connection: Connection): void => {
      this.came++
      connection.events = {
        data: (bytes) => this.heard.push(bytes.slice()),
        drain() {},
        closed: () => {
          this.over++
        },
      }
    }
    const listener = await this.door.at(new NodeTcp()).listen({ host: LOOPBACK, port: 0 }, accepted)
    t.after(() => listener.close())
    this.port = listener.local.port
  }

  expect(identity = IDENTITY, from = 'ben'): (() => void) | undefined {
    return this.door.expect(identity, from, (connection, early) => {
      this.shown.push(early)
      connection.close()
    })
  }

  /** @param writes each by itself, so that it comes by itself */
  async hears(...writes: readonly Uint8Array[]): Promise<void> {
    const socket = net.connect(this.port, LOOPBACK)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    for (const bytes of writes) {
      const before = this.heard.length + this.shown.length
      await new Promise<void>((sent) => socket.write(bytes, () => sent()))
      // Until it was heard, or is held back, which takes no longer.
      for (let turns = 0; turns < 50 && this.heard.length + this.shown.length === before; turns++)
        await new Promise((turn) => setImmediate(turn))
    }
    socket.end()
    socket.resume()
    await once(socket, 'close')
  }
}

test('who shows a ticket is taken out, with what comes behind it, even in pieces', async (t) => {
  const listening = new Listening()
  await listening.open(t)
  listening.expect()
  await listening.hears(IDENTITY.subarray(0, 5), concatBytes([IDENTITY.subarray(5), noise(2, 40)]))
  assert.deepEqual(listening.shown, [noise(2, 40)])
  assert.deepEqual([listening.came, listening.over, listening.heard.length], [1, 1, 0], 'the engine lost one')
})

test('of everybody else each byte arrives, also of who begins like a ticket', async (t) => {
  const listening = new Listening()
  await listening.open(t)
  listening.expect()
  const almost = concatBytes([IDENTITY.subarray(0, 15), Uint8Array.of((IDENTITY[15] ?? 0) ^ 1), noise(3, 50)])
  await listening.hears(almost.subarray(0, 7), almost.subarray(7, 30), almost.subarray(30))
  assert.deepEqual(concatBytes(listening.heard), almost)
  assert.equal(listening.shown.length, 0)
})

test('a ticket is over when it was shown, when it is taken back, and after its time', async (t) => {
  const listening = new Listening()
  await listening.open(t)
  listening.expect()
  await listening.hears(IDENTITY)
  await listening.hears(IDENTITY)
  listening.expect(noise(4, 16))?.()
  await listening.hears(noise(4, 16))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  listening.expect(noise(5, 16))
  t.mock.timers.tick(TICKET_MS)
  t.mock.timers.reset()
  await listening.hears(noise(5, 16))
  assert.equal(listening.shown.length, 1)
  assert.deepEqual(listening.heard, [IDENTITY, noise(4, 16), noise(5, 16)])
})

test('there are so many tickets and no more', async (t) => {
  const listening = new Listening()
  await listening.open(t)
  const ends = Array.from({ length: 100 }, (_, at) => listening.expect(noise(100 + at, 16), `ben ${at >> 4}`))
  const given = ends.map((end) => end !== undefined)
  assert.equal(given.slice(0, 16).filter(Boolean).length, 8, 'of one')
  const others = Array.from({ length: 100 }, (_, at) => listening.expect(noise(300 + at, 16), `carl ${at}`))
  assert.equal([...ends, ...others].filter((end) => end !== undefined).length, 64)
  for (const end of ends) end?.()
  assert.ok(listening.expect() !== undefined)
})
