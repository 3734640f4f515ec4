import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceId } from '../../community/ids.ts'
import { Outbox } from './outbox.ts'

const DEVICE = 'a'.repeat(52) as DeviceId
const frame = (first: number, lengthBytes = 1): Uint8Array => new Uint8Array(lengthBytes).fill(first)

class Network {
  readonly sent: number[] = []
  readonly hungUp: string[] = []
  room = Number.POSITIVE_INFINITY

  send(_: DeviceId, bytes: Uint8Array): boolean {
    if (this.room <= 0) return false
    this.room--
    this.sent.push(bytes[0] as number)
    return true
  }

  hangUp(_: DeviceId, code: string): void {
    this.hungUp.push(`${code} after ${this.sent.length}`)
  }
}

test('frames wait for what they speak of, and leave in their order before the link is ended', () => {
  const network = new Network()
  const outbox = new Outbox(network, () => assert.fail('nobody was refused'))
  assert.equal(outbox.send(DEVICE, frame(0)), false, 'no link')
  outbox.linked(DEVICE)
  assert.ok(outbox.send(DEVICE, frame(1)) && outbox.send(DEVICE, frame(2)))
  outbox.hangUp(DEVICE, 'ENOUGH', false)
  assert.deepEqual(network.sent, [])
  outbox.flush()
  assert.deepEqual([network.sent, network.hungUp], [[1, 2], ['ENOUGH after 2']])
})

test('what the network has no room for waits, and nothing overtakes it', () => {
  const network = new Network()
  const drained: DeviceId[] = []
  const outbox = new Outbox(network, (device) => drained.push(device))
  outbox.linked(DEVICE)
  network.room = 1
  for (const first of [1, 2, 3]) assert.ok(outbox.send(DEVICE, frame(first)))
  outbox.flush()
  assert.ok(outbox.send(DEVICE, frame(4)))
  outbox.flush()
  assert.deepEqual(network.sent, [1])
  network.room = 2
  outbox.drained(DEVICE)
  assert.deepEqual([network.sent, drained], [[1, 2, 3], []])
  network.room = 9
  outbox.drained(DEVICE)
  assert.deepEqual([network.sent, drained], [[1, 2, 3, 4], [DEVICE]])
})

test('a full queue refuses, and whoever was refused hears when there is room', async () => {
  const network = new Network()
  const drained = Promise.withResolvers<DeviceId>()
  const outbox = new Outbox(network, drained.resolve)
  outbox.linked(DEVICE)
  const large = 264 * 1024
  assert.ok(outbox.send(DEVICE, frame(1, large)) && outbox.send(DEVICE, frame(2, large)))
  assert.equal(outbox.send(DEVICE, frame(3, large)), false)
  outbox.flush()
  assert.equal(await drained.promise, DEVICE)
  assert.ok(outbox.send(DEVICE, frame(3, large)))
})

test('what waited for a device that is gone is forgotten', () => {
  const network = new Network()
  const outbox = new Outbox(network, () => undefined)
  outbox.linked(DEVICE)
  outbox.send(DEVICE, frame(1))
  outbox.unlinked(DEVICE)
  outbox.linked(DEVICE)
  outbox.send(DEVICE, frame(2))
  outbox.flush()
  assert.deepEqual(network.sent, [2])
})
