// What the Tcp port costs beside bare node:net sockets:  node lab/bench/tcp.ts [GIB]
// One end, measured, in this thread; the other, always bare sockets, in a worker. Port and bare sockets take turns, and
// medians are shown: GB/s, CPU seconds per GB of this thread, and the ratio of the speeds. Loopback only.

import net from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Connection, LOW_WATER_BYTES, SocketError } from '../../src/base/ports.ts'
import { NodeTcp } from '../../src/platform/tcp.ts'

const TOTAL_BYTES = Number(process.argv[2] ?? 1) * 2 ** 30
const ROUNDS = 5
const READ_BYTES = 262_144
const HOST = '127.0.0.1'

interface OtherEnd {
  readonly does: 'send' | 'receive'
  /** Where to dial; undefined: listen, and post the port. */
  readonly port: number | undefined
  readonly totalBytes: number
}

interface Measure {
  readonly gigabytesPerSecond: number
  readonly cpuSecondsPerGigabyte: number
}

type Role = 'receive, dialled' | 'receive, accepted' | 'send 256 KiB' | 'send 16 x 16 KiB'

// ── The other end ───────────────────────────────────────────────────────────────────────────────────

function beOtherEnd({ does, port, totalBytes }: OtherEnd): void {
  const handle = (socket: net.Socket): void => {
    socket.on('error', () => {})
    if (does === 'send') sendBare(socket, new Uint8Array(262_144), 1, totalBytes)
  }
  const onread = { buffer: new Uint8Array(READ_BYTES), callback: () => true }
  if (port !== undefined) {
    const socket = net.connect({ host: HOST, port, ...(does === 'receive' ? { onread } : {}) }, () =>
      handle(socket),
    )
    return
  }
  const server = net.createServer({ noDelay: true }, (socket) => {
    handle(socket)
    if (does === 'receive') socket.resume()
  })
  server.listen({ host: HOST, port: 0 }, () =>
    parentPort?.postMessage((server.address() as net.AddressInfo).port),
  )
}

function sendBare(
  socket: net.Socket,
  block: Uint8Array,
  blocks: number,
  totalBytes: number,
  done?: () => void,
): void {
  let left = totalBytes
  let flying = 0
  const burst = (): void => {
    if (left <= 0) {
      if (flying === 0) done?.()
      return
    }
    socket.cork()
    for (let i = 0; i < blocks; i++) {
      flying++
      left -= block.length
      socket.write(block, i === blocks - 1 ? onSent : onPart)
    }
    socket.uncork()
  }
  const onPart = (): void => void flying--
  const onSent = (): void => {
    flying--
    burst()
  }
  burst()
  burst()
}

// ── The measured end ────────────────────────────────────────────────────────────────────────────────

async function otherEnd(
  does: OtherEnd['does'],
  port?: number,
): Promise<{ readonly worker: Worker; readonly port: number }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { does, port, totalBytes: TOTAL_BYTES } })
  if (port !== undefined) return { worker, port }
  return { worker, port: await new Promise((resolve) => worker.once('message', resolve)) }
}

class Meter {
  readonly #startMs = performance.now()
  readonly #cpu = process.threadCpuUsage()

  read(): Measure {
    const seconds = (performance.now() - this.#startMs) / 1000
    const { user, system } = process.threadCpuUsage(this.#cpu)
    const gigabytes = TOTAL_BYTES / 1e9
    return {
      gigabytesPerSecond: gigabytes / seconds,
      cpuSecondsPerGigabyte: (user + system) / 1e6 / gigabytes,
    }
  }
}

function receiveBytes(): { take(lengthBytes: number): void; readonly done: Promise<Measure> } {
  const { promise, resolve } = Promise.withResolvers<Measure>()
  let meter: Meter | undefined
  let left = TOTAL_BYTES
  return {
    done: promise,
    take: (lengthBytes) => {
      meter ??= new Meter()
      left -= lengthBytes
      if (left <= 0) resolve(meter.read())
    },
  }
}

function sendThroughPort(connection: Connection, block: Uint8Array, blocks: number): Promise<Measure> {
  const meter = new Meter()
  const { promise, resolve } = Promise.withResolvers<Measure>()
  let left = TOTAL_BYTES
  const fill = (): void => {
    while (left > 0 && connection.queuedBytes <= LOW_WATER_BYTES + block.length * blocks) {
      for (let i = 0; i < blocks; i++) connection.write(block)
      left -= block.length * blocks
    }
    if (left <= 0) connection.write(block, () => resolve(meter.read()))
  }
  connection.events = { data() {}, drain: fill, closed() {} }
  fill()
  return promise
}

async function measurePort(role: Role): Promise<Measure> {
  const tcp = new NodeTcp()
  if (role === 'receive, accepted') {
    const { take, done } = receiveBytes()
    const listener = await tcp.listen({ host: HOST, port: 0 }, (connection) => {
      connection.events = { data: (bytes) => take(bytes.length), drain() {}, closed() {} }
    })
    const { worker } = await otherEnd('send', listener.local.port)
    const measure = await done
    await listener.close()
    await worker.terminate()
    return measure
  }
  const receives = role === 'receive, dialled'
  const { worker, port } = await otherEnd(receives ? 'send' : 'receive')
  const connection = await tcp.dial({ host: HOST, port }, 5000).result
  if (connection instanceof SocketError) throw connection
  const { take, done } = receiveBytes()
  connection.events = { data: (bytes) => take(bytes.length), drain() {}, closed() {} }
  const [block, blocks] = burstOf(role)
  const measure = await (receives ? done : sendThroughPort(connection, block, blocks))
  connection.close()
  await worker.terminate()
  return measure
}

async function measureBare(role: Role): Promise<Measure> {
  const { take, done } = receiveBytes()
  if (role === 'receive, accepted') {
    const server = net.createServer((socket) =>
      socket.on('data', (data) => take(data.length)).on('error', () => {}),
    )
    const port = await new Promise<number>((resolve) => {
      server.listen({ host: HOST, port: 0 }, () => resolve((server.address() as net.AddressInfo).port))
    })
    const { worker } = await otherEnd('send', port)
    const measure = await done
    server.close()
    await worker.terminate()
    return measure
  }
  const receives = role === 'receive, dialled'
  const { worker, port } = await otherEnd(receives ? 'send' : 'receive')
  const onread = {
    buffer: new Uint8Array(READ_BYTES),
    callback: (lengthBytes: number) => {
      take(lengthBytes)
      return true
    },
  }
  const socket = net.connect({ host: HOST, port, noDelay: true, onread }).on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  let measure: Measure
  if (receives) measure = await done
  else {
    const meter = new Meter()
    const [block, blocks] = burstOf(role)
    await new Promise<void>((resolve) => sendBare(socket, block, blocks, TOTAL_BYTES, resolve))
    measure = meter.read()
  }
  socket.destroy()
  await worker.terminate()
  return measure
}

function burstOf(role: Role): [Uint8Array, number] {
  const [lengthBytes, count] = role === 'send 16 x 16 KiB' ? [16_384, 16] : [262_144, 1]
  return [new Uint8Array(new SharedArrayBuffer(lengthBytes)), count]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

async function compare(role: Role): Promise<void> {
  const port: Measure[] = []
  const bare: Measure[] = []
  for (let round = 0; round < ROUNDS; round++) {
    port.push(await measurePort(role))
    bare.push(await measureBare(role))
  }
  const show = (measures: readonly Measure[]): string => {
    const rate = median(measures.map(({ gigabytesPerSecond }) => gigabytesPerSecond)).toFixed(2)
    return `${rate} GB/s ${median(measures.map((measure) => measure.cpuSecondsPerGigabyte)).toFixed(3)} CPU s/GB`
  }
  const ratio = median(
    port.map((measure, i) => measure.gigabytesPerSecond / (bare[i] as Measure).gigabytesPerSecond),
  )
  console.log(`${role.padEnd(18)} port ${show(port)}   bare ${show(bare)}   ratio ${ratio.toFixed(2)}`)
}

if (isMainThread) {
  for (const role of ['receive, dialled', 'receive, accepted', 'send 256 KiB', 'send 16 x 16 KiB'] as const) {
    await compare(role)
  }
} else {
  beOtherEnd(workerData as OtherEnd)
}
