// uTP on a narrow link, alone and beside one TCP flow:  node lab/shaped/shaped.ts [SECONDS] [cubic,bbr]
// Two hosts in namespaces; what leaves the sender goes through a token bucket of 20 Mbit/s with a queue of 400 ms, as in
// front of a home router. uTP runs from the start, TCP joins and leaves again. Said are the shares of the link, and how long a
// small packet of somebody else takes there and back (the link itself takes less than a millisecond).

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Host, Lan } from '../netns/lan.ts'
import { enterNamespace } from '../netns/namespace.ts'
import { Program } from '../netns/program.ts'
import { pause, until } from '../netns/until.ts'
import type { FlowLine } from './flow.ts'

const SECONDS = Number(process.argv[2] ?? 30)
const CONTROLS = (process.argv[3] ?? 'cubic,bbr').split(',')
const RATE_MBIT = 20
const QUEUE_MS = 400
/** What the beginning of a flow needs until it has found its share. */
const SETTLE_SECONDS = 10
const FLOW = join(import.meta.dirname, 'flow.ts')

const run = promisify(execFile)

async function on(host: Host, ...command: readonly string[]): Promise<void> {
  const [program = '', ...args] = [...host.prefix, ...command]
  await run(program, args)
}

class Flow {
  readonly program: Program
  readonly lines: FlowLine[] = []

  constructor(host: Host, ...words: readonly string[]) {
    this.program = new Program(words.join(' '), [process.execPath, FLOW, ...words], { host })
    this.program.onLine((line) => this.lines.push(JSON.parse(line) as FlowLine))
  }

  static async start(host: Host, ...words: readonly string[]): Promise<Flow> {
    const flow = new Flow(host, ...words)
    await until(`${words[0]} is ready`, () => flow.lines.length > 0, { program: flow.program })
    return flow
  }

  stop(): Promise<unknown> {
    return this.program.stop('SIGKILL')
  }
}

interface Link {
  readonly sender: Host
  readonly receiver: Host
  readonly router: string
}

/**
 * Sender and receiver reach each other through the program's own namespace as a router, with the bucket where it sends to
 * the receiver. On the sender's own interface it would push back into the sockets, and nobody would see a queue.
 */
async function makeLink(): Promise<Link> {
  const lan = await Lan.make()
  const [sender, receiver] = [await lan.host('sender'), await lan.host('receiver')]
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
  for (const device of ['all', 'shoal0'])
    await writeFile(`/proc/sys/net/ipv4/conf/${device}/send_redirects`, '0')
  await on(receiver, 'ip', 'route', 'add', `${sender.address}/32`, 'via', lan.address)
  // One packet each: a large one of several, as TCP makes them, would be a queue of its own.
  await on(sender, 'ip', 'link', 'set', 'dev', 'eth0', 'gso_max_segs', '1')
  const port = `port${receiver.address.split('.').at(-1)}`
  const bucket = ['rate', `${RATE_MBIT}mbit`, 'burst', '16kb', 'latency', `${QUEUE_MS}ms`]
  await run('tc', ['qdisc', 'add', 'dev', port, 'root', 'tbf', ...bucket])
  return { sender, receiver, router: lan.address }
}

interface Measured {
  readonly utpMbit: number
  readonly tcpMbit: number
  /** Of the probes, in ms. */
  readonly delayMs: { readonly median: number; readonly p95: number }
}

/** What came and how long probes took in the last seconds. */
function measure(receiver: Flow, probe: Flow, seconds: number): Measured {
  const came = receiver.lines.filter((line) => line.event === 'came')
  const last = came.at(-1)
  const first = came.find(({ atMs }) => atMs >= (last?.atMs ?? 0) - seconds * 1000)
  if (first === undefined || last === undefined) throw new Error('nothing was measured')
  const tookS = (last.atMs - first.atMs) / 1000
  const took = probe.lines
    .filter((line) => line.event === 'probed')
    .filter(({ atMs }) => atMs >= first.atMs)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b)
  const at = (share: number): number => took[Math.floor(share * (took.length - 1))] ?? Number.NaN
  return {
    utpMbit: ((last.utpBytes - first.utpBytes) * 8) / 1e6 / tookS,
    tcpMbit: ((last.tcpBytes - first.tcpBytes) * 8) / 1e6 / tookS,
    delayMs: { median: at(0.5), p95: at(0.95) },
  }
}

function show(what: string, { utpMbit, tcpMbit, delayMs }: Measured): void {
  const share = utpMbit + tcpMbit === 0 ? 0 : (100 * utpMbit) / (utpMbit + tcpMbit)
  const cells = [
    what.padEnd(34),
    `uTP ${utpMbit.toFixed(1).padStart(5)} Mbit/s`,
    `TCP ${tcpMbit.toFixed(1).padStart(5)} Mbit/s`,
    `uTP's share ${share.toFixed(0).padStart(3)} %`,
    `delay median ${delayMs.median.toFixed(0).padStart(4)} ms, 95 % ${delayMs.p95.toFixed(0).padStart(4)} ms`,
  ]
  console.log(cells.join('   '))
}

async function beside(link: Link, control: string): Promise<void> {
  const { sender, receiver, router } = link
  const way = [`${receiver.address}/32`, 'via', router, 'congctl', control]
  await on(sender, 'ip', 'route', 'replace', ...way)
  const taker = await Flow.start(receiver, 'receive')
  const probe = await Flow.start(sender, 'probe', receiver.address)
  const window = async (what: string): Promise<void> => {
    await pause((SETTLE_SECONDS + SECONDS) * 1000)
    show(what, measure(taker, probe, SECONDS))
  }
  const tcp = await Flow.start(sender, 'tcp', receiver.address)
  await window(`TCP ${control} alone`)
  await tcp.stop()
  await pause(2_000)
  const utp = await Flow.start(sender, 'utp', receiver.address)
  await window('uTP alone')
  const joins = await Flow.start(sender, 'tcp', receiver.address)
  await window(`uTP, then TCP ${control} joins`)
  await joins.stop()
  await window('uTP, after TCP has left')
  await Promise.all([utp.stop(), probe.stop(), taker.stop()])
}

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') {
  console.error(footing.reason)
  process.exit(1)
}
const link = await makeLink()
console.log(`${RATE_MBIT} Mbit/s, a queue of ${QUEUE_MS} ms; each line ${SECONDS} s`)
for (const control of CONTROLS) await beside(link, control)
process.exit(0)
