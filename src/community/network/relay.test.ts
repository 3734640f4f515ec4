import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openNodes, type TestNode, type TestNodeOptions } from '../../../test/doubles/people-nodes.ts'
import { utf8 } from '../../base/bytes.ts'
import type { Millis } from '../../base/ids.ts'
import type { DeviceAddress } from '../device-address.ts'
import { RELAY_BYTES_PER_SECOND, RelayAccounts } from './relay-account.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Two that are linked to a third, and know no address of each other. */
async function three(t: TestContext, options: TestNodeOptions): Promise<[TestNode, TestNode, TestNode]> {
  const [near, far, relay] = await openNodes(t, 3, options)
  const all = [near, far, relay]
  for (const node of all) for (const other of all) if (other !== node) node.known.add(other.device)
  for (const node of [near, far]) {
    assert.equal(await node.node.dial(relay.device, relay.addresses('tcp')), 'linked')
    await relay.linkedWith(node.device)
  }
  relay.mayRelay = () => 'circle'
  return [near, far, relay]
}
const through = (relay: TestNode): DeviceAddress[] => [`relay/${relay.device}` as DeviceAddress]

test('two that cannot reach each other are linked through a member, who reads nothing of it', async (t) => {
  const [near, far, relay] = await three(t, { utp: false })
  assert.equal(await near.node.dial(far.device, through(relay)), 'linked')
  await far.linkedWith(near.device)
  assert.deepEqual([near.node.way(far.device), far.node.way(near.device)], ['relayed', 'relayed'])
  assert.equal(relay.node.carrying, 1)
  assert.ok(near.node.send(far.device, utf8('through you')))
  assert.ok(far.node.send(near.device, utf8('and back')))
  await far.until(() => text(far.bytesFrom(near.device)) === 'through you')
  await near.until(() => text(near.bytesFrom(far.device)) === 'and back')
  assert.equal(relay.bytesFrom(near.device).length + relay.bytesFrom(far.device).length, 0)
  assert.deepEqual(near.node.relays(), [relay.device], 'who is relayed is no relay')
  near.node.hangUp(far.device, false)
  await far.until(() => far.linkedNow() === 1)
  await relay.until(() => relay.node.carrying === 0)
})

test('nobody is carried but between members of a circle that is ours, too', async (t) => {
  const [near, far, relay] = await three(t, { utp: false })
  relay.mayRelay = (from) => (from === far.device ? 'circle' : undefined)
  assert.equal(await near.node.dial(far.device, through(relay)), 'failed')
  far.known.delete(near.device)
  relay.mayRelay = () => 'circle'
  assert.equal(await near.node.dial(far.device, through(relay)), 'failed', 'nor to somebody it does not know')
  assert.deepEqual([far.linkedNow(), near.linkedNow(), relay.node.carrying], [1, 1, 0])
})

test('what a circle may have carried in a day ends the link, and a new one', async (t) => {
  const [near, far, relay] = await three(t, { utp: false, relayDayBytes: 150_000 })
  assert.equal(await near.node.dial(far.device, through(relay)), 'linked')
  await far.linkedWith(near.device)
  const part = new Uint8Array(10_000)
  for (let i = 0; i < 100 && near.node.way(far.device) === 'relayed'; i++) {
    near.node.send(far.device, part)
    await new Promise(setImmediate)
  }
  await far.until(() => far.node.way(near.device) === undefined)
  assert.ok(far.bytesFrom(near.device).length <= 150_000)
  assert.equal(await near.node.dial(far.device, through(relay)), 'failed')
  assert.equal(near.node.way(relay.device), 'nearby', 'the link to the member stays')
})

test('a relayed link becomes a direct one when datagrams get through', async (t) => {
  const [near, far, relay] = await three(t, {})
  assert.equal(await near.node.dial(far.device, through(relay)), 'linked')
  await near.until(() => near.node.way(far.device) === 'nearby')
  await far.until(() => far.node.way(near.device) === 'nearby')
  await relay.until(() => relay.node.carrying === 0)
  assert.ok(near.node.send(far.device, utf8('straight')))
  await far.until(() => text(far.bytesFrom(near.device)) === 'straight')
})

test('a day’s bytes are counted over all links of a circle, a rate is kept, and the next day begins anew', () => {
  let ms = 0
  let seconds = 1_000 * 86_400
  const accounts = new RelayAccounts(
    1_000_000,
    () => ms as Millis,
    () => seconds,
  )
  assert.equal(accounts.take('a', 512 * 1024), 0)
  const next = accounts.take('a', 100_000)
  assert.equal(next, Math.ceil((100_000 * 1_000) / RELAY_BYTES_PER_SECOND))
  assert.equal(accounts.take('b', 1_000), 0, 'another circle has its own')
  ms = 10_000
  assert.equal(accounts.take('a', 600_000), undefined)
  assert.equal(accounts.isOpen('a'), false)
  assert.equal(accounts.take('a', 1), undefined)
  seconds += 86_400
  assert.equal(accounts.isOpen('a'), true)
  assert.notEqual(accounts.take('a', 1), undefined)
})
