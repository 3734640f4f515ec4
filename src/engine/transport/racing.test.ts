import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled, VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import { type Connection, SocketError } from '../../base/ports.ts'
import { type Dialer, LEAD_MS, race } from './racing.ts'

const TO: Endpoint = { host: '10.0.0.1', port: 6881 }

class Way implements Dialer {
  dialled = 0
  cancelled = false
  answer: (outcome: Connection | SocketError) => void = () => {}

  dial() {
    this.dialled++
    const result = new Promise<Connection | SocketError>((resolve) => {
      this.answer = resolve
    })
    return {
      result,
      cancel: () => {
        this.cancelled = true
      },
    }
  }
}

function connection(name: 'tcp' | 'utp'): Connection & { closed: boolean } {
  return {
    closed: false,
    remote: TO,
    local: TO,
    transport: name,
    events: { data: () => {}, drain: () => {}, closed: () => {} },
    write: () => {},
    queuedBytes: 0,
    pause: () => {},
    resume: () => {},
    close() {
      this.closed = true
    },
  }
}

test('the preferred way has a lead, then the other is tried beside it; the first that answers wins', async () => {
  const clock = new VirtualClock()
  const [tcp, utp] = [new Way(), new Way()]
  const attempt = race([tcp, utp], TO, 8_000, clock)
  await clock.advance(LEAD_MS - 1)
  assert.equal(utp.dialled, 0)
  await clock.advance(1)
  assert.equal(utp.dialled, 1)
  const won = connection('utp')
  utp.answer(won)
  assert.equal(await attempt.result, won)
  assert.ok(tcp.cancelled)
})

test('a way that fails at once lets the next one begin at once', async () => {
  const clock = new VirtualClock()
  const [tcp, utp] = [new Way(), new Way()]
  const attempt = race([tcp, utp], TO, 8_000, clock)
  tcp.answer(new SocketError('REFUSED'))
  await settled()
  assert.equal(utp.dialled, 1)
  utp.answer(new SocketError('TIMEOUT'))
  const outcome = await attempt.result
  assert.ok(outcome instanceof SocketError)
  assert.equal(outcome.code, 'REFUSED')
})

test('who connects after the winner is closed', async () => {
  const clock = new VirtualClock()
  const [tcp, utp] = [new Way(), new Way()]
  const attempt = race([tcp, utp], TO, 8_000, clock)
  await clock.advance(LEAD_MS)
  const [first, second] = [connection('tcp'), connection('utp')]
  tcp.answer(first)
  utp.answer(second)
  assert.equal(await attempt.result, first)
  await settled()
  assert.ok(second.closed && !first.closed)
})

test('given up, it ends at once, and nothing is begun any more', async () => {
  const clock = new VirtualClock()
  const [tcp, utp] = [new Way(), new Way()]
  const attempt = race([tcp, utp], TO, 8_000, clock)
  attempt.cancel()
  const outcome = await attempt.result
  assert.ok(outcome instanceof SocketError && outcome.code === 'CLOSED')
  assert.ok(tcp.cancelled)
  await clock.advance(10_000)
  assert.equal(utp.dialled, 0)
})

test('without any way the address is unreachable', async () => {
  const outcome = await race([], TO, 8_000, new VirtualClock()).result
  assert.ok(outcome instanceof SocketError && outcome.code === 'UNREACHABLE')
})

test('how long it took is told of the way that won, from its own beginning', async () => {
  for (const ways of [1, 2]) {
    const clock = new VirtualClock()
    const [tcp, utp] = [new Way(), new Way()]
    const attempt = race(ways === 1 ? [utp] : [tcp, utp], TO, 8_000, clock)
    assert.equal(attempt.tookMs(), undefined)
    await clock.advance((ways - 1) * LEAD_MS + 40)
    utp.answer(connection('utp'))
    await attempt.result
    assert.equal(attempt.tookMs(), 40)
  }
})
