// The calls about the network: how the daemon is reached, how much went each way, who was turned away; doctor and leak test.

import type { Handlers, OutputOf } from '../api/routes.ts'
import { type Endpoint, endpointText } from '../base/endpoint.ts'
import { encryptionOf } from '../engine/peer/encrypting.ts'
import type { Way } from '../engine/torrent/traffic.ts'
import type { Engine } from './compose.ts'
import { examine } from './doctor/doctor.ts'
import { checkPeople, type PeopleFacts } from './doctor/people-check.ts'
import type { EngineHost } from './engine-host.ts'
import type { Guard } from './guard.ts'
import { type LeakVerdict, runLeakTest } from './leak-test.ts'
import { TransferError } from './transfers/transfer-error.ts'
import { coded } from './transfers/transfer-row.ts'
import type { Transfers } from './transfers/transfers.ts'
import type { Volumes } from './volumes.ts'
import { troubleOf } from './way-out.ts'

export interface NetworkParts {
  readonly host: EngineHost
  readonly transfers: Transfers
  readonly volumes: Volumes
  readonly guard: Guard
  readonly stateFolder: string
  /** Of transfers that are not open any more, by how it travelled. */
  readonly traffic: ByWay
  saveFolder(): string
  /** The setting. */
  scannerAt(): string
  /** The DHT has nodes to begin with. */
  somebodyToAsk(): boolean
  people(): PeopleFacts
  /** Ports by which the daemon itself is asked: their connections do not leave this computer by the way out. */
  doors(): ReadonlySet<number>
}

export type ByWay = Readonly<Record<Way, { takenBytes: number; givenBytes: number }>>

const WAYS: readonly Way[] = ['tcp', 'utp', 'http']

export function networkHandlers(
  parts: NetworkParts,
): Handlers<'network' | 'liftBan' | 'doctor' | 'leakTest'> {
  /** One examination at a time: whoever asks meanwhile gets the same. */
  let examining: Promise<OutputOf<'doctor'>> | undefined
  let testing: Promise<OutputOf<'leakTest'>> | undefined
  return {
    network: () => networkOf(parts),
    liftBan: ({ reason }) => {
      if (!parts.guard.undo(reason)) throw new TransferError('NOTHING_TO_LIFT', { reason })
      return {}
    },
    doctor: () => {
      examining ??= doctor(parts).finally(() => {
        examining = undefined
      })
      return examining
    },
    leakTest: () => {
      testing ??= leakTest(parts).finally(() => {
        testing = undefined
      })
      return testing
    },
  }
}

function networkOf({ host, transfers, volumes, guard, traffic }: NetworkParts): OutputOf<'network'> {
  const { engine } = host
  const reach = engine?.session.reach
  const mapping = reach?.portMapping ?? { state: 'off', routers: [] }
  const { answer, ways, outside } = reach?.judge() ?? { answer: 'no' as const, ways: [], outside: [] }
  return {
    reach: {
      answer,
      ways: ways.map((way) => ({ ...way, wouldHelp: [...way.wouldHelp] })),
      outside: [...outside],
    },
    listensAt: textOf(reach?.listensAt),
    portTrouble: host.portTrouble,
    portMapping: {
      state: mapping.state,
      routers: mapping.routers.map(({ routerName, gatewayHost, method, state, externalHost, external }) => ({
        name: routerName ?? gatewayHost,
        method: method ?? null,
        state,
        external: externalHost === undefined ? null : textOf({ host: externalHost, port: external.tcp }),
      })),
    },
    volumes: volumes.read(),
    byTransport: WAYS.map((transport) => ({ transport, ...trafficOf(transport, transfers, traffic) })),
    connections: {
      now: engine?.session.connections.now ?? 0,
      most: engine?.session.connections.most ?? 0,
      encrypted: encryptedIn(transfers),
    },
    dht: { on: reach?.dht !== undefined, nodes4: nodesIn(engine, 4), nodes6: nodesIn(engine, 6) },
    wayOut: wayOutOf(host),
    guard: guard.rows(),
  }
}

function textOf(endpoint: Endpoint | undefined): string | null {
  return endpoint === undefined ? null : endpointText(endpoint)
}

function trafficOf(way: Way, transfers: Transfers, gone: ByWay): { takenBytes: number; givenBytes: number } {
  const sums = { ...gone[way] }
  for (const { torrent } of transfers) {
    if (torrent === undefined) continue
    sums.takenBytes += torrent.swarm.byTransport[way].takenBytes
    sums.givenBytes += torrent.swarm.byTransport[way].givenBytes
  }
  return sums
}

function encryptedIn(transfers: Transfers): number {
  let count = 0
  for (const { torrent } of transfers)
    for (const peer of torrent?.swarm.peers ?? []) if (encryptionOf(peer.connection) !== 'none') count++
  return count
}

function nodesIn(engine: Engine | undefined, family: 4 | 6): number {
  return engine?.session.reach.dht?.stats().get(family)?.nodes ?? 0
}

function wayOutOf(host: EngineHost): OutputOf<'network'>['wayOut'] {
  const { engine } = host
  if (engine === undefined) return { kind: 'direct', name: null, withheld: [], trouble: host.trouble }
  const { exit, withheld } = engine
  const trouble = troubleOf(exit)
  return {
    kind: exit.kind,
    name: exit.kind === 'direct' ? null : exit.text,
    withheld: [...withheld],
    trouble: trouble === undefined ? null : coded(trouble.code, trouble.data),
  }
}

async function doctor(parts: NetworkParts): Promise<OutputOf<'doctor'>> {
  const engine = parts.host.need()
  const findings = await examine({
    // The very one that all transfers use; it stays open.
    open: async () => ({ ...engine, close: async () => {} }),
    saveFolder: parts.saveFolder(),
    stateFolder: parts.stateFolder,
    somebodyToAsk: parts.somebodyToAsk(),
    scannerAt: parts.scannerAt(),
    peers: [],
    torrent: undefined,
    stop: new AbortController().signal,
    found() {},
  })
  const all = [...findings, checkPeople(parts.people())]
  return { findings: all.map((finding) => ({ ...finding, data: { ...finding.data } })) }
}

const JUDGED: Readonly<Record<LeakVerdict, OutputOf<'leakTest'>['findings'][number]['state']>> = {
  'as-told': 'good',
  off: 'off',
  unseen: 'unknown',
  leak: 'bad',
}

async function leakTest({ host, doors }: NetworkParts): Promise<OutputOf<'leakTest'>> {
  const { exit, ports } = host.need()
  const { findings } = await runLeakTest({ exit, ports, exceptPorts: doors() })
  return {
    findings: findings.map(({ kind, verdict, seen }) => ({
      check: kind,
      state: JUDGED[verdict],
      code: `LEAK_TEST_${verdict.toUpperCase().replace('-', '_')}`,
      data: { seen: seen.join(', ') },
    })),
  }
}
