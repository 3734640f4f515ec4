// What uTP costs beside bare datagrams:  node lab/bench/utp.ts [MB] [ROUNDS]
// Sender and receiver are threads of their own, over loopback. The bare ones use node:dgram with packets of the same
// 1,400 bytes, an ack of 20 bytes for every two, and a window that keeps both busy; they and ours take turns. Printed are
// medians of the rates, CPU seconds per GB of both threads, and the median of the ratios.

import dgram from 'node:dgram'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Endpoint } from '../../src/base/endpoint.ts'
import { type Connection, SocketError } from '../../src/base/ports.ts'
import { UtpTransport } from '../../src/engine/transport/utp.ts'
import { SystemClock } from '../../src/platform/clock.ts'
import { SystemRandom } from '../../src/platform/random.ts'
import { NodeUdp } from '../../src/platform/udp.ts'

const TOTAL_BYTES = Number(process.argv[2] ?? 200) * 1e6
const ROUNDS = Number(process.argv[3] ?? 5)
const HOST = '127.0.0.1'

const PACKET_BYTES = 1_400
/** What the receiver's socket holds by default (212,992 bytes of kernel memory, some 2,300 a packet), less a margin. */
const WINDOW_PACKETS = 80
/** As TCP's users here: a few blocks ahead. */
const QUEUE_BYTES = 524_288
const WRITE_BYTES = 131_072

type Kind = 'bare' | 'utp'

interface Role {
  readonly kind: Kind
  /** Where the receiver is; undefined: be the receiver. */
  readonly to: Endpoint | undefined
  readonly totalBytes: number
}

interface Report {
  readonly seconds: number
  readonly cpuSeconds: number
}

// ── Bare datagrams ──────────────────────────────────────────────────────────────────────────────────

function receiveBare(): void {
  const socket = dgram.createSocket('udp4')
  const ack = new Uint8Array(20)
  let packets = 0
  socket.on('message', (_bytes, from) => {
    if (++packets % 2 === 0) socket.send(ack, from.port, from.address)
  })
  socket.bind(0, HOST, () => parentPort?.postMessage(socket.address().port))
}

function sendBare(to: Endpoint, totalBytes: number): void {
  const socket = dgram.createSocket({
    type: 'udp4',
    lookup: (address, _options, done) => done(null, address, 4),
  })
  const packet = new Uint8Array(PACKET_BYTES)
  const lost = (): void => {}
  let left = Math.ceil(totalBytes / PACKET_BYTES / 2) * 2
  let flying = 0
  const meter = new Meter()
  const fill = (): void => {
    while (left > 0 && flying < WINDOW_PACKETS) {
      left--
      flying++
      socket.send(packet, to.port, to.host, lost)
    }
    if (left === 0 && flying === 0) meter.post()
  }
  let acked = performance.now()
  socket.on('message', () => {
    acked = performance.now()
    flying -= 2
    fill()
  })
  // A lost packet would stop it: its place is given back after a while.
  setInterval(() => {
    if (performance.now() - acked < 200 || flying === 0) return
    flying = 0
    fill()
  }, 100)
  fill()
}

// ── uTP ─────────────────────────────────────────────────────────────────────────────────────────────

async function openUtp(accepted: ((connection: Connection) => void) | undefined) {
  const socket = await new NodeUdp().bind({ at: { host: HOST, port: 0 } })
  const transport = new UtpTransport({
    clock: new SystemClock(),
    random: new SystemRandom(),
    send: (bytes, to) => socket.send(bytes, to),
    local: () => socket.local,
    accepted,
  })
  socket.onMessage = (bytes, from) => void transport.datagram(bytes, from)
  return { socket, transport }
}

async function receiveUtp(totalBytes: number): Promise<void> {
  const { socket } = await openUtp((connection) => {
    let left = totalBytes
    connection.events = {
      data: (bytes) => {
        left -= bytes.length
        if (left === 0) connection.write(new Uint8Array(1))
      },
      drain() {},
      closed() {},
    }
  })
  parentPort?.postMessage(socket.local.port)
}

async function sendUtp(to: Endpoint, totalBytes: number): Promise<void> {
  const { transport } = await openUtp(undefined)
  const connection = await transport.dial(to, 5_000).result
  if (connection instanceof SocketError) throw connection
  const block = new Uint8Array(WRITE_BYTES)
  let left = totalBytes
  const meter = new Meter()
  const fill = (): void => {
    while (left > 0 && connection.queuedBytes < QUEUE_BYTES) {
      const lengthBytes = Math.min(left, WRITE_BYTES)
      left -= lengthBytes
      connection.write(block.subarray(0, lengthBytes))
    }
  }
  connection.events = { data: () => meter.post(), drain: fill, closed() {} }
  fill()
}

// ── Measuring ───────────────────────────────────────────────────────────────────────────────────────

class Meter {
  readonly #startMs = performance.now()
  readonly #cpu = process.cpuUsage()

  post(): void {
    const { user, system } = process.cpuUsage(this.#cpu)
    const report: Report = {
      seconds: (performance.now() - this.#startMs) / 1000,
      cpuSeconds: (user + system) / 1e6,
    }
    parentPort?.postMessage(report)
  }
}

function start(role: Role): Worker {
  return new Worker(new URL(import.meta.url), { workerData: role })
}

function said<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

async function measure(kind: Kind): Promise<Report> {
  const receiver = start({ kind, to: undefined, totalBytes: TOTAL_BYTES })
  const port = await said<number>(receiver)
  const sender = start({ kind, to: { host: HOST, port }, totalBytes: TOTAL_BYTES })
  const report = await said<Report>(sender)
  await Promise.all([sender.terminate(), receiver.terminate()])
  return report
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

async function compare(): Promise<void> {
  const reports: Record<Kind, Report[]> = { bare: [], utp: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['bare', 'utp'] as const) reports[kind].push(await measure(kind))
  }
  for (const kind of ['bare', 'utp'] as const) {
    const rate = median(reports[kind].map(({ seconds }) => TOTAL_BYTES / 1e6 / seconds))
    const cpu = median(reports[kind].map(({ cpuSeconds }) => cpuSeconds / (TOTAL_BYTES / 1e9)))
    console.log(`${kind.padEnd(5)} ${rate.toFixed(0).padStart(4)} MB/s  ${cpu.toFixed(1)} CPU s/GB`)
  }
  const ratios = reports.utp.map(({ seconds }, i) => (reports.bare[i] as Report).seconds / seconds)
  console.log(
    `utp ÷ bare: ${median(ratios).toFixed(2)} (rounds: ${ratios.map((r) => r.toFixed(2)).join(', ')})`,
  )
}

if (isMainThread) await compare()
else {
  const { kind, to, totalBytes } = workerData as Role
  if (kind === 'bare') to === undefined ? receiveBare() : sendBare(to, totalBytes)
  else await (to === undefined ? receiveUtp(totalBytes) : sendUtp(to, totalBytes))
}
