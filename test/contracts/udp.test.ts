// Real and simulated UDP keep the same contract.

import os from 'node:os'
import { pause } from '../../lab/netns/until.ts'
import { SimNetwork } from '../../lab/sim/network.ts'
import { World } from '../../lab/sim/world.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import { udpContract } from './udp-contract.ts'

udpContract('node:dgram', async (body) => {
  const udp = new NodeUdp()
  const addresses = Object.values(os.networkInterfaces()).flatMap((found) => found ?? [])
  const ipv6 = addresses.some(({ address }) => address === '::1')
  if (!ipv6) console.log('no IPv6 on this computer: that part of the contract is not run on real sockets')
  // Any port will do for the group: one that was free a moment ago.
  const probe = await udp.bind({ at: { host: '0.0.0.0', port: 0 } })
  probe.close()
  await body({
    near: udp,
    far: new NodeUdp(),
    farHosts: ipv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'],
    groups: [{ host: '239.192.152.143', port: probe.local.port }],
    pass: pause,
  })
})

udpContract('simulated', async (body) => {
  const world = new World(1)
  const network = new SimNetwork(world)
  const near = network.addHost('near', { addresses: ['10.0.0.1', 'fd00::1'], lan: 'home' })
  const far = network.addHost('far', { addresses: ['10.0.0.2', 'fd00::2'], lan: 'home' })
  network.addHost('elsewhere', { addresses: ['10.9.0.3'] })
  const ground = {
    near: near.udp,
    far: far.udp,
    farHosts: ['10.0.0.2', 'fd00::2'],
    groups: [
      { host: '239.192.152.143', port: 6771 },
      { host: 'ff15::efc0:988f', port: 6771 },
    ],
    pass: (ms: number) => world.sleep(ms),
  }
  await world.run('the contract', () => body(ground), 60_000)
})
