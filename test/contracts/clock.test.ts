// The real and the simulated clock keep the same contract.

import { SimNetwork } from '../../lab/sim/network.ts'
import { World } from '../../lab/sim/world.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { clockContract } from './clock-contract.ts'

clockContract('system', (body) => body(new SystemClock()))

clockContract('simulated', async (body) => {
  const world = new World(1)
  const host = new SimNetwork(world).addHost('a', { addresses: ['10.0.0.1'] })
  await world.run('the contract', () => body(host.clock), 60_000)
})
