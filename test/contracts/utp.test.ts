// uTP keeps the contract of TCP, over real and over simulated datagrams.

import { pause } from '../../lab/netns/until.ts'
import { SimNetwork } from '../../lab/sim/network.ts'
import { World } from '../../lab/sim/world.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeUdp } from '../../src/platform/udp.ts'
import { UtpAsTcp } from '../doubles/utp-as-tcp.ts'
import { tcpContract } from './tcp-contract.ts'

tcpContract('uTP over node:dgram', async (body) => {
  using stack = new DisposableStack()
  const udp = new NodeUdp()
  const hosts = (await hasIPv6(udp)) ? ['127.0.0.1', '::1'] : ['127.0.0.1']
  const open = async (): Promise<UtpAsTcp> => {
    const end = await UtpAsTcp.open({ udp, clock: new SystemClock(), random: new SystemRandom(), hosts })
    stack.defer(() => end.close())
    return end
  }
  await body({
    near: await open(),
    far: await open(),
    farHosts: hosts,
    silent: async () => {
      const socket = await udp.bind({ at: { host: '127.0.0.1', port: 0 } })
      stack.defer(() => socket.close())
      return socket.local
    },
    pass: pause,
  })
})

tcpContract('uTP over simulated datagrams', async (body) => {
  const world = new World(1)
  const network = new SimNetwork(world)
  const [near, far] = ['10.0.0.1', '10.0.0.2'].map((address, i) =>
    network.addHost(address, { addresses: [address, `fd00::${i + 1}`] }),
  )
  if (near === undefined || far === undefined) throw new Error('two hosts were added')
  const open = (host: typeof near): Promise<UtpAsTcp> =>
    UtpAsTcp.open({
      udp: host.udp,
      clock: host.clock,
      random: world.random(host.name),
      hosts: host.addresses,
    })
  const scenario = async (): Promise<void> => {
    await body({
      near: await open(near),
      far: await open(far),
      farHosts: far.addresses,
      silent: async () => ({ host: '10.0.0.99', port: 1 }),
      pass: (ms: number) => world.sleep(ms),
    })
  }
  await world.run('the contract', scenario, 600_000)
})

async function hasIPv6(udp: NodeUdp): Promise<boolean> {
  try {
    const socket = await udp.bind({ at: { host: '::1', port: 0 } })
    socket.close()
    return true
  } catch {
    // No address of that family on this computer: real sockets are asked over IPv4 only.
    return false
  }
}
