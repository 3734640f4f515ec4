import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { openNodes, type TestNode } from '../../../test/doubles/people-nodes.ts'
import { utf8 } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { DeviceAddress } from '../device-address.ts'
import type { ByteStream } from './byte-stream.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

for (const by of ['tcp', 'utp'] as const) {
  test(`two devices have one link, and frames come in order, over ${by}`, async (t) => {
    const [near, far] = await openNodes(t, 2)
    assert.equal(await near.node.dial(far.device, far.addresses(by)), 'linked')
    await far.linkedWith(near.device)
    for (let i = 0; i < 50; i++) assert.ok(near.node.send(far.device, utf8(`${i};`)))
    assert.ok(far.node.send(near.device, utf8('and back')))
    const all = Array.from({ length: 50 }, (_, i) => `${i};`).join('')
    await far.until(() => text(far.bytesFrom(near.device)) === all)
    await near.until(() => text(near.bytesFrom(far.device)) === 'and back')
    assert.deepEqual(
      [near.node.links().length, far.node.links().length, near.node.way(far.device)],
      [1, 1, 'nearby'],
    )
  })
}

test('two that call each other at once end with one link', async (t) => {
  for (let round = 0; round < 5; round++) {
    const [near, far] = await openNodes(t, 2)
    const outcomes = await Promise.all([
      near.node.dial(far.device, far.addresses('tcp')),
      far.node.dial(near.device, near.addresses('tcp')),
    ])
    assert.deepEqual(outcomes, ['linked', 'linked'])
    assert.ok(near.node.send(far.device, utf8('here')))
    await far.until(() => text(far.bytesFrom(near.device)) === 'here')
    assert.deepEqual([near.linkedNow(), far.linkedNow()], [1, 1])
  }
})

test('who answers with another key is not who was called', async (t) => {
  const [near, far, other] = await openNodes(t, 3)
  assert.equal(await near.node.dial(far.device, other.addresses('tcp')), 'failed')
  assert.deepEqual([near.linkedNow(), other.linkedNow()], [0, 0])
})

test('somebody near is met by address alone, and says who it is', async (t) => {
  const [near, far] = await openNodes(t, 2)
  assert.equal(await near.node.meet('tcp', far.node.listening('tcp')[0] as Endpoint), far.device)
  await near.linkedWith(far.device)
  assert.equal(await near.node.meet('tcp', { host: '127.0.0.1', port: 1 }), undefined)
})

test('a device that may not link gets no link, from either side', async (t) => {
  const [near, far] = await openNodes(t, 2)
  far.blocked.add(near.device)
  assert.equal(await near.node.dial(far.device, far.addresses('tcp')), 'failed')
  assert.equal(await far.node.dial(near.device, near.addresses('tcp')), 'refused')
  assert.equal(far.linkedNow(), 0)
})

test('when one side ends the link both are told', async (t) => {
  const [near, far] = await openNodes(t, 2)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  near.node.hangUp(far.device, false)
  await far.until(() => far.linkedNow() === 0)
  assert.equal(near.linkedNow(), 0)
  assert.equal(await near.node.dial(far.device, far.addresses('tcp')), 'linked', 'and it may come again')
})

test('who is to blame is not let in again', async (t) => {
  const [near, far] = await openNodes(t, 2)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  far.node.hangUp(near.device, true)
  await near.until(() => near.linkedNow() === 0)
  assert.equal(await near.node.dial(far.device, far.addresses('tcp')), 'failed')
  assert.equal(far.linkedNow(), 0)
})

test('a link that is not read from makes the other side wait, and nothing is lost', async (t) => {
  const [near, far] = await openNodes(t, 2)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  far.node.hold(near.device, true)
  const part = new Uint8Array(60_000).fill(7)
  let sent = 0
  while (near.node.send(far.device, part)) {
    sent++
    assert.ok(sent < 100, 'it is never told to wait')
    await new Promise(setImmediate)
  }
  assert.ok(far.bytesFrom(near.device).length <= 2 * 262_144)
  far.node.hold(near.device, false)
  await near.until(() => near.drained > 0)
  await far.until(() => far.bytesFrom(near.device).length === sent * part.length)
})

test('a byte stream is opened with a header, taken, and carries bytes both ways until it is closed', async (t) => {
  const [near, far] = await openNodes(t, 2)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  let theirs: ByteStream | undefined
  far.onOpened = (device, header, stream) => {
    assert.deepEqual([device, header.text('what')], [near.device, 'echo'])
    theirs = stream
    stream.events = { data: (bytes) => void stream.write(bytes), drain() {}, closed() {} }
    return true
  }
  const stream = await near.node.openBytes(far.device, { what: 'echo' })
  assert.ok(stream !== undefined)
  let back = 0
  let closed = 0
  const data = (bytes: Uint8Array): void => {
    back += bytes.length
  }
  stream.events = { data, drain() {}, closed: () => void closed++ }
  for (let i = 0; i < 4; i++) stream.write(new Uint8Array(10_000))
  await near.until(() => back === 40_000)
  await stream.close()
  await near.until(() => closed === 1)
  assert.ok(theirs !== undefined)
})

test('a byte stream that is not wanted is undefined, and so is one without a link', async (t) => {
  const [near, far] = await openNodes(t, 2)
  assert.equal(await near.node.openBytes(far.device, { what: 'x' }), undefined)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  far.onOpened = () => false
  assert.equal(await near.node.openBytes(far.device, { what: 'x' }), undefined)
  await assert.rejects(near.node.openBytes(far.device, { what: 'x'.repeat(2000) }), RangeError)
})

test('a device has at most eight byte streams open to another', async (t) => {
  const [near, far] = await openNodes(t, 2)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  far.onOpened = () => true
  const streams: (ByteStream | undefined)[] = []
  for (let i = 0; i < 10; i++) streams.push(await near.node.openBytes(far.device, { i }))
  assert.deepEqual(
    streams.map((stream) => stream !== undefined),
    [...Array.from({ length: 8 }, () => true), false, false],
  )
  assert.equal(near.linkedNow(), 1)
})

test('a socket that says junk is let go when the time for its handshake is over', async (t) => {
  const [far] = await openNodes(t, 1)
  const [host, port] = tcpOf(far)
  const junk = net.connect(port, host)
  await once(junk, 'connect')
  junk.write('GET / HTTP/1.1\r\n\r\n'.repeat(1000))
  junk.on('error', () => {})
  junk.resume()
  await once(junk, 'close')
  assert.equal(far.linkedNow(), 0)
})

test('a socket that sends junk without end is let go at once', async (t) => {
  const [far] = await openNodes(t, 1)
  const [host, port] = tcpOf(far)
  const junk = net.connect(port, host)
  await once(junk, 'connect')
  junk.on('error', () => {})
  junk.resume()
  let sentBytes = 0
  const part = new Uint8Array(65_536).fill(0x40)
  while (!junk.destroyed && sentBytes < 64_000_000) {
    sentBytes += part.length
    // A reset rejects: then it is destroyed.
    if (!junk.write(part)) await once(junk, 'drain').catch(() => {})
  }
  assert.ok(junk.destroyed && sentBytes < 16_000_000, `${sentBytes}`)
})

function tcpOf(node: TestNode): [string, number] {
  const [address] = node.addresses('tcp')
  const match = /^tcp\/(.*):(\d+)$/.exec((address as DeviceAddress) ?? '')
  return [match?.[1] as string, Number(match?.[2])]
}

test('what is closed has no socket left', async (t: TestContext) => {
  const [near, far] = await openNodes(t, 2)
  await near.node.dial(far.device, far.addresses('tcp'))
  await far.linkedWith(near.device)
  await near.node.close()
  await far.until(() => far.linkedNow() === 0)
  assert.equal(await near.node.dial(far.device, far.addresses('tcp')), 'failed')
})
