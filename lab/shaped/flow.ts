// One end of the measurement on a narrow link, in a process of its own:
//   node lab/shaped/flow.ts receive           takes uTP and TCP, answers probes, and says how much came of each
//   node lab/shaped/flow.ts utp|tcp HOST      sends as much as it can until its input ends
//   node lab/shaped/flow.ts probe HOST        sends a small packet every PROBE_MS and says how long its answer took

import dgram from 'node:dgram'
import net from 'node:net'
import { type Connection, SocketError } from '../../src/base/ports.ts'
import { UtpTransport } from '../../src/engine/transport/utp.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeUdp } from '../../src/platform/udp.ts'

export type FlowLine =
  | { readonly event: 'ready' }
  | { readonly event: 'came'; readonly utpBytes: number; readonly tcpBytes: number; readonly atMs: number }
  | { readonly event: 'probed'; readonly tookMs: number; readonly atMs: number }

const UTP_PORT = 7001
const TCP_PORT = 7002
const ECHO_PORT = 7003
const REPORT_MS = 500
const PROBE_MS = 50

function say(line: FlowLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function openUtp(port: number, accepted: ((connection: Connection) => void) | undefined) {
  const socket = await new NodeUdp().bind({ at: { host: '0.0.0.0', port } })
  const transport = new UtpTransport({
    clock: new SystemClock(),
    random: new SystemRandom(),
    send: (bytes, to) => socket.send(bytes, to),
    local: () => socket.local,
    accepted,
  })
  socket.onMessage = (bytes, from) => void transport.datagram(bytes, from)
  return transport
}

async function receive(): Promise<void> {
  let [utpBytes, tcpBytes] = [0, 0]
  await openUtp(UTP_PORT, (connection) => {
    connection.events = {
      data: (bytes) => {
        utpBytes += bytes.length
      },
      drain() {},
      closed() {},
    }
  })
  const server = net.createServer((socket) => {
    socket.on('data', (bytes) => {
      tcpBytes += bytes.length
    })
    // A sender that is stopped resets its connection.
    socket.on('error', () => {})
  })
  server.listen(TCP_PORT, '0.0.0.0')
  const echo = dgram.createSocket('udp4').bind(ECHO_PORT)
  echo.on('message', (bytes, { address, port }) => echo.send(bytes, port, address))
  setInterval(
    () => say({ event: 'came', utpBytes, tcpBytes, atMs: performance.timeOrigin + performance.now() }),
    REPORT_MS,
  )
}

async function sendUtp(host: string): Promise<void> {
  const transport = await openUtp(0, undefined)
  const connection = await transport.dial({ host, port: UTP_PORT }, 5_000).result
  if (connection instanceof SocketError) throw connection
  const block = new Uint8Array(131_072)
  const write = (): void => {
    connection.write(block)
    connection.write(block)
  }
  connection.events = { data() {}, drain: write, closed() {} }
  write()
}

function sendTcp(host: string): void {
  const socket = net.connect({ host, port: TCP_PORT })
  const block = new Uint8Array(65_536)
  const write = (): void => {
    while (socket.write(block)) {
      // Until the kernel has enough.
    }
  }
  socket
    .on('connect', write)
    .on('drain', write)
    .on('error', () => {})
}

function probe(host: string): void {
  const socket = dgram.createSocket('udp4')
  const sent = new Map<number, number>()
  let number = 0
  socket.on('message', (bytes) => {
    const at = sent.get(bytes.readUInt32BE(0))
    sent.delete(bytes.readUInt32BE(0))
    const now = performance.now()
    if (at !== undefined) say({ event: 'probed', tookMs: now - at, atMs: performance.timeOrigin + now })
  })
  setInterval(() => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(++number)
    sent.set(number, performance.now())
    // What does not come back was lost in the queue.
    sent.delete(number - 1_000)
    socket.send(bytes, ECHO_PORT, host)
  }, PROBE_MS)
}

const [role, host = ''] = process.argv.slice(2)
if (role === 'receive') await receive()
else if (role === 'utp') await sendUtp(host)
else if (role === 'tcp') sendTcp(host)
else probe(host)
say({ event: 'ready' })
process.stdin.resume().on('end', () => process.exit(0))
