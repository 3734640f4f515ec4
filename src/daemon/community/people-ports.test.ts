import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatagramLan } from '../../../test/doubles/datagram-lan.ts'
import { PretendedRouter, ROUTER } from '../../../test/doubles/pretended-router.ts'
import { VirtualClock } from '../../../test/doubles/virtual-clock.ts'
import { SeededRandom } from '../../base/random.ts'
import { PeoplePorts } from './people-ports.ts'

const HOME = '192.168.1.2'
const PORT = 5_000

function scene() {
  const clock = new VirtualClock(1_000)
  const lan = new DatagramLan()
  const router = new PretendedRouter(lan, clock, { natPmp: true })
  const ports = {
    udp: lan.host(HOME, '2001:db8::2'),
    http: router,
    random: new SeededRandom(1),
    gateways: { find: async () => [{ host: ROUTER, ownHost: HOME }] },
  }
  const state = { on: true }
  const people = new PeoplePorts({ ports: () => (state.on ? ports : undefined), clock })
  const ask = (port: number) => people.asks.mapPeoplePort({ port })
  return { clock, router, people, ask, state }
}

test('the router holds the port of people open, and its address outside is told when it is known', async () => {
  const { clock, router, people, ask } = scene()
  assert.deepEqual(await ask(PORT), { addresses: [] })
  await clock.advance(20_000)
  const { addresses } = await ask(PORT)
  assert.equal(router.held.length, 2)
  assert.equal(addresses.length, 2)
  assert.match(addresses[0] ?? '', /^tcp\/[\d.]+:5000$/)
  assert.match(addresses[1] ?? '', /^utp\/[\d.]+:5000$/)
  const closing = people.close()
  await clock.advance(5_000)
  await closing
  assert.equal(router.held.length, 0, 'and gives it back')
})

test('where the router is not to be asked it is not, and what it held is given back', async () => {
  const { clock, router, ask, state } = scene()
  await ask(PORT)
  await clock.advance(20_000)
  assert.equal(router.held.length, 2)
  state.on = false
  const answer = ask(PORT)
  await clock.advance(5_000)
  assert.deepEqual(await answer, { addresses: [] })
  assert.equal(router.held.length, 0)
})

test('another port is mapped instead of the one before', async () => {
  const { clock, router, ask } = scene()
  await ask(PORT)
  await clock.advance(20_000)
  const moving = ask(PORT + 1)
  await clock.advance(5_000)
  await moving
  await clock.advance(20_000)
  assert.match((await ask(PORT + 1)).addresses[0] ?? '', /:5001$/)
  assert.equal(router.held.length, 2)
})
