// One examination: what this computer is and has, what its router, the DHT and the peers that were named answer, judged by the checks
// beside this file. Promise: says each finding once, in the same order every time; ends within half a minute whatever
// answers or does not; changes nothing that stays (a mapping is given back, a probe file removed).

import { scopeOf } from '../../base/address.ts'
import { type Endpoint, isIPv6 } from '../../base/endpoint.ts'
import { CodedError } from '../../base/errors.ts'
import { after, type WireHash } from '../../base/ids.ts'
import type { PortMappingStatus } from '../../engine/discovery/port-map.ts'
import type { Session } from '../../engine/session/session.ts'
import { clockSynchronised } from '../../platform/clock-sync.ts'
import { NodeDisk } from '../../platform/disk.ts'
import { firewallProgram } from '../../platform/firewall.ts'
import { localAddresses } from '../../platform/interfaces.ts'
import { SystemRandom } from '../../platform/random.ts'
import { Scanner } from '../../safety/quarantine/scanner.ts'
import type { Engine } from '../compose.ts'
import { PACKAGE_FILE } from '../version.ts'
import { checkClock } from './clock-check.ts'
import { checkDisk } from './disk-check.ts'
import type { Finding } from './finding.ts'
import { checkFirewall } from './firewall-check.ts'
import { checkNetwork } from './network-check.ts'
import { probePeer } from './peer-probe.ts'
import { checkProvider } from './provider-check.ts'
import { checkWay } from './reach-check.ts'
import { checkRouter } from './router-check.ts'
import { checkScanner } from './scanner-check.ts'
import { checkDht } from './traffic-check.ts'

export interface DoctorTask {
  /** A session as a transfer would have it. May reject with a CodedError: that is a finding too. */
  readonly open: () => Promise<Engine>
  readonly saveFolder: string
  readonly stateFolder: string
  /** The DHT has nodes to begin with: named ones, or the usual public ones. */
  readonly somebodyToAsk: boolean
  /** `auto`, `off`, or the path of its socket. */
  readonly scannerAt: string
  readonly peers: readonly Endpoint[]
  /** What the peers are asked for. */
  readonly torrent: WireHash | undefined
  readonly stop: AbortSignal
  readonly found: (finding: Finding) => void
}

/** A router is silent for six seconds before that is said; a DHT answers within two or three. */
const PATIENCE_MS = 12_000
/** After the first node answered: enough for a second round of questions, by which we learn how we are seen. */
const SEEN_MS = 5_000
const LOOK_EVERY_MS = 200
/** Peers that are tried; more would say the same. */
const MAX_PEERS = 3

export async function examine(task: DoctorTask): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const say = (...more: readonly Finding[]): void => {
    for (const finding of more) {
      findings.push(finding)
      task.found(finding)
    }
  }
  const addresses = localAddresses()
  const network = checkNetwork(addresses)
  say(network)
  const engine = await opened(task)
  if ('check' in engine) say(engine)
  else {
    try {
      const patienceMs = network.state === 'good' ? PATIENCE_MS : 0
      say(...(await throughSession(task, engine, addresses, patienceMs)))
    } finally {
      await engine.close()
    }
  }
  say(...(await ofThisComputer(task)))
  return findings
}

async function opened(task: DoctorTask): Promise<Engine | Finding> {
  try {
    return await task.open()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { check: 'session', state: 'bad', code: 'SESSION_FAILED', data: { why: error.code } }
  }
}

async function throughSession(
  task: DoctorTask,
  { session, ports, exit, withheld }: Engine,
  addresses: readonly string[],
  patienceMs: number,
): Promise<readonly Finding[]> {
  const probing = Promise.all(
    (task.torrent === undefined ? [] : task.peers.slice(0, MAX_PEERS)).map((peer) =>
      probePeer(peer, task.torrent as WireHash, ports),
    ),
  )
  const startedAt = ports.clock.now()
  const waitedMs = () => ports.clock.now() - startedAt
  while (!task.stop.aborted && waitedMs() < patienceMs && !isSettled(session, task, waitedMs()))
    await new Promise<void>((resolve) => {
      ports.clock.schedule(after(ports.clock.now(), LOOK_EVERY_MS), resolve)
    })
  const seconds = Math.round(waitedMs() / 1_000)
  const mapping = session.reach.portMapping
  const ways = waysOf(session, mapping, addresses)
  const reached = ways.some(({ code }) => code === 'REACH_PROVEN')
  const proxied = withheld.includes('LISTENING')
  return [
    ...(exit.kind === 'direct' ? [] : [wayOut(exit.text, exit.trouble()?.code)]),
    ...checkRouter(mapping),
    ...(proxied ? [{ check: 'reach', state: 'off', code: 'REACH_PROXIED', data: {} } as const] : ways),
    checkFirewall(await firewallProgram(), session.listenPort, reached),
    ...checkDht({ dht: trafficOf(session, task), seconds }),
    ...checkProvider(await probing, task.torrent !== undefined),
  ]
}

function wayOut(text: string, trouble: string | undefined): Finding {
  const [state, code] =
    trouble === undefined ? (['good', 'WAY_OUT'] as const) : (['bad', 'WAY_OUT_DOWN'] as const)
  return {
    check: 'way-out',
    state,
    code,
    data: { way: text, ...(trouble === undefined ? {} : { why: trouble }) },
  }
}

/** Everybody who was asked has answered. */
function isSettled({ reach }: Session, task: DoctorTask, waitedMs: number): boolean {
  const { state, routers } = reach.portMapping
  if (state === 'looking' || routers.some((router) => router.state === 'asking')) return false
  if (reach.dht === undefined || !task.somebodyToAsk) return true
  if (reach.dht.nodeCount === 0) return false
  return waitedMs >= SEEN_MS || reach.reachability.outside(4) !== undefined
}

function waysOf(
  session: Session,
  mapping: PortMappingStatus,
  addresses: readonly string[],
): readonly Finding[] {
  const { reach } = session
  const host = reach.listensAt?.host
  const own = host === undefined || scopeOf(host) === 'none' ? addresses : [host]
  return reach.judge().ways.map(({ way, answer, because }) => {
    const family = way.endsWith('4') ? 4 : 6
    const outsideHost = reach.reachability.outside(family)
    const queried = (reach.dht?.stats().get(family)?.strangersHeard ?? 0) > 0
    return checkWay({
      way,
      listens: because !== 'NOT_LISTENING',
      // A node that we never wrote to shows that datagrams of strangers come in.
      strangersCame: answer === 'yes' || (way.startsWith('utp') && queried && outsideHost !== undefined),
      ownHost: own.find((address) => isIPv6(address) === (family === 6) && scopeOf(address) !== 'loopback'),
      outsideHost,
      router: mapping.routers.find((router) => router.family === family),
    })
  })
}

function trafficOf({ reach }: Session, { somebodyToAsk }: DoctorTask): Parameters<typeof checkDht>[0]['dht'] {
  const { dht } = reach
  if (dht === undefined) return undefined
  let [datagramsIn, datagramsOut] = [0, 0]
  for (const stats of dht.stats().values()) {
    datagramsIn += stats.datagramsIn
    datagramsOut += stats.datagramsOut
  }
  return { nodes: dht.nodeCount, datagramsIn, datagramsOut, somebodyToAsk: somebodyToAsk || datagramsOut > 0 }
}

async function ofThisComputer({
  saveFolder,
  stateFolder,
  scannerAt,
}: DoctorTask): Promise<readonly Finding[]> {
  const disk = new NodeDisk()
  const ports = { disk, random: new SystemRandom(), now: () => performance.now() }
  const made = await disk.stat(PACKAGE_FILE)
  const scanner = new Scanner({ where: () => scannerAt, noProgressMs: PATIENCE_MS })
  return [
    await checkDisk('disk-save', saveFolder, ports),
    await checkDisk('disk-state', stateFolder, ports),
    checkClock({
      wallMs: Date.now(),
      programMs: made?.modifiedMs ?? 0,
      synchronised: await clockSynchronised(),
    }),
    checkScanner(await scanner.refresh(), scannerAt === 'off', Date.now()),
  ]
}
