// A computer at home that wants to be reached, in a process of its own: answers on TCP and UDP, and has its ports mapped
// as a session would. Says each change of what it knows as a JSON line; gives the ports back when its input ends.
//   node port-map-player.ts '{"methods":["pcp"],"lifetimeSeconds":8,"port":7001}'

import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { DeadlineQueue } from '../../src/base/deadline-queue.ts'
import {
  type MappingMethod,
  PortMapping,
  type PortMappingStatus,
} from '../../src/engine/discovery/port-map.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { NodeGateways } from '../../src/platform/gateways.ts'
import { NodeHttp } from '../../src/platform/http.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeUdp } from '../../src/platform/udp.ts'

export interface PlayerOrder {
  readonly methods: readonly MappingMethod[]
  readonly lifetimeSeconds: number
  readonly port: number
}

export type PlayerLine =
  | { readonly event: 'status'; readonly status: PortMappingStatus; readonly announcedPort: number | null }
  | { readonly event: 'stopped'; readonly afterMs: number }

const order = JSON.parse(process.argv[2] ?? '{}') as PlayerOrder
const clock = new SystemClock()
const mapping = new PortMapping({
  udp: new NodeUdp(),
  http: new NodeHttp(),
  clock,
  random: new SystemRandom(),
  wakes: new DeadlineQueue(clock),
  gateways: new NodeGateways(),
  methods: order.methods,
  lifetimeSeconds: order.lifetimeSeconds,
})

const say = (line: PlayerLine) => process.stdout.write(`${JSON.stringify(line)}\n`)
mapping.onChange = () =>
  say({ event: 'status', status: mapping.status(), announcedPort: mapping.announcedPort() ?? null })

const tcp = createServer((socket) => {
  // Whoever asks from outside may be gone at any time.
  socket.on('error', () => {})
  socket.end('home')
}).listen(order.port, '::')
const udp = createSocket('udp6').bind(order.port, '::')
udp.on('message', (_, from) => udp.send('home', from.port, from.address))

mapping.start({ tcp: order.port, udp: order.port })
process.stdin.resume().on('end', async () => {
  const began = performance.now()
  await mapping.stop()
  say({ event: 'stopped', afterMs: performance.now() - began })
  tcp.close()
  udp.close()
})
