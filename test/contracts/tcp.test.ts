// Real and simulated TCP keep the same contract.

import { Worker } from 'node:worker_threads'
import { pause } from '../../lab/netns/until.ts'
import { SimNetwork } from '../../lab/sim/network.ts'
import { World } from '../../lab/sim/world.ts'
import { SocketError } from '../../src/base/ports.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'
import { tcpContract } from './tcp-contract.ts'

tcpContract('node:net', async (body) => {
  await using stack = new AsyncDisposableStack()
  const near = new NodeTcp()
  await body({
    near,
    far: new NodeTcp(),
    farHosts: (await hasIPv6(near)) ? ['127.0.0.1', '::1'] : ['127.0.0.1'],
    silent: async () => {
      const { port, worker } = await deafListener()
      stack.defer(async () => void (await worker.terminate()))
      // Its queue is short and nobody takes from it: some of these fill it.
      const fillers = Array.from({ length: 6 }, () => near.dial({ host: '127.0.0.1', port }, 60_000))
      stack.defer(() => {
        for (const filler of fillers) {
          filler.cancel()
          void filler.result.then((result) => {
            if (!(result instanceof SocketError)) result.close()
          })
        }
      })
      await Promise.race(fillers.map((filler) => filler.result))
      await pause(50)
      return { host: '127.0.0.1', port }
    },
    pass: pause,
  })
})

tcpContract('simulated', async (body) => {
  const world = new World(1)
  const network = new SimNetwork(world)
  const near = network.addHost('near', {
    addresses: ['10.0.0.1', 'fd00::1'],
    uploadRate: 50e6,
    downloadRate: 80e6,
  })
  const far = network.addHost('far', {
    addresses: ['10.0.0.2', 'fd00::2'],
    uploadRate: 60e6,
    downloadRate: 40e6,
  })
  const ground = {
    near: near.tcp,
    far: far.tcp,
    farHosts: ['10.0.0.2', 'fd00::2'],
    silent: async () => ({ host: '10.0.0.99', port: 1 }),
    pass: (ms: number) => world.sleep(ms),
  }
  await world.run('the contract', () => body(ground), 600_000)
})

/** Listens with the shortest queue there is and never accepts: its thread is asleep. */
function deafListener(): Promise<{ readonly port: number; readonly worker: Worker }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
     })`,
    { eval: true },
  )
  return new Promise((resolve, reject) => {
    worker.once('message', (port: number) => resolve({ port, worker }))
    worker.once('error', reject)
  })
}

async function hasIPv6(tcp: NodeTcp): Promise<boolean> {
  const listener = await tcp.listen({ host: '::', port: 0 }, () => {})
  await listener.close()
  if (listener.local.host === '::') return true
  console.log('no IPv6 on this computer: those parts of the contract are not run on real sockets')
  return false
}
